import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { commentsQuery, postComment } from './comments-query.ts'
import { DeployDialog } from './deploy-dialog.tsx'
import { modelsMessages } from './messages.ts'
import { type Model, tagsText, type Version } from './model-types.ts'
import { PackagesPanel } from './packages-panel.tsx'
import { PromoteDialog } from './promote-dialog.tsx'
import { SignaturePanel } from './signature-panel.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Comments } from '../../components/comments.tsx'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Panel } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { toast } from '../../components/toasts.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface VersionProps {
  readonly model: Model
  readonly version: Version
}

/** One version: what is said of it, what it takes and gives, and what can be done with it. */
export function VersionPanel({ model, version }: VersionProps): ReactNode {
  const texts = useMessages(modelsMessages).version
  const tags = tagsText(version.tags)
  const run = version.run_id ?? ''
  return (
    <>
      <Panel title={texts.title(version.version)} actions={<VersionActions model={model} version={version} />}>
        <div className="panel-body stack">
          <Description model={model.name} version={version} />
          <KeyValues
            entries={[
              [texts.source, <code key="source">{version.source}</code>],
              [texts.run, run === '' ? undefined : <ObjectLink key="run" kind="run" name={run} />],
              [texts.tags, tags === '' ? undefined : tags],
              [
                texts.by,
                <span key="by">
                  {version.created_by}, <TimeAgo at={version.created_at} />
                </span>,
              ],
            ]}
          />
        </div>
      </Panel>
      <PackagesPanel model={model.name} version={version.version} />
      <div className="columns columns-wide-left">
        <SignaturePanel model={model.name} version={version.version} />
        <VersionComments model={model.name} version={version.version} />
      </div>
    </>
  )
}

function VersionComments({ model, version }: { readonly model: string; readonly version: string }): ReactNode {
  const texts = useMessages(modelsMessages).comments
  return (
    <Panel title={texts.title}>
      <div className="panel-body">
        <Comments query={commentsQuery({ model, version })} send={(body) => postComment({ model, version }, body)} />
      </div>
    </Panel>
  )
}

function VersionActions({ model, version: { version, stage } }: VersionProps): ReactNode {
  const texts = useMessages(modelsMessages).version
  const client = useQueryClient()
  const [opened, setOpened] = useState<'promote' | 'deploy'>()
  const params = { path: { name: model.name, version } }
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['rest', '/api/v1/models/{name}'] })
  const isArchived = stage === 'Archived'
  const archive = async (): Promise<void> => {
    const call = isArchived
      ? rest.POST('/api/v1/models/{name}/versions/{version}/restore', { params })
      : rest.POST('/api/v1/models/{name}/versions/{version}/archive', { params })
    await told(answerOf(call), isArchived ? texts.restored(version) : texts.archived(version))
    await refresh()
  }
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(version), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/models/{name}/versions/{version}', { params })
    await told(answerOf(call), texts.removed(version))
    await refresh()
  }
  return (
    <>
      <Button isSmall look="primary" onClick={() => setOpened('promote')}>
        {texts.promote}
      </Button>
      <Button isSmall onClick={() => setOpened('deploy')}>
        {texts.deploy}
      </Button>
      <Button isSmall onClick={() => void archive()}>
        {isArchived ? texts.restore : texts.archive}
      </Button>
      <Button isSmall look="danger" onClick={() => void remove()}>
        {texts.remove}
      </Button>
      {opened === 'promote' && <PromoteDialog model={model} version={version} onClose={() => setOpened(undefined)} />}
      {opened === 'deploy' && <DeployDialog model={model} version={version} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function Description({ model, version }: { readonly model: string; readonly version: Version }): ReactNode {
  const texts = useMessages(modelsMessages).version
  const [isEditing, setEditing] = useState(false)
  const { description = '' } = version
  return (
    <div className="row">
      <p className={description === '' ? 'quiet' : 'model-text'}>
        {description === '' ? texts.noDescription : description}
      </p>
      <Button isSmall look="quiet" onClick={() => setEditing(true)}>
        {texts.edit}
      </Button>
      {isEditing && <DescriptionDialog model={model} version={version} onClose={() => setEditing(false)} />}
    </div>
  )
}

interface DescriptionDialogProps {
  readonly model: string
  readonly version: Version
  readonly onClose: () => void
}

function DescriptionDialog({ model, version, onClose }: DescriptionDialogProps): ReactNode {
  const texts = useMessages(modelsMessages).version
  const client = useQueryClient()
  const [description, setDescription] = useState(version.description ?? '')
  const save = async (): Promise<void> => {
    await answerOf(
      rest.PATCH('/api/v1/models/{name}/versions/{version}', {
        params: { path: { name: model, version: version.version } },
        body: { description },
      }),
    )
    toast(texts.saved)
    void client.invalidateQueries({ queryKey: ['rest', '/api/v1/models/{name}'] })
  }
  return (
    <FormDialog title={texts.edit} action={texts.save} onSubmit={save} onClose={onClose}>
      <label>
        {texts.description}
        <textarea
          className="field"
          rows={5}
          value={description}
          onChange={({ target }) => setDescription(target.value)}
        />
      </label>
    </FormDialog>
  )
}
