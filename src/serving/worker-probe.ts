import type { Clock } from '../base/clock.ts'
import type { ProbeSettings } from '../spec/asset-documents.ts'

/** Told of a worker that is probed. */
interface ProbeEvents {
  /** Asks the worker; it is asked again only after it answered. */
  ask(): void
  /** It has answered `successThreshold` times in a row. */
  passed(): void
  /** It has not answered `failureThreshold` times in a row. */
  failed(): void
}

/**
 * Asks a worker every period whether it answers. A question that is not answered in its time counts as failed, and the
 * next period counts on without a second question: a worker that hangs finds one when it wakes, not hundreds.
 */
export class WorkerProbe {
  readonly #settings: ProbeSettings
  readonly #clock: Clock
  readonly #events: ProbeEvents
  #isAsked = false
  #successes = 0
  #failures = 0
  #cancelTick: () => void = () => undefined
  #cancelTimeout: (() => void) | undefined

  constructor(settings: ProbeSettings, clock: Clock, events: ProbeEvents) {
    this.#settings = settings
    this.#clock = clock
    this.#events = events
  }

  /** Asks for the first time after `delayMs`. */
  begin(delayMs: number): void {
    this.#cancelTick = this.#clock.after(delayMs, () => this.#tick())
  }

  /** The worker gave a sign of life. */
  heard(): void {
    this.#isAsked = false
    if (this.#cancelTimeout === undefined) return
    this.#cancelTimeout()
    this.#cancelTimeout = undefined
    this.count(true)
  }

  /** Counts a success or a failure that showed in another way. */
  count(isAlive: boolean): void {
    const { successThreshold, failureThreshold } = this.#settings
    this.#successes = isAlive ? this.#successes + 1 : 0
    this.#failures = isAlive ? 0 : this.#failures + 1
    if (this.#successes === successThreshold) this.#events.passed()
    if (this.#failures === failureThreshold) this.#events.failed()
  }

  /** Asks nothing any more. */
  close(): void {
    this.#cancelTick()
    this.#cancelTimeout?.()
    this.#cancelTimeout = undefined
  }

  #tick(): void {
    const { periodMs, timeoutMs } = this.#settings
    this.#cancelTimeout = this.#clock.after(timeoutMs, () => {
      this.#cancelTimeout = undefined
      this.count(false)
    })
    // After the timeout, also where both are as long: a question is over before the next is asked.
    this.#cancelTick = this.#clock.after(Math.max(periodMs, timeoutMs), () => this.#tick())
    if (this.#isAsked) return
    this.#isAsked = true
    this.#events.ask()
  }
}

/** Told of a worker that is looked after by what its deployment says. */
export interface ProbedWorker {
  ask(): void
  /** It may be given requests. */
  passed(): void
  /** It may not; why, in words that continue "the worker". */
  failed(why: string): void
  /** It is to be replaced. */
  hangs(why: string): void
}

/** The probes of a worker that has just said that it is ready, which counts as the first success of its readiness. */
export function beginProbes(
  { readiness, liveness }: { readonly readiness?: ProbeSettings; readonly liveness?: ProbeSettings },
  { clock, startedMs }: { readonly clock: Clock; readonly startedMs: number },
  { ask, passed, failed, hangs }: ProbedWorker,
): readonly WorkerProbe[] {
  const probes: WorkerProbe[] = []
  if (readiness !== undefined) {
    const probe = new WorkerProbe(readiness, clock, {
      ask,
      passed,
      failed: () => failed(wordsOf(readiness, 'readiness_probe')),
    })
    probe.count(true)
    probe.begin(readiness.periodMs)
    probes.push(probe)
  }
  if (liveness !== undefined) {
    const probe = new WorkerProbe(liveness, clock, {
      ask,
      passed: () => undefined,
      failed: () => hangs(wordsOf(liveness, 'liveness_probe')),
    })
    probe.begin(Math.max(0, startedMs + liveness.initialDelayMs - clock.now()))
    probes.push(probe)
  }
  return probes
}

function wordsOf({ failureThreshold, timeoutMs }: ProbeSettings, key: string): string {
  const times = failureThreshold === 1 ? '' : ` ${failureThreshold} times in a row`
  return `it did not answer within ${timeoutMs} ms${times} (${key})`
}
