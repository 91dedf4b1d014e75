import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './toasts.css'

interface Toast {
  readonly id: number
  readonly text: string
  readonly kind: 'done' | 'failed'
}

let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()
const shownMs = 6000

/** Says in a corner, and aloud, that something was done; what failed stays until it is dismissed. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  const id = nextId++
  change([...toasts.slice(-3), { id, text, kind }])
  if (kind === 'done') setTimeout(() => dismiss(id), shownMs)
}

/** Where toasts appear; once, in the shell. */
export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  const texts = useMessages(shellMessages)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, kind }) => (
        <div key={id} className={`toast toast-${kind}`}>
          <Icon name={kind === 'done' ? 'check' : 'warning'} />
          <span>{text}</span>
          <IconButton label={texts.dismiss} icon="close" isSmall onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  )
}

function dismiss(id: number): void {
  change(toasts.filter((other) => other.id !== id))
}

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
