import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import { Mistake } from './mistake.tsx'
import { ServerError } from '../api/server-error.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './filter-bar.css'

interface FilterBarProps {
  /** From the address. */
  readonly value: string
  /** On Enter, or when the field is cleared; put it in the address. */
  readonly onFilter: (filter: string) => void
  /** An example: `metrics.accuracy > 0.9 and params.model = 'tree'`. */
  readonly placeholder: string
  /** Why the server could not read the filter, shown under it with its caret. */
  readonly error?: unknown
  /** Texts that complete what is typed, e.g. names of metrics. */
  readonly suggestions?: readonly string[]
}

/** A line of the server's filter language, with the server's own words about a mistake in it. */
export function FilterBar({ value, onFilter, placeholder, error, suggestions = [] }: FilterBarProps): ReactNode {
  const texts = useMessages(shellMessages).filter
  const id = useId()
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  // The address was changed by something else, e.g. the back button.
  if (value !== known) {
    setKnown(value)
    setTyped(value)
  }
  const refusal = error instanceof ServerError && error.status === 400 ? error : undefined
  return (
    <div className="filter-bar">
      <form
        role="search"
        aria-label={texts.label}
        onSubmit={(event) => {
          event.preventDefault()
          onFilter(typed.trim())
        }}
      >
        <Icon name="search" />
        <input
          className="field mono"
          aria-label={texts.label}
          aria-invalid={refusal !== undefined}
          aria-describedby={refusal === undefined ? undefined : `${id}-error`}
          placeholder={placeholder}
          list={suggestions.length > 0 ? `${id}-list` : undefined}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        {typed !== '' && (
          <IconButton
            icon="close"
            isSmall
            label={texts.clear}
            onClick={() => {
              setTyped('')
              onFilter('')
            }}
          />
        )}
        {suggestions.length > 0 && (
          <datalist id={`${id}-list`}>
            {suggestions.slice(0, 100).map((text) => (
              <option key={text} value={text} />
            ))}
          </datalist>
        )}
      </form>
      {refusal !== undefined && (
        <Mistake
          id={`${id}-error`}
          text={[refusal.message, ...refusal.diagnostics.map((each) => each.frame ?? each.message)].join('\n')}
          hint={refusal.hint}
        />
      )}
    </div>
  )
}
