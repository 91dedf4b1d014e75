import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Column, TableView } from './column.ts'
import { widened, withColumnMoved, withWidth } from './column-changes.ts'
import { ColumnPicker } from './column-picker.tsx'
import type { RowTree } from './row-tree.ts'
import { type Selection, toggleAll } from './selection.ts'
import { clamp, keyActions } from './table-keys.ts'
import { TableBody } from './table-body.tsx'
import { HeadRow } from './table-rows.tsx'
import { useTableWindow } from './use-table-window.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import { shellMessages } from '../../messages/shell.ts'
import './data-table.css'

interface DataTableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  readonly view?: TableView
  /** Absent: neither sorted nor picked. */
  readonly onView?: (view: TableView) => void
  /** Enter, or a double click. */
  readonly onOpen?: (row: Row) => void
  /** With `onSelection`: rows can be selected. */
  readonly selection?: Selection
  readonly onSelection?: (selection: Selection) => void
  /** Rows with rows under them: → and ← in the first column open and close. */
  readonly tree?: RowTree<Row>
  /** How many rows there are altogether, where the server said so. */
  readonly rowCount?: number
  /** Called when the end comes near; the page loads the next piece. */
  readonly onMore?: () => void
  readonly isLoadingMore?: boolean
  /** Above the table, left of the column picker. */
  readonly toolbar?: ReactNode
  /** Pixels at most; default: what the page leaves of the window. */
  readonly maxHeight?: number
}

const selectWidth = 36

/**
 * A table of any length and width: only what is seen is drawn, at most about 60 rows. The table takes the focus once;
 * arrows or j and k move a row, x selects, Shift extends, Enter opens; Shift with an arrow to the side widens a column, <
 * and > move it. Sorting, filtering and paging are the page's.
 */
export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, rowId, view: given = {}, onView, selection, onSelection, rowCount, toolbar } = props
  const texts = useMessages(shellMessages).table
  const format = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const [active, setActive] = useState({ row: 0, column: 0 })
  // While an edge is dragged; the address gets the width where it is let go.
  const [dragged, setDragged] = useState<TableView>()
  const view = dragged ?? given
  const hasSelection = selection !== undefined && onSelection !== undefined
  const { rowVirtualizer, layout, shown, pinnedCount, scrollTo } = useTableWindow({
    ...{ id, scroller, columns, view },
    rowCount: rows.length,
    lead: hasSelection ? selectWidth : 0,
  })
  useMoreNearEnd(props, rowVirtualizer.getVirtualItems())
  const activeRow = Math.min(active.row, rows.length - 1)
  const move = (row: number, column = active.column): void => {
    const next = { row: clamp(row, rows.length), column: clamp(column, shown.length) }
    setActive(next)
    scrollTo(next)
  }
  const moveColumn = (from: number, to: number): void =>
    onView?.(withColumnMoved(view, { shown, pinnedCount }, { from, to }))
  const shiftColumn = (by: number): void => {
    moveColumn(active.column, active.column + by)
    move(activeRow, active.column + by)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return
    const column = shown[active.column]
    const act = keyActions({
      ...props,
      ...(onView !== undefined &&
        column !== undefined && { onWiden: (by: number) => onView(widened(view, column, by)), onShift: shiftColumn }),
      ...{ active: { row: activeRow, column: active.column }, move },
    })[event.key]
    if (act === undefined) return
    event.preventDefault()
    act(event.shiftKey)
  }
  const order = rows.map(rowId)
  return (
    <div className="data-table">
      {(toolbar !== undefined || onView !== undefined) && (
        <div className="data-table-toolbar">
          <div className="row">{toolbar}</div>
          <div className="row">
            <span className="quiet">{texts.rows(format.count(rowCount ?? rows.length))}</span>
            {onView !== undefined && <ColumnPicker columns={columns} view={view} onView={onView} />}
          </div>
        </div>
      )}
      {/* The table takes the keys of its rows: see the APG pattern "grid". */}
      <div
        ref={scroller}
        className="data-table-scroller"
        role="grid"
        {...(props.tree !== undefined && { role: 'treegrid' })}
        aria-label={label}
        aria-rowcount={(rowCount ?? rows.length) + 1}
        aria-colcount={shown.length + (hasSelection ? 1 : 0)}
        aria-multiselectable={hasSelection}
        aria-activedescendant={rows.length === 0 ? undefined : `${id}-${activeRow}-${active.column}`}
        tabIndex={0}
        {...(props.maxHeight !== undefined && { style: { maxHeight: props.maxHeight } })}
        onKeyDown={onKeyDown}
      >
        <HeadRow
          layout={layout}
          view={view}
          {...(onView !== undefined && {
            onSort: (sort: TableView['sort']) => onView({ ...view, ...withSort(sort) }),
            onDrag: (column: string, width: number) => setDragged(withWidth(given, column, width)),
            onWidth: (column: string, width: number) => {
              setDragged(undefined)
              onView(withWidth(given, column, width))
            },
            onMove: moveColumn,
          })}
          {...(hasSelection && {
            isAllSelected: order.length > 0 && order.every((each) => selection.ids.has(each)),
            onAll: () => onSelection(toggleAll(selection, order)),
          })}
        />
        <TableBody
          {...{ layout, rowVirtualizer, rows, rowId, order }}
          active={{ row: activeRow, column: active.column }}
          onPoint={setActive}
          {...(hasSelection && { selection, onSelection })}
          {...(props.onOpen !== undefined && { onOpen: props.onOpen })}
          {...(props.tree !== undefined && { tree: props.tree })}
        />
      </div>
      {props.isLoadingMore === true && <p className="quiet data-table-more">{texts.more}</p>}
    </div>
  )
}

function withSort(sort: TableView['sort']): TableView {
  return sort === undefined ? {} : { sort }
}

function useMoreNearEnd<Row>(props: DataTableProps<Row>, drawn: readonly { readonly index: number }[]): void {
  const { rows, onMore, isLoadingMore = false, tree } = props
  const [firstShown, lastShown] = [drawn[0]?.index ?? 0, drawn.at(-1)?.index ?? -1]
  const isNear = onMore !== undefined && !isLoadingMore && rows.length > 0 && lastShown >= rows.length - 20
  useEffect(() => {
    if (isNear) onMore?.()
  }, [isNear, onMore, rows.length])
  const onInSight = tree?.onInSight
  useEffect(() => {
    onInSight?.(rows.slice(firstShown, lastShown + 1))
  }, [onInSight, rows, firstShown, lastShown])
}
