import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { navigation } from './navigation.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { Modal } from '../components/modal.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'

interface Choice {
  readonly id: string
  readonly text: string
  readonly icon: IconName
  readonly open: () => void
}

/** One field to get everywhere: names of pages, and what is in the store. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const texts = useMessages(shellMessages)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const wanted = text.trim().toLowerCase()
  const choices: readonly Choice[] = navigation
    .flatMap(({ entries }) => entries)
    .map(({ to, page, icon }) => ({ id: to, text: texts.pages[page], icon, open: () => void navigate({ to }) }))
    .filter((choice) => choice.text.toLowerCase().includes(wanted))
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
      setChosen((current + step + choices.length) % Math.max(1, choices.length))
    } else if (event.key === 'Enter') open(choices[current])
  }
  return (
    <Modal title={texts.palette.title} onClose={onClose}>
      <input
        className="field palette-field"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={choices[current] === undefined ? undefined : `${listId}-${current}`}
        aria-label={texts.palette.placeholder}
        placeholder={texts.palette.placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div className="palette-list" id={listId} role="listbox" aria-label={texts.palette.title}>
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
            {choice.text}
          </div>
        ))}
      </div>
      {choices.length === 0 && <p className="quiet">{texts.palette.empty(text)}</p>}
    </Modal>
  )
}
