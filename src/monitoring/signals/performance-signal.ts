import { sqlName } from '../../data/sql-text.ts'
import type { OpenTable } from '../../data/table-columns.ts'
import type { TableSession } from '../../data/table-engine.ts'
import type { MetricThreshold, SignalData, SignalSpec } from '../../spec/monitors/monitor-document.ts'
import { signalMetrics } from '../../spec/monitors/monitor-document.ts'
import { productionWindow, referenceWindow } from '../monitor-windows.ts'
import type { TimeWindow } from '../monitor.ts'
import { type WindowRows, windowRows } from '../window-data.ts'
import { fewestRows } from './judge-pair.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { noColumn, openShaped, preparedData, type SignalParts, type SignalWork } from './signal-tables.ts'

/*
 * How good the predictions were, told by what came true: predictions of the window, joined by their correlation id with
 * true values that come later. Rows whose truth is not known yet are counted and left out. The equal window before is
 * computed too: without thresholds a metric that got worse by a tenth of what it was is in breach, and with them it says
 * by how much the metric moved.
 */

/** By how much of what it was a metric may get worse, where nobody says how good it must be. */
const usualLoss = 0.1

/** What is joined: one column of predictions, one of truth, and the column of each side that they are joined by. */
interface Joined {
  readonly prediction: string
  readonly predictionKey: string
  readonly truth: string
  readonly truthKey: string
}

/** The metrics of a model against what came true. */
export async function performanceSignal(parts: SignalParts, work: SignalWork): Promise<SignalResult> {
  const { monitor, run, signal } = work
  const truth = truthOf(signal)
  const predictions = signal.production.find((data) => data !== truth)
  const window = productionWindow(monitor, run, predictions)
  const before = referenceWindow(window, run, undefined)
  const { target } = monitor.definition.monitor
  const rowsOf = (span: TimeWindow): Promise<WindowRows> =>
    windowRows(parts, {
      ...{ target, signal, window: span },
      data: preparedData(parts, `${signal.name}/production`, predictions),
    })
  const [now, earlier] = [await rowsOf(window), await rowsOf(before)]
  const known = await windowRows(parts, {
    ...{ target, signal, window: { startMs: 0, endMs: Number.MAX_SAFE_INTEGER } },
    data: preparedData(parts, `${signal.name}/reference`, truth),
  })
  if (now.source === undefined || known.source === undefined) {
    const empty = now.source === undefined ? now : known
    return { window, status: 'no-data', detail: `no rows of ${empty.from}`, verdicts: [] }
  }
  const readable = [...new Set([...now.readable, ...earlier.readable, ...known.readable])]
  return parts.tables.session({ readable }, async (session) => {
    const table = await openShaped(session, 'predictions', { rows: now, signal })
    const truths = await openShaped(session, 'truth', { rows: known, signal: withoutSegment(signal) })
    const joined = joinOf({ table, truths, predictions, truth: truth!, from: [now.from, known.from] })
    const measured = await measure(session, { table, truths, joined, task: taskOf(work, truths, joined) })
    const rows = { production: table.rowCount, reference: measured.count }
    const share = table.rowCount === 0 ? 0 : measured.count / table.rowCount
    const detail = `${measured.count} of ${table.rowCount} predictions (${Number((share * 100).toPrecision(3))} %) have their truth`
    if (measured.count < fewestRows)
      return {
        window,
        status: 'no-data',
        detail: `${detail}: fewer than ${fewestRows} say nothing`,
        rows,
        verdicts: [],
      }
    const past =
      earlier.source === undefined || now.isWhole
        ? undefined
        : await measure(session, {
            table: await openShaped(session, 'earlier', { rows: earlier, signal }),
            ...{ truths, joined, task: taskOf(work, truths, joined) },
          })
    const usable = past !== undefined && past.count >= fewestRows ? past.metrics : undefined
    const verdicts = Object.entries(measured.metrics).map(([metric, value]) =>
      verdictOf([metric, value], { signal, before: usable?.[metric], counts: [measured.count, past?.count ?? 0] }),
    )
    return {
      ...{ window, status: 'computed', rows, detail, verdicts },
      ...(usable !== undefined && { referenceWindow: before }),
    }
  })
}

/** The segment is one of the predictions; the truth has what it has. */
function withoutSegment({ segment: _, ...signal }: SignalSpec): SignalSpec {
  return signal
}

/** Where the true values are: data with a target column that are named, as the reader has made sure there are. */
function truthOf({ production, reference }: SignalSpec): SignalData | undefined {
  return [...production, ...(reference === undefined ? [] : [reference])].find(
    ({ columns, source }) => columns['target_column'] !== undefined && source !== undefined,
  )
}

interface JoinParts {
  readonly table: OpenTable
  readonly truths: OpenTable
  readonly predictions: SignalData | undefined
  readonly truth: SignalData
  readonly from: readonly [string, string]
}

function joinOf({ table, truths, predictions, truth, from }: JoinParts): Joined {
  const there = table.columns.map(({ name }) => name)
  const known = truths.columns.map(({ name }) => name)
  const chosen = (said: string | undefined, columns: readonly string[], usual: readonly string[]): string =>
    said ?? usual.find((name) => columns.includes(name)) ?? usual[0]!
  const keys = ['correlation_id', '_correlation_id', 'correlationid']
  const joined = {
    prediction: chosen(predictions?.columns['prediction'], there, ['prediction', 'predictions', 'output']),
    predictionKey: chosen(predictions?.columns['correlation_id'], there, keys),
    truth: truth.columns['target_column']!,
    truthKey: chosen(truth.columns['correlation_id'], known, keys),
  }
  for (const name of [joined.prediction, joined.predictionKey])
    if (!there.includes(name)) throw noColumn(name, { columns: there, from: from[0] })
  for (const name of [joined.truth, joined.truthKey])
    if (!known.includes(name)) throw noColumn(name, { columns: known, from: from[1] })
  return joined
}

type Task = 'classification' | 'regression'

/** What the monitor says, else what the thresholds are of, else what the truth looks like. */
function taskOf({ monitor, signal }: SignalWork, truths: OpenTable, { truth }: Joined): Task {
  const { task } = monitor.definition.monitor.target
  if (task === 'classification' || task === 'regression') return task
  const wanted = signal.thresholds.map(({ metric }) => metric)
  const isOf = (metrics: readonly string[]): boolean => wanted.some((metric) => metrics.includes(metric))
  if (isOf(signalMetrics.regression)) return 'regression'
  if (isOf(signalMetrics.classification)) return 'classification'
  return truths.columns.find(({ name }) => name === truth)?.kind === 'number' ? 'regression' : 'classification'
}

interface Measure {
  readonly table: OpenTable
  readonly truths: OpenTable
  readonly joined: Joined
  readonly task: Task
}

interface Measured {
  /** Predictions whose truth is known. */
  readonly count: number
  readonly metrics: Readonly<Record<string, number>>
}

async function measure(session: TableSession, { table, truths, joined, task }: Measure): Promise<Measured> {
  const [p, t] = [sqlName(joined.prediction), sqlName(joined.truth)]
  const [pk, tk] = [sqlName(joined.predictionKey), sqlName(joined.truthKey)]
  // A truth that came twice is one: the last value of an id counts.
  const rows =
    `select p.${p} as p, t.t from ${table.name} p join ` +
    `(select ${tk}::varchar as k, last(${t}) as t from ${truths.name} where ${t} is not null group by 1) t ` +
    `on p.${pk}::varchar = t.k where p.${p} is not null`
  return task === 'regression' ? regression(session, rows) : classification(session, rows)
}

async function regression(session: TableSession, rows: string): Promise<Measured> {
  const numbers = `select try_cast(p::varchar as double) as p, try_cast(t::varchar as double) as t from (${rows})`
  const { rows: found } = await session.run(
    `select count(*), avg(abs(p - t)), avg((p - t) ** 2) from (${numbers}) where p is not null and t is not null`,
  )
  const [count = 0, mae = 0, mse = 0] = found[0]!.map(Number)
  return { count, metrics: { mae, mse, rmse: Math.sqrt(mse) } }
}

/** Words that mean the class of interest where there are two; precision and recall are told of it. */
const positives = ['1', 'true', 'yes']

async function classification(session: TableSession, rows: string): Promise<Measured> {
  const { rows: cells } = await session.run(
    `select lower(p::varchar), lower(t::varchar), count(*) from (${rows}) group by 1, 2`,
  )
  const label = (value: unknown): string => String(value).replace(/^(-?\d+)\.0+$/, '$1')
  const pairs = cells.map(([p, t, count]) => ({ p: label(p), t: label(t), count: Number(count) }))
  const sum = (isMeant: (pair: (typeof pairs)[number]) => boolean): number =>
    pairs.filter(isMeant).reduce((total, { count }) => total + count, 0)
  const count = sum(() => true)
  if (count === 0) return { count, metrics: {} }
  const labels = [...new Set(pairs.flatMap(({ p, t }) => [p, t]))]
  const positive = labels.length <= 2 ? labels.find((one) => positives.includes(one)) : undefined
  const scores = (positive === undefined ? labels : [positive]).map((one) => {
    const right = sum(({ p, t }) => p === one && t === one)
    const precision = ratio(
      right,
      sum(({ p }) => p === one),
    )
    const recall = ratio(
      right,
      sum(({ t }) => t === one),
    )
    return { precision, recall, f1_score: ratio(2 * precision * recall, precision + recall) }
  })
  const mean = (of: keyof (typeof scores)[number]): number =>
    scores.reduce((total, score) => total + score[of], 0) / scores.length
  return {
    count,
    metrics: {
      accuracy: sum(({ p, t }) => p === t) / count,
      precision: mean('precision'),
      recall: mean('recall'),
      f1_score: mean('f1_score'),
    },
  }
}

/** As scikit-learn: nothing of nothing is 0. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

interface Context {
  readonly signal: SignalSpec
  readonly before: number | undefined
  readonly counts: readonly [now: number, before: number]
}

function verdictOf(
  [metric, value]: readonly [string, number],
  { signal, before, counts: [production, reference] }: Context,
): NewVerdict {
  const isError = signalMetrics.regression.some((one) => one === metric)
  const threshold = thresholdOf(signal.thresholds, { metric, before, isError })
  const isBreach = threshold !== undefined && (isError ? value > threshold : value < threshold)
  return {
    feature: '',
    metric,
    effect: value,
    isBreach,
    detail: {
      breachesWhen: isError ? 'exceeds' : 'below',
      rows: { production, reference },
      ...(before !== undefined && { moved: { of: metric, from: before, to: value } }),
    },
    ...(threshold !== undefined && { threshold }),
  }
}

function thresholdOf(
  thresholds: readonly MetricThreshold[],
  {
    metric,
    before,
    isError,
  }: { readonly metric: string; readonly before: number | undefined; readonly isError: boolean },
): number | undefined {
  if (thresholds.length > 0) return thresholds.find((one) => one.metric === metric)?.threshold
  return before === undefined ? undefined : before * (isError ? 1 + usualLoss : 1 - usualLoss)
}
