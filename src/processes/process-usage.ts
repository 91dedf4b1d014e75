import { readFileSync } from 'node:fs'

/** What a process and everything below it uses. */
export interface ProcessUsage {
  /** Since its start, of itself and of the children that it has waited for. */
  readonly cpuSeconds: number
  /** Resident memory that is its own: shared libraries and mapped files are left out. */
  readonly memoryBytes: number
}

const pageBytes = 4096
/** USER_HZ, which Linux has fixed for programs (proc(5)). */
const ticksPerSecond = 100

/** Undefined for a process that has ended, and off Linux. */
export function processUsage(pid: number): ProcessUsage | undefined {
  try {
    const own = usageOfOne(pid)
    return childrenOf(pid)
      .map((child) => processUsage(child))
      .reduce<ProcessUsage>((sum, each) => add(sum, each), own)
  } catch {
    return undefined
  }
}

function usageOfOne(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 to 17: utime, stime, cutime, cstime. The name in field 2 may hold spaces.
  const ticks = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
  const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
  return {
    cpuSeconds: ticks.reduce((sum, each) => sum + Number(each), 0) / ticksPerSecond,
    memoryBytes: (resident! - shared!) * pageBytes,
  }
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function add(one: ProcessUsage, other: ProcessUsage | undefined): ProcessUsage {
  if (other === undefined) return one
  return { cpuSeconds: one.cpuSeconds + other.cpuSeconds, memoryBytes: one.memoryBytes + other.memoryBytes }
}
