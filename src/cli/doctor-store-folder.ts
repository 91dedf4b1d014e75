/*
 * What is looked at in the folders of a store without opening it: who may read them, whether programs in the cache may
 * run, what a server that was killed left, and whether the clocks agree. Most of it can be mended in place.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from '../base/errors.ts'
import type { Invocation } from './command.ts'
import { isAlive, readServerRecord } from './link/server-record.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  /** `warn`: it works, but not as well as it could. */
  readonly outcome: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly hint?: string
  /** Mends it and says what was done; for `--fix`. */
  readonly mend?: () => Promise<string>
}

const execute = promisify(execFile)
/** Of the folder and of what only the owner may know. */
const secretFiles = ['secret.key', 'server.json'] as const
/** The clock of a file system may be coarse; more than this is another clock. */
const clockMarginMs = 5000
const leftoverMs = 24 * 3_600_000

/** Whether others on this machine can read the store or its secrets. */
export async function checkPermissions({ settings: { data } }: Invocation): Promise<readonly Check[]> {
  const open: { readonly path: string; readonly mode: number }[] = []
  for (const path of [data, ...secretFiles.map((name) => join(data, name))]) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || (found.mode & 0o077) === 0) continue
    open.push({ path, mode: found.isDirectory() ? 0o700 : 0o600 })
  }
  if (open.length === 0) return [{ name: 'permissions', outcome: 'ok', detail: 'only you can read the store' }]
  const paths = open.map(({ path }) => path).join(', ')
  return [
    {
      name: 'permissions',
      outcome: 'warn',
      detail: `others on this machine may read ${paths}`,
      hint: `Mend it with sluice doctor --fix, or: chmod go-rwx ${paths}`,
      mend: async () => {
        for (const { path, mode } of open) await chmod(path, mode)
        return `only you can read ${paths} now`
      },
    },
  ]
}

/** Whether programs that are put into the cache (environments, uv) may be written and run there. */
export async function checkCache({ settings: { cache } }: Invocation): Promise<readonly Check[]> {
  const hint = 'Choose another folder with SLUICE_CACHE: one that can be written and is not mounted noexec.'
  try {
    await mkdir(cache, { recursive: true })
    const folder = await mkdtemp(join(cache, 'doctor-'))
    try {
      const program = join(folder, 'program')
      await writeFile(program, '#!/bin/sh\nexit 0\n', { mode: 0o700 })
      await execute(program, { timeout: 20_000 })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    return [{ name: 'cache', outcome: 'ok', detail: cache }]
  } catch (error) {
    const detail = `programs in ${cache} cannot be written and run: ${messageOf(error).split('\n')[0]}`
    return [{ name: 'cache', outcome: 'fail', detail, hint }]
  }
}

/** Whether this program's clock, the file system's and that of whoever wrote the store last agree. */
export async function checkClock({ settings: { data } }: Invocation, nowMs: () => number): Promise<readonly Check[]> {
  const hint = 'Set the clock (timedatectl set-ntp true). Schedules, retries and the order of runs follow it.'
  const found = (detail: string): readonly Check[] => [{ name: 'clock', outcome: 'warn', detail, hint }]
  const probe = join(data, `.clock-${process.pid}`)
  try {
    const before = nowMs()
    await writeFile(probe, '')
    const { mtimeMs } = await stat(probe)
    if (mtimeMs < before - clockMarginMs || mtimeMs > nowMs() + clockMarginMs)
      return found(`the file system of ${data} is ${seconds(mtimeMs - nowMs())} from this machine's clock`)
    const newest = Math.max(...(await Promise.all(['sluice.db', 'sluice.db-wal'].map((name) => writtenMs(data, name)))))
    if (newest > nowMs() + clockMarginMs)
      return found(`the store was last written ${seconds(newest - nowMs())} in the future: the clock was set back`)
    return [{ name: 'clock', outcome: 'ok', detail: new Date(nowMs()).toISOString() }]
  } catch {
    // A folder that cannot be written is told of by another check.
    return []
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

async function writtenMs(folder: string, name: string): Promise<number> {
  return (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

/** What servers and commands that were killed left: the file of a server, repositories that were being read. */
export async function checkLeftovers(
  { settings: { data } }: Invocation,
  nowMs: () => number,
): Promise<readonly Check[]> {
  const checks: Check[] = []
  const record = await readServerRecord(data)
  if (record !== undefined && !isAlive(record.pid))
    checks.push({
      name: 'server file',
      outcome: 'warn',
      detail: `an earlier server (pid ${record.pid}) ended without taking its leave`,
      hint: 'Nothing is lost: the next one adopts what runs.',
      mend: async () => {
        const now = await readServerRecord(data)
        // Another server may have come meanwhile.
        if (now === undefined || now.pid !== record.pid) return 'it is gone already'
        await rm(join(data, 'server.json'), { force: true })
        return 'the file is removed'
      },
    })
  const folder = join(data, 'git')
  const old: string[] = []
  for (const name of await readdir(folder).catch(() => []))
    if ((await writtenMs(folder, name)) < nowMs() - leftoverMs) old.push(name)
  if (old.length > 0)
    checks.push({
      name: 'leftovers',
      outcome: 'warn',
      detail: `${old.length} half-fetched repositories in ${folder}`,
      hint: 'Remove them with: sluice doctor --fix',
      mend: async () => {
        for (const name of old) await rm(join(folder, name), { recursive: true, force: true })
        return `${old.length} removed`
      },
    })
  return checks
}
