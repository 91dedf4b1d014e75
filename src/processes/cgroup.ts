import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * The story of a limited attempt's control groups (cgroup v1: kernel Documentation/admin-guide/cgroup-v1).
 *
 * They are made inside the server's own groups, so that whatever limits the server limits its steps too. Their names
 * come from the attempt's folder, and a file in that folder names them BEFORE they are made: whichever server ends the
 * attempt, after a kill -9 too, finds them and removes them before the end of the attempt is stored. The launcher puts
 * itself in, and with that everything it starts. Where no group can be made (no right to, cgroup v2, another system)
 * there is none, and `resource-limits.ts` looks at the processes instead.
 */

/** What all processes of an attempt together may use. */
export interface ResourceLimits {
  readonly memoryBytes?: number
  /** Processes and threads, without the launcher. */
  readonly processes?: number
}

type Controller = 'memory' | 'pids'

/** Folders of an attempt's groups. */
export type Cgroups = Partial<Record<Controller, string>>

/** Makes the groups that can be made, with their limits set; their folders by controller. */
export function makeCgroups(folder: string, limits: ResourceLimits): Cgroups {
  const wanted: Cgroups = {}
  const settings = { memory: limits.memoryBytes, pids: limits.processes }
  for (const controller of ['memory', 'pids'] as const) {
    const own = settings[controller] === undefined ? undefined : ownCgroup(controller)
    if (own !== undefined) wanted[controller] = join(own, nameOf(folder))
  }
  if (Object.keys(wanted).length === 0) return {}
  writeFileSync(join(folder, 'cgroups'), JSON.stringify(wanted))
  const made: Cgroups = {}
  for (const [controller, path] of Object.entries(wanted) as [Controller, string][]) {
    try {
      mkdirSync(path, { recursive: true })
      if (controller === 'memory') limitMemory(path, limits.memoryBytes!)
      // The launcher is one of them.
      else writeFileSync(join(path, 'pids.max'), String(limits.processes! + 1))
      made[controller] = path
    } catch {
      removeIfThere(path) // Not writable, or the controller is not there: the processes are looked at instead.
    }
  }
  return made
}

function limitMemory(path: string, bytes: number): void {
  writeFileSync(join(path, 'memory.limit_in_bytes'), String(bytes))
  try {
    writeFileSync(join(path, 'memory.memsw.limit_in_bytes'), String(bytes))
  } catch {
    // A kernel without swap accounting: memory alone is limited.
  }
}

/** What the kernel counted in an attempt's groups. */
export interface CgroupCounts {
  /** The kernel killed a process because memory had no room for more. */
  readonly isOutOfMemory: boolean
  readonly peakMemoryBytes?: number
  /** A process or thread could not be started. */
  readonly wasForkRefused: boolean
}

/** What the groups of the attempt in this folder say; all false where there are none. */
export function readCgroups(folder: string): CgroupCounts {
  const { memory, pids } = cgroupsOf(folder)
  const oomKills = memory === undefined ? 0 : numberAfter('oom_kill', join(memory, 'memory.oom_control'))
  const peak = memory && readIfThere(join(memory, 'memory.max_usage_in_bytes'))
  const refused = pids === undefined ? 0 : numberAfter('max', join(pids, 'pids.events'))
  return {
    isOutOfMemory: oomKills > 0,
    wasForkRefused: refused > 0,
    ...(peak !== undefined && { peakMemoryBytes: Number(peak) }),
  }
}

/** From now on nothing in the attempt's groups can start a process, so that ending them all comes to an end. */
export function refuseForks(folder: string): void {
  const { pids } = cgroupsOf(folder)
  if (pids === undefined) return
  try {
    writeFileSync(join(pids, 'pids.max'), '0', { flag: 'r+' })
  } catch {
    // It is gone already.
  }
}

/** Who is in the attempt's groups, however it was started. */
export function processesInCgroups(folder: string): readonly number[] {
  const texts = Object.values(cgroupsOf(folder)).map((path) => readIfThere(join(path, 'cgroup.procs')) ?? '')
  return [...new Set(texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).map(Number))]
}

/** Removes the attempt's groups; those that still hold a process stay, and false is returned. */
export function removeCgroups(folder: string): boolean {
  return Object.values(cgroupsOf(folder)).every(removeIfThere)
}

function removeIfThere(path: string): boolean {
  try {
    rmdirSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EBUSY'
  }
}

function cgroupsOf(folder: string): Cgroups {
  const text = readIfThere(join(folder, 'cgroups'))
  if (text === undefined) return {}
  try {
    const paths = JSON.parse(text) as Partial<Record<Controller, unknown>>
    // The step could have written that file: only groups of this attempt are touched.
    return Object.fromEntries(
      Object.entries(paths).filter(([, path]) => typeof path === 'string' && basename(path) === nameOf(folder)),
    )
  } catch {
    return {} // Cut short by a crash, so before any group was made.
  }
}

function nameOf(folder: string): string {
  return `sluice-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`
}

/** Our own group of a v1 hierarchy as a path (proc(5), mountinfo; cgroups(7), /proc/pid/cgroup). */
function ownCgroup(controller: Controller): string | undefined {
  const own = readIfThere('/proc/self/cgroup')
    ?.split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
    .find((match) => match?.[1]!.split(',').includes(controller))?.[2]
  if (own === undefined) return undefined
  for (const line of readIfThere('/proc/self/mountinfo')?.split('\n') ?? []) {
    const [place, kind] = line.split(' - ').map((half) => half.split(' '))
    if (kind?.[0] !== 'cgroup' || !kind[2]!.split(',').includes(controller)) continue
    const [root, mountPoint] = [place![3]!, place![4]!]
    // In a container the mount shows the container's part of the tree only.
    return join(mountPoint, own.startsWith(root) ? own.slice(root.length) : '')
  }
  return undefined
}

function numberAfter(word: string, file: string): number {
  const line = readIfThere(file)
    ?.split('\n')
    .find((one) => one.startsWith(`${word} `))
  return line === undefined ? 0 : Number(line.slice(word.length + 1))
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // Not there, or not on this system.
  }
}
