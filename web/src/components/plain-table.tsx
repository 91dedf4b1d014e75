import type { ReactNode } from 'react'
import { ScrolledRegion } from './scrolled.tsx'
import './plain-table.css'

interface PlainColumn {
  readonly label: string
  readonly isNumber?: boolean
  /** Its cells say what their rows are about. */
  readonly isRowHead?: boolean
}

interface PlainTableProps {
  /** What it shows, for screen readers. */
  readonly label: string
  readonly columns: readonly PlainColumn[]
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[]
}

/** A short table that scrolls in itself; for long ones there is `DataTable`. */
export function PlainTable({ label, columns, rows }: PlainTableProps): ReactNode {
  return (
    <ScrolledRegion className="plain-table" label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ label: name, isNumber }) => (
              <th key={name} scope="col" className={isNumber === true ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, index) => {
                const { label: name = index, isNumber, isRowHead } = columns[index] ?? {}
                const className = isNumber === true ? 'number' : undefined
                return isRowHead === true ? (
                  <th key={name} scope="row" className={className}>
                    {cell}
                  </th>
                ) : (
                  <td key={name} className={className}>
                    {cell}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrolledRegion>
  )
}
