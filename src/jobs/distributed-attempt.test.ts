import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { PlannedDistribution } from '../plan/planned-pipeline.ts'
import { distributedCommand } from './distributed-attempt.ts'
import { commandStep } from './jobs.test-support.ts'

interface Started {
  readonly process: ChildProcess
  /** Resolves with the exit code and what came to the log. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: Buffer }>
  readonly folder: string
  readonly logs: () => Readonly<Record<string, Buffer>>
}

function start(t: TestContext, command: string, distribution: PlannedDistribution): Started {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-distributed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const line = distributedCommand(command, commandStep('train', { distribution }), {
    pythonSource: join(import.meta.dirname, '../../python/src'),
    python: 'python3',
    attemptFolder: folder,
    workingFolder: folder,
  })
  const child = spawn('bash', ['-c', `exec ${line}`], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const logFolder = join(folder, 'outputs/user_logs')
  return {
    process: child,
    folder,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, log: Buffer.concat(chunks) }))),
    logs: () => Object.fromEntries(readdirSync(logFolder).map((name) => [name, readFileSync(join(logFolder, name))])),
  }
}

const two = { type: 'pytorch', processCountPerInstance: 2 } as const

test('every process has a log of its own, as it wrote it; the common log has whole lines with ranks', async (t) => {
  const command = `if [ $RANK = 0 ]; then head -c 100000 /dev/zero | tr '\\0' x; printf '\\nbad \\377\\n'; else printf 'no end'; fi`
  const { ended, logs } = start(t, command, two)
  const { code, log } = await ended
  assert.equal(code, 0)
  assert.deepEqual(Object.keys(logs()).sort(), ['std_log_0.txt', 'std_log_1.txt'])
  const expected = Buffer.concat([Buffer.from(`${'x'.repeat(100_000)}\nbad `), Buffer.from([0xff, 0x0a])])
  assert.deepEqual(logs()['std_log_0.txt'], expected)
  assert.equal(logs()['std_log_1.txt']?.toString(), 'no end')
  const lines = log.toString('latin1').trimEnd().split('\n').sort()
  const cut = 64 * 1024
  assert.deepEqual(lines, [`[0] bad \xff`, `[0] ${'x'.repeat(100_000 - cut)}`, `[0] ${'x'.repeat(cut)}`, '[1] no end'])
})

test('a process that a signal ended fails the step as a shell would say it', async (t) => {
  const { ended } = start(t, 'if [ $RANK = 1 ]; then kill -9 $$; fi', two)
  const { code, log } = await ended
  assert.equal(code, 137)
  assert.equal(log.toString().includes('[1] process 1 ended with signal SIGKILL'), true)
})

test('a SIGTERM is passed on to every process and what it started', async (t) => {
  const { process: host, ended } = start(t, 'echo $$; sleep 1000 & echo $!; wait', two)
  let text = ''
  await new Promise<void>((resolve) => {
    host.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > 4) resolve()
    })
  })
  host.kill('SIGTERM')
  assert.equal((await ended).code, 143)
  const pids = text
    .trim()
    .split('\n')
    .map((line) => Number(line.replace(/^\[\d\] /, '')))
  assert.equal(pids.length, 4)
  // A machine without an init keeps ended orphans as zombies.
  for (const pid of pids) assert.match(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]).stdout.toString(), /^Z|^$/)
})

test('without a distribution, and with Ray, the command stays as it is', () => {
  const places = { pythonSource: '/s', python: 'python3', attemptFolder: '/a', workingFolder: '/w' }
  assert.equal(distributedCommand('echo', commandStep('a', {}), places), 'echo')
  assert.equal(distributedCommand('echo', commandStep('a', { distribution: { type: 'ray' } }), places), 'echo')
})
