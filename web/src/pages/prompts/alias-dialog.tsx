import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { setAlias } from './prompt-changes.ts'
import { usePromptRefresh } from './use-prompt-refresh.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

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
  const shell = useMessages(shellMessages)
  const refresh = usePromptRefresh()
  const id = useId()
  const [typed, setTyped] = useState('')
  const alias = typed.trim()
  const current = aliases.find((each) => each.alias === alias)?.version
  const isMove = current !== undefined && current !== version
  const set = useMutation({
    mutationFn: () => setAlias(name, alias, version),
    onSuccess: () => {
      toast(texts.done(alias, version))
      onClose()
    },
    onSettled: refresh,
  })
  return (
    <Modal
      title={`${texts.title}: ${name} ${version}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button
            look={isMove ? 'danger' : 'primary'}
            type="submit"
            form={id}
            disabled={alias === '' || current === version || set.isPending}
          >
            {isMove ? texts.move : texts.action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="prompt-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          set.mutate()
        }}
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
        {set.isError && <ErrorState error={set.error} />}
      </form>
    </Modal>
  )
}
