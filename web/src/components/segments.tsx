import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import './segments.css'

interface SegmentsProps<Id extends string> {
  /** What is chosen, for screen readers. */
  readonly label: string
  readonly choices: readonly { readonly id: Id; readonly label: string }[]
  readonly current: Id
  readonly onSelect: (id: Id) => void
}

/** A few choices side by side, one of them pressed: how the same thing is looked at. */
export function Segments<Id extends string>({ label, choices, current, onSelect }: SegmentsProps<Id>): ReactNode {
  return (
    <div className="segments" role="group" aria-label={label}>
      {choices.map((choice) => (
        <Button
          key={choice.id}
          isSmall
          look="quiet"
          aria-pressed={choice.id === current}
          onClick={() => onSelect(choice.id)}
        >
          {choice.label}
        </Button>
      ))}
    </div>
  )
}
