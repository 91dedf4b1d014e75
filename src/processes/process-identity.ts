import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A process for ever: a pid alone is recycled, pid and start time are not. `start` is the kernel's start time in clock
 * ticks since boot with the boot's id (Linux), or the start date `ps` prints (elsewhere).
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly start: string
}

let bootId: string | undefined

/** The identity of a living process; undefined when there is none with that pid (a zombie counts as gone). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const start = process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
  return start === undefined ? undefined : { pid, start }
}

/** True while that very process lives. */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.start === start
}

/** Start time out of the text of /proc/<pid>/stat (proc(5), field 22), with the id of this boot. */
export function startFromStat(stat: string): string | undefined {
  // The command name (field 2) may hold spaces and parentheses; the last parenthesis ends it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return fields[19] === undefined ? undefined : `${fields[19]}@${bootId}`
}

function linuxStart(pid: number): string | undefined {
  try {
    return startFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined // No such process: the only way reading this file fails.
  }
}

function psStart(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=,stat=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return text === '' || / Z\S*$/.test(text) ? undefined : text.replace(/\s+\S+$/, '')
  } catch {
    return undefined // ps exits 1 when no process has the pid.
  }
}
