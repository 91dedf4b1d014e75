import type { ReactNode } from 'react'
import { DataTable } from './data-table/data-table.tsx'

interface AnswerTableProps {
  /** What the rows are, for screen readers. */
  readonly label: string
  /** Names, and types in DuckDB's words. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly toolbar?: ReactNode
  /** Pixels at most; default: what is left of the window. */
  readonly maxHeight?: number
}

/** Rows as the server reads them from a table. */
export function AnswerTable({ label, columns, rows, ...rest }: AnswerTableProps): ReactNode {
  return (
    <DataTable
      label={label}
      columns={columns.map(({ name, type }, index) => ({
        // An answer may have the same name twice.
        id: `${index} ${name}`,
        label: name,
        align: isNumberType(type) ? ('end' as const) : ('start' as const),
        cell: ({ values }: { readonly values: readonly unknown[] }) => cellText(values[index]),
      }))}
      rows={rows.map((values, index) => ({ id: String(index), values }))}
      rowId={({ id }) => id}
      {...rest}
    />
  )
}

/** Whether a column of that type holds numbers. */
export function isNumberType(type: string): boolean {
  return /INT|DOUBLE|FLOAT|DECIMAL/.test(type)
}

function cellText(value: unknown): ReactNode {
  if (value === null || value === undefined) return <span className="quiet">–</span>
  return typeof value === 'string' ? value : JSON.stringify(value)
}
