import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import './copied-code.css'

interface CopiedCodeProps {
  /** What is copied. */
  readonly text: string
  /** Its beginning, where all of it is too long to be shown. */
  readonly shown?: string
  /** `line`: in a frame of its own, as wide as there is room. */
  readonly look?: 'inline' | 'line'
}

/** A name, an address or a command to be used elsewhere, with the button that copies it. */
export function CopiedCode({ text, shown = text, look = 'inline' }: CopiedCodeProps): ReactNode {
  return (
    <span className={look === 'line' ? 'copied-code copied-code-line' : 'copied-code'}>
      <code>{shown}</code>
      <CopyButton text={text} />
    </span>
  )
}
