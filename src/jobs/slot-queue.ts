import type { Clock } from '../base/clock.ts'
import type { JobName, StepPath } from '../base/ids.ts'
import type { Priority } from '../spec/document-parts.ts'

/** A step of a job that waits for a slot. */
export interface QueuedStep {
  readonly root: JobName
  readonly step: StepPath
  /** Absent: medium. */
  readonly priority?: Priority
  /** How many slots it takes, at most as many as there are; absent: one. */
  readonly slots?: number
}

const priorities: readonly Priority[] = ['high', 'medium', 'low']

/**
 * Who runs next: by priority, then first come, first served over all jobs, as many at once as there are slots. Who wants
 * several gets them together, and is not overtaken by those who want less. Kept in memory only; after a restart it is
 * filled again from the states of the live jobs.
 */
export class SlotQueue {
  readonly #slots: number
  readonly #clock: Clock
  readonly #start: (step: QueuedStep) => void
  /** One line for each priority, so that granting a slot costs the same however many wait. */
  readonly #waiting = new Map(priorities.map((priority) => [priority, new Map<string, QueuedStep>()]))
  readonly #held = new Map<string, QueuedStep>()
  #heldCount = 0
  readonly #timers = new Map<string, () => void>()

  constructor(options: { readonly slots: number; readonly clock: Clock; readonly start: (step: QueuedStep) => void }) {
    this.#slots = options.slots
    this.#clock = options.clock
    this.#start = options.start
  }

  /** Queues a step, at once or when its retry delay is over. */
  add(step: QueuedStep, notBeforeMs?: number): void {
    const key = keyOf(step)
    const delayMs = notBeforeMs === undefined ? 0 : notBeforeMs - this.#clock.now()
    if (delayMs > 0) {
      this.#timers.set(
        key,
        this.#clock.after(delayMs, () => {
          this.#timers.delete(key)
          this.add(step)
        }),
      )
      return
    }
    this.#waiting.get(step.priority ?? 'medium')!.set(key, step)
    this.#grant()
  }

  /** Holds a slot without queueing, for a step that runs already (adopted); slots may be overdrawn by it. */
  hold(step: QueuedStep): void {
    this.#take(keyOf(step), step)
  }

  /** Gives back what a step holds or waits for. */
  release(step: QueuedStep): void {
    const key = keyOf(step)
    this.#timers.get(key)?.()
    this.#timers.delete(key)
    for (const line of this.#waiting.values()) line.delete(key)
    this.#heldCount -= this.#heldBy(key)
    if (this.#held.delete(key)) this.#grant()
  }

  /** How many there are. */
  get slots(): number {
    return this.#slots
  }

  /** Who has a slot. */
  get held(): readonly QueuedStep[] {
    return [...this.#held.values()]
  }

  /** Who waits for a slot, the next one first. */
  get waiting(): readonly QueuedStep[] {
    return [...this.#waiting.values()].flatMap((line) => [...line.values()])
  }

  /** Stops all retry timers. */
  close(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    for (const line of this.#waiting.values()) line.clear()
  }

  #grant(): void {
    for (const line of this.#waiting.values()) {
      for (const [key, step] of line) {
        if (this.#heldCount + slotsOf(step) > this.#slots) return
        line.delete(key)
        this.#take(key, step)
        this.#start(step)
      }
    }
  }

  #take(key: string, step: QueuedStep): void {
    this.#heldCount += slotsOf(step) - this.#heldBy(key)
    this.#held.set(key, step)
  }

  #heldBy(key: string): number {
    const step = this.#held.get(key)
    return step === undefined ? 0 : slotsOf(step)
  }
}

function slotsOf({ slots = 1 }: QueuedStep): number {
  return slots
}

function keyOf({ root, step }: QueuedStep): string {
  return `${root}\n${step}`
}
