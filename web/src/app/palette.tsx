import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { navigation } from './navigation.ts'
import { useObjectSearch } from './palette-search.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Modal } from '../components/modal.tsx'
import { useOpenObject } from '../components/object-link.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

interface Choice {
  readonly id: string
  readonly text: string
  readonly detail?: string
  readonly icon: IconName
  readonly open: () => void
}

/** One field to get everywhere: names of pages, and what is in the store. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const texts = useMessages(shellMessages).palette
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const { choices, isSearching } = useChoices(text.trim())
  const current = Math.min(chosen, choices.length - 1)
  const open = (choice: Choice | undefined): void => {
    if (choice === undefined) return
    onClose()
    choice.open()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const next = (current + step + choices.length) % Math.max(1, choices.length)
      setChosen(next)
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') open(choices[current])
  }
  return (
    <Modal title={texts.title} onClose={onClose}>
      <input
        className="field palette-field"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={choices[current] === undefined ? undefined : `${listId}-${current}`}
        aria-label={texts.placeholder}
        placeholder={texts.placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div className="palette-list" id={listId} role="listbox" aria-label={texts.title}>
        {choices.map((choice, index) => (
          // The field keeps the focus and has the keys; a pointer needs none.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
          <div
            key={choice.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            tabIndex={-1}
            onClick={() => open(choice)}
          >
            <Icon name={choice.icon} />
            <span>{choice.text}</span>
            {choice.detail !== undefined && <span className="quiet">{choice.detail}</span>}
          </div>
        ))}
      </div>
      <p className="quiet palette-state" role="status">
        {isSearching ? texts.searching : choices.length === 0 ? texts.empty(text) : texts.results(choices.length)}
      </p>
    </Modal>
  )
}

function useChoices(text: string): { readonly choices: readonly Choice[]; readonly isSearching: boolean } {
  const pages = useMessages(shellMessages).pages
  const navigate = useNavigate()
  const openObject = useOpenObject()
  const { found, isSearching } = useObjectSearch(text)
  const ofPages = navigation
    .flatMap(({ entries }) => entries)
    .map(({ to, page, icon }): Choice => ({ id: to, text: pages[page], icon, open: () => void navigate({ to }) }))
    .filter((choice) => choice.text.toLowerCase().includes(text.toLowerCase()))
  const ofObjects = found.flatMap(({ kind, name, ...shown }): readonly Choice[] => {
    const open = openObject(kind, name)
    return open === undefined ? [] : [{ id: `${kind} ${name}`, open, ...shown }]
  })
  return { choices: [...ofPages, ...ofObjects], isSearching }
}
