import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { DeploymentLog } from './deployment-log.ts'
import {
  clientLeft,
  closing,
  diedAnswering,
  loadError,
  tookTooLong,
  tooMany,
  toEnd,
  unavailable,
  waitedTooLong,
} from './pool-refusals.ts'
import { WaitingRequests } from './waiting-requests.ts'
import {
  startWorker,
  type AnswerBody,
  type ScoringRequest,
  type Worker,
  type WorkerAnswer,
  type WorkerCommand,
  type WorkerEnd,
} from './worker.ts'

/**
 * The story of a request in a pool.
 *
 *   waiting --taken by a free worker--> running --answered--> settled
 *      |                                   |
 *      | time over (408), client gone      | time over (408): settled, the worker goes on and is killed when it takes
 *      v                                   |   as long again
 *   settled                                | its worker dies: waiting again, before all others, once; then 424
 *                                          v
 * Invariants: a request is settled exactly once; it is sent to at most two workers, to the second only after the first
 * is dead (with `retryAfterDeath` off: to one); a worker has at most one request; nothing waits while a worker is free.
 *
 * The story of a worker's place: starting -> free <-> busy -> (its process ends) -> starting again, at once the first
 * time and after a growing pause when it keeps dying. Workers end when the server dies (python scoring_host.py), so a
 * crash leaves nothing behind and the next server starts its own.
 */
export interface PoolSettings {
  readonly workers: number
  /** From arrival to answer, waiting included. */
  readonly timeoutMs: number
  readonly maxWaiting: number
  /** Absent: as long as `timeoutMs` allows. */
  readonly maxQueueWaitMs?: number
  /** Whether a request whose worker died may be executed once more. */
  readonly retryAfterDeath: boolean
}

export interface PoolPlace {
  readonly clock: Clock
  readonly log: DeploymentLog
  /** Called before every start of a worker; a failure counts as that worker's end. */
  readonly command: () => Promise<WorkerCommand>
}

/** What a request came to; `executionMs` where a worker ran it. */
export type PoolAnswer =
  | ({ readonly kind: 'answered'; readonly executionMs: number } & AnswerBody)
  | { readonly kind: 'refused'; readonly error: SluiceError; readonly executionMs?: number }

/** How a pool is doing. */
export interface PoolStatus {
  readonly wanted: number
  readonly ready: number
  readonly waiting: number
  /** Times a worker's process ended that should not have. */
  readonly deaths: number
}

interface Pending {
  readonly request: ScoringRequest
  readonly sizeBytes: number
  readonly answer: (answer: PoolAnswer) => void
  readonly cancelTimers: () => void
  isSettled: boolean
  executions: number
}

interface Place {
  readonly number: number
  state: 'starting' | 'free' | 'busy' | 'gone'
  worker?: Worker
  running?: { readonly id: number; readonly pending: Pending; cancelOverdue?: () => void }
  /** Ends in a row without one answer between them. */
  fruitlessEnds: number
}

const maxWaitingBytes = 256 << 20
const firstPauseMs = 200
const longestPauseMs = 30_000
const hopelessAfter = 3
const closeGraceMs = 2000

/** The workers of one deployment revision and the requests that wait for them. */
export class WorkerPool {
  readonly #settings: PoolSettings
  readonly #place: PoolPlace
  readonly #places: Place[]
  readonly #waiting: WaitingRequests<Pending>
  readonly #pauses = new Set<() => void>()
  #state: 'open' | 'draining' | 'closed' = 'open'
  #lastId = 0
  #deaths = 0
  #description: JsonObject | undefined
  #lastEnd: WorkerEnd = { reason: 'was never started' }
  #started: { resolve: (description: JsonObject) => void; reject: (error: SluiceError) => void } | undefined
  /** Resolves what waits for the last request (draining) or the last worker (closing). */
  #ended: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(settings: PoolSettings, place: PoolPlace) {
    this.#settings = settings
    this.#place = place
    this.#places = Array.from({ length: settings.workers }, (_, index) => ({
      number: index + 1,
      state: 'starting',
      fruitlessEnds: 0,
    }))
    this.#waiting = new WaitingRequests({ maxCount: settings.maxWaiting, maxBytes: maxWaitingBytes })
  }

  /**
   * Starts every worker and resolves, when all are ready, with what the model says of itself. Rejects with
   * `model-failed` when a worker ends before that; the caller then closes the pool.
   */
  start(): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'open') return reject(closing())
      this.#started = { resolve, reject }
      this.resume()
    })
  }

  /** Starts every worker, again and again until it stays: for a deployment that was ready before. */
  resume(): void {
    for (const place of this.#places) this.#startWorker(place)
  }

  /** Never rejects; settles once, whatever happens to workers, client and server. */
  submit(request: ScoringRequest, client?: AbortSignal): Promise<PoolAnswer> {
    return new Promise((resolve) => {
      const refusal = this.#refusal()
      if (refusal !== undefined) return resolve({ kind: 'refused', error: refusal })
      const pending = this.#newPending(request, client, resolve)
      if (client?.aborted === true) return this.#refuse(pending, clientLeft())
      if (!this.#waiting.add(pending)) return this.#refuse(pending, tooMany(this.#waiting.count))
      this.#dispatch()
    })
  }

  /** What the model said of itself when a worker was last ready. */
  get description(): JsonObject | undefined {
    return this.#description
  }

  status(): PoolStatus {
    const ready = this.#places.filter(({ state }) => state === 'free' || state === 'busy').length
    return { wanted: this.#settings.workers, ready, waiting: this.#waiting.count, deaths: this.#deaths }
  }

  /** Takes nothing new, answers what it has (within the time limit of a request), and ends its workers. */
  async drain(): Promise<void> {
    if (this.#state !== 'open') return this.close()
    this.#state = 'draining'
    const drained = new Promise<void>((resolve) => {
      this.#ended = resolve
      this.#dispatch()
    })
    const cancel = this.#place.clock.after(this.#settings.timeoutMs + closeGraceMs, () => this.#ended?.())
    await drained
    cancel()
    await this.close()
  }

  /** Refuses what waits, ends every worker and resolves when none is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#state = 'closed'
    const closed = closing()
    this.#started?.reject(closed)
    this.#started = undefined
    for (const cancel of this.#pauses) cancel()
    for (let pending = this.#waiting.take(); pending !== undefined; pending = this.#waiting.take()) {
      this.#refuse(pending, closed)
    }
    await new Promise<void>((resolve) => {
      this.#ended = resolve
      for (const place of this.#places) {
        if (place.running !== undefined) this.#refuse(place.running.pending, closed)
        if (place.worker === undefined) place.state = 'gone'
        else if (place.state === 'free') place.worker.close(closeGraceMs)
        else place.worker.kill()
      }
      this.#noticeEnd()
    })
  }

  #refusal(): SluiceError | undefined {
    if (this.#state !== 'open') return closing()
    const isHopeless = this.#places.every(({ state, fruitlessEnds }) => {
      return state === 'starting' && fruitlessEnds >= hopelessAfter
    })
    return isHopeless ? unavailable(this.#lastEnd) : undefined
  }

  #newPending(request: ScoringRequest, client: AbortSignal | undefined, answer: (answer: PoolAnswer) => void): Pending {
    const { clock } = this.#place
    const { timeoutMs, maxQueueWaitMs } = this.#settings
    const leave = (): void => {
      if (this.#waiting.remove(pending)) this.#refuse(pending, clientLeft())
    }
    const cancelTimeout = clock.after(timeoutMs, () => this.#timeOut(pending))
    const cancelWait =
      maxQueueWaitMs !== undefined && maxQueueWaitMs < timeoutMs
        ? clock.after(maxQueueWaitMs, () => {
            if (this.#waiting.remove(pending)) this.#refuse(pending, waitedTooLong(maxQueueWaitMs))
          })
        : undefined
    client?.addEventListener('abort', leave)
    const pending: Pending = {
      request,
      sizeBytes: request.body.length,
      answer,
      cancelTimers: () => {
        cancelTimeout()
        cancelWait?.()
        client?.removeEventListener('abort', leave)
      },
      isSettled: false,
      executions: 0,
    }
    return pending
  }

  #dispatch(): void {
    for (const place of this.#places) {
      if (place.state !== 'free') continue
      const pending = this.#waiting.take()
      if (pending === undefined) break
      const id = ++this.#lastId
      pending.executions++
      place.state = 'busy'
      place.running = { id, pending }
      place.worker!.score(id, pending.request)
    }
    this.#noticeEnd()
  }

  #answered(place: Place, id: number, answer: WorkerAnswer): void {
    if (place.running?.id !== id) return
    const { pending, cancelOverdue } = place.running
    cancelOverdue?.()
    delete place.running
    place.state = 'free'
    place.fruitlessEnds = 0
    this.#settle(pending, toPoolAnswer(answer))
    this.#dispatch()
  }

  #timeOut(pending: Pending): void {
    const { timeoutMs } = this.#settings
    const wasWaiting = this.#waiting.remove(pending)
    const place = this.#places.find(({ running }) => running?.pending === pending)
    this.#refuse(pending, wasWaiting ? waitedTooLong(timeoutMs) : tookTooLong(timeoutMs))
    if (place?.running === undefined) return
    place.running.cancelOverdue = this.#place.clock.after(timeoutMs, () => {
      this.#place.log.line(`worker ${place.number} is killed: it has been busy for ${2 * timeoutMs} ms`)
      place.worker?.kill()
    })
  }

  #settle(pending: Pending, answer: PoolAnswer): void {
    if (pending.isSettled) return
    pending.isSettled = true
    pending.cancelTimers()
    pending.answer(answer)
  }

  #refuse(pending: Pending, error: SluiceError): void {
    this.#settle(pending, { kind: 'refused', error })
  }

  #startWorker(place: Place): void {
    if (this.#state === 'closed') return this.#markGone(place)
    place.state = 'starting'
    const begin = (command: WorkerCommand): void => {
      if (this.#state === 'closed') return this.#markGone(place)
      const { clock, log } = this.#place
      place.worker = startWorker(
        command,
        {
          ready: (description) => this.#ready(place, description),
          answered: (id, answer) => this.#answered(place, id, answer),
          ended: (end) => this.#workerEnded(place, end),
        },
        { clock, logDescriptor: log.descriptor },
      )
      log.line(`worker ${place.number} started (pid ${place.worker.pid ?? 'none'})`)
    }
    this.#place.command().then(begin, (error: unknown) => this.#workerEnded(place, toEnd(error)))
  }

  #ready(place: Place, description: JsonObject): void {
    this.#place.log.line(`worker ${place.number} is ready`)
    place.state = 'free'
    this.#description = description
    if (this.#state === 'closed') return place.worker?.close(closeGraceMs)
    if (this.#started !== undefined && this.status().ready === this.#settings.workers) {
      this.#started.resolve(description)
      this.#started = undefined
    }
    this.#dispatch()
  }

  #workerEnded(place: Place, end: WorkerEnd): void {
    const { running } = place
    running?.cancelOverdue?.()
    delete place.running
    delete place.worker
    if (this.#state === 'closed') return this.#markGone(place)
    this.#deaths++
    this.#lastEnd = end
    this.#place.log.line(`worker ${place.number}: ${end.reason}`)
    if (running !== undefined) this.#afterDeath(running.pending, end)
    if (this.#started !== undefined) {
      this.#started.reject(loadError(end))
      this.#started = undefined
      return this.#markGone(place)
    }
    this.#restart(place)
  }

  #afterDeath(pending: Pending, end: WorkerEnd): void {
    if (pending.isSettled) return
    if (pending.executions < 2 && this.#settings.retryAfterDeath) this.#waiting.putBack(pending)
    else this.#refuse(pending, diedAnswering(end, pending.executions))
  }

  #restart(place: Place): void {
    place.state = 'starting'
    place.fruitlessEnds++
    if (place.fruitlessEnds === 1) return this.#startWorker(place)
    const pauseMs = Math.min(firstPauseMs * 2 ** (place.fruitlessEnds - 2), longestPauseMs)
    const cancel = this.#place.clock.after(pauseMs, () => {
      this.#pauses.delete(cancel)
      this.#startWorker(place)
    })
    this.#pauses.add(cancel)
  }

  #markGone(place: Place): void {
    place.state = 'gone'
    this.#noticeEnd()
  }

  #noticeEnd(): void {
    const isIdle = this.#waiting.count === 0 && this.#places.every(({ running }) => running === undefined)
    if (this.#state === 'draining' && isIdle) this.#ended?.()
    if (this.#state === 'closed' && this.#places.every(({ state }) => state === 'gone')) this.#ended?.()
  }
}

function toPoolAnswer(answer: WorkerAnswer): PoolAnswer {
  const { executionMs } = answer
  switch (answer.outcome) {
    case 'answered': {
      const { outcome, ...rest } = answer
      return { kind: outcome, ...rest }
    }
    case 'rejected':
      return { kind: 'refused', error: new SluiceError(answer.code, answer.message), executionMs }
    case 'failed':
      return {
        kind: 'refused',
        error: new SluiceError('model-failed', `The model raised ${answer.message}`, {
          hint: "The traceback is in the deployment's log.",
        }),
        executionMs,
      }
  }
}
