import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** The environment variable that every process of an attempt inherits, so that double forks are found too. */
export const attemptMarker = 'SLUICE_ATTEMPT'

interface ProcessRow {
  readonly pid: number
  readonly group: number
  readonly session: number
  readonly isMarked: boolean
}

/**
 * Living processes of an attempt: its process group, its session, and whoever else carries its marker in the
 * environment (a daemon that left the session with setsid). Off Linux the marker cannot be read: group only.
 */
export function processesOf(attempt: { readonly id: string; readonly leaderPid?: number }): readonly number[] {
  const rows = process.platform === 'linux' ? linuxRows(attempt.id) : psRows()
  return rows
    .filter((row) => row.isMarked || row.group === attempt.leaderPid || row.session === attempt.leaderPid)
    .map((row) => row.pid)
    .filter((pid) => pid !== process.pid)
}

function linuxRows(id: string): readonly ProcessRow[] {
  const marker = `\0${attemptMarker}=${id}\0`
  const rows: ProcessRow[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z' || state === 'X') continue
      rows.push({ pid: Number(name), group: Number(group), session: Number(session), isMarked: isMarked(name, marker) })
    } catch {
      // It ended while we looked.
    }
  }
  return rows
}

function isMarked(pid: string, marker: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(marker)
  } catch {
    return false // Another user's process: not one of ours.
  }
}

/** Living processes that carry the marker of one of these attempts; one look at /proc for all of them (Linux). */
export function survivorsOf(ids: ReadonlySet<string>): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const marker = /\0SLUICE_ATTEMPT=([^\0]*)\0/.exec(`\0${readFileSync(`/proc/${name}/environ`, 'latin1')}`)
      return marker !== null && ids.has(marker[1]!) ? [Number(name)] : []
    } catch {
      return [] // It ended while we looked, or is another user's.
    }
  })
}

function psRows(): readonly ProcessRow[] {
  const text = execFileSync('ps', ['-axo', 'pid=,pgid=,sess=,stat='], { encoding: 'utf8' })
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 4 && !fields[3]!.startsWith('Z'))
    .map(([pid, group]) => ({ pid: Number(pid), group: Number(group), session: 0, isMarked: false }))
}

/** Sends a signal to each; one that has ended meanwhile is no error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // ESRCH: it has ended.
    }
  }
}

/** Resident memory now of all of them together, bytes; undefined where /proc is missing. */
export function residentBytes(pids: readonly number[]): number | undefined {
  if (process.platform !== 'linux') return undefined
  let total = 0
  for (const pid of pids) {
    try {
      total += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
    } catch {
      // It ended while we looked.
    }
  }
  return total
}
