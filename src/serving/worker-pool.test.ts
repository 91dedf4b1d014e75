import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import {
  echoScript,
  handClock,
  jsonRequest,
  lives,
  poolSettings,
  realClock,
  scriptHome,
  until,
} from './serving.test-support.ts'
import type { PoolPlace, PoolSettings } from './pool-settings.ts'
import { WorkerPool, type PoolAnswer } from './worker-pool.ts'
import type { WorkerCommand } from './worker.ts'

interface Wishes {
  readonly meter?: PoolPlace['meter'] & object
  readonly settings?: Partial<PoolSettings>
  readonly clock?: PoolPlace['clock']
  readonly script?: string
  readonly command?: (command: WorkerCommand) => Promise<WorkerCommand>
}

async function openPool(t: TestContext, { settings, clock = realClock, script, command, meter }: Wishes = {}) {
  const home = await scriptHome(t, script)
  const pool = new WorkerPool(
    { ...poolSettings, ...settings },
    {
      clock,
      log: home.log,
      command: async () => (command === undefined ? home.command : command(home.command)),
      ...(meter !== undefined && { meter }),
    },
  )
  t.after(() => pool.close())
  /** A request that holds its worker until `release` is called. */
  const hold = async (body: object) => {
    const file = join(home.folder, `release-${Math.random()}`)
    const before = (await home.executions()).length
    const answer = pool.submit(jsonRequest({ ...body, wait_for: file }))
    return {
      answer,
      release: () => writeFile(file, ''),
      isRunning: () => until(async () => (await home.executions()).length > before),
    }
  }
  return { pool, home, hold, ask: (body: object, client?: AbortSignal) => pool.submit(jsonRequest(body), client) }
}

function answered(answer: PoolAnswer): { readonly name: string; readonly pid: number } {
  assert.equal(answer.kind, 'answered', answer.kind === 'refused' ? answer.error.message : '')
  return JSON.parse(answer.kind === 'answered' ? answer.body.toString() : '') as { name: string; pid: number }
}

function refusal(answer: PoolAnswer): string {
  return answer.kind === 'refused' ? `${answer.error.status}: ${answer.error.message}` : 'was answered'
}

test('every request is answered with its own answer, by every worker', async (t) => {
  const { pool, ask } = await openPool(t, { settings: { workers: 2, maxWaiting: 1000 } })
  await pool.start()
  const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => ask({ name: `r${n}` })))
  assert.deepEqual(
    answers.map((answer) => answered(answer).name),
    Array.from({ length: 500 }, (_, n) => `r${n}`),
  )
  assert.equal(new Set(answers.map((answer) => answered(answer).pid)).size, 2)
  assert.deepEqual(pool.status(), { wanted: 2, ready: 2, waiting: 0, deaths: 0 })
})

test('workers are killed under load and every request is answered once, with its own answer', async (t) => {
  const total = 3000
  const { pool, ask, home } = await openPool(t, { settings: { workers: 2, maxWaiting: total } })
  await pool.start()
  const answers = new Map<string, PoolAnswer[]>()
  let done = 0
  const load = Array.from({ length: total }, (_, n) => `r${n}`).map(async (name) => {
    const answer = await ask({ name })
    answers.set(name, [...(answers.get(name) ?? []), answer])
    done++
    // The pid of whoever answered: killed while it runs the next request.
    if (done % 300 === 0) process.kill(answered(answer).pid, 'SIGKILL')
  })
  await Promise.all(load)
  assert.equal(answers.size, total)
  for (const [name, [answer, ...more]] of answers) {
    assert.equal(more.length, 0)
    assert.equal(answered(answer!).name, name)
  }
  const executions = new Map<string, number>()
  for (const line of await home.executions()) {
    const name = line.split(' ')[0]!
    executions.set(name, (executions.get(name) ?? 0) + 1)
  }
  assert.equal(executions.size, total)
  assert.ok(Math.max(...executions.values()) <= 2, 'executed at most twice')
  assert.ok(pool.status().deaths >= 5, `${pool.status().deaths} deaths`)
})

test('a request that kills its worker is tried on one more and then refused with 424', async (t) => {
  const { pool, ask, home } = await openPool(t)
  await pool.start()
  const answer = await ask({ name: 'poison', die: true })
  assert.equal(refusal(answer), '424: The worker died while it ran this request, twice: it was killed by SIGKILL')
  assert.equal((await home.executions()).length, 2)
  assert.equal(answered(await ask({ name: 'next' })).name, 'next')
})

test('with retries off a request whose worker died is executed once', async (t) => {
  const { pool, ask, home } = await openPool(t, { settings: { retryAfterDeath: false } })
  await pool.start()
  const answer = await ask({ name: 'poison', die: true })
  assert.equal(refusal(answer), '424: The worker died while it ran this request: it was killed by SIGKILL')
  assert.equal((await home.executions()).length, 1)
})

test('a full queue refuses with 429 and keeps its place for those it has', async (t) => {
  const { pool, ask, hold } = await openPool(t, { settings: { maxWaiting: 2 } })
  await pool.start()
  const first = await hold({ name: 'first' })
  await first.isRunning()
  const waiting = [ask({ name: 'second' }), ask({ name: 'third' })]
  assert.equal(refusal(await ask({ name: 'fourth' })), '429: 2 requests wait for this deployment already.')
  await first.release()
  const names = (await Promise.all([first.answer, ...waiting])).map((answer) => answered(answer).name)
  assert.deepEqual(names, ['first', 'second', 'third'])
})

test('a request is refused with 408 when its time is over, waiting or running, and is never run late', async (t) => {
  const clock = handClock()
  const { pool, ask, hold, home } = await openPool(t, { clock, settings: { timeoutMs: 5000 } })
  await pool.start()
  const running = await hold({ name: 'running' })
  await running.isRunning()
  const waiting = ask({ name: 'waiting' })
  clock.turn(5000)
  assert.equal(refusal(await running.answer), '408: The model did not answer within 5000 ms.')
  assert.equal(refusal(await waiting), '408: The request waited 5000 ms and no worker was free.')
  const later = ask({ name: 'later' })
  await running.release()
  assert.equal(answered(await later).name, 'later')
  assert.deepEqual(
    (await home.executions()).map((line) => line.split(' ')[0]),
    ['running', 'later'],
  )
})

test('a worker that stays busy for twice the time limit is replaced', async (t) => {
  const clock = handClock()
  const { pool, ask, hold, home } = await openPool(t, { clock, settings: { timeoutMs: 5000 } })
  await pool.start()
  const stuck = await hold({ name: 'stuck' })
  await stuck.isRunning()
  clock.turn(5000)
  assert.match(refusal(await stuck.answer), /^408/)
  const next = ask({ name: 'next' })
  clock.turn(4999)
  assert.equal(pool.status().deaths, 0)
  const last = ask({ name: 'last' })
  clock.turn(1)
  assert.match(refusal(await next), /^408/)
  assert.equal(answered(await last).name, 'last')
  assert.match(await home.logText(), /worker 1 is killed: it has been busy for 10000 ms/)
})

test('max_queue_wait_ms refuses what waits, not what runs', async (t) => {
  const clock = handClock()
  const { pool, ask, hold } = await openPool(t, { clock, settings: { timeoutMs: 5000, maxQueueWaitMs: 500 } })
  await pool.start()
  const running = await hold({ name: 'running' })
  await running.isRunning()
  const waiting = ask({ name: 'waiting' })
  clock.turn(500)
  assert.equal(refusal(await waiting), '408: The request waited 500 ms and no worker was free.')
  await running.release()
  assert.equal(answered(await running.answer).name, 'running')
})

test('a request whose client left stops waiting and is not run', async (t) => {
  const { pool, ask, hold, home } = await openPool(t)
  await pool.start()
  const running = await hold({ name: 'running' })
  await running.isRunning()
  const client = new AbortController()
  const left = ask({ name: 'left' }, client.signal)
  client.abort()
  assert.match(refusal(await left), /client closed the connection/)
  assert.equal(pool.status().waiting, 0)
  await running.release()
  assert.equal(answered(await running.answer).name, 'running')
  assert.equal((await home.executions()).length, 1)
})

test('an idle worker that dies is started again', async (t) => {
  const { pool, ask } = await openPool(t)
  await pool.start()
  const first = answered(await ask({})).pid
  process.kill(first, 'SIGKILL')
  await until(() => pool.status().deaths === 1)
  const second = answered(await ask({})).pid
  assert.notEqual(second, first)
})

test('start fails with the reason when the model cannot be loaded', async (t) => {
  const { pool } = await openPool(t, { settings: { workers: 2 }, script: 'def init():\n    1 / 0\ndef run(d): pass\n' })
  await assert.rejects(pool.start(), {
    code: 'model-failed',
    message:
      'The model did not start: init() in score.py raised ZeroDivisionError: division by zero (line 2 of score.py)',
  })
})

test('start fails with the reason when the interpreter is not there', async (t) => {
  const { pool } = await openPool(t, { command: async (command) => ({ ...command, python: '/no/such/python' }) })
  await assert.rejects(pool.start(), { message: /could not be started: spawn \/no\/such\/python ENOENT/ })
})

test('a pool whose workers never stay alive pauses ever longer and refuses at once with 503', async (t) => {
  const clock = handClock()
  let starts = 0
  const { pool, ask } = await openPool(t, {
    clock,
    settings: { timeoutMs: 3_600_000 },
    command: async (command) => ({ ...command, python: `/no/such/python${++starts}` }),
  })
  pool.resume()
  await until(() => pool.status().deaths === 2)
  assert.equal(starts, 2, 'the first restart does not wait')
  const waiting = ask({ name: 'waits while there is hope' })
  for (const [deaths, pauseMs] of [200, 400, 800].map((pause, index) => [3 + index, pause] as const)) {
    clock.turn(pauseMs - 1)
    assert.equal(starts, deaths - 1)
    clock.turn(1)
    await until(() => pool.status().deaths === deaths)
  }
  assert.match(refusal(await ask({})), /^503: No worker of the deployment stays alive: could not be started/)
  await pool.close()
  assert.match(refusal(await waiting), /^503: The deployment is closing/)
})

test('a pool that cannot be prepared tells why in its log, and serves as soon as it can be', async (t) => {
  let failures = 0
  const { pool, ask, home } = await openPool(t, {
    command: async (command) => {
      if (failures++ < 2) throw new SluiceError('environment-failed', 'The index cannot be reached.')
      return command
    },
  })
  pool.resume()
  assert.equal(answered(await ask({ name: 'patient' })).name, 'patient')
  assert.match(await home.logText(), /worker 1: could not be started: The index cannot be reached\./)
})

test('requests that come while workers start wait for them', async (t) => {
  const { pool, ask } = await openPool(t)
  pool.resume()
  assert.equal(answered(await ask({ name: 'early' })).name, 'early')
})

test('draining answers what it has, refuses what is new, and ends the workers', async (t) => {
  const { pool, ask, hold } = await openPool(t)
  await pool.start()
  const running = await hold({ name: 'running' })
  await running.isRunning()
  const waiting = ask({ name: 'waiting' })
  const drained = pool.drain()
  assert.match(refusal(await ask({ name: 'new' })), /^503: The deployment is closing/)
  await running.release()
  const { pid } = answered(await running.answer)
  assert.equal(answered(await waiting).name, 'waiting')
  await drained
  await until(() => !lives(pid))
})

test('closing refuses what waits and runs, and leaves no process', async (t) => {
  const { pool, ask, hold } = await openPool(t)
  await pool.start()
  const { pid } = answered(await ask({}))
  const running = await hold({ name: 'running' })
  await running.isRunning()
  const waiting = ask({ name: 'waiting' })
  await pool.close()
  assert.match(refusal(await running.answer), /^503/)
  assert.match(refusal(await waiting), /^503/)
  await until(() => !lives(pid))
  assert.match(refusal(await ask({})), /^503/)
})

test('when the server is killed its workers end, also in the middle of a request', async (t) => {
  const home = await scriptHome(t, echoScript)
  const server = `
    import { startWorker } from ${JSON.stringify(join(import.meta.dirname, 'worker.ts'))}
    const ignore = () => {}
    const worker = startWorker(
      ${JSON.stringify({ ...home.command })},
      { ready: () => worker.score([{ id: 1, request: { contentType: '', body: Buffer.from('{"wait_for": "/never"}') } }]), answered: ignore, alive: ignore, ended: ignore },
      { clock: { now: Date.now, after: () => ignore }, logDescriptor: 2 },
    )
    console.log(worker.pid)
  `
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const pid = Number((await lines.next()).value)
  await until(async () => (await home.executions()).length === 1)
  assert.equal(lives(pid), true)
  child.kill('SIGKILL')
  await until(() => !lives(pid))
})

const scale = { min: 0, max: 3, targetUtilization: 0.7, pollMs: 20, idleMs: 200 }

test('with none kept the first request starts one, and it goes again when nobody asks', async (t) => {
  let coldStarts = 0
  const meter = { waited: () => undefined, predicted: () => undefined, coldStart: () => void coldStarts++ }
  const { pool, ask } = await openPool(t, { settings: { workers: 0, scale }, meter })
  pool.resume()
  assert.deepEqual(pool.status(), { wanted: 0, ready: 0, waiting: 0, deaths: 0 })
  const { pid } = answered(await ask({ name: 'first' }))
  await until(() => pool.status().wanted === 0 && !lives(pid))
  assert.notEqual(answered(await ask({ name: 'second' })).pid, pid)
  assert.equal(coldStarts, 2)
  assert.equal(pool.status().deaths, 0)
})

test('a request that waits for the first worker to start brings no second one', async (t) => {
  const script = `import time\n${echoScript.replace('print(', 'time.sleep(0.5); print(')}`
  const { pool, ask, home } = await openPool(t, { settings: { workers: 0, scale }, script })
  pool.resume()
  answered(await ask({ name: 'first' }))
  assert.doesNotMatch(await home.logText(), /worker 2 started/)
})

test('a deployment that keeps none is tried all the same before it serves', async (t) => {
  const broken = await openPool(t, {
    settings: { workers: 0, scale },
    script: 'def init():\n    1 / 0\ndef run(d): pass\n',
  })
  await assert.rejects(broken.pool.start(), { code: 'model-failed' })
  const { pool } = await openPool(t, { settings: { workers: 0, scale } })
  await pool.start()
  assert.equal(pool.status().ready, 1)
  await until(() => pool.status().ready === 0 && pool.status().wanted === 0)
})

test('a crowd brings more workers up to the most, whose requests are all answered when they are released', async (t) => {
  const { pool, ask, home } = await openPool(t, { settings: { workers: 1, scale: { ...scale, min: 1 } } })
  await pool.start()
  const file = join(home.folder, 'go')
  const crowd = Array.from({ length: 12 }, (_, n) => ask({ name: `r${n}`, wait_for: file }))
  await until(() => pool.status().ready === 3)
  await writeFile(file, '')
  const pids = new Set((await Promise.all(crowd)).map((answer) => answered(answer).pid))
  assert.equal(pids.size, 3)
  await until(() => pool.status().ready === 1 && pool.status().wanted === 1)
  assert.equal(pool.status().deaths, 0)
})

const growing = `
import json, os
held = []
def init(): pass
def run(raw):
    held.append(b"x" * (json.loads(raw).get("megabytes", 0) << 20))
    return {"pid": os.getpid()}
`

test('a worker that has grown over its memory is replaced by one that is ready, and no request fails', async (t) => {
  const clock = handClock()
  const { pool, ask, home } = await openPool(t, {
    ...{ clock, script: growing, settings: { memoryLimitBytes: 200 << 20, timeoutMs: 3_600_000 } },
  })
  await pool.start()
  const first = answered(await ask({ megabytes: 150 })).pid
  clock.turn(5000)
  assert.equal(answered(await ask({})).pid, first, 'within its limit')
  assert.equal(answered(await ask({ megabytes: 60 })).pid, first)
  clock.turn(5000)
  await until(async () => answered(await ask({})).pid !== first)
  await until(() => !lives(first))
  assert.equal(pool.status().deaths, 0)
  const second = answered(await ask({ megabytes: 400 })).pid
  clock.turn(5000)
  await until(() => !lives(second))
  assert.notEqual(answered(await ask({})).pid, second)
  assert.match(await home.logText(), /worker 1 holds 2\d\d MB, its limit is 210 MB: it is replaced/)
  assert.match(await home.logText(), /worker 2 holds 4\d\d MB, its limit is 210 MB: it is killed/)
})

test('a worker that leaks is replaced before it reaches its limit, when it has answered what it has', async (t) => {
  const clock = handClock()
  const { pool, ask, home } = await openPool(t, {
    ...{ clock, script: growing, settings: { memoryLimitBytes: 240 << 20, timeoutMs: 3_600_000 } },
  })
  await pool.start()
  const first = answered(await ask({})).pid
  let last = first
  // 2 MB a second, for the two minutes that it would take to hold 240 MiB.
  for (let count = 0; count < 24 && last === first; count++) {
    last = answered(await ask({ megabytes: 10 })).pid
    clock.turn(5000)
    if (/is replaced/.test(await home.logText())) await until(() => !lives(first))
  }
  assert.notEqual(answered(await ask({})).pid, first)
  assert.equal(pool.status().deaths, 0)
  const [, holds] = /worker 1 holds (\d+) MB and grows by 2\d{3} kB a second, its limit is 252 MB: it is replaced/.exec(
    await home.logText(),
  )!
  assert.ok(Number(holds) < 252, `replaced at ${holds} MB`)
})

test('a worker that is not ready in its time is killed, and says so', async (t) => {
  const clock = handClock()
  const script = 'import time\ndef init(): time.sleep(3600)\ndef run(d): pass\n'
  const { pool, home } = await openPool(t, { clock, script, settings: { startLimitMs: 10_000 } })
  const started = assert.rejects(pool.start(), { message: /The model did not start: was killed by SIGKILL/ })
  await until(async () => /worker 1 started/.test(await home.logText()))
  clock.turn(10_000)
  await started
  assert.match(await home.logText(), /worker 1 is killed: it is not ready after 10000 ms/)
})
