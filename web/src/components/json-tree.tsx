import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './json-tree.css'

interface JsonTreeProps {
  readonly value: unknown
  /** Levels that are open at first; 1 when absent. */
  readonly openLevels?: number
}

/** Any JSON value as a tree that opens by level; long lists show their first hundred members. */
export function JsonTree({ value, openLevels = 1 }: JsonTreeProps): ReactNode {
  return (
    <div className="json-tree">
      <Member value={value} openLevels={openLevels} />
    </div>
  )
}

const firstMembers = 100

interface MemberProps extends Required<JsonTreeProps> {
  readonly name?: string
}

function Member({ name, value, openLevels }: MemberProps): ReactNode {
  const texts = useMessages(shellMessages)
  const [isOpen, setOpen] = useState(openLevels > 0)
  const [isWhole, setWhole] = useState(false)
  const label = name === undefined ? null : <span className="json-name">{name}: </span>
  if (typeof value !== 'object' || value === null)
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value) ?? 'undefined'}</span>
      </div>
    )
  const members = Object.entries(value)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (members.length === 0)
    return (
      <div className="json-leaf">
        {label}
        {open}
        {close}
      </div>
    )
  const shown = isWhole ? members : members.slice(0, firstMembers)
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        {open}
        {!isOpen && (
          <span className="quiet">
            {members.length}
            {close}
          </span>
        )}
      </summary>
      {isOpen && (
        <div className="json-members">
          {shown.map(([key, member]) => (
            <Member key={key} name={key} value={member} openLevels={openLevels - 1} />
          ))}
          {shown.length < members.length && (
            <Button isSmall onClick={() => setWhole(true)}>
              {texts.table.showAll} ({members.length})
            </Button>
          )}
        </div>
      )}
      {isOpen && close}
    </details>
  )
}
