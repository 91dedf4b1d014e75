import type { components } from '../../api.gen.ts'

type Transition = components['schemas']['ModelTransition']
type Comment = components['schemas']['Comment']

/** Why an alias was moved is kept as a comment on the model that begins so. */
export function reasonComment(
  { alias, version }: { readonly alias: string; readonly version: string },
  why: string,
): string {
  return `${startOf(alias, version)}${why}`
}

/**
 * The reason of a change: the first comment after it, and before the next change of the same alias, that says it is of
 * this alias and version. `history` is newest first, as the server tells it.
 */
export function reasonOf(
  place: number,
  { history, comments }: { readonly history: readonly Transition[]; readonly comments: readonly Comment[] },
): string | undefined {
  const { alias, to, at } = history[place]!
  if (alias === undefined || to === undefined) return undefined
  const next = history.slice(0, place).findLast((later) => later.alias === alias)
  const start = startOf(alias, to)
  const found = comments.find(
    ({ body, created_at: said }) => body.startsWith(start) && said >= at && (next === undefined || said < next.at),
  )
  return found?.body.slice(start.length)
}

function startOf(alias: string, version: string): string {
  return `${alias} → ${version}: `
}
