import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, open, readFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../../base/errors.ts'
import { settingsEnvironment } from '../../config.ts'
import type { Environment, Settings } from '../../config.ts'
import type { ServerRecord } from './server-record.ts'
import { answers, liveServer, readServerRecord } from './server-record.ts'

export interface BackgroundOptions {
  /** The command that runs `sluice`, without arguments. */
  readonly program: readonly string[]
  readonly settings: Settings
  readonly environment: Environment
  /** Ends by itself once no job runs or waits. */
  readonly exitWhenIdle?: boolean
  readonly timeoutMs?: number
}

const maxLogBytes = 10 * 1024 * 1024

/**
 * Starts `sluice up` detached from this process and its terminal, and resolves when it answers; with a server that
 * already serves the store, that one. Throws with the last words of its log when it ends instead.
 */
export async function startBackgroundServer(options: BackgroundOptions): Promise<ServerRecord> {
  const { settings, timeoutMs = 30_000 } = options
  await mkdir(settings.data, { recursive: true, mode: 0o700 })
  const logFile = join(settings.data, 'server.log')
  const { size } = await stat(logFile).catch(() => ({ size: 0 }))
  if (size > maxLogBytes) await truncate(logFile)
  const child = await spawnServer(options, logFile)
  let ended: string | undefined
  child.on('exit', (code, signal) => (ended = `ended with ${signal ?? `exit code ${code}`}`))
  child.on('error', (error) => (ended = `did not start: ${error.message}`))
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const record = await readServerRecord(settings.data)
    if (record !== undefined && record.pid === child.pid && (await answers(record.url))) {
      child.unref()
      return record
    }
    if (ended !== undefined) {
      // Another command may have opened the store first; its server is as good.
      const other = await liveServer(settings.data)
      if (other !== undefined) return other
      throw await failure(`The background server ${ended}.`, logFile, size)
    }
    await setTimeout(20)
  }
  child.unref()
  throw await failure(
    `The background server (pid ${child.pid}) did not answer after ${timeoutMs / 1000} s.`,
    logFile,
    size,
  )
}

async function spawnServer(options: BackgroundOptions, logFile: string): Promise<ChildProcess> {
  const { program, settings, environment, exitWhenIdle = false } = options
  const [command, ...prefix] = program
  const log = await open(logFile, 'a', 0o600)
  try {
    return spawn(command!, [...prefix, 'up', ...(exitWhenIdle ? ['--exit-when-idle'] : [])], {
      // A server must not hold the folder it was started from.
      cwd: settings.data,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...environment, ...settingsEnvironment(settings) },
    })
  } finally {
    await log.close()
  }
}

async function failure(message: string, logFile: string, start: number): Promise<SluiceError> {
  const log = await readFile(logFile, 'utf8').catch(() => '')
  const words = Buffer.from(log).subarray(start).toString().trim().split('\n').slice(-5).join('\n')
  return new SluiceError('server-unreachable', words === '' ? message : `${message} It said:\n${words}`, {
    hint: `Its log is ${logFile}`,
  })
}
