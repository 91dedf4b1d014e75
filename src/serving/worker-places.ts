import type { JsonObject } from '../base/json.ts'
import type { SluiceError } from '../base/errors.ts'
import { processUsage, type ProcessUsage } from '../processes/process-usage.ts'
import { startOnnxWorker } from './onnx/onnx-worker.ts'
import { MemoryGrowth } from './memory-growth.ts'
import { closing, loadError, toEnd, unavailable } from './pool-refusals.ts'
import type { PoolPlace, PoolSettings } from './pool-settings.ts'
import { beginProbes, type WorkerProbe } from './worker-probe.ts'
import {
  startWorker,
  type NumberedAnswer,
  type Worker,
  type WorkerCommand,
  type WorkerEnd,
  type WorkerEvents,
} from './worker.ts'

/*
 * The story of a worker's place: starting -> free <-> busy -> (its process ends) -> starting again, at once the first
 * time and after a growing pause when it keeps dying. A place that is too many, or whose worker has grown over its
 * memory and has a successor that is ready, answers what it has and is gone (leaving). A free one that its readiness
 * probe fails is given nothing until it passes (unready). Workers end when the server dies
 * (python scoring_host.py), so a crash leaves nothing behind and the next server starts its own.
 */

/** Where a worker is, or will be; `Item` is what it works on. */
export interface Place<Item> {
  readonly number: number
  state: 'starting' | 'free' | 'busy' | 'gone'
  /** Takes nothing any more, and goes when it has answered what it has. */
  isLeaving: boolean
  /** Its readiness probe has failed, or has not passed yet. */
  isUnready: boolean
  /** What looks after its worker since that is ready. */
  probes: readonly WorkerProbe[]
  /** When its worker was started. */
  startedMs: number
  /** What its worker has held since that is ready. */
  memory: MemoryGrowth
  worker?: Worker
  /** By the number under which the worker has it. */
  running: Map<number, Item>
  /** Whether it takes several requests at once. */
  joinsRequests: boolean
  /** Will take over when it is ready. */
  successor?: Place<Item>
  /** Ends the wait for its next start, or the time that a start may take. */
  cancelTimer?: () => void
  /** Set while something runs whose time is over. */
  cancelOverdue?: () => void
  /** Ends in a row without one answer between them. */
  fruitlessEnds: number
}

/** Told of what happens at the places. */
export interface PlaceEvents<Item> {
  /** Answers of a worker that has more to answer, or none: then it is free already. */
  answered(place: Place<Item>, answers: readonly NumberedAnswer[]): void
  /** A worker ended before it answered these. */
  lost(items: readonly Item[], end: WorkerEnd): void
  /** Something changed: a worker is free, or one less is there. */
  changed(): void
}

const firstPauseMs = 200
const longestPauseMs = 30_000
const hopelessAfter = 3
/** Times its limit: such a worker is not waited for. */
const farTooMuch = 1.2
const closeGraceMs = 2000
/** Times as long as the last start: what grows must be replaced before its limit, also when the next start is slower. */
const startMargin = 3
/** Memory is looked at every few seconds: a start that is faster than that would see nothing coming. */
const leastStartMs = 5000

/** The workers of one deployment revision. */
export class WorkerPlaces<Item> {
  readonly #settings: Pick<PoolSettings, 'startLimitMs' | 'readiness' | 'liveness'>
  readonly #pool: PoolPlace
  readonly #events: PlaceEvents<Item>
  #all: Place<Item>[] = []
  #wanted = 0
  #lastNumber = 0
  #deaths = 0
  #isClosed = false
  #description: JsonObject | undefined
  #lastEnd: WorkerEnd = { reason: 'was never started' }
  #trial: { resolve: (description: JsonObject) => void; reject: (error: SluiceError) => void } | undefined
  /** Milliseconds that workers were busy, all together, until `atMs`. */
  #busy = { ms: 0, atMs: 0 }
  readonly #cpuSeconds = new Map<Worker, number>()
  #cpuSecondsOfGone = 0
  /** How long the last worker took to be ready. */
  #startMs = 0
  #closed: (() => void) | undefined

  constructor(
    settings: Pick<PoolSettings, 'startLimitMs' | 'readiness' | 'liveness'>,
    pool: PoolPlace,
    events: PlaceEvents<Item>,
  ) {
    this.#settings = settings
    this.#pool = pool
    this.#events = events
  }

  get wanted(): number {
    return this.#wanted
  }

  /** Times a worker's process ended that should not have. */
  get deaths(): number {
    return this.#deaths
  }

  /** What the model said of itself when a worker was last ready. */
  get description(): JsonObject | undefined {
    return this.#description
  }

  get ready(): number {
    return this.#all.filter(({ state, isUnready }) => !isUnready && (state === 'free' || state === 'busy')).length
  }

  /** Those that can be given something now. */
  get free(): readonly Place<Item>[] {
    return this.#all.filter(({ state, isLeaving, isUnready }) => state === 'free' && !isLeaving && !isUnready)
  }

  /** What the workers have not answered. */
  get running(): readonly Item[] {
    return this.#all.flatMap(({ running }) => [...running.values()])
  }

  /** A worker is on its way: what waits may wait for nothing else. */
  get isStarting(): boolean {
    return this.#all.some(({ state, isLeaving }) => state === 'starting' && !isLeaving)
  }

  /** Nobody is there because none was kept, or none is there yet; not because one died. */
  get isCold(): boolean {
    return this.#all.every(({ state, fruitlessEnds }) => state === 'starting' && fruitlessEnds === 0)
  }

  get isTrying(): boolean {
    return this.#trial !== undefined
  }

  /** Why nobody should wait: the workers die one after another. */
  get hopelessness(): SluiceError | undefined {
    const isHopeless = this.#all.every(({ state, fruitlessEnds }) => {
      return state === 'starting' && fruitlessEnds >= hopelessAfter
    })
    return isHopeless && this.#all.length > 0 ? unavailable(this.#lastEnd) : undefined
  }

  /** Milliseconds that workers have been busy, all together. */
  busyMs(): number {
    this.#countBusy()
    return this.#busy.ms
  }

  /** Reads /proc: not for the way of a request. CPU of workers that are gone is counted as it was last seen. */
  usage(): ProcessUsage {
    let memoryBytes = 0
    for (const { worker } of this.#all) {
      const now = worker?.pid === undefined ? undefined : processUsage(worker.pid)
      if (now === undefined) continue
      memoryBytes += now.memoryBytes
      this.#cpuSeconds.set(worker!, now.cpuSeconds)
    }
    const cpuSeconds = [...this.#cpuSeconds.values()].reduce((sum, each) => sum + each, this.#cpuSecondsOfGone)
    return { cpuSeconds, memoryBytes }
  }

  /**
   * Starts that many and resolves, when all are ready, with what the model says of itself. Rejects with `model-failed`
   * when one ends before that.
   */
  tryAll(wanted: number): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      this.#trial = { resolve, reject }
      this.scaleTo(wanted)
    })
  }

  /** Starts places or lets some go, those first that answer nobody. */
  scaleTo(wanted: number): void {
    this.#wanted = wanted
    const staying = this.#all.filter(({ isLeaving, successor }) => !isLeaving && successor === undefined)
    for (let count = staying.length; count < wanted; count++) this.#add()
    const order = { starting: 0, gone: 0, free: 1, busy: 2 }
    const leaving = staying.toSorted((one, other) => order[one.state] - order[other.state])
    for (const place of leaving.slice(0, Math.max(0, staying.length - wanted))) this.#leave(place)
  }

  /** Sends items to a free worker. */
  give(place: Place<Item>, send: (worker: Worker) => void): void {
    this.#countBusy()
    place.state = 'busy'
    send(place.worker!)
  }

  /**
   * Looks at the memory of each: one that holds more than the limit, or will before a successor could be there, gets a
   * successor; one that holds far more is killed at once.
   */
  replaceLarge(limitBytes: number): void {
    for (const place of this.#all) {
      const { worker, state, number } = place
      if (worker?.pid === undefined || place.isLeaving || state === 'starting') continue
      const { memoryBytes } = processUsage(worker.pid) ?? { memoryBytes: 0 }
      place.memory.add({ atMs: this.#pool.clock.now(), bytes: memoryBytes })
      const { bytesPerSecond } = place.memory
      if (memoryBytes + (bytesPerSecond * this.#startMs * startMargin) / 1000 <= limitBytes) continue
      const growth = memoryBytes > limitBytes ? '' : ` and grows by ${kilobytes(bytesPerSecond)} kB a second`
      const uses = `worker ${number} holds ${megabytes(memoryBytes)} MB${growth}, its limit is ${megabytes(limitBytes)} MB`
      if (memoryBytes > farTooMuch * limitBytes) {
        this.#pool.log.line(`${uses}: it is killed`)
        worker.kill()
      } else if (place.successor === undefined) {
        this.#pool.log.line(`${uses}: it is replaced`)
        place.successor = this.#add()
      }
    }
  }

  /** Ends every worker, and what they work on; resolves when none is left. */
  close(): Promise<void> {
    this.#isClosed = true
    this.#trial?.reject(closing())
    this.#trial = undefined
    return new Promise<void>((resolve) => {
      this.#closed = resolve
      for (const place of this.#all) {
        place.cancelTimer?.()
        if (place.worker === undefined) place.state = 'gone'
        else if (place.state === 'free') place.worker.close(closeGraceMs)
        else place.worker.kill()
      }
      this.#noticeEnd()
    })
  }

  #add(): Place<Item> {
    const number = ++this.#lastNumber
    const place: Place<Item> = {
      ...{
        number,
        state: 'starting',
        isLeaving: false,
        isUnready: false,
        probes: [],
        startedMs: 0,
        memory: new MemoryGrowth(),
      },
      ...{ running: new Map(), joinsRequests: false, fruitlessEnds: 0 },
    }
    this.#all.push(place)
    this.#start(place)
    return place
  }

  #start(place: Place<Item>): void {
    delete place.cancelTimer
    if (this.#isClosed || place.isLeaving) return this.#markGone(place)
    place.state = 'starting'
    const begin = (command: WorkerCommand): void => {
      if (this.#isClosed || place.isLeaving) return this.#markGone(place)
      const { clock, log, meter } = this.#pool
      const events: WorkerEvents = {
        ready: (description) => this.#ready(place, description),
        answered: (answers, rows) => {
          meter?.predicted(rows)
          this.#answered(place, answers)
        },
        alive: () => place.probes.forEach((probe) => probe.heard()),
        ended: (end) => this.#ended(place, end),
      }
      place.startedMs = clock.now()
      const { thread } = command
      place.worker =
        thread === undefined
          ? startWorker(command, events, { clock, logDescriptor: log.descriptor })
          : startOnnxWorker(thread, events, clock)
      const where = thread === undefined ? `pid ${place.worker.pid ?? 'none'}` : 'a thread of the server'
      log.line(`worker ${place.number} started (${where})`)
      const { startLimitMs } = this.#settings
      if (startLimitMs !== undefined) place.cancelTimer = clock.after(startLimitMs, () => this.#endStart(place))
    }
    this.#pool.command().then(begin, (error: unknown) => this.#ended(place, toEnd(error)))
  }

  #endStart(place: Place<Item>): void {
    this.#pool.log.line(`worker ${place.number} is killed: it is not ready after ${this.#settings.startLimitMs} ms`)
    place.worker?.kill()
  }

  #ready(place: Place<Item>, description: JsonObject): void {
    this.#pool.log.line(`worker ${place.number} is ready`)
    place.cancelTimer?.()
    delete place.cancelTimer
    place.state = 'free'
    place.joinsRequests = description['joinsRequests'] === true
    place.memory = new MemoryGrowth()
    this.#startMs = Math.max(leastStartMs, this.#pool.clock.now() - place.startedMs)
    this.#description = description
    if (place.isLeaving || this.#isClosed) return place.worker?.close(closeGraceMs)
    this.#probe(place)
    if (!place.isUnready) this.#takeUp(place, description)
  }

  /** Begins to look after a worker that has just said that it is ready. */
  #probe(place: Place<Item>): void {
    const { clock, log } = this.#pool
    const { number, startedMs } = place
    place.isUnready = (this.#settings.readiness?.successThreshold ?? 1) > 1
    place.probes = beginProbes(
      this.#settings,
      { clock, startedMs },
      {
        ask: () => place.worker?.ping(),
        passed: () => {
          if (!place.isUnready) return
          log.line(`worker ${number} is given requests: it answers`)
          place.isUnready = false
          this.#takeUp(place, this.#description ?? {})
        },
        failed: (why) => {
          log.line(`worker ${number} is given no requests: ${why}`)
          place.isUnready = true
          if (this.#trial !== undefined) place.worker?.kill()
        },
        hangs: (why) => {
          log.line(`worker ${number} is killed: ${why}`)
          place.worker?.kill()
        },
      },
    )
  }

  /** From now on it answers requests. */
  #takeUp(place: Place<Item>, description: JsonObject): void {
    for (const other of this.#all) if (other.successor === place) this.#leave(other)
    if (this.#trial !== undefined && this.ready === this.#wanted) {
      this.#trial.resolve(description)
      this.#trial = undefined
    }
    this.#events.changed()
  }

  #answered(place: Place<Item>, answers: readonly NumberedAnswer[]): void {
    this.#events.answered(place, answers)
    place.fruitlessEnds = 0
    if (place.running.size > 0) return
    // A new one, lest it keeps alive what it held (linked-items.ts).
    place.running = new Map()
    place.cancelOverdue?.()
    delete place.cancelOverdue
    this.#countBusy()
    place.state = 'free'
    if (place.isLeaving) place.worker?.close(closeGraceMs)
    this.#events.changed()
  }

  #ended(place: Place<Item>, end: WorkerEnd): void {
    const items = [...place.running.values()]
    this.#countBusy()
    this.#forgetWorker(place)
    if (this.#isClosed) return this.#markGone(place)
    if (!place.isLeaving) {
      this.#deaths++
      this.#lastEnd = end
      this.#pool.log.line(`worker ${place.number}: ${end.reason}`)
    }
    this.#events.lost(items, end)
    if (place.isLeaving) this.#markGone(place)
    else if (this.#trial === undefined) this.#restart(place)
    else {
      this.#trial.reject(loadError(end))
      this.#trial = undefined
      this.#markGone(place)
    }
    this.#events.changed()
  }

  #forgetWorker(place: Place<Item>): void {
    const { worker } = place
    place.running.clear()
    for (const probe of place.probes) probe.close()
    place.probes = []
    place.isUnready = false
    place.cancelTimer?.()
    place.cancelOverdue?.()
    delete place.cancelTimer
    delete place.cancelOverdue
    delete place.worker
    if (worker === undefined) return
    this.#cpuSecondsOfGone += this.#cpuSeconds.get(worker) ?? 0
    this.#cpuSeconds.delete(worker)
  }

  #restart(place: Place<Item>): void {
    place.state = 'starting'
    place.fruitlessEnds++
    if (place.fruitlessEnds === 1) return this.#start(place)
    const pauseMs = Math.min(firstPauseMs * 2 ** (place.fruitlessEnds - 2), longestPauseMs)
    place.cancelTimer = this.#pool.clock.after(pauseMs, () => this.#start(place))
  }

  #leave(place: Place<Item>): void {
    if (place.isLeaving) return
    place.isLeaving = true
    this.#pool.log.line(`worker ${place.number} is released`)
    const { worker, state, cancelTimer } = place
    // A busy one goes after its answers, and one whose files are being prepared when it would start.
    if (worker !== undefined && state === 'free') worker.close(closeGraceMs)
    else if (worker !== undefined && state === 'starting') worker.kill()
    else if (worker === undefined && cancelTimer !== undefined) {
      cancelTimer()
      this.#markGone(place)
    }
  }

  #markGone(place: Place<Item>): void {
    place.state = 'gone'
    if (place.isLeaving) this.#all = this.#all.filter((other) => other !== place)
    this.#noticeEnd()
  }

  #noticeEnd(): void {
    if (this.#isClosed && this.#all.every(({ state }) => state === 'gone')) this.#closed?.()
  }

  /** Call before the number of busy workers changes. */
  #countBusy(): void {
    const nowMs = this.#pool.clock.now()
    const busy = this.#all.filter(({ state }) => state === 'busy').length
    this.#busy = { ms: this.#busy.ms + busy * (nowMs - this.#busy.atMs), atMs: nowMs }
  }
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1e3)
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}
