import assert from 'node:assert/strict'
import { appendFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseTest } from '../../../test/database.test-support.ts'
import { SluiceError } from '../../base/errors.ts'
import { readEvents } from '../../events/event-log.ts'
import { answered, collecting, everything, openPayloadLab, type PayloadLab } from './payload-lab.test-support.ts'

const start = '2026-01-01T00:00:00.000Z'

databaseTest('what was asked and answered becomes rows of data assets, one per scored row', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const revision = collecting(everything)
  const two = {
    input_data: {
      columns: ['age', 'name'],
      data: [
        [48, 'Ann'],
        [51.5, null],
      ],
    },
  }
  lab.payloads.observe(answered(revision, 'first', { body: two, answer: { predictions: [0.5, 2] } }))
  lab.payloads.observe(answered(revision, 'second'))
  const windows = await lab.payloads.endWindows()
  assert.deepEqual(
    windows.map(({ collection, rows, requests, dropped, asset }) => [collection, rows, requests, dropped, asset]),
    [
      ['model_inputs', 3, 2, 0, { name: 'diabetes-blue-model_inputs', version: '1' }],
      ['model_outputs', 3, 2, 0, { name: 'diabetes-blue-model_outputs', version: '1' }],
      ['request', 2, 2, 0, { name: 'diabetes-blue-request', version: '1' }],
      ['response', 2, 2, 0, { name: 'diabetes-blue-response', version: '1' }],
    ],
  )
  assert.deepEqual(
    await lab.rows(
      { collection: 'model_inputs' },
      '_correlation_id, _request_id, _row, _time, _endpoint, _deployment, _revision, _model, _model_version, _job, age, name',
    ),
    [
      ['first_0', 'first', 0, '2026-01-01 00:00:00', 'diabetes', 'blue', 3, 'diabetes', '7', 'train_1', 48, 'Ann'],
      ['first_1', 'first', 1, '2026-01-01 00:00:00', 'diabetes', 'blue', 3, 'diabetes', '7', 'train_1', 51.5, null],
      ['second_0', 'second', 0, '2026-01-01 00:00:00', 'diabetes', 'blue', 3, 'diabetes', '7', 'train_1', 48, 'Ann'],
    ],
  )
  assert.deepEqual(await lab.rows({ collection: 'model_outputs' }, '_correlation_id, prediction'), [
    ['first_0', 0.5],
    ['first_1', 2],
    ['second_0', 0.5],
  ])
  assert.deepEqual(await lab.rows({ collection: 'response' }, 'status, duration_ms, body, error'), [
    [200, 1.5, '{"predictions":[0.5,2]}', null],
    [200, 1.5, '{"predictions":[0.5]}', null],
  ])
  assert.deepEqual(await lab.payloads.summaries({}), [
    ...['model_inputs', 'model_outputs', 'request', 'response'].map((collection, index) => ({
      ...{ endpoint: 'diabetes', deployment: 'blue', collection, windows: 1, rows: index < 2 ? 3 : 2, requests: 2 },
      ...{ dropped: 0, sizeBytes: windows[index]!.sizeBytes, firstMs: Date.parse(start) },
      ...{ lastMs: Date.parse(start) + 60_000, asset: { name: `diabetes-blue-${collection}`, version: '1' } },
    })),
  ])
  const [event] = await readEvents(database.read, { after: 0, limit: 100, subject: 'diabetes' })
  assert.deepEqual(event?.body, {
    ...{ deployment: 'blue', collection: 'model_inputs', window_start: start, rows: 3, dropped: 0 },
    ...{ asset: 'diabetes-blue-model_inputs', version: '1' },
  })
})

databaseTest('a window ends by itself, lies where Azure ML has it, and can be chosen by time', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const revision = collecting({ collections: { model_inputs: { enabled: true } }, rolling_rate: 'minute' })
  lab.payloads.observe(answered(revision, 'one'))
  lab.clock.turn(250)
  await until(async () => (await spooled(lab)).length === 1)
  lab.clock.turn(59_750)
  await until(async () => {
    // The window may have got its timer only now.
    lab.clock.turn(1)
    return (await lab.payloads.windows({})).length === 1
  })
  lab.payloads.observe(answered(revision, 'two'))
  await lab.payloads.endWindows()
  const windows = await lab.payloads.windows({})
  assert.deepEqual(
    windows.map(({ startMs, endMs }) => [new Date(startMs).toISOString(), endMs - startMs]),
    [
      [start, 60_000],
      ['2026-01-01T00:01:00.000Z', 60_000],
    ],
  )
  assert.match(
    windows[0]!.path!,
    /^azureml:\/\/datastores\/workspaceblobstore\/paths\/modelDataCollector\/diabetes\/blue\/model_inputs\/2026\/01\/01\/00\/\d+\.parquet$/,
  )
  const middle = Date.parse(start) + 60_000
  assert.deepEqual(await lab.rows({ toMs: middle }, '_request_id'), [['one']])
  assert.deepEqual(await lab.rows({ fromMs: middle, endpoint: 'diabetes', deployment: 'blue' }, '_request_id'), [
    ['two'],
  ])
  assert.deepEqual(await lab.payloads.files({ collection: 'request' }), [])
})

databaseTest('a request is found again while its window is open and when it is Parquet', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  lab.payloads.observe(answered(collecting(everything), 'wanted', { headers: () => ({ 'X-Unit': 'u1' }) }))
  lab.payloads.observe(answered(collecting(everything), 'other'))
  const open = await lab.payloads.findRequest('wanted')
  assert.deepEqual(open?.assets, [])
  await lab.payloads.endWindows()
  const stored = await lab.payloads.findRequest('wanted')
  assert.deepEqual({ ...stored, assets: [] }, open)
  assert.deepEqual(stored?.assets, [
    'azureml:diabetes-blue-model_inputs:1',
    'azureml:diabetes-blue-model_outputs:1',
    'azureml:diabetes-blue-request:1',
    'azureml:diabetes-blue-response:1',
  ])
  assert.deepEqual(
    [stored?.endpoint, stored?.deployment, stored?.revision, stored?.model, stored?.modelVersion, stored?.job],
    ['diabetes', 'blue', 3, 'diabetes', '7', 'train_1'],
  )
  assert.deepEqual(stored?.collections['model_inputs'], [{ age: 48, name: 'Ann' }])
  assert.deepEqual(stored?.collections['model_outputs'], [{ prediction: 0.5 }])
  assert.equal(await lab.payloads.findRequest('nobody'), undefined)
})

databaseTest('personal data are masked or left out before anything is written', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const revision = collecting({ ...everything, mask: ['name'], drop: ['age'] })
  lab.payloads.observe(answered(revision, 'table'))
  lab.payloads.observe(answered(revision, 'text', { body: { free: { text: 'Ann is 48' } } }))
  await lab.payloads.findRequest('table')
  const written = (await Promise.all((await spooled(lab)).map((file) => readFile(file, 'utf8')))).join('')
  assert.doesNotMatch(written, /Ann|48/)
  await lab.payloads.endWindows()
  const [row, ...more] = await lab.rows({ collection: 'model_inputs' }, "columns(c -> not starts_with(c, '_'))")
  assert.deepEqual(more, [])
  assert.match(String(row![0]), /^[0-9a-f]{16}$/)
  assert.deepEqual(row?.length, 1)
  assert.deepEqual(await lab.rows({ collection: 'request' }, 'body is null, size_bytes > 0'), [
    [false, true],
    [true, true],
  ])
})

databaseTest(
  'only the share and the headers that were asked for are collected, and refusals too',
  async (database, t) => {
    const numbers = [0.2, 0.8, 0.4]
    const lab = await openPayloadLab(database, t, { random: () => numbers.shift() ?? 0 })
    const revision = collecting({
      collections: {
        request: { enabled: true, data: 'azureml:asked:1' },
        response: {
          enabled: true,
          data: { name: 'said', path: 'azureml://datastores/workspaceblobstore/paths/kept/' },
        },
        model_inputs: { enabled: false },
      },
      sampling_rate: 0.5,
      request_logging: { capture_headers: ['X-Unit'] },
    })
    const headers = () => ({ 'X-Unit': 'u1', Host: 'here' })
    const error = new SluiceError('model-failed', 'It raised.')
    lab.payloads.observe(answered(revision, 'a', { headers }))
    lab.payloads.observe(answered(revision, 'b', { headers }))
    lab.payloads.observe({ ...answered(revision, 'c', { headers }), answer: { kind: 'refused', error } })
    const windows = await lab.payloads.endWindows()
    assert.deepEqual(
      windows.map(({ asset, path }) => [asset?.name, path?.split('/paths/')[1]?.split('/').slice(0, -5).join('/')]),
      [
        ['asked', 'modelDataCollector/diabetes/blue/request'],
        ['said', 'kept/diabetes/blue/response'],
      ],
    )
    assert.deepEqual(await lab.rows({ collection: 'request' }, '_request_id, headers'), [
      ['a', '{"x-unit":"u1"}'],
      ['c', '{"x-unit":"u1"}'],
    ])
    assert.deepEqual(await lab.rows({ collection: 'response' }, 'status, error'), [
      [200, null],
      [error.status, 'model-failed'],
    ])
  },
)

databaseTest('what cannot be collected is counted, in the files too', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const revision = collecting({ collections: { model_inputs: { enabled: true } } })
  lab.payloads.observe(answered(revision, 'huge', { body: { input_data: ['x'.repeat(3 << 20)] } }))
  lab.payloads.observe(answered(revision, 'odd', { body: { nested: { deep: 1 } } }))
  for (let count = 0; count < 20_001; count++) lab.payloads.observe(answered(revision, `r${count}`))
  const [counts] = lab.payloads.counts()
  assert.deepEqual([counts?.dropped, counts?.waiting], [3, 20_000])
  const [window] = await lab.payloads.endWindows()
  assert.deepEqual([window?.rows, window?.dropped], [19_999, 3])
  assert.deepEqual(lab.payloads.counts(), [
    { endpoint: 'diabetes', deployment: 'blue', collected: 20_000, dropped: 3, untabular: 1, waiting: 0 },
  ])
  lab.payloads.observe(answered(revision, 'huge', { body: { input_data: ['x'.repeat(3 << 20)] } }))
  const [drops] = await lab.payloads.endWindows()
  assert.deepEqual([drops?.rows, drops?.dropped, drops?.path, drops?.asset], [0, 1, undefined, undefined])
})

databaseTest('a killed server loses a torn line at most; the next one finishes its windows', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const revision = collecting({ collections: { model_inputs: { enabled: true } } })
  lab.payloads.observe(answered(revision, 'whole'))
  await lab.payloads.findRequest('whole')
  const [file] = await spooled(lab)
  await appendFile(file!, '{"id":"torn","t":1767225600000,"rev":3,"columns":["age"],"data":[[4')
  const payloads = lab.restart()
  payloads.observe(answered(revision, 'after'))
  await until(async () => (await payloads.windows({})).length === 1)
  await payloads.endWindows()
  assert.deepEqual(await lab.rows({}, '_request_id'), [['whole'], ['after']])
  assert.deepEqual(await spooled(lab), [])
})

databaseTest(
  'a kill between any two steps of finishing a window neither loses it nor stores it twice',
  async (database, t) => {
    let reached = Promise.withResolvers<void>()
    // What the killed server would have done next.
    const never = () => {
      reached.resolve()
      return new Promise<never>(() => undefined)
    }
    const lab = await openPayloadLab(database, t)
    const { place } = lab
    const revision = collecting({ collections: { model_inputs: { enabled: true } } })
    const stops: readonly Partial<typeof place>[] = [
      { tables: { session: never } },
      { content: { ...place.content, ingest: never } },
      { datastores: { ...place.datastores, open: never } },
      // After the transaction: stored, but the file is still there.
      {
        database: {
          ...place.database,
          read: place.database.read,
          write: (work) => place.database.write(work).then(never),
        },
      },
    ]
    for (const [index, stop] of stops.entries()) {
      const stopped = lab.restart(stop)
      stopped.observe(answered(revision, `request-${index}`))
      void stopped.endWindows()
      await reached.promise
      reached = Promise.withResolvers()
      const next = lab.restart()
      await until(async () => (await spooled(lab)).length === 0 && (await next.windows({})).length === index + 1)
    }
    assert.deepEqual((await lab.rows({}, '_request_id')).flat(), ['request-0', 'request-1', 'request-2', 'request-3'])
    assert.deepEqual(
      (await lab.payloads.windows({})).map(({ asset }) => asset?.version),
      ['1', '2', '3', '4'],
    )
    assert.deepEqual(lab.warnings, [])
  },
)

databaseTest('windows are removed when their time is over, file and version and all', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const kept = collecting(
    { collections: { model_inputs: { enabled: true } }, rolling_rate: 'day' },
    { deployment: 'kept' },
  )
  const brief = collecting({ collections: { model_inputs: { enabled: true } }, rolling_rate: 'day', retention_days: 2 })
  lab.payloads.observe(answered(kept, 'kept'))
  lab.payloads.observe(answered(brief, 'brief'))
  await lab.payloads.endWindows()
  const { path } = (await lab.payloads.windows({ deployment: 'blue' }))[0]!
  const day = 86_400_000
  lab.clock.turn(2 * day)
  assert.equal((await lab.payloads.windows({})).length, 2, 'two days after the end of the window, not of the request')
  lab.clock.turn(day)
  lab.restart()
  await until(async () => (await lab.payloads.windows({})).length === 1)
  assert.deepEqual(await lab.payloads.files({}), await lab.payloads.files({ deployment: 'kept' }))
  const store = await lab.place.datastores.open('workspaceblobstore')
  assert.deepEqual(await store.list(path!.split('/paths/')[1]!), [])
  await assert.rejects(
    lab.place.assets.delete({ kind: 'data', name: 'diabetes-blue-model_inputs' }, { version: '1' }),
    {
      code: 'not-found',
    },
  )
})

databaseTest('payloads that cannot be stored are told of and stay for the next time', async (database, t) => {
  const lab = await openPayloadLab(database, t)
  const { payloads } = lab
  const broken = lab.restart({
    tables: { session: () => Promise.reject(new SluiceError('limit-exceeded', 'Too large.')) },
  })
  broken.observe(answered(collecting(everything), 'one'))
  assert.deepEqual(await broken.endWindows(), [])
  assert.match(lab.warnings.join('\n'), /could not be stored: Too large\./)
  assert.equal((await spooled(lab)).length, 4)
  await payloads.close()
  lab.restart()
  await until(async () => (await lab.payloads.windows({})).length === 4)
})

/** Files of windows that are not finished. */
async function spooled(lab: PayloadLab): Promise<readonly string[]> {
  const folder = join(lab.place.folder, 'windows')
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}
