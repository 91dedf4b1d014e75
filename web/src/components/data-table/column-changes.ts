import { type Column, type TableView, usualWidth } from './column.ts'

/** Pixels: narrower, a name cannot be told; wider, nothing else is seen. */
const widest = 900
const narrowest = 48
/** What a key widens or narrows by. */
export const widthStep = 16

/** A view in which one column has this width, within reason. */
export function withWidth(view: TableView, id: string, width: number): TableView {
  const kept = Math.round(Math.max(narrowest, Math.min(width, widest)))
  return { ...view, widths: { ...view.widths, [id]: kept } }
}

/** A view in which a column is wider or, with a negative step, narrower. */
export function widened<Row>(view: TableView, { id, width = usualWidth }: Column<Row>, by: number): TableView {
  return withWidth(view, id, width + by)
}

/**
 * A view in which the column at one place stands at another; pinned ones stay among the pinned, the others among the
 * others, as near as they come.
 */
export function withColumnMoved<Row>(
  view: TableView,
  { shown, pinnedCount }: { readonly shown: readonly Column<Row>[]; readonly pinnedCount: number },
  { from, to }: { readonly from: number; readonly to: number },
): TableView {
  const ids = shown.map(({ id }) => id)
  const id = ids[from]
  if (id === undefined) return view
  const [first, last] = from < pinnedCount ? [0, pinnedCount - 1] : [pinnedCount, ids.length - 1]
  const others = ids.filter((each) => each !== id)
  const columns = others.toSpliced(Math.max(first, Math.min(to, last)), 0, id)
  return { ...view, columns, pinned: columns.slice(0, pinnedCount) }
}
