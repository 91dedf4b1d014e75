import { SluiceError } from '../../base/errors.ts'
import type { Database, Tables } from '../../database/database.ts'
import type { Page, RunInfo } from '../entities.ts'
import { runInfo } from '../run-rows.ts'
import { pieces, trackingTables } from '../tables.ts'
import { keyedTables } from './run-conditions.ts'
import { findRuns, type RunQuery } from './run-search.ts'

/** A column of a table of runs, e.g. the latest value of the metric `acc`. */
export interface RunColumn {
  readonly kind: keyof typeof keyedTables
  readonly key: string
}

/** A metric's number (or NaN), a param's or tag's text; `null` where the run has none. */
export type RunValue = number | string | null

export interface RunTableRow {
  readonly info: RunInfo
  /** In the order of the columns. */
  readonly values: readonly RunValue[]
}

export interface RunTableQuery extends RunQuery {
  /** At most 500. */
  readonly columns: readonly RunColumn[]
}

const maxColumns = 500

/** A page of a search with only the values that are shown of each run. Throws as `searchRuns` does. */
export async function searchRunTable(database: Database, query: RunTableQuery): Promise<Page<RunTableRow>> {
  const { columns } = query
  if (columns.length > maxColumns) {
    throw new SluiceError('limit-exceeded', `A table of runs has at most ${maxColumns} columns, not ${columns.length}.`)
  }
  const { items, ...next } = await findRuns(database, query)
  const ids = items.map((row) => row.run_id)
  const values = await readValues(database.read, ids, columns)
  return { items: items.map((row) => ({ info: runInfo(row), values: values.get(row.run_id)! })), ...next }
}

/** The values of these columns, by run. */
async function readValues(
  tables: Tables,
  ids: readonly string[],
  columns: readonly RunColumn[],
): Promise<ReadonlyMap<string, readonly RunValue[]>> {
  const values = new Map(ids.map((id) => [id, new Array<RunValue>(columns.length).fill(null)]))
  for (const kind of Object.keys(keyedTables) as (keyof typeof keyedTables)[]) {
    const places = new Map<string, number[]>()
    for (const [at, column] of columns.entries())
      if (column.kind === kind) places.set(column.key, [...(places.get(column.key) ?? []), at])
    if (places.size === 0) continue
    for (const piece of pieces(ids)) {
      // Sequential: one connection reads.
      for (const { run_id, key, value } of await readPairs(tables, kind, { ids: piece, keys: [...places.keys()] }))
        for (const at of places.get(key) ?? []) values.get(run_id)![at] = value
    }
  }
  return values
}

interface Pair {
  readonly run_id: string
  readonly key: string
  readonly value: number | string
}

/** What runs have by key, of one kind; all keys where none are named. */
export async function readPairs(
  tables: Tables,
  kind: keyof typeof keyedTables,
  { ids, keys }: { readonly ids: readonly string[]; readonly keys?: readonly string[] },
): Promise<readonly Pair[]> {
  const tracking = trackingTables(tables)
  if (kind !== 'metric') {
    const pairs = tracking.selectFrom(keyedTables[kind]).select(['run_id', 'key', 'value']).where('run_id', 'in', ids)
    return (keys === undefined ? pairs : pairs.where('key', 'in', keys)).execute()
  }
  const metrics = tracking
    .selectFrom('latest_metric')
    .select(['run_id', 'key', 'value', 'is_nan'])
    .where('run_id', 'in', ids)
  const rows = await (keys === undefined ? metrics : metrics.where('key', 'in', keys)).execute()
  return rows.map(({ is_nan, value, ...row }) => ({ ...row, value: is_nan === 1 ? Number.NaN : value }))
}
