import type { ReactNode } from 'react'

/** One column of a `DataTable`. */
export interface Column<Row> {
  /** Stands in the address: stable, e.g. `start_time` or `metrics.accuracy`. */
  readonly id: string
  readonly label: string
  readonly cell: (row: Row) => ReactNode
  /** Pixels; 140 when absent. */
  readonly width?: number
  /** `end` for numbers. */
  readonly align?: 'start' | 'end'
  /** The rows come sorted by it when asked: the page asks the server. */
  readonly isSortable?: boolean
  /** Heading over it in the column picker, e.g. `Metrics`. */
  readonly group?: string
  /** Hidden until it is picked. */
  readonly isHidden?: boolean
  /** Stays at the left. */
  readonly isPinned?: boolean
}

/** How a table is shown; the page keeps it in the address (`table-view.ts`). */
export interface TableView {
  readonly sort?: { readonly column: string; readonly descending: boolean }
  /** Ids shown, in order; absent: the columns' own choice. */
  readonly columns?: readonly string[]
  /** Ids at the left; absent: the columns' own choice. */
  readonly pinned?: readonly string[]
  /** Pixels by id, where somebody changed them. */
  readonly widths?: Readonly<Record<string, number>>
}

export const usualWidth = 140

/** The columns to draw, pinned ones first, and how many those are. */
export function shownColumns<Row>(
  columns: readonly Column<Row>[],
  view: TableView,
): { readonly shown: readonly Column<Row>[]; readonly pinnedCount: number } {
  const byId = new Map(columns.map((column) => [column.id, column]))
  const ids = view.columns ?? columns.filter(({ isHidden }) => isHidden !== true).map(({ id }) => id)
  const pinnedIds = new Set(view.pinned ?? columns.filter(({ isPinned }) => isPinned === true).map(({ id }) => id))
  // An address may name columns that are gone, e.g. a metric that no run of this page has.
  const known = [...new Set(ids)].flatMap((id) => {
    const [column, width] = [byId.get(id), view.widths?.[id]]
    return column === undefined ? [] : width === undefined ? column : { ...column, width }
  })
  const pinned = known.filter(({ id }) => pinnedIds.has(id))
  return { shown: [...pinned, ...known.filter(({ id }) => !pinnedIds.has(id))], pinnedCount: pinned.length }
}
