import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { setAlias } from './prompt-changes.ts'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface AliasDialogProps {
  readonly name: string
  /** The version that the alias is to stand for. */
  readonly version: string
  readonly aliases: readonly { readonly alias: string; readonly version: string }[]
  readonly onClose: () => void
}

/** Lets an alias stand for a version; one that stands for another is moved only after this said so. */
export function AliasDialog({ name, version, aliases, onClose }: AliasDialogProps): ReactNode {
  const texts = useMessages(promptsMessages).alias
  const refresh = usePromptRefresh()
  const id = useId()
  const [typed, setTyped] = useState('')
  const alias = typed.trim()
  const current = aliases.find((each) => each.alias === alias)?.version
  const isMove = current !== undefined && current !== version
  const set = async (): Promise<void> => {
    try {
      await setAlias(name, alias, version)
    } finally {
      void refresh()
    }
    toast(texts.done(alias, version))
  }
  return (
    <FormDialog
      title={`${texts.title}: ${name} ${version}`}
      action={isMove ? texts.move : texts.action}
      look={isMove ? 'danger' : 'primary'}
      isReady={alias !== '' && current !== version}
      onSubmit={set}
      onClose={onClose}
    >
      <label>
        {texts.name}
        <input
          className="field"
          list={`${id}-aliases`}
          value={typed}
          placeholder={texts.nameHint}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      <datalist id={`${id}-aliases`}>
        {aliases.map((each) => (
          <option key={each.alias}>{each.alias}</option>
        ))}
      </datalist>
      <p className={isMove ? 'prompt-warning' : 'quiet'} aria-live="polite">
        {alias !== '' &&
          (current === undefined
            ? texts.free(alias)
            : isMove
              ? texts.moves(alias, current, version)
              : texts.same(alias, version))}
      </p>
    </FormDialog>
  )
}
