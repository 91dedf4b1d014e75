import type { ReactNode } from 'react'
import { ScrolledText } from './scrolled.tsx'
import './mistake.css'

interface MistakeProps {
  /** For what it describes. */
  readonly id?: string
  /** In the server's words, with the line and a caret. */
  readonly text: string
  readonly hint?: string | undefined
}

/** What is wrong with something that was typed, under it. */
export function Mistake({ id, text, hint }: MistakeProps): ReactNode {
  return (
    <div className="mistake" id={id} role="alert">
      <ScrolledText text={text} />
      {hint !== undefined && <p>{hint}</p>}
    </div>
  )
}
