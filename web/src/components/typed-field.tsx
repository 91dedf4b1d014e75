import { useState } from 'react'
import type { ReactNode } from 'react'

interface TypedFieldProps {
  readonly label: string
  /** From the address. */
  readonly value: string
  /** Put it in the address. */
  readonly onSet: (text: string) => void
}

/** A field that filters as one types, a moment after the last key. */
export function TypedField({ label, value, onSet }: TypedFieldProps): ReactNode {
  const [typed, setTyped] = useState(value)
  const [known, setKnown] = useState(value)
  const [timer, setTimer] = useState<ReturnType<typeof setTimeout>>()
  // The address was changed by something else, e.g. the back button.
  if (value !== known) {
    setKnown(value)
    setTyped(value)
  }
  return (
    <input
      className="field"
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      spellCheck={false}
      onChange={({ target }) => {
        setTyped(target.value)
        clearTimeout(timer)
        setTimer(
          setTimeout(() => {
            setKnown(target.value.trim())
            onSet(target.value.trim())
          }, 250),
        )
      }}
    />
  )
}
