/**
 * The story of a run.
 *
 * 1. A nominal time has come, or somebody asks for a run. It is *noted*: one unit stores the run and the place up to which
 *    was looked. A run has a key that its monitor has once.
 * 2. What is noted is *computed*: jobs that it needs are started, each tied to the run in the unit that stores the job;
 *    while they are under way the run waits. Then every signal is computed, which changes nothing that is kept.
 * 3. The run is *stored* (store-run.ts): verdicts, alerts, whom to tell and the events, in one unit on the condition that
 *    it is pending.
 *
 * A crash before 1 is as if nobody had looked; between 1 and 3 the run is pending and the next server computes it again;
 * within 3 either all is there or nothing. Telling people starts from rows that 3 stored (alert-notifier.ts).
 *
 * Runs of one monitor are computed in the order of their times, so that "since when" is told from the window before.
 */
import type { Clock } from '../base/clock.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import { randomHex } from '../base/ids.ts'
import { mapLimit } from '../base/map-limit.ts'
import { WakingLoop } from '../base/waking-loop.ts'
import { dueTimes } from '../spec/schedules/due-times.ts'
import { fireTimes } from '../spec/schedules/fire-times.ts'
import { type ComputeParts, computeSignal } from './compute-signal.ts'
import type { MonitorCrashPoint } from './crash-points.ts'
import { type JobOutput, type MonitorJobParts, runJobs } from './monitor-jobs.ts'
import { dueRuns, hasEarlierPending, insertRun, nextRunDue, updatePendingRun } from './monitor-run-store.ts'
import { dueMonitors, findMonitorById, nextMonitorDue, updateMonitor } from './monitor-store.ts'
import type { Monitor, MonitorRun } from './monitor.ts'
import { type ComputedSignal, storeRun, type StoreRunParts } from './store-run.ts'

export interface MonitorRunnerParts
  extends StoreRunParts, Omit<ComputeParts, 'prepared' | 'database'>, Omit<MonitorJobParts, 'payloads'> {
  readonly clock: Clock
  /** Whether what is due runs by itself; not in the process of a command, which is gone in a moment. */
  readonly firesByItself: boolean
  readonly reach: (point: MonitorCrashPoint) => void
  readonly warn: (message: string) => void
  /** Called after a run was stored. */
  readonly stored: () => void
}

const atOnce = 2
const mostAttempts = 6
const firstRetryMs = 1000
const longestRetryMs = 300_000
/** How often a job that a run waits for is looked at. */
const jobPollMs = 1000

/** Notes and computes what is due, again and again, in one process of a store. */
export class MonitorRunner {
  readonly #parts: MonitorRunnerParts
  readonly #loop: WakingLoop

  constructor(parts: MonitorRunnerParts) {
    this.#parts = parts
    this.#loop = new WakingLoop({
      clock: parts.clock,
      look: () => this.#look(),
      nextMs: () => this.#nextMs(),
      failed: (message) => parts.warn(`monitors: ${message}`),
    })
  }

  /** Looks for what is due; returns at once. */
  wake(): void {
    this.#loop.wake()
  }

  /** Resolves when what was due at the call is computed, or waits for a job. */
  settle(): Promise<void> {
    return this.#loop.settle()
  }

  /** Begins nothing new and waits for what is under way. */
  close(): Promise<void> {
    return this.#loop.close()
  }

  async #look(): Promise<boolean> {
    const { database, clock, reach, firesByItself } = this.#parts
    const due = firesByItself ? await dueMonitors(database.read, clock.now()) : []
    if (due.length > 0) reach('monitor-times-found')
    for (const monitor of due) await this.#note(monitor)
    const all = await dueRuns(database.read, clock.now())
    const runs = firesByItself ? all : all.filter(({ reason }) => reason === 'run')
    if (runs.length > 0) reach('monitor-run-noted')
    const byMonitor = Map.groupBy(runs, ({ monitorId }) => monitorId)
    await mapLimit([...byMonitor.values()], atOnce, (some) => this.#runInTurn(some))
    return false
  }

  /** Stores the runs of the times that have come. */
  async #note(monitor: Monitor): Promise<void> {
    const { database, clock, random } = this.#parts
    const { timing, policy } = monitor.definition
    const nowMs = clock.now()
    const due = dueTimes(fireTimes(timing, monitor.createdMs), { afterMs: monitor.afterMs, nowMs, policy })
    await database.write(async (tables) => {
      // Paused or changed a moment ago: its times are judged anew.
      if (!(await updateMonitor(tables, monitor, { afterMs: nowMs, nextMs: due.nextMs ?? null }))) return
      const common = { monitorId: monitor.id, reason: 'time', notedMs: nowMs } as const
      if (due.leftOut !== undefined) {
        const { firstMs, lastMs, count } = due.leftOut
        await insertRun(tables, {
          ...common,
          id: randomHex(random, 8),
          key: `missed:${new Date(firstMs).toISOString()}/${new Date(lastMs).toISOString()}`,
          nominalMs: lastMs,
          status: 'skipped',
          times: count,
          detail: `${count} missed while no server ran; missed_runs: ${policy.missedRuns}`,
        })
      }
      for (const nominalMs of due.times) {
        const key = `time:${new Date(nominalMs).toISOString()}`
        await insertRun(tables, { ...common, id: randomHex(random, 8), key, nominalMs })
      }
    })
  }

  async #runInTurn(runs: readonly MonitorRun[]): Promise<void> {
    for (const run of runs) {
      if (this.#loop.isClosed) return
      // One that waits holds up those after it.
      if (!(await this.#run(run))) return
    }
  }

  /** Takes a run as far as it goes now; true where it has ended. */
  async #run(run: MonitorRun): Promise<boolean> {
    const { database, clock, reach, stored } = this.#parts
    const monitor = await findMonitorById(database.read, run.monitorId)
    if (monitor === undefined) {
      await this.#change(run, { status: 'skipped', endedMs: clock.now(), detail: 'the monitor is gone' })
      return true
    }
    if (run.reason === 'time' && (await hasEarlierPending(database.read, run))) {
      await this.#change(run, { dueMs: clock.now() + jobPollMs, detail: 'waits for the run before it' })
      return false
    }
    try {
      const jobs = await runJobs(this.#parts, monitor, run)
      if (jobs.waitsFor !== undefined) {
        const detail = `waits for job ${jobs.waitsFor}`
        await this.#change(run, { dueMs: clock.now() + jobPollMs, detail })
        return false
      }
      const signals = await this.#compute(monitor, run, jobs.outputs)
      reach('monitor-run-computed')
      await storeRun(this.#parts, run, signals)
      reach('monitor-run-stored')
      stored()
      return true
    } catch (error) {
      return this.#failed(run, error)
    }
  }

  async #compute(
    monitor: Monitor,
    run: MonitorRun,
    outputs: ReadonlyMap<string, JobOutput>,
  ): Promise<readonly ComputedSignal[]> {
    const { payloads } = this.#parts
    // What was asked a moment ago lies in a window that is not a file yet.
    if (mayUseCollected(monitor)) await payloads.endWindows()
    const prepared = (role: string): string | undefined => {
      const output = outputs.get(role)
      if (output === undefined || output.source !== undefined) return output?.source
      throw new SluiceError('conflict', output.failure)
    }
    const computed: ComputedSignal[] = []
    // In turn: a signal may need much of the memory for tables.
    for (const signal of monitor.definition.monitor.signals) {
      const { name, type } = signal
      const job = outputs.get(name)?.job
      const common = { name, type, ...(job !== undefined && { job }) }
      try {
        const result = await computeSignal({ ...this.#parts, prepared }, { monitor, run, signal })
        computed.push({ ...common, result })
      } catch (error) {
        if (!(error instanceof SluiceError) || error.status >= 500) throw error
        computed.push({ ...common, failure: [error.message, error.hint].filter(Boolean).join(' ') })
      }
    }
    return computed
  }

  /** What failed for reasons that may pass is tried again, but not for ever. */
  async #failed(run: MonitorRun, error: unknown): Promise<boolean> {
    const { clock } = this.#parts
    const attempts = run.attempts + 1
    const isOver = attempts >= mostAttempts || (error instanceof SluiceError && error.status < 500)
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 4 ** run.attempts)
    await this.#change(
      run,
      isOver
        ? { status: 'failed', attempts, endedMs: clock.now(), detail: messageOf(error) }
        : { attempts, dueMs: clock.now() + delayMs, detail: `is tried again: ${messageOf(error)}` },
    )
    return isOver
  }

  async #change(run: MonitorRun, patch: Parameters<typeof updatePendingRun>[2]): Promise<void> {
    await this.#parts.database.write(async (tables) => void (await updatePendingRun(tables, run.id, patch)))
  }

  async #nextMs(): Promise<number> {
    const { database, firesByItself } = this.#parts
    const run = (await nextRunDue(database.read, { isAsked: !firesByItself })) ?? Infinity
    if (!firesByItself) return run
    return Math.min(run, (await nextMonitorDue(database.read)) ?? Infinity)
  }
}

/** Whether a monitor looks at what deployments collected: of its deployment, or under the name of a data asset. */
function mayUseCollected({ definition: { monitor } }: Monitor): boolean {
  const sources = monitor.signals.flatMap(({ production, reference, custom }) => [
    ...production,
    ...(reference === undefined ? [] : [reference]),
    ...Object.values(custom?.data ?? {}),
  ])
  return monitor.target.endpoint !== undefined || sources.some(({ source }) => source?.startsWith('azureml:') === true)
}
