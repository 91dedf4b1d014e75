import { appendFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { processesInCgroups, refuseForks, removeCgroups } from '../../processes/cgroup.ts'
import { Launcher, readClaim, readExit, voidClaim } from '../../processes/launcher.ts'
import { isAlive, type ProcessIdentity } from '../../processes/process-identity.ts'
import { lookForOverLimit, markOverLimit, overLimitOf } from '../../processes/resource-limits.ts'
import { attemptMarker, processesOf, signalAll, survivorsOf } from '../../processes/process-tree.ts'
import { type SeenUsage, UsageMeter } from '../../processes/usage-meter.ts'
import { capLog } from '../../processes/log-cap.ts'
import { WarmLauncher } from '../../processes/warm-launcher.ts'
import type { AttemptEnd, AttemptLimits, AttemptSpec, AttemptUsage, ComputeBackend, Slots } from '../compute-backend.ts'

/** How often an adopted attempt (not our child, so no exit signal) is looked at. */
const adoptedPollMs = 100
/** How often a running attempt is looked at in case its launcher was killed and cannot say its end. */
const livenessPollMs = 2000
/** A launch that nobody claimed for so long is given up: the forking shell died over it. */
const claimLimitMs = 30_000
const sweepMs = 1000
const memorySampleMs = 1000
/** Without a control group this is how long an attempt may be over its limit. */
const limitSampleMs = 250
const cgroupLimitMs = 5000
/** Also the first sample's delay: shorter steps have no memory figure. */
const killPollMs = 20
const timeoutGraceMs = 10_000

/**
 * Runs attempts as process groups of this machine (processes/launcher.ts tells how they survive us). A marker file
 * says why an attempt was ended, so a restarted server gives the same reason: `canceled`, `timed-out`.
 */
export class LocalBackend implements ComputeBackend {
  readonly slots: Slots
  readonly #clock: Clock
  readonly #launcher: Launcher
  readonly #warm: WarmLauncher | undefined
  /** Says of a folder's attempt that it is over: a killed launcher cannot say it itself. */
  readonly #over = new Map<string, () => void>()
  readonly #finished = new Set<string>()
  /** Of attempts under way, by folder. */
  readonly #meters = new Map<string, UsageMeter>()
  readonly #stopWatching = new Set<() => void>()
  #isClosed = false

  constructor(options: {
    readonly slots: Slots
    readonly clock: Clock
    readonly warmHost?: string
    readonly withoutCgroups?: boolean
  }) {
    this.slots = options.slots
    this.#clock = options.clock
    this.#launcher = new Launcher({ withoutCgroups: options.withoutCgroups === true })
    // Only Linux shows a process its own memory as a file, and forks without side effects of its libraries.
    if (options.warmHost !== undefined && process.platform === 'linux')
      this.#warm = new WarmLauncher({ host: options.warmHost, clock: options.clock })
  }

  prepare(): void {
    this.#launcher.prepare()
  }

  async run(attempt: AttemptSpec): Promise<AttemptEnd> {
    const startedMs = this.#clock.now()
    const unwatch = this.#watch(attempt, startedMs)
    await this.#ended(attempt)
    const seen = unwatch()
    if (this.#isClosed) return never()
    return this.#end(attempt, startedMs, seen)
  }

  /** Launches and waits: for the launcher's word, or until its processes are seen to be gone. */
  async #ended(attempt: AttemptSpec): Promise<void> {
    let requestedMs = Number.POSITIVE_INFINITY
    let stopLooking = (): void => undefined
    const stop = (): void => {
      stopLooking()
      this.#stopWatching.delete(stop)
    }
    await new Promise<void>((resolve) => {
      void this.#launch(attempt, resolve).then(() => (requestedMs = this.#clock.now()))
      this.#over.set(attempt.folder, resolve)
      const look = (): void => {
        if (this.#isOver(attempt, requestedMs)) resolve()
        else stopLooking = this.#clock.after(livenessPollMs, look)
      }
      stopLooking = this.#clock.after(livenessPollMs, look)
      this.#stopWatching.add(stop)
    })
    stop()
    this.#launcher.forget(attempt.folder)
    this.#warm?.forget(attempt.folder)
    this.#over.delete(attempt.folder)
    const claim = readClaim(attempt.folder)
    // Our launcher found the claim taken (125): the attempt ends when the one that has it ends.
    if (claim !== undefined && claim !== 'void') await this.#gone(claim, attempt)
  }

  /** Forks a warm interpreter where that is wanted and possible, else starts a new process. */
  async #launch(attempt: AttemptSpec, ended: () => void): Promise<void> {
    const launch = { ...attempt, environment: { ...attempt.environment, [attemptMarker]: attempt.id } }
    if (attempt.warm !== undefined && this.#warm !== undefined) {
      // A fork shares memory with its warm interpreter, and enters no control group.
      const refused =
        attempt.limits !== undefined
          ? { cold: 'it has limits of its own' }
          : await this.#warm.launch(launch, attempt.warm, ended).catch((error: unknown) => ({ cold: messageOf(error) }))
      if (refused === undefined) return
      // Canceled, or stopped, while it waited.
      if (this.#isClosed || readClaim(attempt.folder) !== undefined) return ended()
      if (attempt.warm.isAskedFor) appendFileSync(attempt.logFile, `note: started as a new process: ${refused.cold}\n`)
    }
    this.#launcher.launch(launch, ended)
  }

  /** True when nobody runs the attempt any more, or when nobody ever took it up. */
  #isOver(attempt: AttemptSpec, requestedMs: number): boolean {
    const claim = readClaim(attempt.folder)
    if (claim === undefined) return this.#clock.now() - requestedMs > claimLimitMs && voidClaim(attempt.folder)
    return claim === 'void' || !isAlive(claim)
  }

  /** Sequential by nature: look, wait, look again. */
  async #gone(claim: ProcessIdentity, attempt: AttemptSpec): Promise<void> {
    while (readExit(attempt.folder) === undefined && isAlive(claim) && !this.#isClosed) await this.#pause(adoptedPollMs)
  }

  async adopt(attempt: AttemptSpec): Promise<AttemptEnd> {
    // Decided, but not even laid out: the server died between the two.
    mkdirSync(attempt.folder, { recursive: true })
    if (readClaim(attempt.folder) === undefined && voidClaim(attempt.folder)) return { kind: 'never-started' }
    const claim = readClaim(attempt.folder)
    if (claim === 'void' || claim === undefined) return { kind: 'never-started' }
    const startedMs = statSync(join(attempt.folder, 'claim')).birthtimeMs
    const unwatch = this.#watch(attempt, startedMs)
    await this.#gone(claim, attempt)
    if (this.#isClosed) return never()
    return this.#end(attempt, startedMs, unwatch())
  }

  async cancel(attempt: Pick<AttemptSpec, 'id' | 'folder'>, graceMs: number): Promise<void> {
    // Its folders are still being made: whoever makes them looks whether it was canceled before it runs.
    if (!existsSync(attempt.folder)) return
    if (readExit(attempt.folder) === undefined) mark(attempt.folder, 'canceled')
    // A launcher that has not claimed yet must not start after we looked for processes.
    voidClaim(attempt.folder)
    await this.#endTree(attempt, graceMs)
    this.#over.get(attempt.folder)?.()
  }

  usage({ folder }: Pick<AttemptSpec, 'folder'>): AttemptUsage | undefined {
    const meter = this.#meters.get(folder)
    return meter && { ...meter.seen(), wallMs: meter.wallMs }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#stopWatching) stop()
    await Promise.all([this.#launcher.close(), this.#warm?.close()])
  }

  /** Enforces the timeout, keeps the log within its limit and samples memory, until the returned function is called. */
  #watch(attempt: AttemptSpec, startedMs: number): () => Seen {
    const meter = new UsageMeter({ startedMs })
    this.#meters.set(attempt.folder, meter)
    let isOver = false
    let cutting = Promise.resolve()
    const sampleMs = attempt.limits === undefined ? memorySampleMs : limitSampleMs
    let stopSampling = (): void => undefined
    const sample = (): void => {
      const pids = this.#living(attempt)
      meter.look(pids, this.#clock.now())
      if (attempt.limits !== undefined) this.#enforce(attempt, attempt.limits, pids)
      cutting = capLog(attempt.logFile)
        // A log that cannot be cut now is looked at again in a moment.
        .catch(() => undefined)
        .then(() => {
          if (!isOver) stopSampling = this.#clock.after(sampleMs, sample)
        })
    }
    stopSampling = this.#clock.after(sampleMs, sample)
    const stopTimeout =
      attempt.timeoutMs === undefined
        ? () => undefined
        : this.#clock.after(Math.max(0, startedMs + attempt.timeoutMs - this.#clock.now()), () => {
            if (readExit(attempt.folder) !== undefined) return
            mark(attempt.folder, 'timed-out')
            void this.#endTree(attempt, timeoutGraceMs).then(() => this.#over.get(attempt.folder)?.())
          })
    const stop = (): void => {
      isOver = true
      stopSampling()
      stopTimeout()
      this.#stopWatching.delete(stop)
    }
    this.#stopWatching.add(stop)
    return () => {
      stop()
      this.#meters.delete(attempt.folder)
      return { used: meter.seen(), cutting }
    }
  }

  /** At once and without grace: with more time it would only take more. */
  #enforce(attempt: AttemptSpec, limits: AttemptLimits, pids: readonly number[]): void {
    if (readExit(attempt.folder) !== undefined) return
    const over = lookForOverLimit(attempt.folder, limits, pids)
    if (over === undefined) return
    markOverLimit(attempt.folder, over)
    void this.#endTree(attempt, 0).then(() => this.#over.get(attempt.folder)?.())
  }

  async #end(attempt: AttemptSpec, startedMs: number, { used, cutting }: Seen): Promise<AttemptEnd> {
    const exit = readExit(attempt.folder)
    const usage: AttemptUsage = {
      wallMs: Math.max(
        0,
        (exit === undefined ? this.#clock.now() : statSync(join(attempt.folder, 'claim')).mtimeMs) - startedMs,
      ),
      ...used,
      // The shell knows all of it; of what was killed, what was seen counts.
      cpuMs: exit?.cpuMs ?? used.cpuMs,
      ...(used.peakMemoryBytes !== undefined && { peakMemoryIsSampled: true }),
    }
    const isCanceled = existsSync(join(attempt.folder, 'canceled'))
    const isTimedOut = existsSync(join(attempt.folder, 'timed-out'))
    const over = attempt.limits === undefined ? undefined : overLimitOf(attempt.folder)
    // Background processes of a finished command must not write into outputs that are being collected.
    if (exit === undefined || isCanceled || isTimedOut || attempt.limits !== undefined) await this.#endTree(attempt, 0)
    else {
      signalAll(processesInGroup(readClaim(attempt.folder)), 'SIGKILL')
      this.#sweepLater(attempt.id)
    }
    if (attempt.limits !== undefined) await this.#removeCgroups(attempt.folder)
    await cutting
    await capLog(attempt.logFile).catch(() => undefined)
    if (isTimedOut) return { kind: 'timed-out', usage }
    if (isCanceled) return { kind: 'canceled', usage }
    if (over !== undefined) return { kind: 'over-limit', ...over, usage }
    if (exit !== undefined) return { kind: 'exited', exitCode: exit.exitCode, usage }
    const claim = readClaim(attempt.folder)
    if (claim === 'void' || claim === undefined) return { kind: 'never-started' }
    return {
      kind: 'vanished',
      reason:
        'its processes are gone without an exit code (killed from outside, out of memory, or the machine restarted)',
      usage,
    }
  }

  async #endTree(attempt: Pick<AttemptSpec, 'id' | 'folder'>, graceMs: number): Promise<void> {
    const deadlineMs = this.#clock.now() + graceMs
    let pids = this.#living(attempt)
    signalAll(pids, 'SIGTERM')
    // Sequential by nature: look, wait, look again, until nothing lives.
    while (pids.length > 0 && !this.#isClosed) {
      if (this.#clock.now() >= deadlineMs) {
        refuseForks(attempt.folder)
        // The group first and as one: what forks faster than it is counted cannot outrun that.
        signalAll([...processesInGroup(readClaim(attempt.folder)), ...pids], 'SIGKILL')
      }
      await this.#pause(killPollMs)
      pids = this.#living(attempt)
    }
  }

  /** A process keeps its group until its parent has taken note of its end; a parent that never does is not waited for. */
  async #removeCgroups(folder: string): Promise<void> {
    const deadlineMs = this.#clock.now() + cgroupLimitMs
    // Sequential by nature: look, wait, look again.
    while (!removeCgroups(folder) && this.#clock.now() < deadlineMs && !this.#isClosed) {
      signalAll(processesInCgroups(folder), 'SIGKILL')
      await this.#pause(killPollMs)
    }
  }

  /** What left the group of a finished command (a daemon) is ended too: one look a second for all that finished. */
  #sweepLater(id: string): void {
    this.#finished.add(id)
    if (this.#finished.size > 1) return
    const stop = this.#clock.after(sweepMs, () => {
      this.#stopWatching.delete(stop)
      signalAll(survivorsOf(this.#finished), 'SIGKILL')
      this.#finished.clear()
    })
    this.#stopWatching.add(stop)
  }

  #living(attempt: Pick<AttemptSpec, 'id' | 'folder'>): readonly number[] {
    const claim = readClaim(attempt.folder)
    const leaderPid = claim === undefined || claim === 'void' ? undefined : claim.pid
    return processesOf({ id: attempt.id, ...(leaderPid !== undefined && { leaderPid }) })
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = (): void => {
        cancel()
        this.#stopWatching.delete(stop)
      }
      const cancel = this.#clock.after(delayMs, () => {
        this.#stopWatching.delete(stop)
        resolve()
      })
      this.#stopWatching.add(stop)
    })
  }
}

/** What was seen of an attempt while it ran. */
interface Seen {
  readonly used: SeenUsage
  /** A log being cut. */
  readonly cutting: Promise<void>
}

/** After close nothing may settle: whoever waits belongs to a server that has gone. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}

function mark(folder: string, reason: 'canceled' | 'timed-out'): void {
  writeFileSync(join(folder, reason), '')
}

/** What is left of a launcher's process group: a negative pid signals it; asking first is cheaper than reading /proc. */
function processesInGroup(claim: ReturnType<typeof readClaim>): readonly number[] {
  if (claim === undefined || claim === 'void' || claim.pid <= 1) return []
  try {
    process.kill(-claim.pid, 0)
    return [-claim.pid]
  } catch {
    return [] // ESRCH: nobody is left.
  }
}
