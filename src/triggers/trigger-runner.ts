/**
 * The story of a firing.
 *
 * 1. Something is due: a nominal time came, an event was appended, watched data changed, somebody called. It is *noted*:
 *    one unit stores the firing and the place up to which was looked. A firing has a key that its trigger has once.
 * 2. What is noted is *submitted*: the unit that stores the job turns its firing from `pending` to `submitted`, on the
 *    condition that it is pending.
 *
 * A crash before 1 is as if nobody had looked; between 1 and 2 the firing is pending and the next server submits it;
 * within 2 either both are there or neither. So nothing is lost and nothing doubled, and nobody has to compare times.
 *
 * One server of a store does this: it owns the store (database.ts), and its writes are refused when it no longer does.
 */
import type { Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import { mapLimit } from '../base/map-limit.ts'
import { WakingLoop } from '../base/waking-loop.ts'
import { dueFirings, insertFiring, nextFiringDue } from './firing-store.ts'
import type { Firing, JobTrigger } from './job-trigger.ts'
import { dueTriggers, findTriggerById, listeningTriggers, nextTriggerDue, updateTrigger } from './job-trigger-store.ts'
import { noteEvents, type NoteEventsParts } from './note-events.ts'
import { noteTimes } from './note-times.ts'
import { submitFiring, type SubmitParts } from './submit-firing.ts'
import { watchData, type WatchParts } from './watch-data.ts'

/** The places between "store" and "act" of firing where a kill -9 must lose and double nothing. */
export const firingCrashPoints = {
  'times-found': 'a nominal time has come, nothing of it is stored',
  'firing-noted': 'firings are durable, none of them was submitted',
  'firing-submitted': 'the job of a firing is durable, nobody went on',
} as const

type ReachFiringPoint = (point: keyof typeof firingCrashPoints) => void

export interface RunnerParts extends SubmitParts, NoteEventsParts, WatchParts {
  readonly clock: Clock
  readonly jobs: SubmitParts['jobs']
  /**
   * Whether what is due fires by itself. Not in the process of a command, which is gone in a moment: there only what
   * people asked for is submitted.
   */
  readonly firesByItself: boolean
  readonly reach: ReachFiringPoint
  readonly warn: (message: string) => void
}

/** How often the log of events is looked at while a trigger listens to it. */
const eventPollMs = 500
const atOnce = 4

/** Notes and submits what is due, again and again, in one process of a store. */
export class TriggerRunner {
  readonly #parts: RunnerParts
  readonly #loop: WakingLoop

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.#loop = new WakingLoop({
      clock: parts.clock,
      look: () => this.#look(),
      nextMs: () => this.#nextMs(),
      failed: (message) => parts.warn(`schedules and triggers: ${message}`),
    })
  }

  /** Looks for what is due; returns at once. */
  wake(): void {
    this.#loop.wake()
  }

  /** Resolves when what was due at the call is submitted. */
  settle(): Promise<void> {
    return this.#loop.settle()
  }

  /** Begins nothing new and waits for what is under way. */
  close(): Promise<void> {
    return this.#loop.close()
  }

  /** Notes, then submits, what is due now; true when there may be more. */
  async #look(): Promise<boolean> {
    const { database, clock, reach, firesByItself } = this.#parts
    const due = firesByItself ? await dueTriggers(database.read, clock.now()) : []
    if (due.some(({ definition }) => definition.timing !== undefined)) reach('times-found')
    await mapLimit(due, atOnce, (trigger) => this.#note(trigger))
    const hasMore = firesByItself && (await noteEvents(this.#parts))
    const all = await dueFirings(database.read, clock.now())
    const firings = firesByItself ? all : all.filter(({ reason }) => reason === 'run' || reason === 'backfill')
    if (firings.length > 0) reach('firing-noted')
    // Those of one trigger in turn, so that its policy sees what the one before did.
    const byTrigger = Map.groupBy(firings, ({ triggerId }) => triggerId)
    await mapLimit([...byTrigger.values()], atOnce, (some) => this.#submit(some))
    return hasMore
  }

  async #note(trigger: JobTrigger): Promise<void> {
    const { database, clock, random } = this.#parts
    const { timing } = trigger.definition
    if (timing === undefined) return watchData(this.#parts, trigger)
    const nowMs = clock.now()
    const { firings, afterMs, nextMs } = noteTimes(trigger, timing, nowMs)
    await database.write(async (tables) => {
      // Paused or changed a moment ago: its times are judged anew.
      if (!(await updateTrigger(tables, trigger, { afterMs, nextMs: nextMs ?? null }))) return
      for (const firing of firings)
        await insertFiring(tables, { id: randomHex(random, 8), triggerId: trigger.id, notedMs: nowMs }, firing)
    })
  }

  async #submit(firings: readonly Firing[]): Promise<void> {
    for (const firing of firings) {
      if (this.#loop.isClosed) return
      const trigger = await findTriggerById(this.#parts.database.read, firing.triggerId)
      if (trigger === undefined) continue
      await submitFiring(this.#parts, trigger, firing)
      this.#parts.reach('firing-submitted')
    }
  }

  async #nextMs(): Promise<number> {
    const { database, clock, firesByItself } = this.#parts
    if (!firesByItself) return Infinity
    const [trigger, firing, listening] = [
      await nextTriggerDue(database.read),
      await nextFiringDue(database.read),
      await listeningTriggers(database.read),
    ]
    // Whoever makes a trigger wakes us.
    return Math.min(
      trigger ?? Infinity,
      firing ?? Infinity,
      listening.length > 0 ? clock.now() + eventPollMs : Infinity,
    )
  }
}
