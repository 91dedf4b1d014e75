import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../base/errors.ts'
import { lineLog } from '../base/line-log.ts'
import type { OpenServer } from '../main.ts'
import type { Command, Invocation } from './command.ts'
import { writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { watchInterrupts } from './interrupt.ts'
import { startBackgroundServer } from './link/background-server.ts'
import { openOrFind } from './link/connection.ts'
import { liveServer } from './link/server-record.ts'

/** Serves the store of this machine until Ctrl-C, or in the background. */
export const up: Command = async (given) => {
  const invocation = given.options.has('mlflow-ui')
    ? { ...given, settings: { ...given.settings, mlflowUi: 'on' as const } }
    : given
  const { settings, terminal, options } = invocation
  if (settings.url !== undefined)
    throw new SluiceError(
      'invalid-setting',
      `SLUICE_URL names the server ${settings.url}; up starts one of this machine.`,
      {
        hint: 'Unset SLUICE_URL for this command.',
      },
    )
  const detach = options.has('detach')
  const running = await liveServer(settings.data)
  if (running !== undefined) {
    if (!detach) throw alreadyRunning(running)
    terminal.err(`The server was running already (pid ${running.pid}).\n`)
    return announce(invocation, running)
  }
  if (detach) {
    const started = await startBackgroundServer({ ...invocation, exitWhenIdle: options.has('exit-when-idle') })
    terminal.err(`The server runs in the background (pid ${started.pid}); stop it with: sluice down\n`)
    return announce(invocation, started)
  }
  return serve(invocation)
}

async function serve(invocation: Invocation): Promise<number> {
  const { settings, terminal, options } = invocation
  const log = lineLog({ level: settings.logLevel, write: (line) => terminal.err(line), now: Date.now })
  const server = await openOrFind({ ...invocation, log, firesByItself: !options.has('exit-when-idle') })
  if ('pid' in server) throw alreadyRunning(server)
  announce(invocation, { url: server.url, pid: process.pid })
  if (terminal.isLive) terminal.err('Stop it with Ctrl-C; running steps go on and the next server adopts them.\n')
  const stopped = new AbortController()
  const interrupts = watchInterrupts({
    // A second Ctrl-C does not wait for requests under way.
    press: (count) => (count === 1 ? stopped.abort() : process.exit(exitCode.interrupted)),
    end: () => stopped.abort(),
  })
  try {
    if (options.has('exit-when-idle')) await untilIdle(server, stopped.signal)
    else await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve))
  } finally {
    await server.close()
    interrupts.stop()
  }
  return exitCode.ok
}

const idleMs = 3000

/** Resolves when no job has run or waited for a while: whoever watched the last one has seen its end by then. */
async function untilIdle(server: OpenServer, signal: AbortSignal): Promise<void> {
  let idleSinceMs = performance.now()
  while (!signal.aborted) {
    if (server.liveJobs() > 0) idleSinceMs = performance.now()
    else if (performance.now() - idleSinceMs > idleMs) return
    await setTimeout(100, undefined, { signal }).catch(() => undefined)
  }
}

function announce(invocation: Invocation, { url, pid }: { readonly url: string; readonly pid: number }): number {
  if (invocation.json) writeJson(invocation, { url, pid, data_folder: invocation.settings.data })
  else invocation.terminal.out(`${url}\n`)
  return exitCode.ok
}

function alreadyRunning({ url, pid }: { readonly url: string; readonly pid: number }): SluiceError {
  return new SluiceError('conflict', `A server of this store runs already at ${url} (pid ${pid}).`, {
    hint: 'Stop it with: sluice down',
  })
}
