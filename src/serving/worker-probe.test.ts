import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ProbeSettings } from '../spec/asset-documents.ts'
import {
  echoScript,
  handClock,
  jsonRequest,
  lives,
  poolSettings,
  scriptHome,
  until,
  type ScriptHome,
} from './serving.test-support.ts'
import type { PoolSettings } from './pool-settings.ts'
import { WorkerPool, type PoolAnswer } from './worker-pool.ts'
import { beginProbes, WorkerProbe } from './worker-probe.ts'

const settings: ProbeSettings = {
  ...{ initialDelayMs: 10_000, periodMs: 5000, timeoutMs: 2000 },
  ...{ successThreshold: 1, failureThreshold: 3 },
}

async function openPool(t: TestContext, changes: Partial<PoolSettings>, script?: string) {
  const home = await scriptHome(t, script)
  const clock = handClock()
  const command = async () => home.command
  const pool = new WorkerPool({ ...poolSettings, timeoutMs: 3_600_000, ...changes }, { clock, log: home.log, command })
  t.after(() => pool.close())
  return { pool, home, clock, pidOf: async () => pidIn(await pool.submit(jsonRequest({}))) }
}

function pidIn(answer: PoolAnswer): number {
  assert.equal(answer.kind, 'answered')
  return (JSON.parse(answer.kind === 'answered' ? answer.body.toString() : '') as { pid: number }).pid
}

function logSays(home: ScriptHome, words: RegExp): Promise<void> {
  return until(async () => words.test(await home.logText()))
}

test('a probe counts questions without an answer in time, in a row, and asks a silent worker only once', () => {
  const clock = handClock()
  const told: string[] = []
  const probe = new WorkerProbe({ ...settings, successThreshold: 2 }, clock, {
    ask: () => void told.push('ask'),
    passed: () => void told.push('passed'),
    failed: () => void told.push('failed'),
  })
  const period = (isAnswered: boolean): void => {
    clock.turn(told.length === 0 ? 1000 : 3000)
    if (isAnswered) probe.heard()
    clock.turn(2000)
  }
  probe.begin(1000)
  period(true)
  period(false)
  period(false)
  assert.deepEqual(told, ['ask', 'ask'], 'the second silence is no second question')
  period(true)
  period(false)
  period(false)
  period(false)
  assert.deepEqual(told, ['ask', 'ask', 'ask', 'failed'])
  period(true)
  period(true)
  assert.deepEqual(told.slice(4), ['ask', 'passed'])
  probe.close()
  clock.turn(3_600_000)
  assert.equal(told.length, 6)
})

test('an answer after its time is no success, and the next question is asked', () => {
  const clock = handClock()
  let asked = 0
  const told: string[] = []
  const [probe] = beginProbes(
    { liveness: { ...settings, failureThreshold: 1 } },
    { clock, startedMs: clock.now() },
    {
      ask: () => void asked++,
      passed: () => void told.push('passed'),
      failed: (why) => void told.push(why),
      hangs: (why) => void told.push(why),
    },
  )
  clock.turn(9999)
  assert.equal(asked, 0, 'initial_delay')
  clock.turn(1)
  clock.turn(2000)
  probe!.heard()
  assert.deepEqual(told, ['it did not answer within 2000 ms (liveness_probe)'])
  clock.turn(3000)
  assert.equal(asked, 2)
})

test('a worker that hangs is killed by its liveness probe and its request answered by the next', async (t) => {
  const { pool, home, clock, pidOf } = await openPool(t, { liveness: { ...settings, failureThreshold: 2 } })
  await pool.start()
  const first = await pidOf()
  clock.turn(10_000)
  // It answers in order: the question first.
  assert.equal(await pidOf(), first)
  clock.turn(2000)
  process.kill(first, 'SIGSTOP')
  const waiting = pidOf()
  for (const passingMs of [3000, 2000, 3000]) clock.turn(passingMs)
  assert.equal(lives(first), true, 'one failure is not enough')
  clock.turn(2000)
  assert.notEqual(await waiting, first)
  assert.match(await home.logText(), /worker 1 is killed: it did not answer within 2000 ms 2 times in a row \(liveness/)
})

test('a worker whose readiness probe fails is given no requests until it passes', async (t) => {
  const readiness = { ...settings, failureThreshold: 1, successThreshold: 2 }
  const { pool, home, clock, pidOf } = await openPool(t, { workers: 2, readiness })
  const started = pool.start()
  await logSays(home, /worker 1 is ready[^]*worker 2 is ready|worker 2 is ready[^]*worker 1 is ready/)
  assert.equal(pool.status().ready, 0, 'one success is not enough')
  clock.turn(5000)
  await started
  assert.equal(pool.status().ready, 2)
  const hanging = await pidOf()
  process.kill(hanging, 'SIGSTOP')
  const turned = (): void => clock.turn(1000)
  // The other one may be too slow for a clock that is turned so fast; it recovers.
  await until(async () => {
    turned()
    return pool.status().ready === 1 && /worker 1 is given no requests/.test(await home.logText())
  })
  const pids = await Promise.all(Array.from({ length: 20 }, pidOf))
  assert.equal(pids.includes(hanging), false)
  process.kill(hanging, 'SIGCONT')
  await until(() => {
    turned()
    return pool.status().ready === 2
  })
  assert.equal(pool.status().deaths, 0)
  assert.match(await home.logText(), /is given no requests: it did not answer[^]*is given requests: it answers/)
})

test('a deployment whose workers never pass their readiness probe does not start', async (t) => {
  const readiness = { ...settings, successThreshold: 2, failureThreshold: 1 }
  const script =
    'import os, signal, threading\ndef init(): threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGSTOP)).start()\ndef run(d): pass\n'
  const { pool, home, clock } = await openPool(t, { readiness }, script)
  const started = assert.rejects(pool.start(), { code: 'model-failed' })
  await logSays(home, /worker 1 is ready/)
  const pid = Number(/pid (\d+)/.exec(await home.logText())![1])
  await until(() => isStopped(pid))
  clock.turn(5000)
  clock.turn(2000)
  await started
  assert.match(await home.logText(), /worker 1 is given no requests: it did not answer/)
})

const slowStart = `import os, time\n${echoScript.replace('print(', "exec(\"while not os.path.exists(os.environ['EXECUTIONS'] + '.go'): time.sleep(0.01)\"); print(")}`
const none = { min: 0, max: 1, targetUtilization: 0.7, pollMs: 1000, idleMs: 3_600_000 }

test('the time of a request does not begin before the first worker is there', async (t) => {
  const times = { timeoutMs: 5000, maxQueueWaitMs: 500, startLimitMs: 60_000 }
  const { pool, home, clock, pidOf } = await openPool(t, { ...times, workers: 0, scale: none }, slowStart)
  pool.resume()
  const first = pidOf()
  await logSays(home, /worker 1 started/)
  clock.turn(30_000)
  assert.equal(pool.status().waiting, 1)
  await writeFile(join(home.folder, 'executions.go'), '')
  assert.equal(lives(await first), true)
})

test('a request waits for the first worker as long as that may take to start, and no longer', async (t) => {
  const times = { timeoutMs: 5000, startLimitMs: 60_000 }
  const { pool, home, clock } = await openPool(t, { ...times, workers: 0, scale: none }, slowStart)
  pool.resume()
  const answer = pool.submit(jsonRequest({}))
  await logSays(home, /worker 1 started/)
  clock.turn(60_000)
  const refused = await answer
  assert.equal(
    refused.kind === 'refused' && `${refused.error.status}: ${refused.error.message}`,
    '503: No worker of the deployment was ready within 60000 ms.',
  )
})

/** Linux's and macOS's `ps` call a stopped process T. */
function isStopped(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')
}
