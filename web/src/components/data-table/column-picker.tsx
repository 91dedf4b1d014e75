import { useState } from 'react'
import type { ReactNode } from 'react'
import { type Column, shownColumns, type TableView } from './column.ts'
import { Button, IconButton } from '../button.tsx'
import { Popover } from '../popover.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface ColumnPickerProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly view: TableView
  readonly onView: (view: TableView) => void
}

/** More than these are found by their name. */
const maxListed = 200

/** Which columns are shown, and which stay at the left; with a search, since runs may have thousands of metrics. */
export function ColumnPicker<Row>({ columns, view, onView }: ColumnPickerProps<Row>): ReactNode {
  const texts = useMessages(shellMessages).table
  const [wanted, setWanted] = useState('')
  const { shown, pinnedCount } = shownColumns(columns, view)
  const shownIds = shown.map(({ id }) => id)
  const pinnedIds = shownIds.slice(0, pinnedCount)
  const found = columns.filter(({ label, group = '' }) =>
    `${group} ${label}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  const change = (ids: readonly string[], pinned: readonly string[]): void => onView({ ...view, columns: ids, pinned })
  const toggle = (id: string): void => {
    const without = shownIds.filter((other) => other !== id)
    change(without.length < shownIds.length ? without : [...shownIds, id], pinnedIds)
  }
  const pin = (id: string): void => {
    const without = pinnedIds.filter((other) => other !== id)
    const ids = shownIds.includes(id) ? shownIds : [...shownIds, id]
    change(ids, without.length < pinnedIds.length ? without : [...pinnedIds, id])
  }
  return (
    <Popover label={texts.columns} icon="columns">
      <input
        className="field column-search"
        type="search"
        aria-label={texts.findColumn}
        placeholder={texts.findColumn}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <ul className="column-list">
        {found.slice(0, maxListed).map(({ id, label, group }, index) => (
          <li key={id}>
            {group !== undefined && group !== found[index - 1]?.group && <p className="quiet column-group">{group}</p>}
            <div className="column-choice">
              <label>
                <input type="checkbox" checked={shownIds.includes(id)} onChange={() => toggle(id)} />
                <span>{label}</span>
              </label>
              <IconButton
                icon="pin"
                isSmall
                label={pinnedIds.includes(id) ? texts.unpin(label) : texts.pin(label)}
                aria-pressed={pinnedIds.includes(id)}
                onClick={() => pin(id)}
              />
            </div>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{texts.noColumn}</p>}
      <Button isSmall onClick={() => onView(view.sort === undefined ? {} : { sort: view.sort })}>
        {texts.usual}
      </Button>
    </Popover>
  )
}
