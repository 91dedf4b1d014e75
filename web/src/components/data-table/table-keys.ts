import { widthStep } from './column-changes.ts'
import { parentPlace, type RowTree } from './row-tree.ts'
import { selectRange, type Selection, toggleRow } from './selection.ts'

interface KeyContext<Row> {
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  readonly selection?: Selection
  readonly onSelection?: (selection: Selection) => void
  readonly onOpen?: (row: Row) => void
  readonly tree?: RowTree<Row>
  /** Of the active column: pixels more or less, or places to the right or left. Absent: neither. */
  readonly onWiden?: (by: number) => void
  readonly onShift?: (by: number) => void
  readonly active: { readonly row: number; readonly column: number }
  readonly move: (row: number, column?: number) => void
}

type KeyAction = (isShift: boolean) => void

const pageRows = 20

/** What each key does on the active row. */
export function keyActions<Row>(context: KeyContext<Row>): Readonly<Record<string, KeyAction | undefined>> {
  const { rows, rowId, selection, onSelection, onOpen, onWiden, onShift, active, move } = context
  const row = rows[active.row]
  const step = (by: number): KeyAction => {
    return (isShift) => {
      const next = rows[clamp(active.row + by, rows.length)]
      if (isShift && row !== undefined && next !== undefined && selection !== undefined)
        onSelection?.(
          selectRange(
            selection.anchor === undefined ? { ...selection, anchor: rowId(row) } : selection,
            rowId(next),
            rows.map(rowId),
          ),
        )
      move(active.row + by)
    }
  }
  const sideways = (by: number): KeyAction => {
    return (isShift) => {
      if (isShift) onWiden?.(by * widthStep)
      else if (!moveInTree(context, by)) move(active.row, active.column + by)
    }
  }
  const select: KeyAction = () => {
    if (row !== undefined && selection !== undefined) onSelection?.(toggleRow(selection, rowId(row)))
  }
  return {
    ArrowDown: step(1),
    j: step(1),
    J: step(1),
    ArrowUp: step(-1),
    k: step(-1),
    K: step(-1),
    PageDown: step(pageRows),
    PageUp: step(-pageRows),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    ArrowRight: sideways(1),
    ArrowLeft: sideways(-1),
    ...(onShift !== undefined && { '<': () => onShift(-1), '>': () => onShift(1) }),
    x: select,
    ' ': select,
    ...(onOpen !== undefined && row !== undefined && { Enter: () => onOpen(row) }),
  }
}

/** In the first column the arrows open and close a row, and go to the one it is under; false: they only move. */
function moveInTree<Row>({ rows, active, tree, move }: KeyContext<Row>, by: number): boolean {
  const row = rows[active.row]
  if (tree === undefined || row === undefined || active.column > 0) return false
  if (tree.isOpen(row) === by < 0) {
    tree.onToggle(row)
    return true
  }
  const parent = by < 0 ? parentPlace(rows, active.row, tree) : -1
  if (parent >= 0) move(parent)
  return parent >= 0
}

/** A place that exists, the nearest to `index`. */
export function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1))
}
