import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { mlflowClients, pythonEnvironment, tritonClient } from '../../python-environments.mjs'
import { send, startServer, type Server } from '../server.ts'

const run = promisify(execFile)

interface Sample {
  readonly columns: readonly string[]
  readonly data: readonly (readonly number[])[]
  readonly predictions: readonly number[]
}

const collector = `
request_settings: {request_timeout_ms: 90000}
data_collector:
  collections:
    model_inputs: {enabled: 'True'}
    model_outputs: {enabled: 'True'}
`

/** The endpoints diabetes (a registered model), greet (columns of several types) and double (an array). */
async function serveModels(t: TestContext, options: readonly string[] = []): Promise<[server: Server, sample: Sample]> {
  const server = await startServer(t, options)
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const environment = { env: { ...process.env, PYTHONUTF8: '1' }, timeout: 300_000 }
  const train = join(import.meta.dirname, '../train_and_register.py')
  const { stdout } = await run(python, [train, server.url()], environment)
  const folder = join(server.data, 'models')
  await mkdir(folder)
  await run(python, [join(import.meta.dirname, 'save_models.py'), folder], environment)
  const folders = ['greet', 'double'].map((name) => [name, `{path: ./${name}, type: mlflow_model}`])
  for (const [name, model] of [...folders, ['diabetes', 'azureml:diabetes:1']]) {
    const file = join(folder, `${name}.yml`)
    await writeFile(file, `name: default\nendpoint_name: ${name}\nmodel: ${model}\n${collector}`)
    const { status, body } = await server.post(`/api/v1/endpoints/${name}/deploy`, { file })
    assert.equal(status, 200, JSON.stringify(body))
  }
  return [server, JSON.parse(stdout.trim().split('\n').at(-1)!) as Sample]
}

/** The rows that were collected of an endpoint, ordered by what they say. */
async function collected(server: Server, endpoint: string, collection: string): Promise<readonly unknown[]> {
  assert.equal((await server.post('/api/v1/payloads/end-windows', {})).status, 200)
  const { body } = await server.get(`/api/v1/payloads/rows?endpoint=${endpoint}&collection=${collection}&limit=1000`)
  return ordered((body as { items: readonly { values: object }[] }).items.map(({ values }) => values))
}

function ordered(rows: readonly object[]): readonly object[] {
  return rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

/** The rows of a sample as columns. */
function rowsOf({ columns, data }: Sample): readonly object[] {
  return data.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at]])))
}

async function askWith(script: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const python = await pythonEnvironment(tritonClient)
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], { timeout: 120_000 })
  return JSON.parse(stdout) as Record<string, unknown>
}

test('tritonclient asks over HTTP: base path in the URL, flat and binary tensors, requested outputs', async (t) => {
  const [server, sample] = await serveModels(t)
  const answers = await askWith('ask_http.py', [new URL(server.url()).host, JSON.stringify(sample)])
  for (const what of ['live', 'ready', 'model ready']) assert.equal(answers[what], true, what)
  assert.partialDeepStrictEqual(answers['server'], {
    name: 'sluiceworks',
    extensions: ['binary_tensor_data', 'model_repository'],
  })
  const model = {
    name: 'diabetes',
    versions: ['1'],
    platform: 'mlflow_sklearn',
    inputs: sample.columns.map((name) => ({
      ...{ name, datatype: 'FP64', shape: [-1], parameters: { content_type: 'np' } },
    })),
    outputs: [{ name: 'output-0', datatype: 'FP64', shape: [-1] }],
    parameters: { content_type: 'pd' },
  }
  assert.deepEqual(answers['model'], model)
  assert.deepEqual(answers['model of a version'], model)
  for (const binary of ['True', 'False']) {
    assert.deepEqual(answers[`predictions, binary ${binary}`], sample.predictions)
    assert.partialDeepStrictEqual(answers[`response, binary ${binary}`], {
      ...{ model_name: 'diabetes', model_version: '1', id: 'r-1' },
      outputs: [{ name: 'output-0', datatype: 'FP64', shape: [2] }],
    })
    const greetings = { greeting: ['Hello Ada', 'Hello Łukasz'], is_big: [false, true], half: false }
    assert.deepEqual(answers[`greet, binary ${binary}`], greetings)
    const doubled = [
      [
        [0, 2],
        [4, 6],
      ],
      [
        [8, 10],
        [12, 14],
      ],
    ]
    assert.deepEqual(answers[`double, binary ${binary}`], ['float32', doubled])
  }
  assert.deepEqual(answers['index'], [{ name: 'diabetes', version: '1', state: 'READY', reason: '' }])
  assert.match(String(answers['unload']), /^501,"diabetes" stays loaded as long as it is deployed/)
  assert.deepEqual(answers['statistics'], ['404', 'There is no GET /v2/models/diabetes/stats here.'])
  assert.deepEqual(answers['no such model'], [
    '404',
    'The endpoint "diabetes" serves no model "nothing". It answers to: diabetes, diabetes (version 1), default.',
  ])
  const [status, message] = answers['another shape'] as [string, string]
  assert.equal(status, '400')
  assert.match(message, /^Shape of input \(3,\) does not match expected shape \(-1, 2, 2\)\./)

  await t.test('what was asked and answered is collected as the tables that JSON would have been', async () => {
    const twice = (rows: readonly object[]) => ordered([...rows, ...rows])
    assert.deepEqual(await collected(server, 'diabetes', 'model_inputs'), twice(rowsOf(sample)))
    const predictions = sample.predictions.map((prediction) => ({ prediction }))
    assert.deepEqual(await collected(server, 'diabetes', 'model_outputs'), twice(predictions))
    const asked = [
      { name: 'Ada', count: '3' },
      { name: 'Łukasz', count: '9007199254740993' },
    ]
    assert.deepEqual(await collected(server, 'greet', 'model_inputs'), twice(asked))
    const greetings = [
      { is_big: false, greeting: 'Hello Ada' },
      { is_big: true, greeting: 'Hello Łukasz' },
    ]
    assert.deepEqual(await collected(server, 'greet', 'model_outputs'), twice(greetings))
    const arrays = [{ input: '[[0,1],[2,3]]' }, { input: '[[4,5],[6,7]]' }]
    assert.deepEqual(await collected(server, 'double', 'model_inputs'), twice(twice(arrays)))
  })

  const skip = browserPath === undefined && 'no Chromium'
  await t.test('the page asks every path with an example of its own', { skip }, async () => {
    const answers = await askThroughPage(t, `${server.url()}/endpoints/diabetes`)
    assert.deepEqual(answers, ['input_data', '200', 'dataframe_split', '200', 'inputs', '200'])
  })
  await t.test('nested data is what flat data is, and wrong forms are refused', async () => {
    const infer = async (input: object, rest: object = {}) => {
      const { status: code, body } = await send(`${server.url()}/endpoints/double/v2/models/double/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2, 2], ...input }], ...rest }),
      })
      return code === 200 ? (body as { outputs: unknown[] }).outputs[0] : [code, (body as { error: string }).error]
    }
    const doubled = { name: 'output-0', datatype: 'FP32', shape: [1, 2, 2], data: [2, 4, 6, 8] }
    assert.deepEqual(
      await infer({
        data: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      }),
      doubled,
    )
    assert.deepEqual(await infer({ data: [1, 2, 3, 4] }), doubled)
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ data: [1, 2, 3] }, /has 3 elements; its shape \[1, 2, 2\] has 4/],
      [{ data: [[1, 2, 3, 4]] }, /nested "data" of the tensor "x" does not have its shape/],
      [{ data: [1, 2, 3, 'four'] }, /Element 3 of the tensor "x" is "four", not FP32: a number/],
      [{ datatype: 'FLOAT', data: [1, 2, 3, 4] }, /datatype of the tensor "x" is "FLOAT"; the datatypes are BOOL/],
      [{ datatype: 'FP64', data: [1, 2, 3, 4] }, /dtype of input float64 does not match expected dtype float32/],
      [{ shape: [-1, 2, 2], data: [1, 2, 3, 4] }, /shape of the tensor "x" must be an array of whole numbers/],
    ]
    for (const [input, reason] of refused) {
      const [code, message] = (await infer(input)) as [number, string]
      assert.equal(code, 400, JSON.stringify(input))
      assert.match(message, reason)
    }
    const unknown = (await infer({ data: [1, 2, 3, 4] }, { outputs: [{ name: 'nope' }] })) as [number, string]
    assert.deepEqual(unknown, [400, 'There is no output nope; the outputs are output-0.'])
  })
})

/** A browser, where this machine has one. */
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Asks through the page: the first row's `bmi` is typed into its field, and every path is sent its own example. */
async function askThroughPage(t: TestContext, address: string): Promise<readonly string[]> {
  const browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  const page = await browser.newPage()
  page.setDefaultTimeout(120_000)
  const failures: string[] = []
  page.on('pageerror', (error) => failures.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()))
  await page.goto(`${address}/docs`)
  await page.getByRole('heading', { name: 'diabetes' }).waitFor()
  await page.getByLabel('bmi', { exact: true }).fill('0.05')
  const answers: string[] = []
  for (const path of ['0', '1', '2']) {
    await page.getByLabel('Path').selectOption(path)
    const body = JSON.parse(await page.getByLabel('Body').inputValue()) as object
    answers.push(Object.keys(body)[0]!)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('#answer', { hasText: ' ms' }).waitFor()
    answers.push((await page.locator('#answer').textContent())!.split(' in ')[0]!)
  }
  assert.deepEqual(failures, [])
  return answers
}

test('tritonclient asks over gRPC: raw and typed contents, the endpoint by the name of the model, its key', async (t) => {
  const [server, sample] = await serveModels(t, ['--grpc-port', '0'])
  const { grpc_port: port } = JSON.parse(await readFile(join(server.data, 'server.json'), 'utf8')) as {
    grpc_port: number
  }
  const file = join(server.data, 'endpoint.yml')
  await writeFile(file, 'name: double\nauth_mode: key\n')
  assert.equal((await server.post('/api/v1/endpoints/double/deploy', { file })).status, 200)
  const { body: keys } = await server.get('/api/v1/endpoints/double/credentials')
  const key = (keys as { primary_key: string }).primary_key
  const answers = await askWith('ask_grpc.py', [`127.0.0.1:${port}`, JSON.stringify(sample), key])
  for (const what of ['live', 'ready', 'model ready']) assert.equal(answers[what], true, what)
  assert.partialDeepStrictEqual(answers['server'], { name: 'sluiceworks' })
  assert.deepEqual(answers['model'], {
    ...{ name: 'diabetes', versions: ['1'], platform: 'mlflow_sklearn' },
    inputs: sample.columns.map((name) => ({ name, datatype: 'FP64', shape: ['-1'] })),
    outputs: [{ name: 'output-0', datatype: 'FP64', shape: ['-1'] }],
  })
  assert.deepEqual(answers['index'], ['diabetes 1 READY', 'greet  READY'], 'one wants its key')
  assert.deepEqual(answers['predictions'], sample.predictions)
  assert.partialDeepStrictEqual(answers['response'], {
    ...{ model_name: 'diabetes', model_version: '1', id: 'r-1' },
    outputs: [{ name: 'output-0', datatype: 'FP64', shape: ['2'] }],
  })
  assert.deepEqual(answers['greet'], { greeting: ['Hello Ada', 'Hello Łukasz'], is_big: [false, true], half: false })
  assert.deepEqual(answers['double'], [
    'float32',
    [
      [
        [0, 2],
        [4, 6],
      ],
    ],
  ])
  const [first, second, refused, last] = answers['stream'] as unknown[]
  assert.deepEqual(
    [first, second, last],
    [
      ['s-1', [0, 2, 4, 6]],
      ['s-2', [0, 4, 8, 12]],
      ['s-last', [0, 2, 4, 6]],
    ],
  )
  assert.match(String(refused), /^Shape of input \(3,\) does not match/)
  assert.deepEqual(answers['typed'], { greeting: ["b'Hello Ada'"], half: ['4503599627370496.0'], is_big: ['True'] })
  assert.equal(answers['typed raw'], 0)
  assert.deepEqual(await collected(server, 'diabetes', 'model_inputs'), ordered(rowsOf(sample)))
  assert.deepEqual(await collected(server, 'greet', 'model_outputs'), [
    { is_big: false, greeting: 'Hello Ada', half: null },
    { is_big: true, greeting: 'Hello Ada', half: 4503599627370496 },
    { is_big: true, greeting: 'Hello Łukasz', half: null },
  ])
  const expected = {
    'no such model': ['StatusCode.NOT_FOUND', /There is no endpoint "nothing"/],
    'no key': ['StatusCode.UNAUTHENTICATED', /needs a key/],
    'another shape': ['StatusCode.INVALID_ARGUMENT', /^Shape of input \(3,\)/],
    'too few': ['StatusCode.INVALID_ARGUMENT', /has 0 elements in int64_contents; its shape has 2/],
  } as const
  for (const [what, [code, message]] of Object.entries(expected)) {
    const [status, text] = answers[what] as [string, string]
    assert.equal(status, code, what)
    assert.match(text, message)
  }
})
