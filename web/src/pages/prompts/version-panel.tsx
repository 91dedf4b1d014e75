import { useState } from 'react'
import type { ReactNode } from 'react'
import { AliasDialog } from './alias-dialog.tsx'
import { promptsMessages } from './messages.ts'
import { deleteAlias, deleteTag, deleteVersion, setTag } from './prompt-changes.ts'
import { type PromptVersion, pythonOf, variablesOf } from './prompt-template.ts'
import { TagEditor } from './tag-editor.tsx'
import { TemplateView } from './template-view.tsx'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { JsonTree } from '../../components/json-tree.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Panel } from '../../components/page.tsx'
import { ScrolledText } from '../../components/scrolled.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface VersionPanelProps {
  readonly name: string
  readonly version: PromptVersion
  readonly aliases: readonly { readonly alias: string; readonly version: string }[]
  readonly onDeleted: () => void
}

/** One version of a prompt: its text, what fills it, what stands for it, and how a program loads it. */
export function VersionPanel({ name, version: shown, aliases, onDeleted }: VersionPanelProps): ReactNode {
  const texts = useMessages(promptsMessages)
  const refresh = usePromptRefresh()
  const [isNaming, setNaming] = useState(false)
  const { version, template, message, createdMs, tags, config, format } = shown
  const variables = variablesOf(template)
  const python = pythonOf(name, shown)
  const remove = async (): Promise<void> => {
    const { version: action, versionTitle, versionBody, versionDone } = texts.remove
    if (!(await confirm({ title: versionTitle(version), body: versionBody, action, isDangerous: true }))) return
    if (!(await told(deleteVersion(name, version), versionDone(version)))) return
    onDeleted()
    await refresh()
  }
  return (
    <Panel
      title={texts.version(version)}
      actions={
        <>
          <Button isSmall onClick={() => setNaming(true)}>
            {texts.alias.button}
          </Button>
          <Button isSmall look="danger" onClick={() => void remove()}>
            {texts.remove.version}
          </Button>
        </>
      }
    >
      <div className="panel-body stack">
        <KeyValues
          entries={[
            [texts.created, createdMs === undefined ? undefined : <TimeAgo key="created" at={createdMs} />],
            [texts.message, message === '' ? undefined : message],
            [
              texts.columns.aliases,
              shown.aliases.length === 0 ? undefined : <Aliases key="aliases" name={name} aliases={shown.aliases} />,
            ],
            [
              texts.variables,
              variables.length === 0 ? texts.noVariables : variables.map((each) => `{{${each}}}`).join(' '),
            ],
          ]}
        />
        <section aria-label={texts.template} className="prompt-template">
          <TemplateView template={template} />
        </section>
        {config !== undefined && (
          <section aria-label={texts.config} className="prompt-part">
            <h3>{texts.config}</h3>
            <JsonTree value={config} openLevels={2} />
          </section>
        )}
        {format !== undefined && (
          <section aria-label={texts.format} className="prompt-part">
            <h3>{texts.format}</h3>
            <JsonTree value={format} openLevels={2} />
          </section>
        )}
        <section aria-label={texts.python} className="prompt-part">
          <div className="prompt-part-head">
            <h3>{texts.python}</h3>
            <CopyButton text={python} label={texts.copyPython} />
          </div>
          <ScrolledText text={python} className="prompt-python" />
        </section>
        <TagEditor
          title={texts.tags.title}
          tags={tags}
          onSet={(key, value) => setTag({ name, version }, key, value)}
          onDelete={(key) => deleteTag({ name, version }, key)}
        />
      </div>
      {isNaming && <AliasDialog name={name} version={version} aliases={aliases} onClose={() => setNaming(false)} />}
    </Panel>
  )
}

function Aliases({ name, aliases }: { readonly name: string; readonly aliases: readonly string[] }): ReactNode {
  const texts = useMessages(promptsMessages).alias
  const refresh = usePromptRefresh()
  const remove = async (alias: string): Promise<void> => {
    const question = { title: texts.removeTitle(alias), body: texts.removeBody, action: texts.remove(alias) }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    if (await told(deleteAlias(name, alias), texts.removed(alias))) await refresh()
  }
  return (
    <ul className="row">
      {aliases.map((alias) => (
        <li key={alias} className="prompt-tag">
          @{alias}
          <IconButton icon="close" isSmall label={texts.remove(alias)} onClick={() => void remove(alias)} />
        </li>
      ))}
    </ul>
  )
}
