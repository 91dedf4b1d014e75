import { answerOf, rest } from '../../api/rest-client.ts'
import type { TableView } from '../../components/data-table/column.ts'

/** A metric, param or tag of a run; NaN comes as text. */
export type RunValue = number | string | null

/** A run as a row of the table; of its values only those that were asked for, by column, e.g. `metrics.acc`. */
export interface RunRow {
  readonly run_id: string
  readonly experiment_id: string
  readonly name: string
  readonly user: string
  readonly status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
  readonly started_at: string
  readonly ended_at?: string
  readonly lifecycle_stage: 'active' | 'deleted'
  readonly values: Readonly<Record<string, RunValue>>
  /** Of nested runs: how many are directly under it. */
  readonly children?: number
}

/** Which runs, in what order, with which columns. */
export interface RunsQuery {
  readonly experiment_ids: string[]
  readonly filter?: string
  readonly view?: 'deleted' | 'all'
  readonly order_by?: string[]
  readonly columns: string[]
}

export interface RunsPiece {
  readonly rows: readonly RunRow[]
  readonly nextToken?: string
}

/** A piece of a table of runs. */
export async function searchRuns(
  query: RunsQuery,
  piece: { readonly token?: string; readonly count: number; readonly signal?: AbortSignal },
): Promise<RunsPiece> {
  const { token, count, signal } = piece
  const body = { ...query, max_results: count, ...(token !== undefined && { page_token: token }) }
  const answer = await answerOf(rest.POST('/api/v1/runs/search', { body, ...(signal !== undefined && { signal }) }))
  return {
    rows: answer.items.map(({ values, ...run }) => ({
      ...run,
      values: Object.fromEntries(query.columns.map((column, place) => [column, values[place] ?? null])),
    })),
    ...(answer.next_page_token !== undefined && { nextToken: answer.next_page_token }),
  }
}

/** The same, and of each run how many are under it. */
export async function searchNestedRuns(...given: Parameters<typeof searchRuns>): Promise<RunsPiece> {
  const [{ experiment_ids, view }, { signal }] = given
  const piece = await searchRuns(...given)
  if (piece.rows.length === 0) return piece
  const body = { experiment_ids, run_ids: piece.rows.map((run) => run.run_id), ...(view !== undefined && { view }) }
  const { children } = await answerOf(
    rest.POST('/api/v1/runs/count-children', { body, ...(signal !== undefined && { signal }) }),
  )
  return { ...piece, rows: piece.rows.map((run, place) => ({ ...run, children: children[place] ?? 0 })) }
}

/** Columns that are no metric, param or tag, and what the order calls them. */
const attributes: Readonly<Record<string, string>> = {
  name: 'attributes.run_name',
  status: 'attributes.status',
  started: 'attributes.start_time',
  ended: 'attributes.end_time',
  user: 'attributes.user_id',
  id: 'attributes.run_id',
}

/** Whether a column is a metric, param or tag, to be asked for by name. */
export function isLogged(column: string): boolean {
  return /^(metrics|params|tags)\./.test(column)
}

/** The order of a table in MLflow's language: names in backquotes, or in quotes where they hold one. */
export function orderOf({ sort }: TableView): string[] | undefined {
  if (sort === undefined) return undefined
  const [, kind, key = ''] = /^(metrics|params|tags)\.(.+)$/s.exec(sort.column) ?? []
  const quote = key.includes('`') ? '"' : '`'
  const field = kind === undefined ? attributes[sort.column] : `${kind}.${quote}${key}${quote}`
  return field === undefined ? undefined : [`${field} ${sort.descending ? 'DESC' : 'ASC'}`]
}
