import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { launcherScript, readClaim, readExit, voidClaim } from '../../processes/launcher.ts'
import { isAlive } from '../../processes/process-identity.ts'
import { attemptMarker, processesOf, residentBytes, signalAll } from '../../processes/process-tree.ts'
import type { AttemptEnd, AttemptSpec, AttemptUsage, ComputeBackend, Slots } from '../compute-backend.ts'

/** How often an adopted attempt (not our child, so no exit signal) is looked at. */
const adoptedPollMs = 100
const memorySampleMs = 1000
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
  readonly #stopWatching = new Set<() => void>()
  #isClosed = false

  constructor(options: { readonly slots: Slots; readonly clock: Clock }) {
    this.slots = options.slots
    this.#clock = options.clock
  }

  async run(attempt: AttemptSpec): Promise<AttemptEnd> {
    const startedMs = this.#clock.now()
    writeFileSync(join(attempt.folder, 'command.sh'), attempt.command)
    const log = openSync(attempt.logFile, 'a')
    let child
    try {
      child = spawn('/bin/sh', ['-c', launcherScript, attempt.folder], {
        cwd: attempt.workingFolder,
        env: { ...attempt.environment, [attemptMarker]: attempt.id },
        stdio: ['ignore', log, log],
        detached: true,
      })
    } finally {
      closeSync(log)
    }
    const pid = child.pid
    const unwatch = this.#watch(attempt, { pid, startedMs })
    const failure = await new Promise<string | undefined>((resolve) => {
      child.once('exit', () => resolve(undefined))
      child.once('error', (error) => resolve(messageOf(error)))
    })
    const peakMemoryBytes = unwatch()
    if (this.#isClosed) return never()
    if (failure !== undefined) return { kind: 'vanished', reason: `the shell could not be started: ${failure}` }
    const claim = readClaim(attempt.folder)
    const isTaken = claim !== undefined && claim !== 'void' && claim.pid !== pid
    // Another launcher was faster (125): the attempt is that one's, and ends when it ends.
    if (isTaken) return this.adopt(attempt)
    return this.#end(attempt, { startedMs, peakMemoryBytes, pid })
  }

  async adopt(attempt: AttemptSpec): Promise<AttemptEnd> {
    if (readClaim(attempt.folder) === undefined && voidClaim(attempt.folder)) return { kind: 'never-started' }
    const claim = readClaim(attempt.folder)
    if (claim === 'void' || claim === undefined) return { kind: 'never-started' }
    const startedMs = statSync(join(attempt.folder, 'claim')).mtimeMs
    const unwatch = this.#watch(attempt, { pid: claim.pid, startedMs })
    // Sequential by nature: look, wait, look again.
    while (readExit(attempt.folder) === undefined && isAlive(claim)) await this.#pause(adoptedPollMs)
    return this.#end(attempt, { startedMs, peakMemoryBytes: unwatch(), pid: claim.pid })
  }

  async cancel(attempt: Pick<AttemptSpec, 'id' | 'folder'>, graceMs: number): Promise<void> {
    if (readExit(attempt.folder) === undefined) mark(attempt.folder, 'canceled')
    // A launcher that has not claimed yet must not start after we looked for processes.
    voidClaim(attempt.folder)
    await this.#endTree(attempt, graceMs)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#stopWatching) stop()
  }

  /** Enforces the timeout and samples memory until the returned function is called, which gives the peak. */
  #watch(
    attempt: AttemptSpec,
    { pid, startedMs }: { pid: number | undefined; startedMs: number },
  ): () => number | undefined {
    let peak: number | undefined
    let stopSampling = (): void => undefined
    const sample = (): void => {
      const bytes = residentBytes(processesOf({ id: attempt.id, ...(pid !== undefined && { leaderPid: pid }) }))
      if (bytes !== undefined && bytes > (peak ?? 0)) peak = bytes
      stopSampling = this.#clock.after(memorySampleMs, sample)
    }
    stopSampling = this.#clock.after(memorySampleMs, sample)
    const stopTimeout =
      attempt.timeoutMs === undefined
        ? () => undefined
        : this.#clock.after(Math.max(0, startedMs + attempt.timeoutMs - this.#clock.now()), () => {
            if (readExit(attempt.folder) !== undefined) return
            mark(attempt.folder, 'timed-out')
            void this.#endTree(attempt, timeoutGraceMs)
          })
    const stop = (): void => {
      stopSampling()
      stopTimeout()
      this.#stopWatching.delete(stop)
    }
    this.#stopWatching.add(stop)
    return () => {
      stop()
      return peak
    }
  }

  async #end(
    attempt: AttemptSpec,
    {
      startedMs,
      peakMemoryBytes,
      pid,
    }: { startedMs: number; peakMemoryBytes: number | undefined; pid: number | undefined },
  ): Promise<AttemptEnd> {
    const exit = readExit(attempt.folder)
    const usage: AttemptUsage = {
      wallMs: Math.max(
        0,
        (exit === undefined ? this.#clock.now() : statSync(join(attempt.folder, 'exit')).mtimeMs) - startedMs,
      ),
      cpuMs: exit?.cpuMs ?? 0,
      ...(peakMemoryBytes !== undefined && { peakMemoryBytes, peakMemoryIsSampled: true }),
    }
    const isCanceled = existsSync(join(attempt.folder, 'canceled'))
    const isTimedOut = existsSync(join(attempt.folder, 'timed-out'))
    // Background processes of a finished command must not write into outputs that are being collected.
    if (exit === undefined || isCanceled || isTimedOut) await this.#endTree(attempt, 0)
    else signalAll(pid === undefined ? [] : processesInGroup(pid), 'SIGKILL')
    if (isTimedOut) return { kind: 'timed-out', usage }
    if (isCanceled) return { kind: 'canceled' }
    if (exit !== undefined) return { kind: 'exited', exitCode: exit.exitCode, usage }
    const claim = readClaim(attempt.folder)
    if (claim === 'void' || claim === undefined) return { kind: 'never-started' }
    return {
      kind: 'vanished',
      reason:
        'its processes are gone without an exit code (killed from outside, out of memory, or the machine restarted)',
    }
  }

  async #endTree(attempt: Pick<AttemptSpec, 'id' | 'folder'>, graceMs: number): Promise<void> {
    const claim = readClaim(attempt.folder)
    const leaderPid = claim === undefined || claim === 'void' ? undefined : claim.pid
    const living = (): readonly number[] =>
      processesOf({ id: attempt.id, ...(leaderPid !== undefined && { leaderPid }) })
    const deadlineMs = this.#clock.now() + graceMs
    let pids = living()
    signalAll(pids, 'SIGTERM')
    // Sequential by nature: look, wait, look again, until nothing lives.
    while (pids.length > 0 && !this.#isClosed) {
      if (this.#clock.now() >= deadlineMs) signalAll(pids, 'SIGKILL')
      await this.#pause(killPollMs)
      pids = living()
    }
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

/** After close nothing may settle: whoever waits belongs to a server that has gone. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}

function mark(folder: string, reason: 'canceled' | 'timed-out'): void {
  writeFileSync(join(folder, reason), '')
}

/** A negative pid signals the group; checking with signal 0 first is cheaper than reading all of /proc. */
function processesInGroup(leaderPid: number): readonly number[] {
  try {
    process.kill(-leaderPid, 0)
    return [-leaderPid]
  } catch {
    return [] // ESRCH: nobody is left.
  }
}
