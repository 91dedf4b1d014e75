import type { SampleComparison } from '../statistics/two-samples.ts'
import { boundedDistances, type Interval, type SampleHistogram } from '../statistics/bounded-samples.ts'
import {
  type CategoryComparison,
  type CategoryMetric,
  type DriftVerdict,
  judgeCategories,
  judgeCategoriesAsEvidently,
  judgeInterval,
  judgeNumbers,
  judgeNumbersAsEvidently,
  type NumberMetric,
} from '../statistics/drift-verdict.ts'
import { sqlLiteral, sqlName } from './sql-text.ts'
import { isThere, numbersSql, type OpenTable, type TableColumn } from './table-columns.ts'
import type { TableSession } from './table-engine.ts'
import type { CategoriesOfOneSide } from './table-engine-messages.ts'

/** How two tables are compared. */
export interface DiffOptions {
  /** Only these columns. */
  readonly columns?: readonly string[]
  /** Default: `normalized_wasserstein_distance`. */
  readonly numberMetric?: NumberMetric
  /** Default: `jensen_shannon_distance`. */
  readonly categoryMetric?: CategoryMetric
  /** From this effect on a column has drifted; default 0.1. */
  readonly threshold?: number
  /** The same of categories, where it is another. */
  readonly categoryThreshold?: number
  /**
   * `exact` (default) looks at every value. `bounded` looks at a histogram of 1,000 bins first, which bounds the
   * Kolmogorov-Smirnov and Wasserstein distances, and at every value only where the bounds do not decide. `evidently`
   * chooses metrics and thresholds as Evidently 0.7.23 does by default.
   */
  readonly mode?: 'exact' | 'bounded' | 'evidently'
}

/** How a column of the current data differs from the reference's. */
interface ColumnDiff {
  readonly name: string
  readonly kind: TableColumn['kind']
  readonly referenceType: string
  readonly currentType: string
  /** Values that are there. */
  readonly sampleSizes: { readonly reference: number; readonly current: number }
  readonly nullRate: { readonly reference: number; readonly current: number }
  /** Share of the current values that cannot be of the reference's type. */
  readonly dataTypeErrorRate: number
  /** Share of the current values outside of the reference's range or categories; absent where there is neither. */
  readonly outOfBoundsRate?: number
  /** Absent for times, lists and the like. */
  readonly verdict?: DriftVerdict
  readonly newCategories?: CategoriesOfOneSide
  readonly missingCategories?: CategoriesOfOneSide
}

export interface TableDiff {
  readonly rowCounts: { readonly reference: number; readonly current: number }
  readonly addedColumns: readonly { readonly name: string; readonly type: string }[]
  readonly removedColumns: readonly { readonly name: string; readonly type: string }[]
  readonly columns: readonly ColumnDiff[]
  readonly comparedCount: number
  readonly driftedCount: number
  /** At least half of the compared columns drifted. */
  readonly isDrift: boolean
}

/** A column with what its verdict was told from, for whoever wants to say more of it. */
export interface ComparedColumn extends ColumnDiff {
  /** Of numbers; absent where bounds decided. */
  readonly comparison?: SampleComparison
  readonly categories?: CategoryComparison
}

interface ComparedTables extends TableDiff {
  readonly columns: readonly ComparedColumn[]
}

interface Pair {
  readonly reference: OpenTable
  readonly current: OpenTable
}

interface ColumnPair {
  readonly before: TableColumn
  readonly now: TableColumn
}

/** Compares two tables column by column, one column in memory at a time. */
export async function diffTables(
  session: TableSession,
  { reference, current }: Pair,
  options: DiffOptions = {},
): Promise<ComparedTables> {
  const isWanted = ({ name }: TableColumn): boolean => options.columns?.includes(name) ?? true
  const before = reference.columns.filter(isWanted)
  const now = current.columns.filter(isWanted)
  const lacking = (from: readonly TableColumn[], others: readonly TableColumn[]) =>
    from.filter(({ name }) => !others.some((other) => other.name === name)).map(({ name, type }) => ({ name, type }))
  const columns: ComparedColumn[] = []
  // Sequential: a column may need much of the session's memory.
  for (const column of before) {
    const other = now.find(({ name }) => name === column.name)
    if (other !== undefined)
      columns.push(await diffColumn(session, { reference, current }, { pair: { before: column, now: other }, options }))
  }
  const verdicts = columns.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]))
  const driftedCount = verdicts.filter(({ isDrift }) => isDrift).length
  return {
    rowCounts: { reference: reference.rowCount, current: current.rowCount },
    addedColumns: lacking(now, before),
    removedColumns: lacking(before, now),
    columns,
    comparedCount: verdicts.length,
    driftedCount,
    isDrift: verdicts.length > 0 && driftedCount * 2 >= verdicts.length,
  }
}

interface ColumnWork {
  readonly pair: ColumnPair
  readonly options: DiffOptions
}

async function diffColumn(session: TableSession, tables: Pair, { pair, options }: ColumnWork): Promise<ComparedColumn> {
  const { before, now } = pair
  const counts = await countsOf(session, tables, pair)
  const { reference, current } = tables
  const common = {
    name: before.name,
    kind: before.kind,
    referenceType: before.type,
    currentType: now.type,
    sampleSizes: { reference: counts.reference, current: counts.current },
    nullRate: {
      reference: 1 - share(counts.reference, reference.rowCount, 1),
      current: 1 - share(counts.present, current.rowCount, 1),
    },
    dataTypeErrorRate: share(counts.misfits, counts.present, 0),
  }
  if (before.kind === 'number') {
    const judged = await judgeColumn(session, tables, { pair, options })
    return { ...common, outOfBoundsRate: share(counts.outside, counts.current, 0), ...judged }
  }
  if (before.kind !== 'category') return common
  const pairs = await session.compareCategories(categoriesSql(tables, pair))
  const comparison = { counts: pairs, referenceCount: counts.reference, currentCount: counts.current }
  const threshold = options.categoryThreshold ?? options.threshold
  const metric = options.categoryMetric ?? 'jensen_shannon_distance'
  const wanted = { metric, ...(threshold !== undefined && { threshold }) } as const
  return {
    ...common,
    outOfBoundsRate: share(pairs.added.rowCount, counts.current, 0),
    verdict:
      options.mode === 'evidently' ? judgeCategoriesAsEvidently(comparison) : judgeCategories(comparison, wanted),
    categories: comparison,
    newCategories: pairs.added,
    missingCategories: pairs.missing,
  }
}

function share(part: number, whole: number, ofNothing: number): number {
  return whole === 0 ? ofNothing : part / whole
}

function thresholdOf({ threshold }: DiffOptions): { readonly threshold?: number } {
  return threshold === undefined ? {} : { threshold }
}

/** A current value in the reference's type; where the types are of one kind there is nothing to convert. */
function converted({ before, now }: ColumnPair): string {
  const name = sqlName(now.name)
  if (before.kind === now.kind) return name
  return before.kind === 'number' ? `try_cast(${name}::varchar as double)` : `${name}::varchar`
}

/** The numbers of the current column. */
function currentNumbersSql(current: OpenTable, pair: ColumnPair): string {
  if (pair.now.kind === 'number') return numbersSql(current, pair.now)
  const value = converted(pair)
  return `select ${value} from ${current.name} where ${value} is not null and not isnan(${value})`
}

function categoriesSql({ reference, current }: Pair, pair: ColumnPair): string {
  const name = sqlName(pair.before.name)
  return (
    `select v, sum(r)::double, sum(c)::double from (` +
    `select ${name}::varchar as v, count(*) as r, 0 as c from ${reference.name} where ${name} is not null group by 1 ` +
    `union all select ${name}::varchar, 0, count(*) from ${current.name} where ${isThere(pair.now)} group by 1) group by v`
  )
}

interface Counts {
  /** Reference values. */
  readonly reference: number
  /** Current values that can be compared; those that are there; those of them that do not fit the type. */
  readonly current: number
  readonly present: number
  readonly misfits: number
  readonly outside: number
}

async function countsOf(session: TableSession, { reference, current }: Pair, pair: ColumnPair): Promise<Counts> {
  const { before, now } = pair
  const isNumber = before.kind === 'number'
  const name = sqlName(before.name)
  const extremes = isNumber ? `min(${name}::double), max(${name}::double)` : 'null, null'
  const first = await session.run(
    `select count(*), ${extremes} from ${reference.name} where ${isThere(before)}${isNumber ? ` and isfinite(${name}::double)` : ''}`,
  )
  const [finite, low, high] = first.rows[0]!
  const all = isNumber
    ? (await session.run(`select count(*) filter (${isThere(before)}) from ${reference.name}`)).rows[0]![0]
    : finite
  const value = isNumber ? `${converted(pair)}::double` : converted(pair)
  const fits =
    before.type === now.type ? 'true' : `try_cast(${sqlName(now.name)}::varchar as ${before.type}) is not null`
  const isOutside = low === null ? 'false' : `(${value} < $1::double or ${value} > $2::double)`
  const second = await session.run(
    `select count(*), count(*) filter (${fits}), count(${value}), count(*) filter (${isOutside}) ` +
      `from ${current.name} where ${isThere(now)}`,
    low === null ? [] : [low as number, high as number],
  )
  const [present, fitting, usable, outside] = second.rows[0]!.map(Number)
  return {
    reference: Number(all),
    current: usable!,
    present: present!,
    misfits: present! - fitting!,
    outside: outside!,
  }
}

async function judgeColumn(
  session: TableSession,
  tables: Pair,
  { pair, options }: ColumnWork,
): Promise<{ readonly verdict: DriftVerdict; readonly comparison?: SampleComparison }> {
  const referenceSql = numbersSql(tables.reference, pair.before)
  const currentSql = currentNumbersSql(tables.current, pair)
  const metric = options.numberMetric ?? 'normalized_wasserstein_distance'
  if (options.mode === 'bounded') {
    const wanted = { metric, ...thresholdOf(options) }
    const found = await judgeByBounds(session, { referenceSql, currentSql }, wanted)
    if (found !== undefined) return { verdict: found }
  }
  const comparison = await session.compareNumbers(referenceSql, currentSql)
  const verdict =
    options.mode === 'evidently'
      ? judgeNumbersAsEvidently(comparison)
      : judgeNumbers(comparison, { metric, ...thresholdOf(options) })
  return { verdict, comparison }
}

const bins = 1000

/** The verdict from a histogram, where its bounds decide; undefined where every value has to be looked at. */
async function judgeByBounds(
  session: TableSession,
  { referenceSql, currentSql }: { readonly referenceSql: string; readonly currentSql: string },
  wanted: { readonly metric: NumberMetric; readonly threshold?: number },
): Promise<DriftVerdict | undefined> {
  const range = await session.run(
    `select min(x), max(x), count(*) filter (not isfinite(x)), stddev_pop(x) filter (s = 0), count(*) filter (s = 0), count(*) filter (s = 1) ` +
      `from (select x, 0 as s from (${referenceSql}) t(x) union all select x, 1 from (${currentSql}) t(x))`,
  )
  const [low, high, infinite, deviation, n, m] = range.rows[0]!.map(Number)
  const width = (high! - low!) / bins
  if (infinite! > 0 || n === 0 || m === 0 || !(width > 0) || !Number.isFinite(width)) return undefined
  const histogram: SampleHistogram = {
    low: low!,
    width,
    reference: await binned(session, referenceSql, { low: low!, width }),
    current: await binned(session, currentSql, { low: low!, width }),
  }
  const { ks, wasserstein } = boundedDistances(histogram)
  switch (wanted.metric) {
    case 'wasserstein_distance':
      return judgeInterval(wasserstein, wanted)
    case 'normalized_wasserstein_distance':
      return deviation! > 0 ? judgeInterval(scaled(wasserstein, deviation!), wanted) : undefined
    case 'two_sample_kolmogorov_smirnov_test': {
      // A distance that reaches the threshold also needs its p-value, which is told of the exact distance.
      const verdict = judgeInterval(ks, wanted)
      return verdict?.isDrift === true ? undefined : verdict
    }
    case 'population_stability_index':
    case 'jensen_shannon_distance':
      return undefined
  }
}

function scaled({ low, high }: Interval, by: number): Interval {
  return { low: low / by, high: high / by }
}

async function binned(
  session: TableSession,
  sql: string,
  { low, width }: { readonly low: number; readonly width: number },
): Promise<SampleHistogram['reference']> {
  const [from, step] = [sqlLiteral(low), sqlLiteral(width)]
  const { rows } = await session.run(
    `select least(${bins - 1}, floor((x - ${from}) / ${step}))::int, count(*), fsum(x - ${from}) from (${sql}) t(x) group by 1`,
  )
  const found = Array.from({ length: bins }, () => ({ count: 0, sum: 0 }))
  for (const [bin, count, sum] of rows) found[Number(bin)] = { count: Number(count), sum: Number(sum) }
  return found
}
