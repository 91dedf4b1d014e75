import { type TableSearch, tableSearch } from '../../components/data-table/table-view.ts'

export const traceStates = ['OK', 'ERROR', 'IN_PROGRESS'] as const
export const hoursOfRange = { '1h': 1, '24h': 24, '7d': 24 * 7, '30d': 24 * 30 } as const

export type TraceRange = keyof typeof hoursOfRange

/** Which traces are shown, as the address says it. */
export interface TracesSearch extends TableSearch {
  /** In MLflow's language. */
  readonly filter?: string
  /** Its id; absent: every experiment. */
  readonly experiment?: string
  readonly state?: (typeof traceStates)[number]
  /** Up to now. With it there is neither `from` nor `to`. */
  readonly last?: TraceRange
  /** RFC 3339. */
  readonly from?: string
  readonly to?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function tracesSearch(search: Readonly<Record<string, unknown>>): TracesSearch {
  const { filter, experiment } = search
  const state = traceStates.find((each) => each === search['state'])
  const last = (Object.keys(hoursOfRange) as TraceRange[]).find((each) => each === search['last'])
  const [from, to] = [timeOf(search['from']), timeOf(search['to'])]
  return {
    ...tableSearch(search),
    ...(typeof filter === 'string' && filter !== '' && { filter }),
    // An address turns `1` into a number.
    ...((typeof experiment === 'string' || typeof experiment === 'number') && { experiment: String(experiment) }),
    ...(state !== undefined && { state }),
    ...(last !== undefined && { last }),
    ...(last === undefined && from !== undefined && { from }),
    ...(last === undefined && to !== undefined && { to }),
  }
}

function timeOf(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}
