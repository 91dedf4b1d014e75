import { sql, type Expression, type RawBuilder } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { Page, Run, ViewType } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { hydrateRuns, type RunRow } from '../run-rows.ts'
import { lifecycleIn } from './lifecycle.ts'
import { decodePageToken, encodePageToken, queryFingerprint } from './page-token.ts'
import { isListable, planSearch, usualBounds } from './plan-search.ts'
import { readPage } from './read-page.ts'
import { listed, oneOf, probed, runFilterGrammar, runOrderGrammar, unlisted } from './run-conditions.ts'
import { isOfKey, isOrderedByKey, stretchesOf, waysOf, type PageStart, type Stretch } from './run-stretches.ts'

/**
 * The story of a search over runs.
 *
 * A search is one SELECT over `run`, its filter as conditions, paged by key. Only an order that begins with a metric,
 * a param or a tag is special: sorting every run to show a page costs the whole experiment, reading the index of values
 * from its end costs the page. So such a search reads in up to three *stretches*, each ordered in itself: runs with the
 * value, driven by that index; runs whose metric is NaN; runs without the key. That is also the order MLflow asks for,
 * in both directions. A page may span stretches; a page token says in which one it begins. Where few runs can be found
 * the same stretches are gathered from the runs and sorted (`planSearch`), so a token fits either way. Clauses are asked
 * of each run on the way, or listed by their own indices where the way would be long.
 */
export interface RunQuery {
  readonly experimentIds: readonly string[]
  readonly maxResults: number
  readonly view?: ViewType
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly pageToken?: string
}

const maxPage = 50_000

/**
 * A page of runs, newest first where nothing else is asked; ties by start time, newest first, then by id. Experiments
 * that do not exist have no runs. Throws `invalid-request` for a filter, order or token that it cannot read.
 */
export async function searchRuns(database: Database, query: RunQuery, bounds = usualBounds): Promise<Page<Run>> {
  const { items: rows, ...next } = await findRuns(database, query, bounds)
  return { items: await hydrateRuns(database.read, rows, { isSearch: true }), ...next }
}

/** The same page as rows of the table `run`, without what was logged to them. */
export async function findRuns(database: Database, query: RunQuery, bounds = usualBounds): Promise<Page<RunRow>> {
  checkMaxResults(query.maxResults, maxPage)
  const clauses = parseFilter(query.filter, runFilterGrammar)
  const order = parseOrderBy(query.orderBy ?? [], runOrderGrammar)
  const experiments = experimentNumbers(query.experimentIds)
  const view = query.view ?? 'ACTIVE_ONLY'
  const fingerprint = queryFingerprint('runs', experiments, query.filter ?? '', query.orderBy ?? [], view)
  const start = decodeStart(
    query.pageToken,
    fingerprint,
    stretchesOf(order, { dialect: database.dialect, experiments, ownClauses: [], isFew: false }),
  )
  if (experiments.length === 0) return { items: [] }
  const where = [lifecycleIn(view, sql.ref('run.deleted_ms'))]
  const dialect = database.dialect
  const ownClauses = clauses.filter((clause) => isOfKey(order, clause))
  const others = clauses.filter((clause) => !ownClauses.includes(clause))
  const shape = { dialect, experiments, ownClauses }
  const { maxResults } = query
  const plan = await planSearch(database, {
    experiments,
    clauses: others,
    maxResults,
    ways: waysOf(stretchesOf(order, { ...shape, isFew: false }), start),
    isKeyed: isOrderedByKey(order),
    where,
    bounds,
  })
  const stretches = stretchesOf(order, { ...shape, isFew: plan.isFew })
  where.push(...plan.probes.map((clause) => probed(shape, clause)))
  const lists = (runId: Expression<unknown>) => [
    ...(plan.lists.length === 0 ? [] : [listed(shape, { clauses: plan.lists, isFew: plan.isFew }, runId)]),
    ...plan.exclusions.map((clause) => unlisted(shape, clause, runId)),
  ]
  const found = await readPage(database, { stretches, start, where, lists, limit: maxResults + 1, crowd: bounds.crowd })
  const shown = found.slice(0, maxResults)
  const items = shown.map(({ row }) => row)
  const last = shown.at(-1)
  if (found.length <= maxResults || last === undefined) return { items }
  return { items, nextPageToken: encodePageToken(fingerprint, [last.stretch, ...last.key]) }
}

/** How many runs meet a filter, however many pages they take. Throws as `searchRuns` does. */
export async function countRuns(database: Database, query: WholeQuery): Promise<number> {
  const conditions = runConditions(database, query)
  if (conditions === undefined) return 0
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from run where ${conditions}
  `.execute(database.read)
  return Number(rows[0]!.total)
}

type WholeQuery = Pick<RunQuery, 'experimentIds' | 'filter' | 'view'>

/**
 * What follows WHERE for all runs of a search at once, the runs being `run`; undefined where there can be none. Throws as
 * `searchRuns` does.
 */
export function runConditions(
  database: Database,
  { experimentIds, filter, view = 'ACTIVE_ONLY' }: WholeQuery,
): RawBuilder<unknown> | undefined {
  const clauses = parseFilter(filter, runFilterGrammar)
  const experiments = experimentNumbers(experimentIds)
  if (experiments.length === 0) return undefined
  const scope = { dialect: database.dialect, experiments }
  // All runs are looked at: whatever has an index is listed, and only the others are asked.
  const lists = clauses.filter(isListable)
  const probes = clauses.filter((clause) => !lists.includes(clause))
  const where = [
    oneOf(sql.ref('run.experiment_id'), experiments),
    lifecycleIn(view, sql.ref('run.deleted_ms')),
    ...(lists.length === 0 ? [] : [listed(scope, { clauses: lists, isFew: false }, sql.ref('run.run_id'))]),
    ...probes.map((clause) => probed(scope, clause)),
  ]
  return sql.join(where, sql` and `)
}

function decodeStart(token: string | undefined, fingerprint: string, stretches: readonly Stretch[]): PageStart {
  const values = decodePageToken(token, fingerprint, (first) => {
    const stretch = typeof first === 'number' ? stretches[first] : undefined
    return stretch && ['number', ...stretch.columns.map((column) => column.type)]
  })
  return values === undefined ? { stretch: 0 } : { stretch: values[0] as number, after: values.slice(1) }
}
