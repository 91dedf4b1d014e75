import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

interface Question {
  readonly title: string
  /** What will happen, and what cannot be undone. */
  readonly body: ReactNode
  /** A verb and its object: `Delete 3 runs`, never `OK`. */
  readonly action: string
  readonly isDangerous?: boolean
}

interface Asked extends Question {
  readonly answer: (isConfirmed: boolean) => void
}

let asked: Asked | undefined
const listeners = new Set<() => void>()

/** Asks before something that cannot be undone: `if (await confirm({...})) ...`. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked?.answer(false)
    change({ ...question, answer: resolve })
  })
}

/** Where the question appears; once, in the shell. */
export function ConfirmDialog(): ReactNode {
  const question = useSyncExternalStore(subscribe, () => asked)
  const texts = useMessages(shellMessages)
  if (question === undefined) return null
  const settle = (isConfirmed: boolean): void => {
    change(undefined)
    question.answer(isConfirmed)
  }
  return (
    <Modal
      title={question.title}
      onClose={() => settle(false)}
      actions={
        <>
          <Button onClick={() => settle(false)}>{texts.cancel}</Button>
          <Button look={question.isDangerous === true ? 'danger' : 'primary'} onClick={() => settle(true)}>
            {question.action}
          </Button>
        </>
      }
    >
      {question.body}
    </Modal>
  )
}

function change(next: Asked | undefined): void {
  asked = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
