import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { restClient } from './link/rest-client.ts'
import type { ServerRecord } from './link/server-record.ts'
import { isAlive, readServerRecord } from './link/server-record.ts'
import type { Status } from './rest-types.ts'

const patienceMs = 20_000

/** Stops the server of the data folder and waits until its process is gone; a no-op when none runs. */
export const down: Command = async (invocation) => {
  const { settings } = invocation
  if (settings.url !== undefined)
    throw new SluiceError(
      'not-supported',
      `SLUICE_URL names the server ${settings.url}; down stops one of this machine.`,
    )
  const record = await readServerRecord(settings.data)
  if (record === undefined || !(await isThatServer(record))) return report(invocation, undefined)
  process.kill(record.pid, 'SIGTERM')
  const deadline = performance.now() + patienceMs
  while (isAlive(record.pid)) {
    if (performance.now() > deadline)
      throw new SluiceError(
        'timed-out',
        `The server (pid ${record.pid}) has not ended ${patienceMs / 1000} s after it was asked to.`,
        {
          hint: `It may be stuck; its steps survive: kill -9 ${record.pid}`,
        },
      )
    await setTimeout(20)
  }
  return report(invocation, record)
}

function report(invocation: Invocation, stopped: ServerRecord | undefined): number {
  const { json, terminal, settings } = invocation
  if (json) writeJson(invocation, { stopped: stopped?.pid ?? null })
  else if (stopped === undefined) terminal.err(`No server runs for ${settings.data}.\n`)
  else terminal.err(`Stopped the server (pid ${stopped.pid}).\n`)
  return exitCode.ok
}

/**
 * The number in a record may be another program's by now. The server is known by its own answer or, where it does not
 * answer, by a process of that number which started no later than the record was written.
 */
async function isThatServer(record: ServerRecord): Promise<boolean> {
  if (!isAlive(record.pid)) return false
  const client = restClient(record.url, record)
  try {
    const asked = client.get<Status>('/api/v1/status')
    const status = await Promise.race([asked, setTimeout(2000, undefined, { ref: false })])
    if (status !== undefined) return status.pid === record.pid
  } catch {
    // Hung or half-way down: its process decides.
  } finally {
    client.close()
  }
  return isStillTheProcess(record)
}

async function isStillTheProcess({ pid, startedAt }: ServerRecord): Promise<boolean> {
  const startMs = await processStart(pid)
  // Clocks that were set meanwhile shift the one against the other.
  return startMs !== undefined && startMs < Date.parse(startedAt) + 2000
}

/** When a process started, in epoch milliseconds; undefined when it is gone. */
async function processStart(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') {
    const [stat, system] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
      readFile('/proc/stat', 'utf8'),
    ])
    const bootSeconds = Number(/^btime (\d+)$/m.exec(system)?.[1])
    // proc(5): field 22, counted after the name, which may hold spaces and parentheses itself.
    const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    return Number.isFinite(ticks) ? (bootSeconds + ticks / 100) * 1000 : undefined
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])
    return Date.parse(stdout.trim())
  } catch {
    return undefined
  }
}
