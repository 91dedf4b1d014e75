import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { batchModels, type BatchModels } from './batching.test-support.ts'
import { openDeploymentLog } from './deployment-log.ts'
import { poolSettings, realClock, temporaryFolder } from './serving.test-support.ts'
import { WorkerPool, type PoolAnswer } from './worker-pool.ts'
import { startWorker, type NumberedAnswer, type ScoringRequest, type Worker, type WorkerCommand } from './worker.ts'

let models: BatchModels
const endings: (() => void | Promise<void>)[] = []
before(async () => {
  models = await batchModels({ after: (ending) => void endings.push(ending as () => Promise<void>) })
})
after(async () => {
  for (const ending of endings) await ending()
})

const json = (body: unknown): ScoringRequest => ({
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(body)),
})

type Told = (answers: readonly NumberedAnswer[], rows: readonly number[]) => void

/** Workers are shared by the tests that want the same: each takes seconds to import mlflow. */
const workers = new Map<string, Promise<{ readonly worker: Worker; told: Told }>>()

async function openWorker(command: WorkerCommand) {
  const log = openDeploymentLog(join(models.folder, `log-${workers.size}.txt`))
  const ready = Promise.withResolvers<unknown>()
  const ended = Promise.withResolvers<void>()
  const open = {
    worker: startWorker(
      command,
      {
        alive: () => assert.fail('nobody asked'),
        ready: ready.resolve,
        answered: (answers, rows) => open.told(answers, rows),
        ended: ({ reason }) => {
          ready.reject(new Error(reason))
          ended.resolve()
        },
      },
      { clock: realClock, logDescriptor: log.descriptor },
    ),
    told: (() => undefined) as Told,
  }
  endings.unshift(async () => {
    open.worker.close(2000)
    await ended.promise
    log.close()
  })
  await ready.promise
  return open
}

/** Sends all of it as one batch; every answer in the order of the requests, and the rows of each predict. */
async function askTogether(command: WorkerCommand, requests: readonly ScoringRequest[]) {
  const key = JSON.stringify(command)
  const opening = workers.get(key) ?? openWorker(command)
  workers.set(key, opening)
  const open = await opening
  const answers: NumberedAnswer[] = []
  const predicted: number[] = []
  await new Promise<void>((resolve) => {
    open.told = (arrived, rows) => {
      answers.push(...arrived)
      predicted.push(...rows)
      if (answers.length >= requests.length) resolve()
    }
    open.worker.score(requests.map((request, id) => ({ id, request })))
  })
  assert.deepEqual(
    answers.map(({ id }) => id).sort((one, other) => one - other),
    requests.map((_, id) => id),
    'one answer each',
  )
  const byId = new Map(answers.map(({ id, answer }) => [id, answer]))
  const texts = requests.map((_, id) => {
    const answer = byId.get(id)!
    return answer.outcome === 'answered' ? answer.body.toString() : `${answer.outcome}: ${answer.message}`
  })
  return { texts, predicted }
}

const columns = ['a', 'b', 'c']
const split = (data: unknown, names: readonly string[] = columns): ScoringRequest =>
  json({ dataframe_split: { columns: names, data } })

test('rows of several requests are predicted together, no more than allowed, and each caller gets its own', async () => {
  const requests = Array.from({ length: 30 }, (_, n) => split(Array.from({ length: 3 }, (_, k) => [n, k, n - k])))
  const { texts, predicted } = await askTogether(await models.command('tree', { maxRows: 10 }), requests)
  assert.deepEqual(predicted, Array(10).fill(9), 'three requests of three rows each time')
  const alone = await askTogether(await models.command('tree', { enabled: false, maxRows: 10 }), requests)
  assert.deepEqual(alone.predicted, Array(30).fill(3))
  assert.deepEqual(texts, alone.texts)
})

test('a request that brings more rows than a batch may have is predicted whole, alone', async () => {
  const large = split(Array.from({ length: 50 }, (_, n) => [n, 0, 0]))
  const { texts, predicted } = await askTogether(await models.command('tree', { maxRows: 10 }), [
    split([[1, 2, 3]]),
    large,
    split([[1, 2, 3]]),
  ])
  assert.deepEqual(predicted, [1, 50, 1])
  assert.equal(texts[0], texts[2])
  assert.equal((JSON.parse(texts[1]!) as { predictions: number[] }).predictions.length, 50)
})

test('a bad request among good ones fails alone', async () => {
  const good = split([[1, 2, 3]])
  const { texts, predicted } = await askTogether(await models.command('tree', { maxRows: 10 }), [
    good,
    split([['x', 2, 3]]),
    json({}),
    split([[1, 2]], ['a', 'b']),
    { contentType: 'application/json', body: Buffer.from('{') },
    good,
  ])
  assert.deepEqual(predicted, [2])
  assert.equal(texts[0], texts[5])
  assert.match(texts[0]!, /^\{"predictions": \[/)
  for (const at of [1, 2, 3, 4]) assert.match(texts[at]!, /^rejected: /)
})

test('a class of the user is asked one by one, unless the deployment says that rows may be joined', async () => {
  const executions = join(models.folder, 'executions')
  const environment = { EXECUTIONS: executions }
  const requests = [1, 2, 3].map((number) => split([[number]], ['number']))
  const ask = async (enabled?: boolean) => {
    writeFileSync(executions, '')
    const batching = { maxRows: 256, ...(enabled !== undefined && { enabled }) }
    const { texts } = await askTogether(await models.command('counted', batching, environment), requests)
    const doubles = texts.map((text) => (JSON.parse(text) as { predictions: { double: number }[] }).predictions)
    assert.deepEqual(
      doubles.map(([first, ...more]) => [first!.double, more.length]),
      [1, 2, 3].map((number) => [2 * number, 0]),
    )
    return readFile(executions, 'utf8')
  }
  assert.equal(await ask(), '1\n2\n3\n')
  assert.equal(await ask(true), '1 2 3\n')
})

test('a model that does not give one result per row is found out, and everybody gets the right answer', async () => {
  const requests = [1, 2, 3].map((number) => split([[number], [number]], ['number']))
  const command = await models.command('summed', { enabled: true, maxRows: 256 })
  const { texts } = await askTogether(command, requests)
  assert.deepEqual(
    texts,
    [2, 4, 6].map((sum) => `{"predictions": [${sum}.0]}`),
  )
})

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('x', null, true, 1e308) },
)
const row = fc.oneof(
  { weight: 20, arbitrary: fc.array(value, { minLength: 3, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 4 }) },
)
const rows = fc.array(row, { minLength: 0, maxLength: 6 })
const named = (data: readonly unknown[][]): object[] =>
  data.map((each) => Object.fromEntries(columns.map((name, at) => [name, each[at] ?? 0])))
const request = fc.oneof(
  { weight: 4, arbitrary: rows.map((data) => split(data)) },
  { weight: 1, arbitrary: rows.map((data) => split(data, ['c', 'b', 'a'])) },
  { weight: 2, arbitrary: rows.map((data) => json({ dataframe_records: named(data) })) },
  { weight: 2, arbitrary: rows.map((input_data) => json({ input_data })) },
  { weight: 1, arbitrary: rows.map((data) => json({ inputs: named(data) })) },
  {
    weight: 1,
    arbitrary: rows.map((data) => ({
      contentType: 'text/csv',
      body: Buffer.from(['a,b,c', ...data.map((each) => each.join(','))].join('\n')),
    })),
  },
  { weight: 1, arbitrary: fc.json().map((text) => ({ contentType: 'application/json', body: Buffer.from(text) })) },
)

test('whatever is asked, with batching and without it the answers are the same', async (t) => {
  const open = async (enabled: boolean) => {
    const log = openDeploymentLog(join(await temporaryFolder(t), 'log.txt'))
    const command = await models.command('tree', { enabled, maxRows: 16 })
    const pool = new WorkerPool(
      { ...poolSettings, maxWaiting: 1000, maxBatchRows: 16 },
      { clock: realClock, log, command: async () => command },
    )
    t.after(async () => {
      await pool.close()
      log.close()
    })
    await pool.start()
    return pool
  }
  const [joining, alone] = [await open(true), await open(false)]
  const said = (answer: PoolAnswer): string =>
    answer.kind === 'answered' ? answer.body.toString() : `${answer.error.status} ${answer.error.message}`
  const property = fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
    const ask = async (pool: WorkerPool): Promise<readonly string[]> =>
      (await Promise.all(requests.map((each) => pool.submit(each)))).map(said)
    assert.deepEqual(await ask(joining), await ask(alone))
  })
  await fc.assert(property, { numRuns: 40 })
})
