import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { FilterClause } from '../filter/grammar.ts'
import { meeting, oneOf, opposed, probed, type RunEntity } from './run-conditions.ts'

/**
 * How a search is read. Every plan gives the same answer; only its cost differs.
 *
 * A page is read by walking an index in the order that was asked for. That is cheap where enough of the runs on the way
 * meet the filter, and each is asked by itself (`probes`). A short stretch of the way is tried to find that out. Where too
 * few meet it, perhaps because the filter and the order contradict each other, clauses are read by indices of their own
 * (`lists`): then a run on the way costs a look at a list, twelve times less.
 */
export interface SearchPlan {
  readonly lists: readonly Clause[]
  /** Runs that meet one of these are passed over: most of the others meet the filter. */
  readonly exclusions: readonly Clause[]
  readonly probes: readonly Clause[]
  /** Set where few runs can be found: gathering and sorting them costs less than walking an index of all values. */
  readonly isFew: boolean
}

/** Up to what is few. */
export interface PlanBounds {
  /** Rows that a clause lists: so many are gathered and sorted faster than a page is found. */
  readonly rows: number
  /** Runs of all experiments. */
  readonly runs: number
  /** Runs on the way that may be asked one by one. */
  readonly walked: number
  /** Runs of one value that are sorted by their start; of more, a page is picked from all runs. */
  readonly crowd: number
}

type Clause = FilterClause<RunEntity>

interface PlanOptions {
  readonly experiments: readonly number[]
  readonly clauses: readonly Clause[]
  readonly maxResults: number
  /** Rows in the order of the page, from where it begins, as SELECTs of runs; with what may follow, as `searchRuns` reads them. */
  readonly ways: readonly RawBuilder<unknown>[]
  /** Set where the way is along an index of keys, so that an attribute costs reading the run. */
  readonly isKeyed: boolean
  readonly where: readonly Expression<SqlBool>[]
  readonly bounds: PlanBounds
}

export const usualBounds: PlanBounds = { rows: 2000, runs: 5000, walked: 4000, crowd: 4000 }
/** Runs that are tried. */
const tried = 500
/** The longest way that is reckoned with, and where counting ends. */
const most = 100_000
/** What a clause may list: more are passed over by their opposite, or asked. */
const mostListed = 60_000
/** PostgreSQL sorts all runs for a list that it reads beside them, so that gathering pays for so many times more. */
const gatheredByPostgres = 5
/** Runs that are read to be passed over. */
const mostExcluded = 20_000
/** What asking a run costs (two indices), in what a row of a list does. Measured on SQLite: 6 and 0.5 us. */
const costOfAsking = 12

/** Tries the way, and counts what the clauses meet where it is long; each count ends at a bound. */
export async function planSearch(database: Database, options: PlanOptions): Promise<SearchPlan> {
  const { experiments, clauses, bounds } = options
  const runs = sql`run where ${oneOf(sql.ref('run.experiment_id'), experiments)}`
  if ((await countUpTo(database, runs, bounds.runs)) <= bounds.runs)
    return { lists: [], exclusions: [], probes: clauses, isFew: true }
  const scope = { dialect: database.dialect, experiments }
  const walkable: SearchPlan = { lists: [], exclusions: [], probes: clauses, isFew: false }
  // Along the runs themselves an attribute is asked for nothing.
  const candidates = clauses.filter(
    (clause) => isListable(clause) || (clause.entity === 'attribute' && options.isKeyed),
  )
  if (candidates.length === 0) return walkable
  const way = await lengthOfWay(database, options)
  if (way <= bounds.walked) return walkable
  const counted: { readonly clause: Clause; readonly count: number }[] = []
  for (const clause of candidates) {
    // A count of runs reads them all; and without their own index a list of them costs the same.
    const count = clause.entity === 'attribute' ? most : await countUpTo(database, meeting(scope, clause), most)
    counted.push({ clause, count })
  }
  counted.sort((left, right) => left.count - right.count)
  const bound = bounds.rows * (database.dialect === 'postgres' ? gatheredByPostgres : 1)
  const few = counted.filter(({ count }) => count <= bound)
  const chosen = few.length > 0 ? few : worthListing(counted, way)
  const lists = chosen.map(({ clause }) => clause)
  const probes = clauses.filter((clause) => !lists.includes(clause))
  const exclusions = few.length > 0 ? [] : await worthExcluding(database, probes, scope)
  return { lists, exclusions, probes, isFew: few.length > 0 }
}

/** What is read of a broad clause that is asked run by run: the runs that do not meet it, where these are fewer. */
async function worthExcluding(
  database: Database,
  probes: readonly Clause[],
  scope: Parameters<typeof meeting>[0],
): Promise<readonly Clause[]> {
  // PostgreSQL would look through the list anew for each run.
  if (database.dialect !== 'sqlite') return []
  const exclusions: Clause[] = []
  for (const clause of probes) {
    const others = opposed(clause)
    if (others === undefined) continue
    if ((await countUpTo(database, meeting(scope, others), mostExcluded)) <= mostExcluded) exclusions.push(others)
  }
  return exclusions
}

/** Those whose list costs less than asking the runs that are left when the shorter lists were looked at. */
function worthListing<Counted extends { readonly count: number }>(
  counted: readonly Counted[],
  way: number,
): readonly Counted[] {
  let left = way
  return counted.filter(({ count }) => {
    if (count > mostListed || count > left * costOfAsking) return false
    left = Math.min(left, count)
    return true
  })
}

/** Whether an index has the runs that meet a clause. */
export function isListable({ entity, comparison }: Clause): boolean {
  return entity !== 'dataset' && entity !== 'attribute' && comparison.operator !== 'IS NULL'
}

/** How many runs are passed until a page is full, by what some of them say. */
async function lengthOfWay(
  database: Database,
  { clauses, maxResults, ways, where, experiments }: PlanOptions,
): Promise<number> {
  const scope = { dialect: database.dialect, experiments }
  const meets = sql.join([...where, ...clauses.map((clause) => probed(scope, clause))], sql` and `)
  let [seen, met] = [0, 0]
  for (const way of ways) {
    if (seen >= tried) break
    // Sequential: what follows is tried only when the first way is short.
    const { rows } = await sql<{ seen: number; met: number | null }>`
      select count(*) as seen, sum(case when ${meets} then 1 else 0 end) as met
      from (${way} limit ${sql.lit(tried - seen)}) as run
    `.execute(database.read)
    seen += Number(rows[0]!.seen)
    met += Number(rows[0]!.met ?? 0)
  }
  return met === 0 ? most : Math.min(most, (maxResults * seen) / met)
}

/** How many rows what follows FROM has, at most one more than the bound. */
export async function countUpTo(database: Database, from: RawBuilder<unknown>, bound: number): Promise<number> {
  const { rows } = await sql<{ found: number }>`
    select count(*) as found from (select 1 from ${from} limit ${sql.lit(bound + 1)}) as counted
  `.execute(database.read)
  return Number(rows[0]!.found)
}
