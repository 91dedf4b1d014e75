import { listMinutes, type ServedMinute } from '../../serving/observe/served-minute-store.ts'
import { percentileOf } from '../../serving/latency-buckets.ts'
import type { Tables } from '../../database/database.ts'
import { signalMetrics, type SignalSpec } from '../../spec/monitors/monitor-document.ts'
import { productionWindow } from '../monitor-windows.ts'
import type { TimeWindow } from '../monitor.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import type { SignalWork } from './signal-tables.ts'

/*
 * Latency and failures of a deployment against its own past. The past (by default seven windows before this one) is cut
 * into steps; of each metric the median over the steps is what is usual, and the median deviation from it how much it
 * varies. A metric is in breach beyond three such deviations (scaled as a standard deviation), and by at least what
 * matters: a fifth of a latency, one per cent of the requests. With thresholds those decide: milliseconds and shares.
 * "Since when" is the first step from which on it has been beyond.
 */

type Metric = (typeof signalMetrics.endpoint)[number]

const usualPast = 7
const leastStepMs = 60_000
const stepsOfWindow = 24
/** Steps and windows with fewer requests say nothing. */
const fewestRequests = 20
const fewestSteps = 5
const deviations = 3
/** Makes the median deviation of normal values their standard deviation. */
const normalScale = 1.4826

/** What is asked of the deployment's minutes. */
export interface EndpointSignalParts {
  readonly database: { readonly read: Tables }
  /** Writes what was noted until now. */
  readonly flushMinutes: () => Promise<void>
}

/** Latency and failure rate of the monitored deployment. */
export async function endpointSignal(
  { database, flushMinutes }: EndpointSignalParts,
  { monitor, run, signal }: SignalWork,
): Promise<SignalResult> {
  const { name, deployment } = monitor.definition.monitor.target.endpoint!
  await flushMinutes()
  const window = productionWindow(monitor, run, signal.production[0])
  const past = pastOf(window, signal, run.nominalMs)
  const minutes = async ({ startMs, endMs }: TimeWindow): Promise<readonly ServedMinute[]> =>
    listMinutes(database.read, { endpoint: name, deployment, fromMs: startMs, toMs: endMs })
  const [now, before] = [await minutes(window), await minutes(past)]
  const requests = now.reduce((sum, minute) => sum + minute.requests, 0)
  const rows = { production: requests, reference: before.reduce((sum, minute) => sum + minute.requests, 0) }
  const common = { window, referenceWindow: past, rows }
  if (requests < fewestRequests)
    return {
      ...common,
      status: 'no-data',
      detail: `${requests} requests: fewer than ${fewestRequests} say nothing`,
      verdicts: [],
    }
  const stepMs = Math.max(leastStepMs, Math.ceil((window.endMs - window.startMs) / stepsOfWindow / 60_000) * 60_000)
  const steps = { now: inSteps(now, stepMs), before: inSteps(before, stepMs) }
  const verdicts = signalMetrics.endpoint.map((metric) => verdictOf(metric, { now, steps, signal }))
  const usable = steps.before.length >= fewestSteps
  const detail = `${name}/${deployment}: ${requests} requests${usable ? '' : '; too little is known of its past'}`
  return { ...common, status: 'computed', detail, verdicts }
}

function pastOf(window: TimeWindow, { reference }: SignalSpec, nominalMs: number): TimeWindow {
  const said = reference?.window
  if (said?.kind === 'fixed') return said
  const endMs = said?.offsetMs === undefined ? window.startMs : nominalMs - said.offsetMs
  return { startMs: endMs - (said?.sizeMs ?? usualPast * (window.endMs - window.startMs)), endMs }
}

interface Step {
  readonly startMs: number
  readonly minutes: readonly ServedMinute[]
}

function inSteps(minutes: readonly ServedMinute[], stepMs: number): readonly Step[] {
  const groups = Map.groupBy(minutes, ({ minuteMs }) => Math.floor(minuteMs / stepMs) * stepMs)
  return [...groups]
    .map(([startMs, some]) => ({ startMs, minutes: some }))
    .filter(({ minutes: some }) => some.reduce((sum, { requests }) => sum + requests, 0) >= fewestRequests)
}

const quantiles: Readonly<Record<Exclude<Metric, 'failure_rate'>, number>> = {
  latency_p50: 0.5,
  latency_p95: 0.95,
  latency_p99: 0.99,
}

/** A metric over some minutes: milliseconds, or the share of the requests that failed. */
function valueOf(metric: Metric, minutes: readonly ServedMinute[]): number | undefined {
  if (metric === 'failure_rate') {
    const requests = minutes.reduce((sum, minute) => sum + minute.requests, 0)
    return requests === 0 ? undefined : minutes.reduce((sum, { failures }) => sum + failures, 0) / requests
  }
  const counts = new Map<number, number>()
  for (const { latencies } of minutes)
    for (const [bucket, count] of Object.entries(latencies))
      counts.set(Number(bucket), (counts.get(Number(bucket)) ?? 0) + count)
  return percentileOf(counts, quantiles[metric])
}

interface Looked {
  readonly now: readonly ServedMinute[]
  readonly steps: { readonly now: readonly Step[]; readonly before: readonly Step[] }
  readonly signal: SignalSpec
}

function verdictOf(metric: Metric, { now, steps, signal }: Looked): NewVerdict {
  const value = valueOf(metric, now)
  const usual = usualOf(metric, steps.before)
  const said = signal.thresholds.find((one) => one.metric === metric)?.threshold
  const threshold = said ?? (signal.thresholds.length > 0 ? undefined : usual?.bound)
  const isBreach = value !== undefined && threshold !== undefined && value > threshold
  const sinceMs = isBreach ? sinceOf(metric, steps.now, threshold) : undefined
  return {
    feature: '',
    metric,
    effect: value ?? null,
    isBreach,
    detail: {
      breachesWhen: 'exceeds',
      effectIs: metric === 'failure_rate' ? 'share of the requests' : 'milliseconds',
      ...(usual !== undefined && value !== undefined && { moved: { of: 'usual', from: usual.median, to: value } }),
      ...(sinceMs !== undefined && { sinceMs }),
    },
    ...(threshold !== undefined && { threshold }),
  }
}

/** What is usual, and what is beyond it; undefined where too little is known. */
function usualOf(
  metric: Metric,
  before: readonly Step[],
): { readonly median: number; readonly bound: number } | undefined {
  const values = before.map(({ minutes }) => valueOf(metric, minutes)).filter((value) => value !== undefined)
  if (values.length < fewestSteps) return undefined
  const median = medianOf(values)
  const varies = deviations * normalScale * medianOf(values.map((value) => Math.abs(value - median)))
  const matters = metric === 'failure_rate' ? 0.01 : median / 5
  return { median, bound: median + Math.max(varies, matters) }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The start of the first step from which on all are beyond; of what has passed by the end, the first that was. */
function sinceOf(metric: Metric, steps: readonly Step[], threshold: number): number | undefined {
  const beyond = steps.map(({ minutes }) => (valueOf(metric, minutes) ?? 0) > threshold)
  const lastWell = beyond.lastIndexOf(false)
  const first = lastWell === beyond.length - 1 ? beyond.indexOf(true) : lastWell + 1
  return steps[first]?.startMs
}
