import { setTimeout as setTimer } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../base/errors.ts'
import type { Connection } from './link/connection.ts'
import { LogTails } from './link/log-reader.ts'
import type { Read, Watched } from './job-reader.ts'
import { JobReader } from './job-reader.ts'
import type { Job, JobStatus } from './rest-types.ts'
import { hasEnded } from './rest-types.ts'
import type { JobDisplay } from './terminal/live-display.ts'

/*
 * Watching a job: the event stream says that something happened, the job and the steps that changed are then read again;
 * at most so often that watching thousands of steps stays cheap. Where the stream does not come, the job is read twice a second. When
 * the server goes away, the watcher waits for it to come back: the job does not need its watcher.
 */

export interface WatchOptions {
  readonly connection: Pick<Connection, 'client' | 'recover'>
  readonly name: string
  readonly display: JobDisplay
  /** Called with every state that was read. */
  readonly onState?: (state: Read) => void
  /** Ends the watching, not the job. */
  readonly signal: AbortSignal
  /** Reads the logs of running steps for the display. */
  readonly showsLogs: boolean
  readonly patienceMs?: number
}

const pollMs = 500
/** Between two readings: for eyes, and for lines in a file or a program. */
const leastPauseMs = { live: 100, lines: 250 }
const mostPauseMs = 2000
const logEveryMs = 500

/** Shows a job until it has ended; undefined when `signal` came first. */
export async function watchJob(options: WatchOptions): Promise<Watched | undefined> {
  const { signal, display, onState } = options
  const reader = new JobReader(options.name)
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const alarm = new Alarm()
  void followEvents(options, alarm, both)
  const states: { latest?: Watched } = {}
  if (options.showsLogs) void followLogs(options, () => states.latest, both)
  try {
    // Sequential: one reading after another.
    while (!signal.aborted) {
      const startMs = performance.now()
      const state = await readPatiently(options, reader)
      if (state === undefined) return undefined
      states.latest = state
      display.update(state.job, shownSteps(state), changedSteps(state))
      onState?.(state)
      if (hasEnded(state.job.status)) return state
      // Forty times what a reading takes: watching costs at most some 3 % of a processor. A slow one may only mean a busy
      // machine, and what changed alone is never much.
      const leastMs = options.showsLogs ? leastPauseMs.live : leastPauseMs.lines
      const pauseMs = 40 * (performance.now() - startMs)
      await alarm.wait(Math.min(mostPauseMs, Math.max(leastMs, pauseMs)), both)
    }
    return undefined
  } finally {
    stop.abort()
  }
}

/** The steps of a pipeline; a job that is a single command is its own only step. */
export function shownSteps({ job, steps }: Watched): readonly Job[] {
  return job.type === 'command' ? [job] : steps
}

/** Those that may look other than before. */
export function changedSteps({ job, changed }: Read): readonly Job[] {
  return job.type === 'command' ? [job] : changed
}

/** Tells the reader when to read again. */
class Alarm {
  #isRung = false
  #isEnd = false
  #look: () => void = () => undefined

  /** Something happened; `isEnd`: to the job itself, for the last time. */
  ring(isEnd: boolean): void {
    this.#isRung = true
    this.#isEnd ||= isEnd
    this.#look()
  }

  /** Waits for a ring and for at least `leastMs`; at most for a poll's time more; for the end of the job not a moment. */
  wait(leastMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const readyMs = performance.now() + leastMs
      const finish = (): void => {
        clearTimeout(least)
        clearTimeout(most)
        signal.removeEventListener('abort', finish)
        this.#look = () => undefined
        this.#isRung = false
        this.#isEnd = false
        resolve()
      }
      this.#look = () => {
        // A timer may fire a fraction of a millisecond early.
        if (this.#isEnd || signal.aborted || (this.#isRung && performance.now() >= readyMs - 1)) finish()
      }
      const least = setTimer(() => this.#look(), leastMs)
      const most = setTimer(finish, leastMs + pollMs)
      signal.addEventListener('abort', finish)
      this.#look()
    })
  }
}

async function followEvents({ connection, name }: WatchOptions, alarm: Alarm, signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined
  while (!signal.aborted) {
    try {
      const path = `/api/v1/events?subject=${encodeURIComponent(name)}`
      const resume = lastEventId === undefined ? {} : { lastEventId }
      for await (const { id, data } of connection.client.events(path, { signal, ...resume })) {
        lastEventId = id ?? lastEventId
        const { body } = data as { body?: { job?: string; status?: JobStatus } }
        alarm.ring(body?.job === name && body.status !== undefined && hasEnded(body.status))
      }
    } catch {
      // Polling goes on meanwhile, and meets whatever is wrong as an error it can tell.
    }
    await setTimeout(1000, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

async function followLogs(
  { connection, display }: WatchOptions,
  latest: () => Watched | undefined,
  signal: AbortSignal,
): Promise<void> {
  const tails = new LogTails()
  while (!signal.aborted) {
    const state = latest()
    const running = (state === undefined ? [] : shownSteps(state))
      .filter(({ status }) => status === 'Running')
      .slice(0, 8)
    try {
      await tails.update(
        connection.client,
        running.map(({ name }) => name),
      )
      display.logLines(tails.lines)
    } catch {
      // A log that cannot be read now is no reason to stop watching.
    }
    await setTimeout(logEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** A server that was stopped is given this long to come back before the watcher opens the store itself. */
const comeBackMs = 5000

async function readPatiently(options: WatchOptions, reader: JobReader): Promise<Read | undefined> {
  const { connection, signal, patienceMs = 60_000 } = options
  const startMs = performance.now()
  for (;;) {
    try {
      return await reader.read(connection.client)
    } catch (error) {
      const isAway = error instanceof SluiceError && error.code === 'server-unreachable'
      if (signal.aborted) return undefined
      const waitedMs = performance.now() - startMs
      if (!isAway || waitedMs > patienceMs) throw error
      await setTimeout(200, undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) await connection.recover({ mayOpen: waitedMs > comeBackMs })
    }
  }
}
