import type { Clock } from '../../base/clock.ts'
import type { AnswerObserver } from '../answered-request.ts'
import { AnswerCounts } from '../rollout/answer-counts.ts'

/** What the requests of a deployment came to in one step of time. */
export interface SeriesPoint {
  /** Where the step begins; epoch milliseconds. */
  readonly atMs: number
  readonly requests: number
  /** Of them refused, whoever was at fault. */
  readonly errors: number
  /** Latencies of those that were answered, milliseconds, at most 5 % too high; absent where none was. */
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
}

interface Series {
  readonly stepMs: number
  /** Nothing is known of before: the server's start. */
  readonly sinceMs: number
  /** Steps without requests have no point. */
  readonly deployments: readonly { readonly deployment: string; readonly points: readonly SeriesPoint[] }[]
}

interface SeriesRange {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs?: number
}

/** Latency and errors over time, for charts: the last hour by ten seconds, the last two days by five minutes. */
export interface RequestSeries {
  readonly observer: AnswerObserver
  /** In the finest steps that go back as far as `fromMs`, or in as many of them together as make `stepMs`. */
  of(endpoint: string, range: SeriesRange): Series
}

const fineMs = 10_000
/** An hour, and a minute more: who asks for the last hour is answered a moment later, by another clock. */
const fineCount = 366
const coarseMs = 300_000
const coarseCount = 576

interface Step {
  readonly atMs: number
  readonly counts: AnswerCounts
}

/** The steps of one deployment. A step is added to the coarse one around it when the next begins. */
class Steps {
  readonly fine: Step[] = []
  readonly coarse: Step[] = []

  add(nowMs: number, isOk: boolean, latencyMs: number): void {
    const atMs = nowMs - (nowMs % fineMs)
    let last = this.fine.at(-1)
    if (last?.atMs !== atMs) {
      if (last !== undefined) mergeInto(this.coarse, last)
      last = { atMs, counts: new AnswerCounts() }
      this.fine.push(last)
      if (this.fine.length > fineCount) this.fine.shift()
    }
    last.counts.add(isOk, latencyMs)
  }

  /** The coarse steps, with the newest fine one, which is in none yet. */
  coarseNow(): readonly Step[] {
    const last = this.fine.at(-1)
    if (last === undefined) return []
    const newest = this.coarse.at(-1)
    const steps = this.coarse.slice(0, -1)
    // Into a copy: the newest fine step goes on.
    if (newest !== undefined) mergeInto(steps, newest)
    mergeInto(steps, last)
    return steps
  }
}

function mergeInto(wider: Step[], { atMs: fineAtMs, counts }: Step, stepMs = coarseMs): void {
  const atMs = fineAtMs - (fineAtMs % stepMs)
  let last = wider.at(-1)
  if (last?.atMs !== atMs) {
    last = { atMs, counts: new AnswerCounts() }
    wider.push(last)
    if (wider.length > coarseCount) wider.shift()
  }
  last.counts.merge(counts)
}

/** Counts from now on. */
export function requestSeries(clock: Clock): RequestSeries {
  const sinceMs = clock.now()
  /** By endpoint and deployment. */
  const all = new Map<string, Map<string, Steps>>()
  const forgetOld = (nowMs: number): void => {
    for (const [endpoint, deployments] of all) {
      for (const [name, { fine }] of deployments) {
        if ((fine.at(-1)?.atMs ?? 0) < nowMs - coarseMs * coarseCount) deployments.delete(name)
      }
      if (deployments.size === 0) all.delete(endpoint)
    }
  }
  return {
    observer({ endpoint, revision, durationMs, answer }) {
      let deployments = all.get(endpoint)
      if (deployments === undefined) all.set(endpoint, (deployments = new Map<string, Steps>()))
      let steps = deployments.get(revision.deployment)
      if (steps === undefined) deployments.set(revision.deployment, (steps = new Steps()))
      steps.add(clock.now(), answer.kind === 'answered', durationMs)
    },
    of(endpoint, { fromMs, toMs, stepMs: wantedMs = 0 }) {
      const nowMs = clock.now()
      forgetOld(nowMs)
      const isFine = fromMs >= nowMs - fineMs * fineCount
      const keptMs = isFine ? fineMs : coarseMs
      const stepMs = keptMs * Math.max(1, Math.ceil(wantedMs / keptMs))
      const found = [...(all.get(endpoint) ?? [])].map(([deployment, steps]) => {
        const kept = (isFine ? steps.fine : steps.coarseNow()).filter(
          ({ atMs }) => atMs + keptMs > fromMs && atMs < toMs,
        )
        return { deployment, points: together(kept, stepMs).map(pointOf) }
      })
      return { stepMs, sinceMs, deployments: found }
    },
  }
}

/** Each with those that begin in the same step. */
function together(kept: readonly Step[], stepMs: number): readonly Step[] {
  const steps: Step[] = []
  for (const step of kept) mergeInto(steps, step, stepMs)
  return steps
}

function pointOf({ atMs, counts }: Step): SeriesPoint {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((quantile) => counts.latency(quantile))
  return {
    ...{ atMs, requests: counts.requests, errors: counts.errors },
    ...(p50 !== undefined && { p50 }),
    ...(p95 !== undefined && { p95 }),
    ...(p99 !== undefined && { p99 }),
  }
}
