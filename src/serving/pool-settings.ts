import type { Clock } from '../base/clock.ts'
import type { DeploymentLog } from './deployment-log.ts'
import type { ProbeSettings } from '../spec/asset-documents.ts'
import type { ScaleSettings } from './worker-scaling.ts'
import type { WorkerCommand } from './worker.ts'

/** What a deployment says of its workers and of the requests that wait for them. */
export interface PoolSettings {
  /** Without `scale`, all the time; with it, at the beginning. */
  readonly workers: number
  readonly scale?: ScaleSettings
  /** A worker that holds more gets a successor, and is ended when that is ready; far beyond it is killed at once. */
  readonly memoryLimitBytes?: number
  /** A worker that is not ready by then is killed. Absent: it may take as long as it takes. */
  readonly startLimitMs?: number
  /** Whether a worker gets requests is asked of it; absent: it gets them while it lives. */
  readonly readiness?: ProbeSettings
  /** Whether a worker still answers is asked of it; absent: it lives while its process does. */
  readonly liveness?: ProbeSettings
  /** From arrival to answer, waiting included, but not the start of a deployment that has no worker. */
  readonly timeoutMs: number
  readonly maxWaiting: number
  /** Absent: as long as `timeoutMs` allows. */
  readonly maxQueueWaitMs?: number
  /** Whether a request whose worker died may be executed once more. */
  readonly retryAfterDeath: boolean
  /** The most requests in a batch: each has at least one row, and the worker counts rows exactly. */
  readonly maxBatchRows: number
}

export interface PoolPlace {
  readonly clock: Clock
  readonly log: DeploymentLog
  /** Called before every start of a worker; a failure counts as that worker's end. */
  readonly command: () => Promise<WorkerCommand>
  readonly meter?: PoolMeter
}

/** Told of what happens in a pool; called on the way of requests, so it only counts. */
export interface PoolMeter {
  /** A request found a worker after that long. */
  waited(ms: number): void
  /** Rows of each predict. */
  predicted(rows: readonly number[]): void
  /** A request came while no worker was started. */
  coldStart(): void
}

/** How a pool is doing. */
export interface PoolStatus {
  readonly wanted: number
  readonly ready: number
  readonly waiting: number
  /** Times a worker's process ended that should not have. */
  readonly deaths: number
}
