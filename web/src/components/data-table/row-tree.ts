/** Rows that have rows under them; the page puts those of open rows after them, one deeper. */
export interface RowTree<Row> {
  /** 0 at the top. */
  readonly depth: (row: Row) => number
  /** Absent: nothing is under it. */
  readonly isOpen: (row: Row) => boolean | undefined
  readonly onToggle: (row: Row) => void
  /** Called with the rows that are drawn, whenever others are: the page loads what comes after them. */
  readonly onInSight?: (rows: readonly Row[]) => void
}

/** The place of the row that a row is under; -1 at the top. */
export function parentPlace<Row>(rows: readonly Row[], place: number, { depth }: RowTree<Row>): number {
  const row = rows[place]
  return row === undefined ? -1 : rows.slice(0, place).findLastIndex((each) => depth(each) < depth(row))
}
