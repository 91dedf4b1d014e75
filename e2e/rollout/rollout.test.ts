import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startServer, type Server } from '../serving/server.ts'
import { makeLines, until } from './lines-endpoint.ts'

/** Read as text: tests of the whole program import nothing of it. */
const crashPoints = [
  ...readFileSync(join(import.meta.dirname, '../../src/serving/rollout/crash-points.ts'), 'utf8').matchAll(
    /^ {2}'(.+)':/gm,
  ),
].map(([, name]) => name!)

const rollouts = '/api/v1/endpoints/lines/rollout'

test('there are crash points to try', () => {
  assert.ok(crashPoints.length >= 3, crashPoints.join(' '))
})

for (const crashAt of crashPoints) {
  test(`a rollout survives kill -9 at ${crashAt}`, async (t) => {
    const server = await startServer(t)
    const lines = await makeLines(server)
    await server.kill()
    await server.start({ SLUICE_CRASH_AT: crashAt })
    const asked = { file: await lines.file('green'), steps: [50, 100], hold: 0.2 }
    // The server may die before it answers, and every next one at the same point, until there is none left to pass.
    await server.post(rollouts, asked).catch(() => undefined)
    await server.ended()
    let deaths = 1
    while (await diesAgain(server, crashAt)) deaths++
    t.diagnostic(`${deaths} deaths`)
    await server.kill()
    await server.start()
    const load = lines.load(2)
    await until(async () => (await lines.rollout()).ended_at !== undefined)
    const { answered, wrong } = await load.stop()
    assert.deepEqual(wrong, [])
    assert.ok(answered > 0)
    const { status, reason } = await lines.rollout()
    assert.deepEqual([status, await lines.traffic()], ['promoted', { green: 100 }], reason)
    const back = await server.post('/api/v1/endpoints/lines/rollback', {})
    assert.equal(back.status, 200, JSON.stringify(back.body))
    assert.deepEqual(await lines.traffic(), { blue: 100 })
  })
}

test('no request fails while deployments are updated, rolled out and back, and workers are killed', async (t) => {
  const server = await startServer(t)
  const lines = await makeLines(server)
  const load = lines.load(8)
  const green = await lines.file('green')
  const changes = [
    () =>
      server.post(rollouts, { file: green, steps: [50, 100], hold: 0.3, abort_on: ['error-rate>0%'], min_requests: 5 }),
    () => kill(server),
    () => server.post('/api/v1/endpoints/lines/rollback', {}),
    () => server.post(rollouts, { to: 'green', steps: [100], hold: 0 }),
    () => kill(server),
    () => server.patch('/api/v1/endpoints/lines/deployments/blue', { set: { instance_count: '1' } }),
    () => server.post('/api/v1/endpoints/lines/rollback', {}),
    () => server.patch('/api/v1/endpoints/lines', { traffic: { blue: 30, green: 70 } }),
  ]
  // Sequential: one change after the other, under load.
  for (const change of changes) {
    const { status, body } = await change()
    assert.ok(status < 300, JSON.stringify(body))
    await until(async () => {
      const { body: shown } = await server.get(rollouts)
      return (shown as { ended_at?: string }).ended_at !== undefined
    })
    await pause(100)
  }
  await until(async () => load.answered() > 500)
  assert.deepEqual((await load.stop()).wrong, [])
})

test('a candidate that fails is rolled back by itself, and the others answer on', async (t) => {
  const server = await startServer(t)
  const lines = await makeLines(server)
  const file = await lines.file('green')
  await writeFile(join(server.data, 'code/bad.py'), 'def init(): pass\ndef run(raw): raise ValueError(raw)\n')
  const set = { 'code_configuration.scoring_script': 'bad.py' }
  const made = await server.post('/api/v1/endpoints/lines/deployments', { file, set })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const load = lines.load(4)
  const asked = { to: 'green', steps: [30, 100], hold: 60, abort_on: ['error-rate>5%'], min_requests: 5 }
  assert.equal((await server.post(rollouts, asked)).status, 201)
  await until(async () => (await lines.rollout()).ended_at !== undefined)
  const { answered, wrong } = await load.stop()
  const { status, reason } = await lines.rollout()
  assert.deepEqual([status, await lines.traffic()], ['rolled-back', { blue: 100 }])
  assert.match(reason!, /^error rate 100\.0 %: \d+ of \d+ requests failed \(error-rate>5%\)$/)
  assert.ok(answered > 0 && wrong.every((text) => text.startsWith('424 ')), wrong[0])
})

/** Starts a server that dies at the point; false when the rollout ends under it. */
async function diesAgain(server: Server, crashAt: string): Promise<boolean> {
  try {
    await server.start({ SLUICE_CRASH_AT: crashAt })
    for (;;) {
      const { body } = await server.get(rollouts)
      if ((body as { ended_at?: string }).ended_at !== undefined) return false
      await pause(20)
    }
  } catch {
    await server.ended()
    return true
  }
}

/** kill -9 of one worker of the server. */
async function kill(server: Server): Promise<{ readonly status: number; readonly body: unknown }> {
  const text = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  const pids = text
    .split('\n')
    .filter((line) => line.includes('sluiceworks.scoring_host'))
    .map((line) => Number(line.trim().split(' ')[0]))
    .filter((pid) => folderOf(pid).startsWith(server.data))
  assert.ok(pids.some(isKilled), 'no worker lives')
  return { status: 200, body: {} }
}

/** False when it has ended by itself: of a deployment that was replaced some are on their way out. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

function folderOf(pid: number): string {
  try {
    return execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' })
  } catch {
    return '' // It has ended meanwhile.
  }
}
