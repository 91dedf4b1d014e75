import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import { sampleRatioCheck, type RatioCheck } from '../../statistics/sample-ratio.ts'
import { listDeployments, noDeployment } from '../deployment-store.ts'
import { findEndpoint, type Endpoint } from '../endpoint-store.ts'
import {
  compareMetrics,
  compareMirrored,
  latencyPercentiles,
  type ComparedMetric,
  type ComparisonTerms,
  type MirroredComparison,
} from './compare-variants.ts'
import { gatherRequests, type VariantSums } from './gather-requests.ts'
import { isOutcomeName, readMetricChoice } from './metric-choice.ts'
import type { Outcome } from './request-record.ts'
import { outcomeMetrics, recordedIds, upsertOutcomes, type Variant } from './request-store.ts'

/** What a comparison is asked; what is absent is chosen. */
export interface ComparisonRequest extends Partial<ComparisonTerms> {
  /** Default: the deployment with most traffic. */
  readonly baseline?: string
  /** Default: the other deployment, if there is one other; else the one that gets copies. */
  readonly candidate?: string
  /** Epoch milliseconds; default: everything that is kept of both revisions. */
  readonly sinceMs?: number
}

export interface ComparedVariant extends Variant {
  readonly p50?: number
  readonly p95?: number
}

/** Whether the weights gave each deployment its share since the traffic last changed. */
interface SplitCheck extends RatioCheck {
  readonly counts: Readonly<Record<string, number>>
  /** So unlikely by chance (p < 0.001) that a comparison of what is left may be wrong. */
  readonly isOff: boolean
}

export interface Comparison {
  readonly endpoint: string
  readonly baseline: ComparedVariant
  readonly candidate: ComparedVariant
  readonly metrics: readonly ComparedMetric[]
  readonly mirrored?: MirroredComparison
  readonly split?: SplitCheck
  /** Requests that could not be noted since the server started. */
  readonly droppedCount: number
}

/** The variants of endpoints beside each other, and what came of their requests. Unknown names throw `not-found`. */
export interface Comparisons {
  compare(endpoint: string, request: ComparisonRequest): Promise<Comparison>
  /** Keeps outcomes by request id and metric; the same again changes nothing. Tells how many have no recorded request. */
  addOutcomes(
    endpoint: string,
    outcomes: readonly Outcome[],
  ): Promise<{ readonly storedCount: number; readonly unknownCount: number }>
}

export interface ComparisonPlace {
  readonly database: Database
  readonly clock: Clock
  /** Writes what is noted and not stored yet. */
  readonly flush: () => Promise<void>
  readonly dropped: () => number
}

const offBelow = 0.001

export function comparisons({ database, clock, flush, dropped }: ComparisonPlace): Comparisons {
  return {
    async compare(name, request) {
      await flush()
      const tables = database.read
      const endpoint = await findEndpoint(tables, name)
      const active = await activeVariants(database, name)
      const baseline = variantOf(active, name, request.baseline ?? mostTraffic(endpoint, active))
      const candidate = variantOf(active, name, request.candidate ?? otherThan(baseline, endpoint, active))
      if (baseline === candidate)
        throw new SluiceError('invalid-request', `"${baseline.deployment}" cannot be compared with itself.`)
      const range = { endpoint: name, baseline, candidate, sinceMs: request.sinceMs ?? 0 }
      const metrics = request.metrics ?? (await usualMetrics(database, name))
      const { covariate, margins = {} } = request
      const variants = [baseline, candidate]
      const gathering = { ...range, variants, metrics, covariate, splitSinceMs: endpoint.trafficSinceMs }
      const { variants: found, split: units } = await gatherRequests(tables, gathering)
      const [ofBaseline, ofCandidate] = found as [VariantSums, VariantSums]
      const mirrored = await compareMirrored(tables, range, { margins, baseline: ofBaseline })
      const split = checkSplit(endpoint, units)
      return {
        endpoint: name,
        baseline: { ...baseline, ...latencyPercentiles(ofBaseline) },
        candidate: { ...candidate, ...latencyPercentiles(ofCandidate) },
        metrics: compareMetrics([ofBaseline, ofCandidate], { metrics, margins }),
        ...(mirrored !== undefined && { mirrored }),
        ...(split !== undefined && { split }),
        droppedCount: dropped(),
      }
    },
    async addOutcomes(name, outcomes) {
      for (const { metric, value } of outcomes) {
        if (isOutcomeName(metric) && Number.isFinite(value)) continue
        throw new SluiceError('invalid-request', `The outcome "${metric}" cannot be ${value}.`, {
          hint: 'A metric has letters, digits and . - _ and is not latency or error; its value is a number.',
        })
      }
      await flush()
      await findEndpoint(database.read, name)
      const ids = [...new Set(outcomes.map(({ requestId }) => requestId))]
      const known = await recordedIds(database.read, name, ids)
      await database.write((tables) => upsertOutcomes(tables, name, { outcomes, nowMs: clock.now() }))
      return { storedCount: outcomes.length, unknownCount: ids.length - known.size }
    },
  }
}

async function usualMetrics({ read }: Database, endpoint: string): Promise<ComparisonTerms['metrics']> {
  return ['latency', 'error', ...(await outcomeMetrics(read, endpoint))].map(readMetricChoice)
}

async function activeVariants({ read }: Database, endpoint: string): Promise<readonly Variant[]> {
  const deployments = await listDeployments(read, endpoint)
  return deployments.flatMap(({ name, active }) => {
    return active === undefined ? [] : [{ deployment: name, revision: active.revision }]
  })
}

function variantOf(active: readonly Variant[], endpoint: string, name: string): Variant {
  const found = active.find(({ deployment }) => deployment === name)
  if (found === undefined) throw noDeployment(endpoint, name)
  return found
}

function mostTraffic({ name, traffic }: Endpoint, active: readonly Variant[]): string {
  const weightOf = ({ deployment }: Variant): number => traffic[deployment] ?? 0
  const [first] = active.toSorted((one, other) => weightOf(other) - weightOf(one))
  if (first !== undefined) return first.deployment
  throw new SluiceError('invalid-request', `The endpoint "${name}" has no deployment that is ready.`)
}

function otherThan(baseline: Variant, { name, traffic, mirrorTraffic }: Endpoint, active: readonly Variant[]): string {
  const others = active.filter((variant) => variant !== baseline).map(({ deployment }) => deployment)
  const likely = [
    others,
    others.filter((other) => (traffic[other] ?? 0) > 0),
    others.filter((other) => (mirrorTraffic[other] ?? 0) > 0),
  ].find(({ length }) => length === 1)
  if (likely !== undefined) return likely[0]!
  throw new SluiceError('invalid-request', `Nothing says which deployment of "${name}" is the candidate.`, {
    hint: others.length === 0 ? 'A comparison needs two deployments.' : `Name one of: ${others.join(', ')}.`,
  })
}

/** Undefined while fewer than two deployments have weight. */
function checkSplit(endpoint: Endpoint, found: ReadonlyMap<string, number>): SplitCheck | undefined {
  const weighted = Object.entries(endpoint.traffic).filter(([, weight]) => weight > 0)
  if (weighted.length < 2) return undefined
  const counts = weighted.map(([name]) => found.get(name) ?? 0)
  const check = sampleRatioCheck(
    counts,
    weighted.map(([, weight]) => weight),
  )
  const byName = Object.fromEntries(weighted.map(([name], index) => [name, counts[index]!]))
  return { ...check, counts: byName, isOff: check.pValue < offBelow }
}
