import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { type RunRow, type RunsPiece, type RunsQuery, searchNestedRuns } from './run-types.ts'
import type { RowTree } from '../../components/data-table/row-tree.ts'

const pieceRows = 100
const parent = 'tags.`mlflow.parentRunId`'

/** The runs of a query that are under no other. */
export function rootsOf(query: RunsQuery): RunsQuery {
  const filter = query.filter === undefined ? '' : `${query.filter} AND `
  return { ...query, filter: `${filter}${parent} IS NULL` }
}

/** The tokens of the pieces that are shown of each open run; the first one's is empty. */
type OpenRuns = ReadonlyMap<string, readonly string[]>

interface NestedRuns {
  /** Those of open runs after them. */
  readonly rows: readonly RunRow[]
  readonly tree: RowTree<RunRow>
  readonly isLoading: boolean
  /** Why runs under one of them could not be had. */
  readonly error: Error | null
  readonly retry: () => void
}

/** Runs as a tree: whose children are shown, and those, asked for a piece at a time; all of them, whatever the filter. */
export function useNestedRuns(query: RunsQuery, roots: readonly RunRow[]): NestedRuns {
  const { filter: _filter, ...shown } = query
  const form = JSON.stringify(shown)
  const [state, setState] = useState<{ readonly form: string; readonly open: OpenRuns }>({ form, open: new Map() })
  // Tokens are those of one order: in another, open runs begin anew.
  const open = state.form === form ? state.open : new Map([...state.open.keys()].map((id) => [id, ['']]))
  const change = (next: OpenRuns): void => setState({ form, open: next })
  const asked = [...open].flatMap(([id, tokens]) => tokens.map((token) => ({ id, token })))
  const answers = useQueries({
    queries: asked.map(({ id, token }) => {
      const children = { ...shown, filter: `${parent} = '${id}'` }
      return {
        queryKey: ['rest', '/api/v1/runs/search', 'nested', children, token],
        queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
          searchNestedRuns(children, { count: pieceRows, signal, ...(token !== '' && { token }) }),
      }
    }),
  })
  const pieces = new Map<string, readonly RunsPiece[]>()
  for (const [place, { id }] of asked.entries()) {
    const piece = answers[place]?.data
    if (piece !== undefined) pieces.set(id, [...(pieces.get(id) ?? []), piece])
  }
  const { rows, depths } = flattened(roots, pieces)
  const failed = answers.filter(({ isError }) => isError)
  return {
    rows,
    isLoading: answers.some(({ isPending }) => isPending),
    error: failed[0]?.error ?? null,
    retry: () => failed.forEach((each) => void each.refetch()),
    tree: {
      depth: ({ run_id: id }) => depths.get(id) ?? 0,
      isOpen: ({ run_id: id, children = 0 }) => (children === 0 && !open.has(id) ? undefined : open.has(id)),
      onToggle: ({ run_id: id }) =>
        change(new Map(open.has(id) ? [...open].filter(([each]) => each !== id) : [...open, [id, ['']]])),
      onInSight: (seen) => {
        const ids = new Set(seen.map((run) => run.run_id))
        for (const [id, tokens] of open) {
          const last = pieces.get(id)?.at(-1)
          const end = last?.rows.at(-1)?.run_id
          const next = last?.nextToken
          if (next === undefined || end === undefined || tokens.includes(next) || !ids.has(end)) continue
          change(new Map([...open, [id, [...tokens, next]]]))
          return
        }
      },
    },
  }
}

function flattened(
  roots: readonly RunRow[],
  pieces: ReadonlyMap<string, readonly RunsPiece[]>,
): { readonly rows: readonly RunRow[]; readonly depths: ReadonlyMap<string, number> } {
  const rows: RunRow[] = []
  const depths = new Map<string, number>()
  const add = (run: RunRow, depth: number): void => {
    // Pieces are of different moments: a run that was moved between them stands once.
    if (depths.has(run.run_id)) return
    depths.set(run.run_id, depth)
    rows.push(run)
    for (const piece of pieces.get(run.run_id) ?? []) for (const child of piece.rows) add(child, depth + 1)
  }
  for (const root of roots) add(root, 0)
  return { rows, depths }
}
