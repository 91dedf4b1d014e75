import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect } from 'react'
import { type Column, shownColumns, type TableView, usualWidth } from './column.ts'
import type { RowLayout } from './table-rows.tsx'

const rowHeight = 32

interface TableWindowOptions<Row> {
  readonly id: string
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly columns: readonly Column<Row>[]
  readonly view: TableView
  readonly rowCount: number
  /** Width of the box for selecting; 0 without. */
  readonly lead: number
}

interface TableWindow<Row> {
  readonly rowVirtualizer: Virtualizer<HTMLDivElement, Element>
  readonly layout: RowLayout<Row>
  readonly shown: readonly Column<Row>[]
  readonly pinnedCount: number
  /** Brings a cell into sight. */
  readonly scrollTo: (cell: { readonly row: number; readonly column: number }) => void
}

/** Which rows and columns of a table are in sight, and so drawn. */
export function useTableWindow<Row>({
  id,
  scroller,
  columns,
  view,
  rowCount,
  lead,
}: TableWindowOptions<Row>): TableWindow<Row> {
  const { shown, pinnedCount } = shownColumns(columns, view)
  const pinned = shown.slice(0, pinnedCount)
  const loose = shown.slice(pinnedCount)
  const pinnedWidth = pinned.reduce((sum, { width = usualWidth }) => sum + width, lead)
  const rowVirtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollPaddingStart: rowHeight,
    // One drawing for both directions: drawn at once, the first one's change is laid out before the second reads on.
    useFlushSync: false,
  })
  const columnVirtualizer = useVirtualizer<HTMLDivElement, Element>({
    horizontal: true,
    count: loose.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => loose[index]?.width ?? usualWidth,
    overscan: 3,
    paddingStart: pinnedWidth,
    scrollPaddingStart: pinnedWidth,
    getItemKey: (index) => loose[index]?.id ?? index,
    useFlushSync: false,
  })
  // Columns come anew with each drawing; only other widths or places are worth measuring for.
  const widths = loose.map(({ id: each, width = usualWidth }) => `${each} ${width}`).join()
  useEffect(() => columnVirtualizer.measure(), [columnVirtualizer, widths])
  const inSight = columnVirtualizer.getVirtualItems()
  return {
    rowVirtualizer,
    shown,
    pinnedCount,
    layout: {
      ...{ id, pinned, lead },
      loose: inSight.flatMap(({ index }) => loose[index] ?? []),
      before: (inSight[0]?.start ?? pinnedWidth) - pinnedWidth,
      firstLoose: inSight[0]?.index ?? 0,
      totalWidth: Math.max(columnVirtualizer.getTotalSize(), pinnedWidth),
    },
    scrollTo: ({ row, column }) => {
      rowVirtualizer.scrollToIndex(row)
      if (column >= pinnedCount) columnVirtualizer.scrollToIndex(column - pinnedCount)
    },
  }
}
