import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ComparePanel } from './compare-panel.tsx'
import { promptsMessages } from './messages.ts'
import { PromptAliases } from './prompt-aliases.tsx'
import { deletePrompt, deleteTag, setTag } from './prompt-changes.ts'
import { type PromptSearch, promptTabs } from './prompt-search.ts'
import { ownTags, promptTags, type PromptVersion, promptVersionOf } from './prompt-template.ts'
import { TagEditor } from './tag-editor.tsx'
import { UsagePanel } from './usage-panel.tsx'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import { VersionPanel } from './version-panel.tsx'
import { WriteDialog } from './write-dialog.tsx'
import { mlflowQuery } from '../../api/mlflow-client.ts'
import type { MlflowRegisteredModel } from '../../api/mlflow-messages.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './prompts.css'

const route = getRouteApi('/prompts/$name')
const mostVersions = 2000

/** A prompt: its versions, what stands for which, how they differ, and who uses them. */
export function PromptPage(): ReactNode {
  const texts = useMessages(promptsMessages)
  const { name } = route.useParams()
  const navigate = useNavigate({ from: '/prompts/$name' })
  const [isWriting, setWriting] = useState(false)
  const prompt = useQuery(mlflowQuery('registered-models/get', { name }))
  const found = useQuery({
    ...mlflowQuery('model-versions/search', {
      filter: `name = '${name}' AND tags.\`${promptTags.isPrompt}\` = 'true'`,
      max_results: mostVersions,
    }),
    enabled: prompt.isSuccess,
  })
  const aliases = prompt.data?.registered_model.aliases
  const versions = (found.data?.model_versions ?? [])
    .map((each) => promptVersionOf(each, aliases))
    .sort((a, b) => Number(b.version) - Number(a.version))
  const wanted = route.useSearch().version
  const shown = versions.find(({ version }) => version === wanted) ?? versions[0]
  return (
    <Page
      title={name}
      aside={aliases !== undefined && <PromptAliases aliases={aliases} />}
      actions={
        prompt.isSuccess && (
          <>
            <Button look="primary" icon="plus" onClick={() => setWriting(true)}>
              {texts.write.button}
            </Button>
            <Removal name={name} />
          </>
        )
      }
    >
      <Loaded query={prompt} lines={8}>
        {({ registered_model: model }) => (
          <Loaded query={found} lines={8}>
            {() => <Content prompt={model} versions={versions} shown={shown} />}
          </Loaded>
        )}
      </Loaded>
      {isWriting && (
        <WriteDialog
          name={name}
          {...(shown !== undefined && { from: shown })}
          onDone={(_, version) => void navigate({ search: { version } })}
          onClose={() => setWriting(false)}
        />
      )}
    </Page>
  )
}

function Removal({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(promptsMessages).remove
  const navigate = useNavigate()
  const refresh = usePromptRefresh()
  const remove = async (): Promise<void> => {
    const question = { title: texts.promptTitle(name), body: texts.promptBody, action: texts.promptAction }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    if (!(await told(deletePrompt(name), texts.promptDone(name)))) return
    await navigate({ to: '/prompts' })
    await refresh()
  }
  return (
    <Button look="danger" onClick={() => void remove()}>
      {texts.prompt}
    </Button>
  )
}

interface ContentProps {
  readonly prompt: MlflowRegisteredModel
  /** The newest first. */
  readonly versions: readonly PromptVersion[]
  readonly shown: PromptVersion | undefined
}

function Content({ prompt, versions, shown }: ContentProps): ReactNode {
  const texts = useMessages(promptsMessages)
  const format = useFormat()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/prompts/$name' })
  const { tab = 'versions' } = search
  const { name, tags = [], aliases = [] } = prompt
  const show = (next: PromptSearch): void => void navigate({ search: (old) => ({ ...old, ...next }) })
  if (shown === undefined) return <EmptyState title={texts.noVersion} body={texts.noVersionBody} />
  return (
    <Tabs
      tabs={promptTabs.map((id) => ({
        id,
        label: texts.tabs[id],
        ...(id === 'versions' && { count: format.count(versions.length) }),
      }))}
      current={tab}
      onSelect={(id) => show({ tab: id })}
    >
      {tab === 'compare' ? (
        <ComparePanel versions={versions} version={shown} search={search} onShow={show} />
      ) : tab === 'usage' ? (
        <UsagePanel name={name} version={shown.version} />
      ) : (
        <div className="prompt-versions">
          <div className="stack">
            <VersionList versions={versions} shown={shown} onShow={(version) => show({ version })} />
            <TagEditor
              title={texts.tags.ofPrompt}
              tags={ownTags(tags)}
              onSet={(key, value) => setTag({ name }, key, value)}
              onDelete={(key) => deleteTag({ name }, key)}
            />
          </div>
          <VersionPanel
            key={shown.version}
            name={name}
            version={shown}
            aliases={aliases}
            onDeleted={() => void navigate({ search: {} })}
          />
        </div>
      )}
    </Tabs>
  )
}

interface VersionListProps {
  readonly versions: readonly PromptVersion[]
  readonly shown: PromptVersion
  readonly onShow: (version: string) => void
}

function VersionList({ versions, shown, onShow }: VersionListProps): ReactNode {
  const texts = useMessages(promptsMessages)
  return (
    <nav className="panel prompt-list" aria-label={texts.versions}>
      <ul>
        {versions.map(({ version, message, aliases, createdMs }) => (
          <li key={version}>
            <button
              type="button"
              aria-current={version === shown.version ? 'true' : undefined}
              onClick={() => onShow(version)}
            >
              <span className="row">
                <strong>{version}</strong>
                <PromptAliases aliases={aliases.map((alias) => ({ alias }))} />
                <span className="quiet">{createdMs !== undefined && <TimeAgo at={createdMs} />}</span>
              </span>
              {message !== '' && <span className="prompt-said">{message}</span>}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}
