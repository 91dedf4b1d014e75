import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { openSqlite } from '../../test/database.test-support.ts'
import type { Digest } from '../base/ids.ts'
import { batchModels, type BatchModels } from './batching.test-support.ts'
import type { DeployRequest } from './deploy-request.ts'
import { openServing } from './serving.test-support.ts'

let models: BatchModels
const endings: (() => void | Promise<void>)[] = []
before(async () => {
  models = await batchModels({ after: (ending) => void endings.push(ending as () => Promise<void>) })
})
after(async () => {
  for (const ending of endings) await ending()
})

interface Outcome {
  readonly status: number
  readonly double?: number
}

/** The numbers at which a worker dies in the middle of a batch, whatever the machine's speed. */
const deadly = (total: number) => Array.from({ length: total / 1000 }, (_, index) => 1000 * index + 250)

/** An endpoint whose model notes what it executes; `ask` says what a number came to and who answered. */
async function openCounting(t: TestContext, total: number, request: Partial<DeployRequest> = {}) {
  const lock = { digest: 'e'.repeat(64) as Digest, python: '3', platform: 'any', requirements: '', notes: [] }
  const lab = await openServing(t, await openSqlite(t), {
    environments: {
      lock: async () => lock,
      isBuilt: async () => true,
      build: async () => ({ digest: lock.digest, path: [], variables: {}, python: models.python }),
    },
  })
  const executions = join(lab.folder, 'executions')
  await writeFile(executions, '')
  const deploy = () =>
    lab.serving.deploy({
      endpoint: 'counted',
      model: { kind: 'local', path: join(models.folder, 'counted') },
      environmentVariables: { EXECUTIONS: executions, DEADLY: deadly(total).join(' '), WORKER_COUNT: '2' },
      batching: { enabled: true },
      ...request,
    })
  await deploy()
  const pids = new Set<number>()
  return {
    deploy,
    /** A worker that answered lately. */
    kill: () => {
      for (const pid of [...pids].slice(-1)) {
        pids.delete(pid)
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It was retired meanwhile.
        }
      }
    },
    ask: async (number: number): Promise<Outcome> => {
      const body = { dataframe_split: { columns: ['number'], data: [[number]] } }
      const { status, text } = await lab.ask('counted', body)
      if (status !== 200) return { status }
      const [answer] = (JSON.parse(text) as { predictions: { double: number; pid: number }[] }).predictions
      pids.add(answer!.pid)
      return { status, double: answer!.double }
    },
    /** How often each number was executed, and how many in the largest batch. */
    executions: async () => {
      const counts = new Map<number, number>()
      let largest = 0
      for (const line of (await readFile(executions, 'utf8')).split('\n').slice(0, -1)) {
        const numbers = line.split(' ').map(Number)
        largest = Math.max(largest, numbers.length)
        for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
      }
      return { counts, largest }
    },
  }
}

/** `connections` clients ask one number after the other until all are answered and `isOver` says so. */
async function load(
  ask: (number: number) => Promise<Outcome>,
  { total, connections, isOver }: { readonly total: number; readonly connections: number; isOver: () => boolean },
) {
  const answers: Outcome[][] = []
  let next = 0
  const client = async (): Promise<void> => {
    while (next < total || !isOver()) {
      const number = next++
      const outcome = await ask(number)
      ;(answers[number] ??= []).push(outcome)
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  return answers
}

test('20,000 requests over worker kills and rolling updates: each gets one answer, its own', async (t) => {
  const total = 20_000
  const lab = await openCounting(t, total)
  let isOver = false
  let done = 0
  const ask = async (number: number): Promise<Outcome> => {
    const outcome = await lab.ask(number)
    if (++done % 2000 === 1000) lab.kill()
    return outcome
  }
  const updates = (async () => {
    for (let update = 0; update < 3; update++) await lab.deploy()
    isOver = true
  })()
  const answers = await load(ask, { total, connections: 64, isOver: () => isOver })
  await updates
  assert.ok(answers.length >= total)
  for (const [number, got] of answers.entries()) {
    assert.equal(got.length, 1)
    // A request whose second worker is killed too is refused, and says so.
    if (got[0]!.status === 200) assert.equal(got[0]!.double, 2 * number)
    else assert.equal(got[0]!.status, 424)
  }
  const refused = answers.filter(([answer]) => answer!.status !== 200).length
  assert.ok(refused < 20, `${refused} were refused`)
  const { counts, largest } = await lab.executions()
  assert.ok(Math.max(...counts.values()) <= 2, 'executed at most twice')
  const answered = answers.flatMap(([answer], number) => (answer!.status === 200 ? [number] : []))
  assert.ok(answered.every((number) => counts.has(number)))
  assert.ok(
    deadly(total).every((number) => counts.get(number) === 2 || answers[number]![0]!.status !== 200),
    'those that lost their worker were executed again',
  )
  assert.ok(largest > 10, `batches of up to ${largest}`)
})

test('without a second execution those whose worker died are refused, and nothing runs twice', async (t) => {
  const total = 3000
  const lab = await openCounting(t, total, { request: { retryAfterDeath: false } })
  const answers = await load(lab.ask, { total, connections: 32, isOver: () => true })
  const { counts } = await lab.executions()
  assert.equal(Math.max(...counts.values()), 1)
  for (const number of deadly(total)) assert.equal(answers[number]![0]!.status, 424)
  for (const [number, [answer]] of answers.entries())
    if (answer!.status !== 424) assert.deepEqual(answer, { status: 200, double: 2 * number })
})
