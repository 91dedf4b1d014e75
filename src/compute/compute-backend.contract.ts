import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { AttemptSpec, ComputeBackend } from './compute-backend.ts'

interface Lab {
  readonly backend: ComputeBackend
  /** An attempt whose `command` runs in a folder of its own. */
  readonly attempt: (command: string, more?: Partial<AttemptSpec>) => AttemptSpec
  /** A second server on the same folders, after the first was closed. */
  readonly restart: () => Promise<ComputeBackend>
}

/** What every compute backend promises; `open` makes one with two slots. */
export function computeBackendContract(name: string, open: () => Promise<ComputeBackend>): void {
  const backendTest = (title: string, body: (lab: Lab) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => body(await openLab(t, open)))
  }

  backendTest(
    'a command sees its environment and folder, and its output is in the log in order',
    async ({ backend, attempt }) => {
      const spec = attempt('echo out; echo err >&2; echo "$GREETING"; pwd', {
        environment: { PATH: process.env['PATH']!, GREETING: 'a b' },
      })
      const end = await backend.run(spec)
      assert.equal(end.kind, 'exited')
      assert.equal(readFileSync(spec.logFile, 'utf8'), `out\nerr\na b\n${realpathSync(spec.workingFolder)}\n`)
    },
  )

  backendTest(
    'variables arrive whose names no shell could assign, and values with every character',
    async ({ backend, attempt }) => {
      const odd = { 'my.setting': "it's\n$HOME", '-u': 'minus', UID: '7', 'a b': '' }
      const spec = attempt('env -0 | tr "\\0\\n" "\\n|" | grep -aE "^(my.setting|-u|UID|a b)=" | sort', {
        environment: { PATH: process.env['PATH']!, LC_ALL: 'C', ...odd },
      })
      await backend.run(spec)
      assert.equal(readFileSync(spec.logFile, 'utf8'), "-u=minus\nUID=7\na b=\nmy.setting=it's|$HOME\n")
    },
  )

  backendTest('a command sees nothing of the server’s own environment', async ({ backend, attempt }) => {
    process.env['CONTRACT_SECRET'] = 'hidden'
    const spec = attempt('env')
    await backend.run(spec)
    assert.doesNotMatch(readFileSync(spec.logFile, 'utf8'), /CONTRACT_SECRET/)
  })

  for (const [command, exitCode] of [
    ['exit 7', 7],
    ['set -e; false; echo never', 1],
    ['exec sh -c "exit 3"', 3],
    ['kill -9 $$', 137],
    ['no-such-command-here', 127],
  ] as const) {
    backendTest(`\`${command}\` ends with exit code ${exitCode}`, async ({ backend, attempt }) => {
      const end = await backend.run(attempt(command))
      assert.deepEqual([end.kind, end.kind === 'exited' && end.exitCode], ['exited', exitCode])
    })
  }

  backendTest('prepared, and prepared again, it runs as it would', async ({ backend, attempt }) => {
    backend.prepare()
    backend.prepare()
    const end = await backend.run(attempt('exit 7'))
    assert.equal(end.kind === 'exited' && end.exitCode, 7)
  })

  backendTest(
    'bash syntax, quotes, newlines and a very long command arrive as written',
    async ({ backend, attempt }) => {
      const spec = attempt(`a=(1 2 3); echo "\${a[1]}"\necho 'it''s' "$((1+1))" \\\n  more\n: ${'x'.repeat(300_000)}`)
      await backend.run(spec)
      assert.equal(readFileSync(spec.logFile, 'utf8'), '2\nits 2 more\n')
    },
  )

  backendTest('CPU seconds of the whole tree are counted', async ({ backend, attempt }) => {
    const end = await backend.run(attempt('sh -c "i=0; while [ \\$i -lt 300000 ]; do i=\\$((i+1)); done"'))
    assert.ok(end.kind === 'exited' && end.usage.cpuMs > 50 && end.usage.wallMs > 50, JSON.stringify(end))
  })

  backendTest(
    'what an attempt uses is known while it runs, and still when it was canceled',
    async ({ backend, attempt }) => {
      const spec = attempt('while :; do :; done')
      assert.equal(backend.usage(spec), undefined)
      const running = backend.run(spec)
      await until(() => (backend.usage(spec)?.cpuMs ?? 0) > 100)
      assert.ok(backend.usage(spec)!.wallMs > 100 && backend.usage(spec)!.meanMemoryBytes! > 0)
      await backend.cancel(spec, 0)
      const end = await running
      assert.ok(end.kind === 'canceled' && end.usage!.cpuMs > 100, JSON.stringify(end))
      assert.equal(backend.usage(spec), undefined)
    },
  )

  backendTest(
    'cancel ends the whole tree, also what ignores SIGTERM and what left the session',
    async ({ backend, attempt }) => {
      const spec = attempt(
        `trap '' TERM; (trap '' TERM; echo $BASHPID >child; exec sleep 300) & setsid --fork sh -c 'echo $$ >daemon; exec sleep 300'; until [ -s daemon ] && [ -s child ]; do :; done; echo ready >ready; sleep 300; sleep 300`,
      )
      const running = backend.run(spec)
      await until(() => existsSync(join(spec.workingFolder, 'ready')))
      await backend.cancel(spec, 100)
      assert.equal((await running).kind, 'canceled')
      for (const file of ['child', 'daemon'])
        assert.equal(isRunning(join(spec.workingFolder, file)), false, `${file} lives`)
    },
  )

  backendTest(
    'hardening 30: a daemon that a finished command left behind is ended soon',
    async ({ backend, attempt }) => {
      const spec = attempt(`setsid --fork sh -c 'echo $$ >daemon; exec sleep 300'; until [ -s daemon ]; do :; done`)
      assert.equal((await backend.run(spec)).kind, 'exited')
      await until(() => !isRunning(join(spec.workingFolder, 'daemon')))
    },
  )

  backendTest('cancel gives the command its grace to tidy up', async ({ backend, attempt }) => {
    const spec = attempt(`trap 'echo tidy; exit 0' TERM; echo ready >ready; while :; do sleep 0.05; done`)
    const running = backend.run(spec)
    await until(() => existsSync(join(spec.workingFolder, 'ready')))
    await backend.cancel(spec, 10_000)
    assert.equal((await running).kind, 'canceled')
    assert.match(readFileSync(spec.logFile, 'utf8'), /tidy/)
  })

  backendTest('an attempt that is canceled before it starts never runs', async ({ backend, attempt }) => {
    const spec = attempt('echo ran >ran')
    await backend.cancel(spec, 0)
    assert.equal((await backend.run(spec)).kind, 'canceled')
    assert.equal(existsSync(join(spec.workingFolder, 'ran')), false)
  })

  backendTest('a timeout ends the tree and says so', async ({ backend, attempt }) => {
    // No file of the command's own tells its process: on a busy machine the time is over before it wrote one.
    const spec = attempt('sleep 300 & sleep 300', { timeoutMs: 500 })
    assert.equal((await backend.run(spec)).kind, 'timed-out')
    assert.deepEqual(livingOf(spec.id), [])
  })

  backendTest(
    'hardening 30: a tree that uses more memory than it may is ended, its neighbour goes on',
    async ({ backend, attempt }) => {
      const limits = { memoryBytes: 64 * 1024 ** 2 }
      const neighbour = attempt('until [ -e go ]; do sleep 0.02; done', { limits })
      const beside = backend.run(neighbour)
      // Half of it in each of two processes, so that only the tree is over.
      const half = holds(40_000_000)
      const spec = attempt(`(${half}) & ${half}`, { limits })
      const end = await backend.run(spec)
      assert.deepEqual([end.kind, end.kind === 'over-limit' && end.limit], ['over-limit', 'memoryBytes'])
      assert.ok(end.kind === 'over-limit' && end.peak! >= limits.memoryBytes / 2, JSON.stringify(end))
      writeFileSync(join(neighbour.workingFolder, 'go'), '')
      assert.equal((await beside).kind, 'exited')
    },
  )

  backendTest('hardening 30: 64 GB at once are refused or end the attempt', async ({ backend, attempt }) => {
    const spec = attempt(`python3 -c 'x = bytearray(64 << 30); print("held", len(x))'`, {
      limits: { memoryBytes: 64 * 1024 ** 2 },
    })
    const end = await backend.run(spec)
    assert.ok(end.kind === 'over-limit' || (end.kind === 'exited' && end.exitCode !== 0), JSON.stringify(end))
    assert.doesNotMatch(readFileSync(spec.logFile, 'utf8'), /held/)
  })

  backendTest('hardening 30: a fork bomb is ended at its limit', async ({ backend, attempt }) => {
    // Of bounded depth: where the limit does not hold, this test fails and not the machine.
    const bomb = `bomb() { if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; sleep 20; }; bomb 6`
    const spec = attempt(bomb, { limits: { processes: 20 } })
    const end = await backend.run(spec)
    assert.deepEqual([end.kind, end.kind === 'over-limit' && end.limit], ['over-limit', 'processes'])
    assert.deepEqual(livingOf(spec.id), [])
  })

  backendTest('an attempt within its limits ends as any other', async ({ backend, attempt }) => {
    const spec = attempt('sleep 0.1 & sleep 0.1; wait; exit 3', {
      limits: { memoryBytes: 64 * 1024 ** 2, processes: 20 },
    })
    const end = await backend.run(spec)
    assert.deepEqual([end.kind, end.kind === 'exited' && end.exitCode], ['exited', 3])
  })

  backendTest('the limits of an attempt hold under the next server', async ({ backend, attempt, restart }) => {
    const spec = attempt(`echo ready >ready; until [ -e go ]; do sleep 0.02; done; ${holds(90_000_000)}`, {
      limits: { memoryBytes: 64 * 1024 ** 2 },
    })
    void backend.run(spec)
    await until(() => existsSync(join(spec.workingFolder, 'ready')))
    const adopted = (await restart()).adopt(spec)
    writeFileSync(join(spec.workingFolder, 'go'), '')
    assert.equal((await adopted).kind, 'over-limit')
  })

  backendTest(
    'a running attempt goes on when its server stops, and the next server gets its end',
    async ({ backend, attempt, restart }) => {
      const spec = attempt('echo begin; until [ -e go ]; do sleep 0.02; done; echo end; exit 5')
      void backend.run(spec)
      await until(() => existsSync(spec.logFile) && readFileSync(spec.logFile, 'utf8') === 'begin\n')
      const next = await restart()
      const adopted = next.adopt(spec)
      spawn('touch', [join(spec.workingFolder, 'go')])
      const end = await adopted
      assert.deepEqual([end.kind, end.kind === 'exited' && end.exitCode], ['exited', 5])
      assert.equal(readFileSync(spec.logFile, 'utf8'), 'begin\nend\n')
    },
  )

  backendTest(
    'an attempt that ended while no server was there is completed from what it left',
    async ({ backend, attempt, restart }) => {
      const spec = attempt('echo $PPID >pid; echo once >>count; exit 4')
      void backend.run(spec)
      await until(() => existsSync(join(spec.workingFolder, 'count')) && !isRunning(join(spec.workingFolder, 'pid')))
      const end = await (await restart()).adopt(spec)
      assert.deepEqual([end.kind, end.kind === 'exited' && end.exitCode], ['exited', 4])
      assert.equal(readFileSync(join(spec.workingFolder, 'count'), 'utf8'), 'once\n')
    },
  )

  backendTest(
    'an attempt that never started is void: a late launcher does not run it',
    async ({ backend, attempt }) => {
      const spec = attempt('echo ran >ran')
      assert.deepEqual(await backend.adopt(spec), { kind: 'never-started' })
      assert.deepEqual(await backend.run(spec), { kind: 'never-started' })
      assert.equal(existsSync(join(spec.workingFolder, 'ran')), false)
    },
  )

  backendTest(
    'an attempt whose processes were all killed has vanished, and says why',
    async ({ backend, attempt, restart }) => {
      const spec = attempt('echo $PPID >launcher; echo $$ >pid; echo >ready; sleep 300')
      void backend.run(spec)
      await until(() => existsSync(join(spec.workingFolder, 'ready')))
      const next = await restart()
      const adopted = next.adopt(spec)
      for (const file of ['launcher', 'pid'])
        process.kill(Number(readFileSync(join(spec.workingFolder, file), 'utf8')), 'SIGKILL')
      const end = await adopted
      assert.equal(end.kind, 'vanished')
    },
  )

  backendTest('two starts of one attempt run it once', async ({ backend, attempt, restart }) => {
    const spec = attempt('echo once >>count; sleep 0.2')
    void backend.run(spec)
    await until(() => existsSync(join(spec.workingFolder, 'count')))
    const next = await restart()
    const ends = await Promise.all([next.adopt(spec), next.run(spec)])
    assert.equal(ends[0].kind, 'exited')
    assert.equal(readFileSync(join(spec.workingFolder, 'count'), 'utf8'), 'once\n')
  })
}

async function openLab(t: TestContext, open: () => Promise<ComputeBackend>): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-compute-'))
  const backends = [await open()]
  const attempts: AttemptSpec[] = []
  t.after(async () => {
    await Promise.all(attempts.map((attempt) => backends.at(-1)!.cancel(attempt, 0)))
    for (const backend of backends) await backend.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    backend: backends[0]!,
    attempt: (command, more = {}) => {
      const id = `job_${process.pid}_${Math.random().toString(36).slice(2)}.1`
      const spec: AttemptSpec = {
        id,
        folder: join(folder, id),
        workingFolder: join(folder, id, 'work'),
        logFile: join(folder, `${id}.log`),
        command,
        environment: { PATH: process.env['PATH']! },
        ...more,
      }
      mkdirSync(spec.workingFolder, { recursive: true })
      attempts.push(spec)
      return spec
    },
    restart: async () => {
      await backends.at(-1)!.close()
      const next = await open()
      backends.push(next)
      return next
    },
  }
}

/** Waits for something another process does; the test's own timeout is the limit. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A command that keeps so much memory. */
function holds(bytes: number): string {
  return `python3 -c 'import time; x = b"x" * ${bytes}; time.sleep(300)'`
}

/** Processes that carry the attempt's marker. */
function livingOf(id: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`SLUICE_ATTEMPT=${id}\0`)
    } catch {
      return false // It has ended.
    }
  })
}

/** A zombie has ended: it waits only for its parent to read its exit code. */
function isRunning(pidFile: string): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(pidFile, 'utf8').trim()], {
    encoding: 'utf8',
  }).stdout.trim()
  return state !== '' && !state.startsWith('Z')
}
