import type { ReactNode } from 'react'
import { endpointsMessages } from './messages.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface RowsFormProps {
  readonly columns: readonly string[]
  /** Cell by cell what is written in it. */
  readonly rows: readonly (readonly string[])[]
  readonly onChange: (rows: readonly (readonly string[])[]) => void
}

/** A few rows to fill in: a column of fields for each. */
export function RowsForm({ columns, rows, onChange }: RowsFormProps): ReactNode {
  const texts = useMessages(endpointsMessages).tryIt
  const format = useFormat()
  const set = (row: number, column: number, text: string): void =>
    onChange(
      rows.map((cells, at) => (at === row ? cells.map((cell, place) => (place === column ? text : cell)) : cells)),
    )
  return (
    <div className="rows-form">
      <table>
        <thead>
          <tr>
            <td />
            {rows.map((_, row) => (
              <th key={row} scope="col">
                <span className="row">
                  {texts.row(format.count(row + 1))}
                  {rows.length > 1 && (
                    <IconButton
                      label={texts.removeRow(format.count(row + 1))}
                      icon="close"
                      isSmall
                      onClick={() => onChange(rows.filter((_cells, at) => at !== row))}
                    />
                  )}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map((column, place) => (
            <tr key={column}>
              <th scope="row">{column}</th>
              {rows.map((cells, row) => (
                <td key={row}>
                  <input
                    className="field"
                    aria-label={`${column}, ${texts.row(format.count(row + 1))}`}
                    value={cells[place]}
                    onChange={({ target }) => set(row, place, target.value)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Button isSmall icon="plus" onClick={() => onChange([...rows, rows.at(-1) ?? columns.map(() => '')])}>
        {texts.addRow}
      </Button>
    </div>
  )
}
