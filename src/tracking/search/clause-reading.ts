import { sql, type RawBuilder } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { FilterClause } from '../filter/grammar.ts'
import { likePrefix, meeting, oneOf, runCondition, type ClauseReading, type RunEntity } from './run-conditions.ts'

/** So many rows are listed, and so many runs sorted, faster than a page is read from an index of everything. */
const usualBounds = { rows: 2000, runs: 5000 }
/** Where no index narrows a clause: so many runs are asked, and if so many of them meet it, most pages are near. */
const asked = 500
const often = 25

/** How a search is read. Every plan gives the same answer; only its cost differs. */
interface SearchPlan {
  /** One per clause of the filter. */
  readonly readings: readonly ClauseReading[]
  /** Set where few runs can be found: gathering and sorting them costs less than walking an index of all values. */
  readonly isFew: boolean
}

/** Up to what is few. */
export interface PlanBounds {
  readonly rows: number
  readonly runs: number
}

interface PlanOptions {
  readonly experiments: readonly number[]
  readonly clauses: readonly FilterClause<RunEntity>[]
  readonly bounds?: PlanBounds | undefined
}

/** Counts what the clauses meet, each count ending at a bound. */
export async function planSearch(
  database: Database,
  { experiments, clauses, bounds = usualBounds }: PlanOptions,
): Promise<SearchPlan> {
  const runs = sql`run where ${oneOf(sql.ref('run.experiment_id'), experiments)}`
  if ((await countUpTo(database, runs, bounds.runs)) <= bounds.runs) {
    return { readings: clauses.map(() => 'probe'), isFew: true }
  }
  const scope = { dialect: database.dialect, experiments }
  const readings: ClauseReading[] = []
  let isFew = false
  // Sequential: one connection reads them all.
  for (const clause of clauses) {
    const estimate = estimateOf(clause)
    if (estimate === 'count') {
      const isRare = (await countUpTo(database, meeting(scope, clause), bounds.rows)) <= bounds.rows
      readings.push(isRare ? 'list' : 'probe')
      isFew ||= isRare
    } else if (estimate === 'sample') {
      const some = sql`(select run.run_id from ${runs} limit ${sql.lit(asked)}) as run`
      const from = sql`${some} where ${runCondition(scope, clause, 'probe')}`
      readings.push((await countUpTo(database, from, often)) >= often ? 'probe' : 'list')
    } else readings.push('probe')
  }
  return { readings, isFew }
}

/** `none` for what is not asked by key, or is met by nearly all that have the key. */
function estimateOf({ entity, comparison }: FilterClause<RunEntity>): 'count' | 'sample' | 'none' {
  if (entity === 'attribute' || entity === 'dataset' || comparison.kind === 'presence') return 'none'
  if (comparison.operator === '!=') return 'none'
  const isIndexed = entity === 'metric' || comparison.operator === '=' || likePrefix(comparison) !== ''
  return isIndexed ? 'count' : 'sample'
}

/** How many rows what follows FROM has, at most one more than the bound. */
async function countUpTo(database: Database, from: RawBuilder<unknown>, bound: number): Promise<number> {
  const { rows } = await sql<{ found: number }>`
    select count(*) as found from (select 1 from ${from} limit ${sql.lit(bound + 1)}) as counted
  `.execute(database.read)
  return Number(rows[0]!.found)
}
