import { useMutation } from '@tanstack/react-query'
import { useId } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { ErrorState } from './page-states.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './form.css'

interface FormDialogProps {
  readonly title: string
  /** A verb and its object. */
  readonly action: string
  /** `danger`: it takes something from others. */
  readonly look?: 'primary' | 'danger'
  /** False while something that must be said is not. */
  readonly isReady?: boolean
  /** What it throws is shown in the dialog, which stays; else the dialog closes. */
  readonly onSubmit: () => Promise<unknown>
  readonly onClose: () => void
  /** Labels with their fields, and what is to know. */
  readonly children: ReactNode
}

/** Asks for a few things and does something with them. */
export function FormDialog(props: FormDialogProps): ReactNode {
  const { title, action, look = 'primary', isReady = true, onSubmit, onClose, children } = props
  const shell = useMessages(shellMessages)
  const id = useId()
  const doing = useMutation({ mutationFn: onSubmit, onSuccess: onClose })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    doing.mutate()
  }
  return (
    <Modal
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look={look} type="submit" form={id} disabled={!isReady || doing.isPending}>
            {action}
          </Button>
        </>
      }
    >
      <form id={id} className="form" onSubmit={submit}>
        {children}
        {doing.isError && <ErrorState error={doing.error} />}
      </form>
    </Modal>
  )
}
