import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { residentBytes } from './process-tree.ts'

/** What the processes of an attempt used, from looks at them now and then. */
export interface SeenUsage {
  /** At the last look that saw any: CPU of living processes and of those they have waited for. */
  readonly cpuMs: number
  /** Of all together; absent before the first look. */
  readonly peakMemoryBytes?: number
  readonly meanMemoryBytes?: number
  /** Time in which a GPU was held, summed over GPUs; absent on a machine without. */
  readonly gpuMs?: number
}

/** USER_HZ, which Linux has fixed for programs (proc(5)). */
const msPerTick = 10

/**
 * Sums up looks at processes. A GPU counts from the look that finds its device file open in one of them: a process that
 * holds a GPU keeps others from it, whether it computes or not.
 */
export class UsageMeter {
  readonly #devices: string
  readonly #startedMs: number
  #lastMs: number
  #cpuMs = 0
  #peak = 0
  #memorySum = 0
  #looks = 0
  #gpuMs: number | undefined

  /** `devices`: how the device files of GPUs begin. */
  constructor({ startedMs, devices = '/dev/nvidia' }: { readonly startedMs: number; readonly devices?: string }) {
    this.#startedMs = startedMs
    this.#lastMs = startedMs
    this.#devices = devices
    if (existsSync(`${devices}0`)) this.#gpuMs = 0
  }

  look(pids: readonly number[], nowMs: number): void {
    const bytes = residentBytes(pids)
    if (bytes === undefined || pids.length === 0) return
    const sinceMs = Math.max(0, nowMs - this.#lastMs)
    this.#lastMs = nowMs
    this.#looks++
    this.#memorySum += bytes
    this.#peak = Math.max(this.#peak, bytes)
    // A child that was not waited for takes its CPU along; what was seen of it stays counted.
    this.#cpuMs = Math.max(this.#cpuMs, cpuMsOf(pids))
    if (this.#gpuMs !== undefined) this.#gpuMs += sinceMs * heldDevices(pids, this.#devices)
  }

  /** So far; `cpuMs` and `wallMs` may be known better once all have ended. */
  seen(): SeenUsage {
    return {
      cpuMs: this.#cpuMs,
      ...(this.#looks > 0 && {
        peakMemoryBytes: this.#peak,
        meanMemoryBytes: Math.round(this.#memorySum / this.#looks),
      }),
      ...(this.#gpuMs !== undefined && { gpuMs: this.#gpuMs }),
    }
  }

  /** Wall time from the start to the last look. */
  get wallMs(): number {
    return this.#lastMs - this.#startedMs
  }
}

function cpuMsOf(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // Fields 14 to 17: utime, stime, cutime, cstime. The name in field 2 may hold spaces.
      const times = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 15)
      for (const time of times) ticks += Number(time)
    } catch {
      // It ended while we looked.
    }
  }
  return ticks * msPerTick
}

/** How many different GPUs these processes have open. */
function heldDevices(pids: readonly number[], devices: string): number {
  const held = new Set<string>()
  for (const pid of pids) {
    try {
      const folder = `/proc/${pid}/fd`
      for (const name of readdirSync(folder)) {
        const target = readlinkSync(join(folder, name))
        if (target.startsWith(devices) && /^\d+$/.test(target.slice(devices.length))) held.add(target)
      }
    } catch {
      // It ended while we looked, or closed the file.
    }
  }
  return held.size
}
