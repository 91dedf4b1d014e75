import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProcessUsage } from '../processes/process-usage.ts'
import { Deadlines, forgetDeadline, type Deadline } from './deadlines.ts'
import {
  clientLeft,
  closing,
  diedAnswering,
  neverStarted,
  tookTooLong,
  tooMany,
  waitedTooLong,
} from './pool-refusals.ts'
import type { PoolPlace, PoolSettings, PoolStatus } from './pool-settings.ts'
import { WaitingRequests, type Waiter } from './waiting-requests.ts'
import { WorkerPlaces, type Place } from './worker-places.ts'
import { WorkerScaling } from './worker-scaling.ts'
import type { AnswerBody, NumberedAnswer, ScoringRequest, WorkerAnswer, WorkerEnd } from './worker.ts'

/*
 * The story of a request in a pool.
 *
 *   waiting --taken by a free worker--> running --answered--> settled
 *      |                                   |
 *      | time over (408), client gone      | time over (408): settled, the worker goes on and is killed when it takes
 *      v                                   |   as long again
 *   settled                                | its worker dies: waiting again, before all others, once; then 424
 *                                          v
 * A worker whose model predicts row by row takes what waits at once (greedy batching: nothing waits for company, but
 * what arrived in the same turn, or queued while the worker was busy, goes together); any other takes one request at a time. A request whose worker
 * died is sent alone the second time: if it was the one that killed it, it kills nobody else's.
 *
 * Invariants: a request is settled exactly once; it is sent to at most two workers, to the second only after the first
 * is dead (with `retryAfterDeath` off: to one); a worker gets nothing before it answered all it has; nothing waits for
 * longer than a turn while a worker is free.
 */

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

interface Pending extends Waiter {
  readonly request: ScoringRequest
  readonly answer: (answer: PoolAnswer) => void
  /** Stops looking at the client. */
  readonly forgetClient: () => void
  /** By `performance.now()`. */
  readonly arrived: number
  /** For a worker to be there; or for its answer, and for its turn. */
  deadlines: readonly Deadline[]
  isSettled: boolean
  executions: number
  place: Place<Pending> | undefined
}

const maxWaitingBytes = 256 << 20
/** What goes into one batch: a worker that gets more at once keeps the others waiting for its answers. */
const maxBatchBytes = 1 << 20
const memoryCheckMs = 5000
const drainGraceMs = 2000
/** How long a request waits for the first worker where nothing is said of its start: Azure ML's readiness probe. */
const usualStartMs = 310_000

/** The workers of one deployment revision and the requests that wait for them. */
export class WorkerPool {
  readonly #settings: PoolSettings
  readonly #place: PoolPlace
  readonly #workers: WorkerPlaces<Pending>
  readonly #scaling: WorkerScaling | undefined
  readonly #waiting: WaitingRequests<Pending>
  readonly #deadlines: Deadlines<Pending>
  readonly #waitDeadlines: Deadlines<Pending> | undefined
  /** Of those that came while no worker was there: their own time begins when one is. */
  readonly #startDeadlines: Deadlines<Pending>
  readonly #cancelChecks = new Set<() => void>()
  #state: 'open' | 'draining' | 'closed' = 'open'
  #lastId = 0
  #isDispatching = false
  /** Resolves what waits for the last request. */
  #drained: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(settings: PoolSettings, place: PoolPlace) {
    this.#settings = settings
    this.#place = place
    this.#workers = new WorkerPlaces<Pending>(settings, place, {
      answered: (at, answers) => this.#answered(at, answers),
      lost: (pendings, end) => pendings.forEach((pending) => this.#afterDeath(pending, end)),
      changed: () => this.#changed(),
    })
    this.#scaling = settings.scale && new WorkerScaling(settings.scale, place.clock)
    this.#waiting = new WaitingRequests({ maxCount: settings.maxWaiting, maxBytes: maxWaitingBytes })
    const { timeoutMs, maxQueueWaitMs } = settings
    this.#deadlines = new Deadlines(place.clock, { limitMs: timeoutMs, onDue: (pending) => this.#timeOut(pending) })
    const startMs = settings.startLimitMs ?? usualStartMs
    this.#startDeadlines = new Deadlines(place.clock, {
      limitMs: startMs,
      onDue: (pending) => {
        this.#waiting.remove(pending)
        this.#refuse(pending, neverStarted(startMs))
      },
    })
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
  async start(): Promise<JsonObject> {
    if (this.#state !== 'open') throw closing()
    this.#beginChecks()
    // A model that nobody has seen answer is not served, even where none is to be kept.
    return this.#workers.tryAll(Math.max(1, this.#settings.workers))
  }

  /** Starts every worker, again and again until it stays: for a deployment that was ready before. */
  resume(): void {
    this.#beginChecks()
    this.#workers.scaleTo(this.#settings.workers)
  }

  /** Never rejects; settles once, whatever happens to workers, client and server. */
  submit(request: ScoringRequest, client?: Client): Promise<PoolAnswer> {
    return new Promise((resolve) => {
      const refusal = this.#refusal()
      if (refusal !== undefined) return resolve({ kind: 'refused', error: refusal })
      const pending = this.#newPending(request, client, resolve)
      if (client?.aborted === true) return this.#refuse(pending, clientLeft())
      if (!this.#waiting.add(pending)) return this.#refuse(pending, tooMany(this.#waiting.count))
      if (this.#workers.wanted === 0) this.#wakeUp()
      this.#dispatchSoon()
    })
  }

  /** What the model said of itself when a worker was last ready. */
  get description(): JsonObject | undefined {
    return this.#workers.description
  }

  status(): PoolStatus {
    const { wanted, ready, deaths } = this.#workers
    return { wanted, ready, waiting: this.#waiting.count, deaths }
  }

  /** Reads /proc: not for the way of a request. */
  usage(): ProcessUsage {
    return this.#workers.usage()
  }

  /** Takes nothing new, answers what it has (within the time limit of a request), and ends its workers. */
  async drain(): Promise<void> {
    if (this.#state !== 'open') return this.close()
    this.#state = 'draining'
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve
      this.#dispatch()
    })
    const cancel = this.#place.clock.after(this.#settings.timeoutMs + drainGraceMs, () => this.#drained?.())
    await drained
    cancel()
    await this.close()
  }

  /** Refuses what waits, ends every worker and resolves when none is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  #close(): Promise<void> {
    this.#state = 'closed'
    for (const cancel of this.#cancelChecks) cancel()
    for (const deadlines of [this.#deadlines, this.#waitDeadlines, this.#startDeadlines]) deadlines?.close()
    const unanswered = [...this.#workers.running]
    for (let pending = this.#waiting.take(); pending !== undefined; pending = this.#waiting.take()) {
      unanswered.push(pending)
    }
    for (const pending of unanswered) this.#refuse(pending, closing())
    return this.#workers.close()
  }

  #beginChecks(): void {
    const { scale, memoryLimitBytes } = this.#settings
    if (scale !== undefined) this.#every(scale.pollMs, () => this.#scale())
    if (memoryLimitBytes !== undefined) this.#every(memoryCheckMs, () => this.#workers.replaceLarge(memoryLimitBytes))
  }

  #every(delayMs: number, work: () => void): void {
    const cancel = this.#place.clock.after(delayMs, () => {
      this.#cancelChecks.delete(cancel)
      work()
      if (this.#state === 'open') this.#every(delayMs, work)
    })
    this.#cancelChecks.add(cancel)
  }

  #scale(): void {
    if (this.#workers.isTrying) return
    const { wanted: workers } = this.#workers
    const oldest = this.#waiting.peek()
    const isAnyWaiting = oldest !== undefined
    const longestWaitMs = isAnyWaiting && !this.#workers.isStarting ? performance.now() - oldest.arrived : 0
    const wanted = this.#scaling!.wanted({ workers, busyMs: this.#workers.busyMs(), isAnyWaiting, longestWaitMs })
    if (wanted === workers) return
    this.#place.log.line(`${wanted} workers are wanted instead of ${workers}`)
    this.#workers.scaleTo(wanted)
  }

  #wakeUp(): void {
    this.#place.meter?.coldStart()
    this.#workers.scaleTo(1)
  }

  #refusal(): SluiceError | undefined {
    return this.#state === 'open' ? this.#workers.hopelessness : closing()
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
      arrived: performance.now(),
      deadlines: [],
      isSettled: false,
      executions: 0,
      place: undefined,
      waiting: undefined,
    }
    if (this.#workers.isCold) pending.deadlines = [this.#startDeadlines.add(pending)]
    else this.#beginTime(pending)
    return pending
  }

  #beginTime(pending: Pending): void {
    const answered = this.#deadlines.add(pending)
    pending.deadlines = this.#waitDeadlines === undefined ? [answered] : [answered, this.#waitDeadlines.add(pending)]
  }

  #changed(): void {
    if (!this.#workers.isCold) this.#startDeadlines.takeAll().forEach((pending) => this.#beginTime(pending))
    this.#dispatch()
  }

  /** When everything that arrived with it has been read: what came together goes together. */
  #dispatchSoon(): void {
    if (this.#isDispatching) return
    this.#isDispatching = true
    setImmediate(() => {
      this.#isDispatching = false
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (const place of this.#workers.free) {
      if (this.#waiting.count === 0) break
      const batch = this.#takeBatch(place).map((pending) => {
        const id = ++this.#lastId
        if (pending.executions++ === 0) this.#place.meter?.waited(performance.now() - pending.arrived)
        pending.place = place
        place.running.set(id, pending)
        return { id, request: pending.request }
      })
      this.#workers.give(place, (worker) => worker.score(batch))
    }
    if (this.#state !== 'draining' || this.#waiting.count > 0) return
    if (this.#workers.running.length === 0) this.#drained?.()
  }

  /** Its share of what waits, up to a batch; alone what cost a worker its life before, and whatever a worker takes alone. */
  #takeBatch({ joinsRequests }: Place<Pending>): readonly Pending[] {
    const first = this.#waiting.take()!
    if (!joinsRequests || first.executions > 0) return [first]
    const batch = [first]
    const { maxBatchRows } = this.#settings
    const free = this.#workers.free.length
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

  #answered(place: Place<Pending>, answers: readonly NumberedAnswer[]): void {
    for (const { id, answer } of answers) {
      const pending = place.running.get(id)
      if (pending === undefined) continue
      place.running.delete(id)
      pending.place = undefined
      this.#settle(pending, toPoolAnswer(answer))
    }
  }

  #afterDeath(pending: Pending, end: WorkerEnd): void {
    pending.place = undefined
    if (pending.isSettled) return
    if (pending.executions < 2 && this.#settings.retryAfterDeath) this.#waiting.putBack(pending)
    else this.#refuse(pending, diedAnswering(end, pending.executions))
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
    pending.deadlines.forEach(forgetDeadline)
    pending.answer(answer)
  }

  #refuse(pending: Pending, error: SluiceError): void {
    this.#settle(pending, { kind: 'refused', error })
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
