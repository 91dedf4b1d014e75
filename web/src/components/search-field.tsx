import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import './search-field.css'

interface SearchFieldProps {
  /** From the address. */
  readonly text: string
  /** What is searched, for everybody. */
  readonly label: string
  /** A moment after the last letter; put it in the address. */
  readonly onText: (text: string) => void
}

const pauseMs = 250

/** Letters that narrow a list down as they are typed. */
export function SearchField({ text, label, onText }: SearchFieldProps): ReactNode {
  const [typed, setTyped] = useState(text)
  const [known, setKnown] = useState(text)
  // Cleared by a button, or by the browser's way back.
  if (text !== known) {
    setKnown(text)
    setTyped(text)
  }
  useEffect(() => {
    if (typed.trim() === text) return undefined
    const timer = setTimeout(() => onText(typed.trim()), pauseMs)
    return () => clearTimeout(timer)
  })
  return (
    <div className="row search-field" role="search">
      <Icon name="search" />
      <input
        className="field"
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  )
}
