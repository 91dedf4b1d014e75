import { useEffect, useEffectEvent, useState } from 'react'
import type { ReactNode } from 'react'

export interface TypedFieldProps {
  /** From the address. */
  readonly text: string
  /** What is searched, for everybody. */
  readonly label: string
  /** A moment after the last letter, without spaces around it; put it in the address. */
  readonly onText: (text: string) => void
}

const pauseMs = 250

/** A field that filters as one types, a moment after the last key. */
export function TypedField({ text, label, onText }: TypedFieldProps): ReactNode {
  const [typed, setTyped] = useState(text)
  const [known, setKnown] = useState(text)
  const [said, setSaid] = useState(text)
  if (text !== known) {
    setKnown(text)
    setSaid(text)
    // Cleared by a button, or by the browser's way back. What was said here may have got more letters since, which stay.
    if (text !== said) setTyped(text)
  }
  const say = useEffectEvent((wanted: string): void => {
    setSaid(wanted)
    onText(wanted)
  })
  useEffect(() => {
    const wanted = typed.trim()
    if (wanted === said.trim()) return undefined
    const timer = setTimeout(() => say(wanted), pauseMs)
    return () => clearTimeout(timer)
  }, [typed, said])
  return (
    <input
      className="field"
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      spellCheck={false}
      onChange={({ target }) => setTyped(target.value)}
    />
  )
}
