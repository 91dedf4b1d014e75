import type { HTMLAttributes, MouseEvent, ReactNode } from 'react'
import { type Column, type TableView, usualWidth } from './column.ts'
import { ResizeHandle } from './resize-handle.tsx'
import { Icon } from '../icon.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

/** Which columns are drawn now: those at the left, and of the others the ones in sight. */
export interface RowLayout<Row> {
  /** Of the table; cells are found by `id-row-column`. */
  readonly id: string
  readonly pinned: readonly Column<Row>[]
  readonly loose: readonly Column<Row>[]
  /** Place in `loose` of all columns that the first drawn one has. */
  readonly firstLoose: number
  /** Width of the box for selecting; 0 without. */
  readonly lead: number
  /** Width of the loose columns that are out of sight at the left. */
  readonly before: number
  readonly totalWidth: number
}

interface PlacedColumn<Row> {
  readonly column: Column<Row>
  /** Place among all shown columns. */
  readonly index: number
  readonly style: { readonly width: number; readonly left?: number; readonly marginLeft?: number }
  readonly isPinned: boolean
}

function placed<Row>({ pinned, loose, lead, before, firstLoose }: RowLayout<Row>): readonly PlacedColumn<Row>[] {
  let left = lead
  const atLeft = pinned.map((column, index) => {
    const width = column.width ?? usualWidth
    const style = { width, left }
    left += width
    return { column, index, style, isPinned: true }
  })
  const others = loose.map((column, place) => ({
    column,
    index: pinned.length + firstLoose + place,
    style: { width: column.width ?? usualWidth, ...(place === 0 && before > 0 && { marginLeft: before }) },
    isPinned: false,
  }))
  return [...atLeft, ...others]
}

interface HeadRowProps<Row> {
  readonly layout: RowLayout<Row>
  readonly view: TableView
  readonly onSort?: (sort: TableView['sort']) => void
  /** With `onWidth`: edges can be dragged. */
  readonly onDrag?: (column: string, width: number) => void
  readonly onWidth?: (column: string, width: number) => void
  /** A head can be dragged to the place of another. */
  readonly onMove?: (from: number, to: number) => void
  readonly isAllSelected?: boolean
  readonly onAll?: () => void
}

/** The names of the columns; a click sorts, another one the other way round. */
export function HeadRow<Row>(props: HeadRowProps<Row>): ReactNode {
  const { layout, view, onSort, onDrag, onWidth, onMove, isAllSelected, onAll } = props
  const texts = useMessages(shellMessages).table
  const { lead } = layout
  return (
    <div role="rowgroup" className="data-table-head" style={{ width: layout.totalWidth }}>
      <div role="row" aria-rowindex={1} className="data-table-row">
        {onAll !== undefined && (
          <span role="columnheader" className="data-table-select pinned" style={{ width: lead, left: 0 }}>
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={texts.selectAll}
              checked={isAllSelected === true}
              onChange={onAll}
            />
          </span>
        )}
        {placed(layout).map(({ column, index, style, isPinned }) => {
          const isSorted = view.sort?.column === column.id
          const isDescending = isSorted && view.sort?.descending === true
          const canSort = onSort !== undefined && column.isSortable === true
          return (
            <span
              key={column.id}
              role="columnheader"
              aria-colindex={index + 1 + (lead > 0 ? 1 : 0)}
              aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}
              className={cellClass(column, isPinned)}
              style={style}
              {...(onMove !== undefined && draggable(index, onMove))}
            >
              {canSort ? (
                <button
                  type="button"
                  title={texts.sortBy(column.label)}
                  onClick={() => onSort({ column: column.id, descending: isSorted ? !isDescending : true })}
                >
                  <span className="data-table-name">{column.label}</span>
                  {isSorted && <Icon name={isDescending ? 'down' : 'up'} size={12} />}
                </button>
              ) : (
                <span className="data-table-name" title={column.label}>
                  {column.label}
                </span>
              )}
              {onDrag !== undefined && onWidth !== undefined && (
                <ResizeHandle
                  width={style.width}
                  onDrag={(width) => onDrag(column.id, width)}
                  onDone={(width) => onWidth(column.id, width)}
                />
              )}
            </span>
          )
        })}
      </div>
    </div>
  )
}

/** Pixels of one depth; what is deeper than so many stands no farther to the right. */
const indent = 18
const mostIndented = 8
const dragType = 'application/x-sluice-column'

/** What makes a head movable by a pointer; what else is dragged over it is left alone. */
function draggable(place: number, onMove: (from: number, to: number) => void): HTMLAttributes<HTMLElement> {
  return {
    draggable: true,
    onDragStart: ({ dataTransfer }) => dataTransfer.setData(dragType, String(place)),
    onDragOver: (event) => {
      if (event.dataTransfer.types.includes(dragType)) event.preventDefault()
    },
    onDrop: (event) => {
      const from = event.dataTransfer.getData(dragType)
      if (from === '') return
      event.preventDefault()
      onMove(Number(from), place)
    },
  }
}

/** A row's place in a tree; without `isOpen` nothing is under it. */
export interface Branch {
  readonly depth: number
  readonly isOpen?: boolean
  readonly onToggle?: () => void
}

interface BodyRowProps<Row> {
  readonly layout: RowLayout<Row>
  readonly row: Row
  readonly index: number
  readonly top: number
  /** Absent: another row is the active one. */
  readonly activeColumn?: number
  readonly isSelected?: boolean
  readonly onSelect?: (isRange: boolean) => void
  readonly onPoint: (column: number) => void
  readonly onOpen?: () => void
  readonly branch?: Branch
}

/** One row of values. */
export function BodyRow<Row>(props: BodyRowProps<Row>): ReactNode {
  const { layout, row, index, top, activeColumn, isSelected, onSelect, onPoint, onOpen, branch } = props
  const texts = useMessages(shellMessages).table
  const classes = ['data-table-row', isSelected === true ? 'selected' : '', activeColumn !== undefined ? 'active' : '']
  return (
    // Keys are the table's: it has the focus. A double click is a pointer's way to what Enter does.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus -- see above
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-level={branch === undefined ? undefined : branch.depth + 1}
      aria-expanded={branch?.isOpen}
      className={classes.filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)`, width: layout.totalWidth }}
      onDoubleClick={onOpen}
    >
      {onSelect !== undefined && (
        <span role="gridcell" className="data-table-select pinned" style={{ width: layout.lead, left: 0 }}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={texts.selectRow}
            checked={isSelected === true}
            onChange={() => undefined}
            onClick={(event: MouseEvent) => onSelect(event.shiftKey)}
          />
        </span>
      )}
      {placed(layout).map(({ column, index: place, style, isPinned }) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the table has the keys
        <span
          key={column.id}
          id={`${layout.id}-${index}-${place}`}
          role="gridcell"
          aria-colindex={place + 1 + (layout.lead > 0 ? 1 : 0)}
          className={`${cellClass(column, isPinned)}${place === activeColumn ? ' active-cell' : ''}`}
          style={style}
          onClick={() => onPoint(place)}
        >
          {branch !== undefined && place === 0 && <Twisty branch={branch} />}
          <span className="data-table-value">{column.cell(row)}</span>
        </span>
      ))}
    </div>
  )
}

/** Opens and closes a row; as wide where nothing is under it, so that names of one depth stand below each other. */
function Twisty({ branch: { depth, isOpen, onToggle } }: { readonly branch: Branch }): ReactNode {
  const texts = useMessages(shellMessages).table
  return (
    <span className="data-table-twisty" style={{ marginLeft: Math.min(depth, mostIndented) * indent }}>
      {isOpen !== undefined && (
        <button
          type="button"
          tabIndex={-1}
          className={isOpen ? 'is-open' : undefined}
          aria-label={isOpen ? texts.closeRow : texts.openRow}
          onClick={({ currentTarget }) => {
            // The keys are the table's.
            currentTarget.closest<HTMLElement>('[role=treegrid]')?.focus({ preventScroll: true })
            onToggle?.()
          }}
          // Two quick clicks close and open; they do not go to the row's own page.
          onDoubleClick={(event) => event.stopPropagation()}
        >
          <Icon name="chevron" size={14} />
        </button>
      )}
    </span>
  )
}

function cellClass<Row>({ align }: Column<Row>, isPinned: boolean): string {
  return `data-table-cell${align === 'end' ? ' number' : ''}${isPinned ? ' pinned' : ''}`
}
