import { SluiceError } from '../src/base/errors.ts'
import type { VariantService } from '../src/protocols/rest/variant-service.ts'
import type { RolloutView } from '../src/serving/rollout/rollouts.ts'

/** Rollouts that are promoted at the second look, and one comparison; real ones are tested over a real store. */
export function fakeVariants(): VariantService {
  let rollout: RolloutView | undefined
  let looks = 0
  const current = (endpoint: string): RolloutView => {
    if (rollout !== undefined) return rollout
    throw new SluiceError('not-found', `The endpoint "${endpoint}" has had no rollout.`)
  }
  const end = (status: RolloutView['status'], reason: string): RolloutView => {
    const { waitsFor: _, ...rest } = current('')
    rollout = { ...rest, status, reason, endedMs: 1000 }
    return rollout
  }
  return {
    beginRollout: async (endpoint, { to, model, file, version: _version, deployment, ...plan }) => {
      looks = 0
      rollout = {
        ...{ id: 'r-1', endpoint, status: 'stepping', candidate: to ?? deployment ?? model ?? file ?? '' },
        plan: { ...plan, trafficBefore: { blue: 100 }, baseline: 'blue' },
        ...{ step: 0, stepSinceMs: 0, createdMs: 0, updatedMs: 0 },
        waitsFor: 'holds 5 % for another 9 s',
        counts: { green: { requests: 7, errors: 1, p95: 12 }, blue: { requests: 0, errors: 0 } },
      }
      return rollout
    },
    rollout: async (endpoint) => {
      current(endpoint)
      looks++
      return looks === 2 ? end('promoted', 'every step held') : current(endpoint)
    },
    rollouts: async () => (rollout === undefined ? [] : [rollout]),
    abortRollout: async (endpoint, reason = 'aborted') => end('aborted', `${current(endpoint).endpoint}: ${reason}`),
    promoteRollout: async (endpoint, reason = 'promoted') =>
      end('promoted', `${current(endpoint).endpoint}: ${reason}`),
    compare: async (endpoint, { baseline = 'blue', candidate = 'green', metrics = [], margins = {} }) => ({
      endpoint,
      baseline: { deployment: baseline, revision: 1, p50: 1, p95: 2 },
      candidate: { deployment: candidate, revision: 2 },
      metrics: metrics.map(({ name, better }) => ({
        ...{ name, better, difference: 2, interval: { low: 1, high: 3 }, pValue: 0.01, verdict: 'better' },
        margin: margins[name]?.value ?? 0,
        baseline: { value: 10, standardError: 1, count: 40 },
        candidate: { value: 12, standardError: Number.NaN, count: 1 },
      })),
      mirrored: {
        ...{ count: 3, comparedCount: 2, equalCount: 1, largestDifference: 0.5 },
        answeredBy: { both: 2, original: 1, copy: 0, neither: 0 },
        agreement: { value: 0.5, standardError: 0.1, count: 2, interval: { low: 0, high: 1 } },
        latencyRatio: {
          value: 1.25,
          standardError: Number.NaN,
          count: 2,
          interval: { low: Number.NaN, high: Number.NaN },
        },
        metrics: [
          {
            ...{ name: 'latency', margin: 1, verdict: 'undecided' },
            difference: { value: 1, standardError: Number.NaN, count: 1 },
            interval: { low: Number.NaN, high: Number.NaN },
          },
        ],
      },
      split: { statistic: 9, degreesOfFreedom: 1, pValue: 0.0001, isOff: true, counts: { blue: 9, green: 1 } },
      droppedCount: 4,
    }),
    addOutcomes: async (_endpoint, outcomes) => ({
      storedCount: outcomes.length,
      unknownCount: outcomes.filter(({ requestId }) => requestId === 'unknown').length,
    }),
  }
}
