/** Which rows are selected, by id, and where a range starts. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly anchor?: string
}

export const nothingSelected: Selection = { ids: new Set() }

/** Takes one row in or out. */
export function toggleRow({ ids }: Selection, id: string): Selection {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, anchor: id }
}

/** Takes in every row from the anchor to `id`, both included, in the order shown. */
export function selectRange({ ids, anchor }: Selection, id: string, order: readonly string[]): Selection {
  const [start, end] = [order.indexOf(anchor ?? id), order.indexOf(id)]
  if (start < 0 || end < 0) return { ids: new Set([...ids, id]), anchor: id }
  const range = order.slice(Math.min(start, end), Math.max(start, end) + 1)
  return { ids: new Set([...ids, ...range]), anchor: anchor ?? id }
}

/** Takes in all loaded rows, or, when they all are, none. */
export function toggleAll({ ids }: Selection, order: readonly string[]): Selection {
  return order.length > 0 && order.every((id) => ids.has(id)) ? nothingSelected : { ids: new Set(order) }
}
