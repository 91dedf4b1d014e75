import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { Deadlines } from './deadlines.ts'
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
import { startOnnxWorker } from './onnx/onnx-worker.ts'
import { WaitingRequests } from './waiting-requests.ts'
import {
  startWorker,
  type AnswerBody,
  type NumberedAnswer,
  type ScoringRequest,
  type Worker,
  type WorkerAnswer,
  type WorkerCommand,
  type WorkerEnd,
  type WorkerEvents,
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
 * A worker whose model predicts row by row takes what waits at once (greedy batching: nothing waits for company, but
 * what queued while the worker was busy goes together); any other takes one request at a time. A request whose worker
 * died is sent alone the second time: if it was the one that killed it, it kills nobody else's.
 *
 * Invariants: a request is settled exactly once; it is sent to at most two workers, to the second only after the first
 * is dead (with `retryAfterDeath` off: to one); a worker gets nothing before it answered all it has; nothing waits while
 * a worker is free.
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
  /** The most requests in a batch: each has at least one row, and the worker counts rows exactly. */
  readonly maxBatchRows: number
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

/** Who waits for an answer; an `AbortSignal` is one. */
export interface Client {
  readonly aborted: boolean
  addEventListener(type: 'abort', left: () => void): void
  removeEventListener(type: 'abort', left: () => void): void
}

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
  /** Stops looking at the client. */
  readonly forgetClient: () => void
  isSettled: boolean
  executions: number
  place?: Place
}

interface Place {
  readonly number: number
  state: 'starting' | 'free' | 'busy' | 'gone'
  worker?: Worker
  /** By the number under which the worker has it. */
  readonly running: Map<number, Pending>
  /** Whether it takes several requests at once. */
  joinsRequests: boolean
  /** Set while something runs whose time is over. */
  cancelOverdue?: () => void
  /** Ends in a row without one answer between them. */
  fruitlessEnds: number
}

const maxWaitingBytes = 256 << 20
/** What goes into one batch: a worker that gets more at once keeps the others waiting for its answers. */
const maxBatchBytes = 1 << 20
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
  readonly #deadlines: Deadlines<Pending>
  readonly #waitDeadlines: Deadlines<Pending> | undefined
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
      running: new Map(),
      joinsRequests: false,
    }))
    this.#waiting = new WaitingRequests({ maxCount: settings.maxWaiting, maxBytes: maxWaitingBytes })
    const { timeoutMs, maxQueueWaitMs } = settings
    this.#deadlines = new Deadlines(place.clock, { limitMs: timeoutMs, onDue: (pending) => this.#timeOut(pending) })
    if (maxQueueWaitMs === undefined || maxQueueWaitMs >= timeoutMs) return
    this.#waitDeadlines = new Deadlines(place.clock, {
      limitMs: maxQueueWaitMs,
      onDue: (pending) => {
        if (this.#waiting.remove(pending)) this.#refuse(pending, waitedTooLong(maxQueueWaitMs))
      },
    })
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
  submit(request: ScoringRequest, client?: Client): Promise<PoolAnswer> {
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
    this.#deadlines.close()
    this.#waitDeadlines?.close()
    for (let pending = this.#waiting.take(); pending !== undefined; pending = this.#waiting.take()) {
      this.#refuse(pending, closed)
    }
    await new Promise<void>((resolve) => {
      this.#ended = resolve
      for (const place of this.#places) {
        for (const pending of place.running.values()) this.#refuse(pending, closed)
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

  #newPending(request: ScoringRequest, client: Client | undefined, answer: (answer: PoolAnswer) => void): Pending {
    const leave = (): void => {
      if (this.#waiting.remove(pending)) this.#refuse(pending, clientLeft())
    }
    client?.addEventListener('abort', leave)
    const pending: Pending = {
      request,
      sizeBytes: request.body.length,
      answer,
      forgetClient: () => client?.removeEventListener('abort', leave),
      isSettled: false,
      executions: 0,
    }
    this.#deadlines.add(pending)
    this.#waitDeadlines?.add(pending)
    return pending
  }

  #dispatch(): void {
    for (const place of this.#places) {
      if (place.state !== 'free') continue
      if (this.#waiting.count === 0) break
      const batch = this.#takeBatch(place).map((pending) => {
        const id = ++this.#lastId
        pending.executions++
        pending.place = place
        place.running.set(id, pending)
        return { id, request: pending.request }
      })
      place.state = 'busy'
      place.worker!.score(batch)
    }
    this.#noticeEnd()
  }

  /** Its share of what waits, up to a batch; alone what cost a worker its life before, and whatever a worker takes alone. */
  #takeBatch({ joinsRequests }: Place): readonly Pending[] {
    const first = this.#waiting.take()!
    if (!joinsRequests || first.executions > 0) return [first]
    const batch = [first]
    const { maxBatchRows } = this.#settings
    const free = this.#places.filter(({ state }) => state === 'free').length
    const share = Math.min(maxBatchRows, Math.ceil((this.#waiting.count + 1) / free))
    let bytes = first.sizeBytes
    while (batch.length < share) {
      const next = this.#waiting.peek()
      if (next === undefined || bytes + next.sizeBytes > maxBatchBytes) break
      this.#waiting.remove(next)
      batch.push(next)
      bytes += next.sizeBytes
    }
    return batch
  }

  #answered(place: Place, answers: readonly NumberedAnswer[]): void {
    for (const { id, answer } of answers) {
      const pending = place.running.get(id)
      if (pending === undefined) continue
      place.running.delete(id)
      delete pending.place
      this.#settle(pending, toPoolAnswer(answer))
    }
    place.fruitlessEnds = 0
    if (place.running.size > 0) return
    place.cancelOverdue?.()
    delete place.cancelOverdue
    place.state = 'free'
    this.#dispatch()
  }

  #timeOut(pending: Pending): void {
    const { timeoutMs } = this.#settings
    const wasWaiting = this.#waiting.remove(pending)
    const { place } = pending
    this.#refuse(pending, wasWaiting ? waitedTooLong(timeoutMs) : tookTooLong(timeoutMs))
    if (place === undefined) return
    place.cancelOverdue ??= this.#place.clock.after(timeoutMs, () => {
      this.#place.log.line(`worker ${place.number} is killed: it has been busy for ${2 * timeoutMs} ms`)
      place.worker?.kill()
    })
  }

  #settle(pending: Pending, answer: PoolAnswer): void {
    if (pending.isSettled) return
    pending.isSettled = true
    pending.forgetClient()
    this.#deadlines.remove(pending)
    this.#waitDeadlines?.remove(pending)
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
      const events: WorkerEvents = {
        ready: (description) => this.#ready(place, description),
        answered: (answers) => this.#answered(place, answers),
        ended: (end) => this.#workerEnded(place, end),
      }
      const { thread } = command
      place.worker =
        thread === undefined
          ? startWorker(command, events, { clock, logDescriptor: log.descriptor })
          : startOnnxWorker(thread, events, clock)
      const where = thread === undefined ? `pid ${place.worker.pid ?? 'none'}` : 'a thread of the server'
      log.line(`worker ${place.number} started (${where})`)
    }
    this.#place.command().then(begin, (error: unknown) => this.#workerEnded(place, toEnd(error)))
  }

  #ready(place: Place, description: JsonObject): void {
    this.#place.log.line(`worker ${place.number} is ready`)
    place.state = 'free'
    place.joinsRequests = description['joinsRequests'] === true
    this.#description = description
    if (this.#state === 'closed') return place.worker?.close(closeGraceMs)
    if (this.#started !== undefined && this.status().ready === this.#settings.workers) {
      this.#started.resolve(description)
      this.#started = undefined
    }
    this.#dispatch()
  }

  #workerEnded(place: Place, end: WorkerEnd): void {
    const running = [...place.running.values()]
    place.running.clear()
    for (const pending of running) delete pending.place
    place.cancelOverdue?.()
    delete place.cancelOverdue
    delete place.worker
    if (this.#state === 'closed') return this.#markGone(place)
    this.#deaths++
    this.#lastEnd = end
    this.#place.log.line(`worker ${place.number}: ${end.reason}`)
    for (const pending of running) this.#afterDeath(pending, end)
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
    const isIdle = this.#waiting.count === 0 && this.#places.every(({ running }) => running.size === 0)
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
