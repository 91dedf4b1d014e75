import { useId, useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './tabs.css'

export interface Tab<Id extends string> {
  readonly id: Id
  readonly label: string
  /** Beside the label, e.g. how many there are. */
  readonly count?: string
}

interface TabsProps<Id extends string> {
  readonly tabs: readonly Tab<Id>[]
  /** From the address, so that a link opens the same tab. */
  readonly current: Id
  /** Put it in the address: `navigate({ search: (old) => ({ ...old, tab }) })`. */
  readonly onSelect: (id: Id) => void
  /** What the current tab shows. */
  readonly children: ReactNode
}

/** Tabs; arrows, Home and End move between them. */
export function Tabs<Id extends string>({ tabs, current, onSelect, children }: TabsProps<Id>): ReactNode {
  const texts = useMessages(shellMessages)
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = tabs.findIndex((tab) => tab.id === current)
    const next = {
      ArrowRight: (place + 1) % tabs.length,
      ArrowLeft: (place - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key]
    const tab = next === undefined ? undefined : tabs[next]
    if (tab === undefined) return
    event.preventDefault()
    onSelect(tab.id)
    list.current?.querySelectorAll('button')[next!]?.focus()
  }
  return (
    <div>
      <div ref={list} className="tab-list" role="tablist" aria-label={texts.tabs} tabIndex={-1} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === current ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && <span className="tab-count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${current}`} className="tab-panel">
        {children}
      </div>
    </div>
  )
}
