import { useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { reasonComment } from './alias-reasons.ts'
import { postComment } from './comments-query.ts'
import { modelsMessages } from './messages.ts'
import type { Model } from './model-types.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface PromoteProps {
  readonly model: Model
  readonly version: string
  /** `champion` when absent. */
  readonly alias?: string
  readonly onClose: () => void
}

/** Lets an alias stand for a version; why is kept as a comment on the model, and stands in its history. */
export function PromoteDialog({
  model,
  version: first,
  alias: firstAlias = 'champion',
  onClose,
}: PromoteProps): ReactNode {
  const texts = useMessages(modelsMessages).promote
  const client = useQueryClient()
  const id = useId()
  const { name } = model
  const [alias, setAlias] = useState(firstAlias)
  const [version, setVersion] = useState(first)
  const [reason, setReason] = useState('')
  const current = model.aliases[alias]
  const promote = async (): Promise<void> => {
    try {
      // The change first: a reason for one that was refused would be a lie.
      if (current !== version)
        await answerOf(
          rest.PUT('/api/v1/models/{name}/labels/{label}', {
            params: { path: { name, label: alias } },
            body: { version },
          }),
        )
      await postComment({ model: name }, reasonComment({ alias, version }, reason.trim()))
    } finally {
      void client.invalidateQueries({ queryKey: ['rest'], predicate: isOfModels })
    }
    toast(texts.done(alias, version))
  }
  return (
    <FormDialog
      title={texts.title}
      action={texts.action}
      isReady={alias !== '' && reason.trim() !== ''}
      onSubmit={promote}
      onClose={onClose}
    >
      <label>
        {texts.alias}
        <input
          className="field"
          list={`${id}-aliases`}
          value={alias}
          onChange={({ target }) => setAlias(target.value.trim())}
        />
      </label>
      <datalist id={`${id}-aliases`}>
        {Object.keys(model.aliases).map((known) => (
          <option key={known}>{known}</option>
        ))}
      </datalist>
      <label>
        {texts.version}
        <select className="field" value={version} onChange={({ target }) => setVersion(target.value)}>
          {model.versions.map((each) => (
            <option key={each.version}>{each.version}</option>
          ))}
        </select>
      </label>
      <WhatNow alias={alias} version={version} current={current} />
      <label>
        {texts.reason}
        <textarea
          className="field"
          rows={3}
          value={reason}
          placeholder={texts.reasonHint}
          onChange={({ target }) => setReason(target.value)}
        />
      </label>
      <p className="quiet">{texts.follow}</p>
    </FormDialog>
  )
}

interface WhatNowProps {
  readonly alias: string
  readonly version: string
  readonly current: string | undefined
}

function WhatNow({ alias, version, current }: WhatNowProps): ReactNode {
  const texts = useMessages(modelsMessages).promote
  const now = current === undefined ? texts.free(alias) : texts.now(alias, current)
  return (
    <p className="quiet" aria-live="polite">
      {alias !== '' && (current === version ? texts.same(alias, version) : now)}
    </p>
  )
}

function isOfModels({ queryKey: [, path] }: { readonly queryKey: readonly unknown[] }): boolean {
  return String(path).startsWith('/api/v1/models')
}
