import { type ComparedColumn, diffTables } from '../../data/table-diff.ts'
import { sqlName } from '../../data/sql-text.ts'
import { openTable, type OpenTable } from '../../data/table-columns.ts'
import type { TableSession } from '../../data/table-engine.ts'
import type { MetricThreshold, SignalSpec } from '../../spec/monitors/monitor-document.ts'
import { pearsonsChiSquared } from '../../statistics/category-counts.ts'
import {
  type CategoryMetric,
  type DriftVerdict,
  judgeCategories,
  judgeNumbers,
  type NumberMetric,
} from '../../statistics/drift-verdict.ts'
import { adjustedPValues } from '../../statistics/false-discovery.ts'
import type { SampleComparison } from '../../statistics/two-samples.ts'
import type { VerdictDetail } from '../monitor.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { fewestRows, judgePair } from './judge-pair.ts'
import { chooseFeatures, type OpenPair, type SignalParts, type SignalWork } from './signal-tables.ts'

/*
 * Drift of features or predictions. A feature is in breach when its effect reaches the threshold and chance does not
 * explain it: with few rows two samples of the same thing differ by more than most thresholds. The chance is that of the
 * Kolmogorov-Smirnov distance (Massart's bound) or Pearson's test, adjusted over the features of the signal; on much data
 * it is nothing, and the effect alone decides. `evidently` judges as Evidently does, by its own rules alone.
 */

const usual = {
  numerical: { metric: 'normalized_wasserstein_distance', threshold: 0.1 },
  categorical: { metric: 'jensen_shannon_distance', threshold: 0.1 },
} as const
const significance = 0.01

/** Drift of features, or of predictions. */
export async function driftSignal(parts: SignalParts, work: SignalWork): Promise<SignalResult> {
  const { signal } = work
  return judgePair(parts, work, {
    fewest: fewestRows,
    judge: async ({ session, pair, windows }) => {
      const predictions = signal.type === 'prediction_drift' ? await predictionsOf(session, pair, signal) : undefined
      if (predictions !== undefined) return judgeAll(session, predictions, { features: [predictions.name], signal })
      return judgeAll(session, pair, { features: await chooseFeatures(session, pair, { windows, signal }), signal })
    },
  })
}

/** The columns of predictions alone and under one name, where it is known which they are. */
async function predictionsOf(
  session: TableSession,
  pair: OpenPair,
  signal: SignalSpec,
): Promise<(OpenPair & { readonly name: string }) | undefined> {
  const has = (table: OpenTable, column: string): boolean => table.columns.some(({ name }) => name === column)
  const name = signal.production[0]?.columns['prediction'] ?? 'prediction'
  const columns = signal.reference?.columns ?? {}
  const known = columns['prediction'] ?? columns['target_column'] ?? name
  if (!has(pair.production, name) || !has(pair.reference, known)) return undefined
  const only = async (table: OpenTable, column: string, as: string): Promise<OpenTable> =>
    openTable(session, as, {
      sql: `select ${sqlName(column)} as ${sqlName(name)} from ${table.name}`,
      format: 'parquet',
      files: [],
    })
  return {
    name,
    production: await only(pair.production, name, 'production_predictions'),
    reference: await only(pair.reference, known, 'reference_predictions'),
  }
}

interface Wanted {
  readonly features: readonly string[]
  readonly signal: SignalSpec
}

async function judgeAll(
  session: TableSession,
  pair: OpenPair,
  { features, signal }: Wanted,
): Promise<readonly NewVerdict[]> {
  const numbers = wantedOf(signal, 'numerical')
  const categories = wantedOf(signal, 'categorical')
  const diff = await diffTables(
    session,
    { reference: pair.reference, current: pair.production },
    {
      columns: features,
      mode: signal.mode,
      numberMetric: numbers[0]!.metric as NumberMetric,
      threshold: numbers[0]!.threshold,
      categoryMetric: categories[0]!.metric as CategoryMetric,
      categoryThreshold: categories[0]!.threshold,
    },
  )
  const judged = diff.columns.filter((column) => column.verdict !== undefined)
  const chances = adjustedPValues(judged.map(chanceOf))
  const verdicts: NewVerdict[] = []
  for (const [at, column] of judged.entries()) {
    const about = await describe(session, pair, column)
    for (const verdict of verdictsOf(column, { signal, numbers, categories }))
      verdicts.push(toVerdict(column, verdict, { about, chance: chances[at]!, signal }))
  }
  if (signal.mode === 'evidently' && judged.length > 0) verdicts.push(shareVerdict(diff))
  return verdicts
}

/** The metrics that a kind of feature is judged by, with their thresholds. */
function wantedOf({ thresholds }: SignalSpec, of: 'numerical' | 'categorical'): readonly MetricThreshold[] {
  const said = thresholds.filter((one) => one.of === of)
  return said.length > 0 ? said : [usual[of]]
}

interface Metrics {
  readonly signal: SignalSpec
  readonly numbers: readonly MetricThreshold[]
  readonly categories: readonly MetricThreshold[]
}

/** The verdict of the comparison, and those of the other metrics that were asked for. */
function verdictsOf(column: ComparedColumn, { signal, numbers, categories }: Metrics): readonly DriftVerdict[] {
  const first = column.verdict!
  if (signal.mode === 'evidently') return [first]
  const { comparison, categories: counts } = column
  if (counts !== undefined) {
    const others = categories.slice(1)
    return [
      first,
      ...others.map(({ metric, threshold }) =>
        judgeCategories(counts, { metric: metric as CategoryMetric, threshold }),
      ),
    ]
  }
  if (comparison === undefined) return [first]
  return [
    first,
    ...numbers
      .slice(1)
      .map(({ metric, threshold }) => judgeNumbers(comparison, { metric: metric as NumberMetric, threshold })),
  ]
}

/** How probable a difference like that of a column is by chance alone; 0 where that was not looked at. */
function chanceOf({ comparison, categories }: ComparedColumn): number {
  if (categories !== undefined) {
    const { pValue } = pearsonsChiSquared(categories.counts)
    return Number.isNaN(pValue) ? 0 : pValue
  }
  return comparison === undefined ? 0 : distanceChance(comparison)
}

/** Massart's bound of the two-sample Kolmogorov-Smirnov test: never smaller than the p-value is for large samples. */
function distanceChance({ ksDistance, reference, current }: SampleComparison): number {
  const [n, m] = [reference.count + reference.infiniteCount, current.count + current.infiniteCount]
  if (n === 0 || m === 0) return 0
  return Math.min(1, 2 * Math.exp((-2 * ksDistance ** 2 * n * m) / (n + m)))
}

function toVerdict(
  column: ComparedColumn,
  verdict: DriftVerdict,
  { about, chance, signal }: { readonly about: VerdictDetail; readonly chance: number; readonly signal: SignalSpec },
): NewVerdict {
  const { metric, effect, threshold, isDrift, binning, interval, effectIs, note } = verdict
  const isEvidently = signal.mode === 'evidently'
  const isChance = !isEvidently && effect !== null && chance >= significance
  const pValue = isEvidently ? verdict.pValue : chance
  const chanceNote = isDrift && isChance ? 'chance alone may make such a difference' : undefined
  return {
    feature: column.name,
    metric,
    effect,
    threshold,
    isBreach: isDrift && !isChance,
    detail: {
      ...about,
      breachesWhen: isEvidently && effectIs === 'p-value' ? 'below' : 'reaches',
      ...(binning !== undefined && { binning }),
      ...(interval !== undefined && { interval }),
      ...(effectIs !== undefined && { effectIs }),
      ...(pValue !== undefined && { pValue }),
      ...((note ?? chanceNote) !== undefined && { note: note ?? chanceNote! }),
    },
  }
}

const shownCategories = 20

/** What a column was and is. */
async function describe(session: TableSession, pair: OpenPair, column: ComparedColumn): Promise<VerdictDetail> {
  const { reference, current } = column.sampleSizes
  const rows = { reference, production: current }
  if (column.comparison !== undefined) {
    const { reference: before, current: now, sturges } = column.comparison
    const isKnown = before.count > 0 && now.count > 0
    const deviations = before.deviation > 0 ? (now.mean - before.mean) / before.deviation : undefined
    return {
      kind: 'number',
      rows,
      ...(isKnown && {
        moved: {
          of: 'mean',
          from: before.mean,
          to: now.mean,
          ...(deviations !== undefined && { deviations }),
        },
        distribution: { edges: sturges.edges, reference: sturges.reference, production: sturges.current },
      }),
    }
  }
  if (column.kind !== 'category') return { kind: 'number', rows }
  const name = sqlName(column.name)
  const { rows: shares } = await session.run(
    `select v, sum(r)::double, sum(p)::double from (select ${name}::varchar as v, count(*) as r, 0 as p from ${pair.reference.name} ` +
      `where ${name} is not null group by 1 union all select ${name}::varchar, 0, count(*) from ${pair.production.name} ` +
      `where ${name} is not null group by 1) group by v order by abs(sum(r) / ${Math.max(reference, 1)} - sum(p) / ${Math.max(current, 1)}) desc, v limit ${shownCategories}`,
  )
  const categories = shares.map(([value]) => String(value))
  const [first] = shares
  return {
    kind: 'category',
    rows,
    ...(first !== undefined && {
      moved: {
        of: `share of ${JSON.stringify(String(first[0]))}`,
        from: Number(first[1]) / Math.max(reference, 1),
        to: Number(first[2]) / Math.max(current, 1),
      },
      distribution: {
        categories,
        reference: shares.map(([, count]) => Number(count)),
        production: shares.map(([, , count]) => Number(count)),
      },
    }),
    ...((column.newCategories?.examples.length ?? 0) > 0 && {
      newCategories: column.newCategories!.examples.slice(0, shownCategories),
    }),
  }
}

/** Evidently's verdict on all columns together. */
function shareVerdict({
  comparedCount,
  driftedCount,
  isDrift,
}: {
  readonly comparedCount: number
  readonly driftedCount: number
  readonly isDrift: boolean
}): NewVerdict {
  return {
    feature: '',
    metric: 'share_of_drifted_columns',
    effect: driftedCount / comparedCount,
    threshold: 0.5,
    isBreach: isDrift,
    detail: { breachesWhen: 'reaches', note: `${driftedCount} of ${comparedCount} columns drifted` },
  }
}
