import { sql } from 'kysely'
import type { Database, Tables } from '../../database/database.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { countUpTo } from './plan-search.ts'
import { keyedTables, oneOf } from './run-conditions.ts'

/** What the runs of some experiments log, by name and in order: what a column can be made of. */
export interface RunKeys {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
  /** False where there may be more: params and tags that only some of very many runs have. */
  readonly isComplete: boolean
}

interface KeyBounds {
  /** Runs at either end of the experiments that are read whole. */
  readonly runs: number
  /** Rows of a key that are looked at to tell whether a run of the experiments has it. */
  readonly rows: number
}

const usualBounds: KeyBounds = { runs: 1000, rows: 500 }
const mostKeys = 10_000

/**
 * The names of what was logged. Metrics are found by their index. Params and tags, whose index does not know experiments,
 * by reading the newest and the oldest runs and then trying some rows of every other name there is.
 */
export async function readRunKeys(
  database: Database,
  experimentIds: readonly string[],
  bounds = usualBounds,
): Promise<RunKeys> {
  const { read } = database
  const experiments = experimentNumbers(experimentIds)
  if (experiments.length === 0) return { metrics: [], params: [], tags: [], isComplete: true }
  const inExperiments = oneOf(sql.ref('found.experiment_id'), experiments)
  const logged = sql`select 1 from latest_metric as found where found.key = known.key and ${inExperiments}`
  const metrics = await allKeys(read, 'metric', sql`and exists (${logged})`)
  const params = await textKeys(database, 'parameter', { experiments, bounds })
  const tags = await textKeys(database, 'tag', { experiments, bounds })
  return { metrics, params: params.keys, tags: tags.keys, isComplete: params.isComplete && tags.isComplete }
}

async function textKeys(
  database: Database,
  kind: 'parameter' | 'tag',
  { experiments, bounds }: { readonly experiments: readonly number[]; readonly bounds: KeyBounds },
): Promise<{ readonly keys: readonly string[]; readonly isComplete: boolean }> {
  const { read: tables } = database
  const table = sql.table(keyedTables[kind])
  const inExperiments = oneOf(sql.ref('run.experiment_id'), experiments)
  const end = (order: 'asc' | 'desc') => sql`
    select run_id from (
      select run.run_id from run where ${inExperiments} order by run.start_ms ${sql.raw(order)} limit ${sql.lit(bounds.runs)}
    ) as some_runs`
  const { rows } = await sql<{ key: string }>`
    select distinct pair.key as key from ${table} as pair
    where pair.run_id in (${end('desc')} union ${end('asc')})
  `.execute(tables)
  const keys = new Set(rows.map(({ key }) => key))
  const read = 2 * bounds.runs
  if ((await countUpTo(database, sql`run where ${inExperiments}`, read)) <= read) {
    return { keys: [...keys].sort(), isComplete: true }
  }
  let isComplete = true
  for (const key of await allKeys(tables, kind)) {
    if (keys.has(key)) continue
    const rows = sql`${table} as pair where pair.key = ${key}`
    const tried = sql`(select pair.run_id from ${rows} limit ${sql.lit(bounds.rows)}) as tried`
    const found = sql`${tried} join run on run.run_id = tried.run_id where ${inExperiments}`
    if ((await countUpTo(database, found, 0)) > 0) keys.add(key)
    else if ((await countUpTo(database, rows, bounds.rows)) > bounds.rows) isComplete = false
  }
  return { keys: [...keys].sort(), isComplete }
}

/** Every key there is: the index is searched once for each, however many rows have it. */
async function allKeys(tables: Tables, kind: keyof typeof keyedTables, condition = sql``): Promise<readonly string[]> {
  const table = sql.table(keyedTables[kind])
  const { rows } = await sql<{ key: string }>`
    with recursive known (key) as (
      select min(key) from ${table}
      union all
      select (select min(later.key) from ${table} as later where later.key > known.key) from known
      where known.key is not null
    )
    select key from known where key is not null ${condition} limit ${sql.lit(mostKeys)}
  `.execute(tables)
  return rows.map(({ key }) => key)
}
