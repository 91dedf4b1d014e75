import type { Database } from '../../database/database.ts'
import { countTraces } from './trace-search.ts'

export interface TraceCorrelation {
  /** Normalised pointwise mutual information, -1 (never together) to 1 (always); absent where a filter meets nothing. */
  readonly npmi?: number
  /** The same, absent where it is, with half a trace added to each cell (Jeffreys), which tells more of small counts. */
  readonly npmiSmoothed?: number
  readonly first: number
  readonly second: number
  readonly joint: number
  readonly total: number
}

/** How much two filters go together among the traces that meet `base`. */
export async function correlateTraces(
  database: Database,
  experimentIds: readonly string[],
  filters: { readonly first: string; readonly second: string; readonly base?: string },
): Promise<TraceCorrelation> {
  const base = filters.base === undefined ? [] : [filters.base]
  const count = (...more: readonly string[]) => countTraces(database, { experimentIds, filters: [...base, ...more] })
  const [total, first, second, joint] = await Promise.all([
    count(),
    count(filters.first),
    count(filters.second),
    count(filters.first, filters.second),
  ])
  const counts = { first, second, joint, total }
  // Smoothing would make a small number of nothing.
  if (first === 0 || second === 0) return counts
  return { ...counts, npmi: npmiOf(counts), npmiSmoothed: smoothedNpmi(counts) }
}

type Counts = Pick<TraceCorrelation, 'first' | 'second' | 'joint' | 'total'>

function npmiOf({ first, second, joint, total }: Counts): number {
  if (joint === 0) return -1
  return joint === total ? 1 : ratio(joint / total, first / total, second / total)
}

function smoothedNpmi({ first, second, joint, total }: Counts): number {
  const all = total + 2
  return ratio((joint + 0.5) / all, (first + 1) / all, (second + 1) / all)
}

/** Bouma, "Normalized (pointwise) mutual information in collocation extraction" (2009), kept within its bounds. */
function ratio(joint: number, first: number, second: number): number {
  return Math.max(-1, Math.min(1, Math.log(joint / (first * second)) / -Math.log(joint)))
}
