import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCgroups, type ResourceLimits } from './cgroup.ts'
import { residentBytes } from './process-tree.ts'

/** Which limit an attempt went over, and the most that was seen of it. */
export interface OverLimit {
  readonly limit: keyof ResourceLimits
  /** Bytes, or processes and threads. */
  readonly peak?: number
}

const limitFile = 'over-limit'

/** Notes durably enough for a restarted server that this is why the attempt is ended. */
export function markOverLimit(folder: string, over: OverLimit): void {
  writeFileSync(join(folder, limitFile), JSON.stringify(over))
}

/** The limit that an attempt went over: what was noted when it was ended, else what its control groups counted. */
export function overLimitOf(folder: string): OverLimit | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, limitFile), 'utf8')) as OverLimit
  } catch {
    return countedOverLimit(folder) // Nothing was noted, or only half of it before a crash.
  }
}

/** Whether these processes of a limited attempt use more than they may: now, or as noted or counted before. */
export function lookForOverLimit(
  folder: string,
  { memoryBytes, processes }: ResourceLimits,
  pids: readonly number[],
): OverLimit | undefined {
  const known = overLimitOf(folder)
  if (known !== undefined) return known
  if (process.platform !== 'linux') return undefined
  // In a control group the kernel watches; maps of large processes take long to read.
  const isGrouped = (readCgroups(folder).peakMemoryBytes ?? 0) > 0
  if (memoryBytes !== undefined && !isGrouped && (residentBytes(pids) ?? 0) > memoryBytes) {
    // Resident memory counts shared pages for each process, and files that are only mapped; a second look does not.
    const bytes = ownBytes(pids)
    if (bytes > memoryBytes) return { limit: 'memoryBytes', peak: bytes }
  }
  if (processes === undefined) return undefined
  // The launcher is one of them.
  const count = threadsOf(pids) - 1
  return count > processes ? { limit: 'processes', peak: count } : undefined
}

function countedOverLimit(folder: string): OverLimit | undefined {
  const { isOutOfMemory, peakMemoryBytes, wasForkRefused } = readCgroups(folder)
  if (isOutOfMemory) return { limit: 'memoryBytes', ...(peakMemoryBytes !== undefined && { peak: peakMemoryBytes }) }
  return wasForkRefused ? { limit: 'processes' } : undefined
}

/** Memory that goes when these processes go: anonymous and shared memory, each page once (proc(5), smaps_rollup). */
function ownBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const rows = [...text.matchAll(/^(Pss|Pss_Anon|Pss_Shmem|SwapPss): +(\d+) kB$/gm)]
    const kilobytes = new Map(rows.map(([, name, amount]) => [name, Number(amount)]))
    // Kernels before 5.4 do not tell the parts.
    const used = kilobytes.has('Pss_Anon')
      ? kilobytes.get('Pss_Anon')! + (kilobytes.get('Pss_Shmem') ?? 0)
      : (kilobytes.get('Pss') ?? 0)
    return (used + (kilobytes.get('SwapPss') ?? 0)) * 1024
  })
}

/** Field 20 of /proc/pid/stat. */
function threadsOf(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[17])
  })
}

function sum(pids: readonly number[], amountOf: (pid: number) => number): number {
  let total = 0
  for (const pid of pids) {
    try {
      total += amountOf(pid)
    } catch {
      // It ended while we looked.
    }
  }
  return total
}
