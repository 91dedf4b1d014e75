import type { ReactNode } from 'react'
import { CopiedCode } from '../../components/copied-code.tsx'
import './jobs.css'

/** Commands to copy, each with what it does. */
export function CommandList({
  commands,
}: {
  readonly commands: readonly (readonly [what: string, command: string])[]
}): ReactNode {
  return (
    <ul className="command-list">
      {commands.map(([what, command]) => (
        <li key={command}>
          <span className="quiet">{what}</span>
          <CopiedCode text={command} look="line" />
        </li>
      ))}
    </ul>
  )
}

/** A word as a shell reads it as one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
