import type { ReactNode } from 'react'
import { alignSeries } from './align-series.ts'
import type { ChartProps } from './chart-props.ts'
import type { Column } from '../data-table/column.ts'
import { DataTable } from '../data-table/data-table.tsx'
import { useFormat } from '../../messages/format.ts'

interface Row {
  readonly index: number
  readonly x: number
  readonly y: readonly (number | null | undefined)[]
}

/** The same values for who does not see the chart, or wants the numbers. */
export function ChartTable({ label, series, x: kind = 'number', xLabel = 'x' }: ChartProps): ReactNode {
  const format = useFormat()
  const { x, y } = alignSeries(series)
  const rows: readonly Row[] = x.map((at, index) => ({ index, x: at, y: y.map((column) => column[index]) }))
  const columns: readonly Column<Row>[] = [
    {
      id: 'x',
      label: xLabel,
      isPinned: true,
      ...(kind === 'number' && { align: 'end' as const }),
      width: kind === 'time' ? 190 : 100,
      cell: (row) => (kind === 'time' ? format.time(row.x) : format.number(row.x)),
    },
    ...series.map(({ name }, place): Column<Row> => ({
      id: `y.${place}`,
      label: name,
      align: 'end',
      cell: (row) => {
        const value = row.y[place]
        return value === undefined || value === null ? '' : format.number(value)
      },
    })),
  ]
  return <DataTable label={label} columns={columns} rows={rows} rowId={(row) => String(row.index)} maxHeight={320} />
}
