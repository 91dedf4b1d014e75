import { execFile } from 'node:child_process'
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { messageOf } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { type Check, checkCache, checkClock, checkLeftovers, checkPermissions } from './doctor-store-folder.ts'
import { liveServer } from './link/server-record.ts'
import type { Status } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'

const execute = promisify(execFile)

/** Checks what jobs will need, and with `--fix` mends what it can; exit code 1 when something fails. */
export const doctor: Command = async (invocation) => {
  const { terminal, json, options } = invocation
  const checks: Check[] = []
  const machine = [
    checkNode(),
    checkPython(invocation),
    checkTools(invocation),
    checkCache(invocation),
    checkFolder(invocation),
    checkDisk(invocation),
  ]
  for (const found of await Promise.all(machine)) checks.push(...found)
  const { url } = invocation.settings
  if (url === undefined) {
    checks.push(...(await checkPermissions(invocation)), ...(await checkClock(invocation, Date.now)))
    checks.push(...(await checkLeftovers(invocation, Date.now)))
  }
  // Before the store is opened: what a killed server left is in nobody's way, but a mended folder is what is opened.
  const shown = options.has('fix') ? await mended(checks) : checks
  const all = [...shown, ...(await checkServer(invocation)), ...(await checkStore(invocation))]
  if (json) writeJson(invocation, { items: all.map(({ mend: _, ...check }) => check) })
  else
    for (const { name, outcome, detail, hint } of all) {
      const color = outcome === 'ok' ? 'green' : outcome === 'warn' ? 'yellow' : 'red'
      terminal.out(`${terminal.paint(color, outcome.padEnd(4))}  ${name}: ${printable(detail)}\n`)
      if (hint !== undefined) terminal.out(`      ${terminal.paint('cyan', 'hint:')} ${hint}\n`)
    }
  return all.some(({ outcome }) => outcome === 'fail') ? exitCode.failed : exitCode.ok
}

/** Mends what can be; what could not says why. */
async function mended(checks: readonly Check[]): Promise<readonly Check[]> {
  const after: Check[] = []
  // In turn: a mended folder is what the next one is in.
  for (const check of checks) {
    const { mend, name } = check
    if (mend === undefined) after.push(check)
    else
      after.push(
        await mend().then(
          (detail): Check => ({ name, outcome: 'ok', detail: `fixed: ${detail}` }),
          (error: unknown): Check => ({ ...check, detail: `${check.detail}; not fixed: ${messageOf(error)}` }),
        ),
      )
  }
  return after
}

async function checkNode(): Promise<readonly Check[]> {
  return [{ name: 'node', outcome: 'ok', detail: `${process.versions.node} at ${process.execPath}` }]
}

async function checkPython({ settings, environment }: Invocation): Promise<readonly Check[]> {
  const python = settings.python ?? 'python3'
  const hint = 'Install Python 3.10 or newer, or name one with SLUICE_PYTHON.'
  try {
    const { stdout } = await execute(
      python,
      ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3], sys.executable)'],
      {
        env: { ...environment },
        timeout: 20_000,
      },
    )
    const [version = '', path = ''] = stdout.trim().split(' ')
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const isOld = major < 3 || (major === 3 && minor < 10)
    if (isOld) return [{ name: 'python', outcome: 'fail', detail: `${version} at ${path} is too old`, hint }]
    return [{ name: 'python', outcome: 'ok', detail: `${version} at ${path}` }]
  } catch (error) {
    return [
      { name: 'python', outcome: 'fail', detail: `${python} does not run: ${messageOf(error).split('\n')[0]}`, hint },
    ]
  }
}

async function checkTools({ environment }: Invocation): Promise<readonly Check[]> {
  const version = async (command: string): Promise<string | undefined> => {
    try {
      const { stdout } = await execute(command, ['--version'], { env: { ...environment }, timeout: 20_000 })
      return stdout.trim().split('\n')[0]
    } catch {
      return undefined
    }
  }
  const [uv, bash] = await Promise.all([version('uv'), version('bash')])
  return [
    uv === undefined
      ? {
          name: 'uv',
          outcome: 'ok',
          detail: 'not on PATH; it is installed into the cache when an environment is built',
        }
      : { name: 'uv', outcome: 'ok', detail: uv },
    bash === undefined
      ? { name: 'bash', outcome: 'fail', detail: 'not on PATH', hint: 'Steps are run by bash: install it.' }
      : { name: 'bash', outcome: 'ok', detail: bash },
  ]
}

async function checkFolder({ settings }: Invocation): Promise<readonly Check[]> {
  try {
    await mkdir(settings.data, { recursive: true, mode: 0o700 })
    await access(settings.data, constants.R_OK | constants.W_OK | constants.X_OK)
    return [{ name: 'data folder', outcome: 'ok', detail: settings.data }]
  } catch (error) {
    return [
      {
        name: 'data folder',
        outcome: 'fail',
        detail: `${settings.data} cannot be written: ${messageOf(error)}`,
        hint: 'Choose another with --data DIR or SLUICE_DATA.',
      },
    ]
  }
}

async function checkDisk({ settings }: Invocation): Promise<readonly Check[]> {
  const found = await statfs(settings.data).catch(() => undefined)
  if (found === undefined) return []
  const free = found.bavail * found.bsize
  const detail = `${(free / 1024 ** 3).toFixed(1)} GB free for ${settings.data}`
  if (free < 200 * 1024 ** 2)
    return [{ name: 'disk', outcome: 'fail', detail, hint: 'Free some space: a full disk fails every step.' }]
  return [{ name: 'disk', outcome: free < 2 * 1024 ** 3 ? 'warn' : 'ok', detail }]
}

async function checkServer({ settings }: Invocation): Promise<readonly Check[]> {
  if (settings.url !== undefined)
    return [{ name: 'server', outcome: 'ok', detail: `the one at ${settings.url} is used` }]
  const live = await liveServer(settings.data)
  if (live !== undefined) return [{ name: 'server', outcome: 'ok', detail: `runs at ${live.url} (pid ${live.pid})` }]
  const checks: Check[] = [{ name: 'server', outcome: 'ok', detail: 'none runs; commands open the store themselves' }]
  if (settings.port !== undefined && settings.port > 0 && !(await isFree(settings.port, settings.host)))
    checks.push({
      name: 'port',
      outcome: 'fail',
      detail: `another program listens on port ${settings.port}`,
      hint: 'Choose another with --port or SLUICE_PORT.',
    })
  return checks
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}

/** Opens the store, or asks the server that has it open: lock, schema and integrity in one. */
async function checkStore(invocation: Invocation): Promise<readonly Check[]> {
  try {
    return await withConnection(invocation, 'work', async ({ client }) => {
      const { checks = [], database } = await client.get<Status>('/api/v1/status?check=true')
      const opened: Check = { name: 'store', outcome: 'ok', detail: `opens (${database})` }
      return [
        opened,
        ...checks.map(({ name, is_ok, detail }) => ({
          name,
          outcome: is_ok ? ('ok' as const) : ('fail' as const),
          detail,
        })),
      ]
    })
  } catch (error) {
    const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {}
    return [{ name: 'store', outcome: 'fail', detail: messageOf(error), ...hint }]
  }
}
