import type { ErrorCode } from '../../base/errors.ts'
import type { AnswerObserver } from '../answered-request.ts'
import type { PoolMeter } from '../pool-settings.ts'
import { Histogram, type Family, type Labels, type Sample } from './prometheus-text.ts'

/** What is asked of the deployments that run now. */
export interface MeasuredDeployment {
  readonly endpoint: string
  readonly deployment: string
  readonly status: {
    readonly wanted: number
    readonly ready: number
    readonly waiting: number
    readonly deaths: number
  }
  readonly usage: { readonly cpuSeconds: number; readonly memoryBytes: number }
}

/** Counts what deployments do; everything is since the server's start, as Prometheus expects. */
export interface ServingMetrics {
  readonly observer: AnswerObserver
  /** For the pool of one deployment; its revisions share it. */
  meterOf(endpoint: string, deployment: string): PoolMeter
  /** What is known of the deployments that run, and of nothing else: those that are deleted are forgotten. */
  families(running: readonly MeasuredDeployment[]): readonly Family[]
}

// From the fastest model in process to the longest that people wait.
const secondBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const rowBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

class Counts {
  readonly labels: Labels
  /** By HTTP status. */
  readonly requests = new Map<number, number>()
  readonly errors = new Map<ErrorCode, number>()
  readonly seconds = new Histogram(secondBounds)
  readonly executionSeconds = new Histogram(secondBounds)
  readonly waitSeconds = new Histogram(secondBounds)
  readonly batchRows = new Histogram(rowBounds)
  coldStarts = 0

  constructor(endpoint: string, deployment: string) {
    this.labels = { endpoint, deployment }
  }
}

/** No counts yet. */
export function servingMetrics(): ServingMetrics {
  const all = new Map<string, Counts>()
  const countsOf = (endpoint: string, deployment: string): Counts => {
    const key = `${endpoint}/${deployment}`
    let counts = all.get(key)
    if (counts === undefined) all.set(key, (counts = new Counts(endpoint, deployment)))
    return counts
  }
  return {
    observer({ endpoint, revision, durationMs, answer }) {
      const counts = countsOf(endpoint, revision.deployment)
      counts.seconds.observe(durationMs / 1000)
      if (answer.executionMs !== undefined) counts.executionSeconds.observe(answer.executionMs / 1000)
      increment(counts.requests, answer.kind === 'answered' ? 200 : answer.error.status)
      if (answer.kind === 'refused') increment(counts.errors, answer.error.code)
    },
    meterOf: (endpoint, deployment) => ({
      waited: (ms) => countsOf(endpoint, deployment).waitSeconds.observe(ms / 1000),
      predicted(rows) {
        const { batchRows } = countsOf(endpoint, deployment)
        for (const each of rows) batchRows.observe(each)
      },
      coldStart: () => void countsOf(endpoint, deployment).coldStarts++,
    }),
    families(running) {
      const keys = new Set(running.map(({ endpoint, deployment }) => `${endpoint}/${deployment}`))
      for (const key of all.keys()) if (!keys.has(key)) all.delete(key)
      const counted = running.map(({ endpoint, deployment }) => countsOf(endpoint, deployment))
      return [...countFamilies(counted), ...stateFamilies(running)]
    },
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function countFamilies(counted: readonly Counts[]): readonly Family[] {
  const histogram = (name: string, help: string, pick: (counts: Counts) => Histogram): Family => ({
    ...{ name, type: 'histogram', help },
    samples: counted.map((counts) => ({ labels: counts.labels, histogram: pick(counts) })),
  })
  const byLabel = (label: string, pick: (counts: Counts) => ReadonlyMap<unknown, number>): readonly Sample[] =>
    counted.flatMap((counts) =>
      [...pick(counts)].map(([key, value]) => ({ labels: { ...counts.labels, [label]: String(key) }, value })),
    )
  return [
    {
      ...{ name: 'sluice_requests_total', type: 'counter', help: 'Requests answered, by HTTP status.' },
      samples: byLabel('status', ({ requests }) => requests),
    },
    {
      ...{ name: 'sluice_request_errors_total', type: 'counter', help: 'Requests refused or failed, by reason.' },
      samples: byLabel('code', ({ errors }) => errors),
    },
    histogram('sluice_request_seconds', 'From the arrival of a request to its answer.', ({ seconds }) => seconds),
    histogram('sluice_execution_seconds', 'In the model.', ({ executionSeconds }) => executionSeconds),
    histogram('sluice_queue_seconds', 'How long a request waited for a worker.', ({ waitSeconds }) => waitSeconds),
    histogram('sluice_batch_rows', 'Rows of one predict.', ({ batchRows }) => batchRows),
    {
      ...{ name: 'sluice_cold_starts_total', type: 'counter', help: 'Requests that found no worker started.' },
      samples: counted.map(({ labels, coldStarts }) => ({ labels, value: coldStarts })),
    },
  ]
}

function stateFamilies(running: readonly MeasuredDeployment[]): readonly Family[] {
  const family = (
    [name, type, help]: readonly [string, Family['type'], string],
    value: (each: MeasuredDeployment) => number,
  ): Family => ({
    ...{ name, type, help },
    samples: running.map((each) => ({
      labels: { endpoint: each.endpoint, deployment: each.deployment },
      value: value(each),
    })),
  })
  return [
    family(['sluice_queue_length', 'gauge', 'Requests that wait for a worker.'], ({ status }) => status.waiting),
    family(['sluice_workers', 'gauge', 'Workers that should be there.'], ({ status }) => status.wanted),
    family(['sluice_workers_ready', 'gauge', 'Workers that answer.'], ({ status }) => status.ready),
    family(
      ['sluice_worker_deaths_total', 'counter', 'Workers that ended and should not have; each is started again.'],
      ({ status }) => status.deaths,
    ),
    family(
      ['sluice_worker_cpu_seconds_total', 'counter', 'CPU of the workers, those that are gone included.'],
      ({ usage }) => usage.cpuSeconds,
    ),
    family(
      ['sluice_worker_memory_bytes', 'gauge', 'Memory of the workers that is their own.'],
      ({ usage }) => usage.memoryBytes,
    ),
  ]
}
