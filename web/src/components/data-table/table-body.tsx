import type { Virtualizer } from '@tanstack/react-virtual'
import type { ReactNode } from 'react'
import type { RowTree } from './row-tree.ts'
import { selectRange, type Selection, toggleRow } from './selection.ts'
import { BodyRow, type Branch, type RowLayout } from './table-rows.tsx'

interface Cell {
  readonly row: number
  readonly column: number
}

interface TableBodyProps<Row> {
  readonly layout: RowLayout<Row>
  readonly rowVirtualizer: Virtualizer<HTMLDivElement, Element>
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  /** Ids of all rows, as they are shown. */
  readonly order: readonly string[]
  readonly active: Cell
  readonly onPoint: (cell: Cell) => void
  readonly selection?: Selection
  readonly onSelection?: (selection: Selection) => void
  readonly onOpen?: (row: Row) => void
  readonly tree?: RowTree<Row>
}

/** The rows of a table that are in sight. */
export function TableBody<Row>(props: TableBodyProps<Row>): ReactNode {
  const { layout, rowVirtualizer, rows, rowId, order, active, onPoint, selection, onSelection, onOpen, tree } = props
  return (
    <div
      role="rowgroup"
      className="data-table-body"
      style={{ height: rowVirtualizer.getTotalSize(), width: layout.totalWidth }}
    >
      {rowVirtualizer.getVirtualItems().map(({ index, start }) => {
        const row = rows[index]
        if (row === undefined) return null
        const key = rowId(row)
        return (
          <BodyRow
            key={key}
            layout={layout}
            row={row}
            index={index}
            top={start}
            {...(index === active.row && { activeColumn: active.column })}
            {...(selection !== undefined &&
              onSelection !== undefined && {
                isSelected: selection.ids.has(key),
                onSelect: (isRange: boolean) =>
                  onSelection(isRange ? selectRange(selection, key, order) : toggleRow(selection, key)),
              })}
            onPoint={(column) => onPoint({ row: index, column })}
            {...(onOpen !== undefined && { onOpen: () => onOpen(row) })}
            {...(tree !== undefined && { branch: branchOf(row, tree) })}
          />
        )
      })}
    </div>
  )
}

function branchOf<Row>(row: Row, { depth, isOpen, onToggle }: RowTree<Row>): Branch {
  const open = isOpen(row)
  return { depth: depth(row), ...(open !== undefined && { isOpen: open, onToggle: () => onToggle(row) }) }
}
