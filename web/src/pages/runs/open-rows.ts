import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunRow, RunsPiece, RunsQuery, searchRuns } from './run-types.ts'

const pieceRows = 100

interface OpenRowsOptions {
  /** Of what all have in common; where it changes, open rows begin anew. */
  readonly form: string
  /** The runs under a row. */
  readonly queryOf: (id: string) => RunsQuery
  readonly ask: typeof searchRuns
}

export interface OpenRows {
  readonly isOpen: (id: string) => boolean
  readonly toggle: (id: string) => void
  /** The loaded runs under a row. */
  readonly runsUnder: (id: string) => readonly RunRow[]
  /** For `RowTree`, with the ids of what is drawn. */
  readonly onInSight: (ids: ReadonlySet<string>) => void
  readonly isLoading: boolean
  /** Why the runs under a row could not be had. */
  readonly error: Error | null
  readonly retry: () => void
}

/** The tokens of the pieces that are shown under each open row; the first one's is empty. */
type Tokens = ReadonlyMap<string, readonly string[]>

/** Which rows of a tree are open, and the runs under them, asked for a piece at a time as they come into sight. */
export function useOpenRows({ form, queryOf, ask }: OpenRowsOptions): OpenRows {
  const [state, setState] = useState<{ readonly form: string; readonly open: Tokens }>({ form, open: new Map() })
  // Tokens are those of one order: in another, open rows begin anew.
  const open = state.form === form ? state.open : new Map([...state.open.keys()].map((id) => [id, ['']]))
  const change = (next: Tokens): void => setState({ form, open: next })
  const asked = [...open].flatMap(([id, tokens]) => tokens.map((token) => ({ id, token })))
  const answers = useQueries({
    queries: asked.map(({ id, token }) => {
      const query = queryOf(id)
      return {
        queryKey: ['rest', '/api/v1/runs/search', 'under', query, token],
        queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
          ask(query, { count: pieceRows, signal, ...(token !== '' && { token }) }),
      }
    }),
  })
  const pieces = new Map<string, readonly RunsPiece[]>()
  for (const [place, { id }] of asked.entries()) {
    const piece = answers[place]?.data
    if (piece !== undefined) pieces.set(id, [...(pieces.get(id) ?? []), piece])
  }
  const failed = answers.filter(({ isError }) => isError)
  return {
    isOpen: (id) => open.has(id),
    toggle: (id) => change(new Map(open.has(id) ? [...open].filter(([each]) => each !== id) : [...open, [id, ['']]])),
    runsUnder: (id) => pieces.get(id)?.flatMap(({ rows }) => rows) ?? [],
    onInSight: (ids) => {
      for (const [id, tokens] of open) {
        const last = pieces.get(id)?.at(-1)
        const end = last?.rows.at(-1)?.run_id
        const next = last?.nextToken
        if (next === undefined || end === undefined || tokens.includes(next) || !ids.has(end)) continue
        change(new Map([...open, [id, [...tokens, next]]]))
        return
      }
    },
    isLoading: answers.some(({ isPending }) => isPending),
    error: failed[0]?.error ?? null,
    retry: () => failed.forEach((each) => void each.refetch()),
  }
}
