import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { nodePackages } from '../../node-packages.mjs'
import { onnxTools, pythonEnvironment } from '../../python-environments.mjs'
import { send, startServer } from '../server.ts'

const run = promisify(execFile)

interface Sample {
  readonly rows: readonly (readonly number[])[]
  readonly predictions: readonly number[]
}

/** What Python answered, mlflow's own code asking the graph. */
const byPython = new Map<string, unknown>()

for (const where of ['a Python worker', 'the server itself'] as const) {
  test(`ONNX files run by ${where}, and models of the onnx flavor, answer in every form`, async (t) => {
    const variables = where === 'the server itself' ? { NODE_PATH: await nodePackages(['onnxruntime-node@1']) } : {}
    const server = await startServer(t, [], variables)
    const folder = join(server.data, 'models')
    await mkdir(folder)
    const python = await pythonEnvironment(onnxTools)
    const { stdout } = await run(python, [join(import.meta.dirname, 'save_models.py'), folder], { timeout: 300_000 })
    const { rows, predictions } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Sample
    const deploy = async (name: string, text: string): Promise<void> => {
      const file = join(folder, `${name}.yml`)
      await writeFile(
        file,
        `name: blue\nendpoint_name: ${name}\nrequest_settings: {request_timeout_ms: 90000}\n${text}\n`,
      )
      const { status, body } = await server.post(`/api/v1/endpoints/${name}/deploy`, { file })
      assert.equal(status, 200, JSON.stringify(body))
    }
    const models = { regression: ['regression.onnx', 'custom_model'], named: ['named.onnx', 'custom_model'] } as const
    for (const [name, [path, type]] of Object.entries({ ...models, logged: ['logged', 'mlflow_model'] as const })) {
      await deploy(name, `model: {path: ./${path}, type: ${type}}`)
    }
    const { body: log } = await server.get('/api/v1/endpoints/regression/deployments/blue/log')
    assert.equal(
      JSON.stringify(log).includes('a thread of the server'),
      where === 'the server itself',
      JSON.stringify(log),
    )
    const ask = (path: string, body: unknown, type = 'application/json') =>
      send(`${server.url()}/endpoints/${path}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    const isNear = (given: unknown, what: string): void => {
      const values = (given as readonly (number | readonly number[])[]).flat()
      assert.equal(values.length, predictions.length, what)
      // The graph computes in single precision.
      values.forEach((value, at) => assert.ok(Math.abs(Number(value) - predictions[at]!) < 1e-3, `${what}: ${value}`))
    }

    await t.test('a matrix comes as rows, as columns in order, as CSV, as a tensor', async () => {
      const columns = ['age', 'sex', 'bmi']
      const csv = [columns.join(','), ...rows.map((row) => row.join(','))].join('\n')
      const bodies = [
        { inputs: rows },
        { instances: rows },
        { inputs: { X: rows } },
        { dataframe_split: { columns, data: rows } },
        { dataframe_records: rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))) },
        csv,
      ]
      for (const body of bodies) {
        const reply = await ask('regression/invocations', body, typeof body === 'string' ? 'text/csv' : undefined)
        assert.equal(reply.status, 200, JSON.stringify([body, reply.body]))
        isNear((reply.body as { predictions: unknown }).predictions, JSON.stringify(body))
      }
      isNear((await ask('regression/score', { input_data: rows })).body, 'input_data')
      const X = { name: 'X', datatype: 'FP32', shape: [2, 3], data: rows }
      const inferred = await ask('regression/v2/models/regression/infer', { inputs: [X] })
      const [output] = (inferred.body as { outputs: readonly { name: string; shape: unknown; data: unknown }[] })
        .outputs
      assert.deepEqual([output!.name, output!.shape], ['variable', [2, 1]])
      isNear(output!.data, 'infer')
      isNear(
        ((await ask('logged/invocations', { inputs: rows })).body as { predictions: { variable: unknown } }).predictions
          .variable,
        'logged',
      )
    })
    await t.test("models of MLflow's onnx flavor answer as MLflow does, whoever runs them", async () => {
      await deploy('pair', 'model: {path: ./pair, type: mlflow_model}')
      const { body: told } = await server.get('/api/v1/endpoints/pair/deployments/blue/log')
      assert.equal(JSON.stringify(told).includes('a thread of the server'), where === 'the server itself')
      for (const [name, path, body] of mlflowBodies(rows)) {
        const { status, body: given } = await ask(`${name}/${path}`, body)
        const what = JSON.stringify([name, path, body])
        const answer = { status, ...(status === 200 && { body: rounded(given) }) }
        if (where === 'a Python worker') byPython.set(what, answer)
        else assert.deepEqual(answer, byPython.get(what), `${what}: ${JSON.stringify(given)}`)
      }
      for (const name of ['logged', 'pair']) {
        const { body: described } = await server.get(`/endpoints/${name}/v2/models/blue`)
        if (where === 'a Python worker') byPython.set(name, described)
        else assert.deepEqual(described, byPython.get(name))
      }
    })
    await t.test('a graph that the server cannot hold against its signature is for Python', async () => {
      await deploy('loose', 'model: {path: ./loose, type: mlflow_model}')
      const { body: told } = await server.get('/api/v1/endpoints/loose/deployments/blue/log')
      assert.equal(JSON.stringify(told).includes('; trying with Python'), where === 'the server itself')
      const squares = [
        [1, 4],
        [9, 16],
      ]
      const { body } = await ask('loose/invocations', { inputs: squares.map((row) => row.map(Math.sqrt)) })
      assert.deepEqual(body, { predictions: { square: squares } })
    })
    await t.test('several inputs and outputs go by name', async () => {
      const reply = await ask('named/invocations', { inputs: { count: [[3], [4]], name: ['a', 'ł'] } })
      assert.deepEqual(reply.body, { predictions: { square: [[9], [16]], same: ['a', 'ł'] } })
      const records = [{ count: 3, name: 'a' }]
      assert.deepEqual((await ask('named/score', { input_data: records })).body, { square: [[9]], same: ['a'] })
      const inputs = [
        { name: 'count', datatype: 'INT64', shape: [1, 1], data: [3] },
        { name: 'name', datatype: 'BYTES', shape: [1], data: ['ł'] },
      ]
      const inferred = await ask('named/v2/models/named/infer', { inputs, outputs: [{ name: 'same' }] })
      assert.deepEqual((inferred.body as { outputs: unknown }).outputs, [
        { name: 'same', datatype: 'BYTES', shape: [1], data: ['ł'] },
      ])
      const { body } = await server.get('/endpoints/named/v2/models/named')
      assert.deepEqual(body, {
        ...{ name: 'named', platform: 'onnxruntime_onnx' },
        inputs: [
          { name: 'count', datatype: 'INT64', shape: [-1, 1] },
          { name: 'name', datatype: 'BYTES', shape: [-1] },
        ],
        outputs: [
          { name: 'square', datatype: 'INT64', shape: [-1, 1] },
          { name: 'same', datatype: 'BYTES', shape: [-1] },
        ],
      })
    })
    await t.test('what does not fit is a 400 that names the input', async () => {
      const cases: readonly (readonly [path: string, body: unknown, message: RegExp])[] = [
        ['regression/score', { inputs: [[1, 2]] }, /input "X" has the shape \[1, 2\]; the model takes \[-1, 3\]/],
        ['regression/score', { inputs: [[1, 2, 'x']] }, /input "X" cannot be read as FP32/],
        ['named/score', { inputs: { count: [[1]] } }, /is missing name; its inputs are count, name/],
        ['named/score', { inputs: { count: [[1]], name: ['a'], more: [1] } }, /has no input more/],
        ['named/score', { inputs: [[1]] }, /must name the inputs count, name/],
        ['regression/score', '{', /not valid JSON/],
      ]
      for (const [path, body, message] of cases) {
        const reply = await ask(path, body)
        assert.equal(reply.status, 400, JSON.stringify(body))
        assert.match((reply.body as { message: string }).message, message)
      }
      const X = { name: 'X', datatype: 'FP64', shape: [1, 3], data: [1, 2, 3] }
      const { status, body } = await ask('regression/v2/models/regression/infer', { inputs: [X] })
      assert.deepEqual([status, body], [400, { error: 'The tensor "X" is FP64; the model takes FP32.' }])
    })
  })
}

/** Bodies for models of MLflow, right and wrong: endpoint, path, body. */
function mlflowBodies(rows: readonly unknown[]): readonly (readonly [name: string, path: string, body: unknown])[] {
  const a = [
    [1.1, 2.2],
    [3.3, 4.4],
  ]
  const b = [[3], [4]]
  const columns = ['age', 'sex', 'bmi']
  const infer = (inputs: readonly object[]) => ({ inputs })
  const X = { name: 'X', datatype: 'FP32', shape: [2, 3], data: rows.flat() }
  const A = { name: 'a', datatype: 'FP64', shape: [2, 2], data: a }
  const B = { name: 'b', datatype: 'INT64', shape: [2, 1], data: b }
  return [
    ...[{ inputs: rows }, { instances: rows }, { dataframe_split: { columns, data: rows } }].flatMap((body) => [
      ['logged', 'invocations', body] as const,
      ['logged', 'score', body] as const,
    ]),
    ['logged', 'score', { input_data: rows }],
    ['logged', 'invocations', { dataframe_records: [{ age: 1, sex: 2, bmi: 3 }] }],
    ['logged', 'invocations', '{"inputs": [[NaN, 1, 2]]}'],
    ['logged', 'invocations', { inputs: [[1, 2]] }],
    ['logged', 'invocations', { inputs: [['x', 1, 2]] }],
    ['logged', 'invocations', { inputs: 5 }],
    ['logged', 'invocations', {}],
    ['logged', 'v2/models/blue/infer', infer([X])],
    ['logged', 'v2/models/blue/infer', infer([{ ...X, datatype: 'FP64' }])],
    ['pair', 'invocations', { inputs: { a, b } }],
    ['pair', 'invocations', { instances: a.map((each, at) => ({ a: each, b: b[at] })) }],
    ['pair', 'score', { input_data: { a, b } }],
    ['pair', 'invocations', { inputs: { a, b: [[9007199254740993], [4]] } }],
    ['pair', 'invocations', { inputs: { a } }],
    ['pair', 'invocations', { inputs: { a, b: [3, 4] } }],
    ['pair', 'v2/models/blue/infer', infer([B, A])],
    ['pair', 'v2/models/blue/infer', { ...infer([A, B]), outputs: [{ name: 'same' }] }],
    ['pair', 'v2/models/blue/infer', infer([{ ...A, datatype: 'FP32' }, B])],
  ]
}

/** Numbers to six digits: two versions of the runtime may differ in the last. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) => {
    return typeof each === 'number' && !Number.isInteger(each) ? Number(each.toPrecision(6)) : each
  }) as unknown
}
