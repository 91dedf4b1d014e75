import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { send, startServer, type Answer, type Server } from './server.ts'

const run = promisify(execFile)

interface Sample {
  readonly columns: readonly string[]
  readonly data: readonly (readonly number[])[]
  readonly predictions: readonly number[]
}

/** Logs and registers a real model with the real client. */
async function registerModel(server: Server, client: keyof typeof mlflowClients): Promise<Sample> {
  const python = await pythonEnvironment(mlflowClients[client])
  const { stdout } = await run(python, [join(import.meta.dirname, 'train_and_register.py'), server.url()], {
    env: { ...process.env, PYTHONUTF8: '1' },
    timeout: 300_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Sample
}

/** Asks an endpoint: text as CSV, anything else as JSON. */
function score(server: Server, path: string, { body, key }: { body: unknown; key?: string }): Promise<Answer> {
  const isText = typeof body === 'string'
  return send(`${server.url()}/endpoints/${path}`, {
    method: 'POST',
    headers: {
      'content-type': isText ? 'text/csv' : 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: isText ? body : JSON.stringify(body),
  })
}

/** Pids of scoring hosts whose command line or folder belongs to this store. */
function workersOf(server: Server): readonly string[] {
  const text = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  const hosts = text.split('\n').filter((line) => line.includes('sluiceworks.scoring_host'))
  return hosts
    .map((line) => line.trim().split(' ')[0]!)
    .filter((pid) => {
      try {
        return execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' }).startsWith(server.data)
      } catch {
        return false
      }
    })
}

for (const client of ['2.22', '3.17'] as const) {
  test(`a model that mlflow ${client} logged and registered is served with its predictions`, async (t) => {
    const server = await startServer(t)
    const { columns, data, predictions } = await registerModel(server, client)
    const deployed = await server.post('/api/v1/endpoints/diabetes/deploy', { model: 'azureml:diabetes:1' })
    assert.equal(deployed.status, 200, JSON.stringify(deployed.body))

    const records = data.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
    const byName = Object.fromEntries(columns.map((name, at) => [name, data.map((row) => row[at])]))
    await t.test('every form of input gives the predictions that scikit-learn gives', async () => {
      for (const body of [
        { dataframe_split: { columns, data } },
        { dataframe_split: { columns: columns.toReversed(), data: data.map((row) => row.toReversed()) } },
        { dataframe_records: records },
        { instances: records },
        { inputs: byName },
      ])
        assert.deepEqual(await score(server, 'diabetes/invocations', { body }), { status: 200, body: { predictions } })
      for (const input_data of [{ columns, index: [0, 1], data }, data, records, byName])
        assert.deepEqual(await score(server, 'diabetes/score', { body: { input_data } }), {
          status: 200,
          body: predictions,
        })
      const csv = [columns.join(','), ...data.map((row) => row.join(','))].join('\n')
      const reply = await score(server, 'diabetes/invocations', { body: csv })
      // pandas reads decimals out of CSV to the last digit but one.
      const given = (reply.body as { predictions: number[] }).predictions
      given.forEach((value, at) => assert.ok(Math.abs(value - predictions[at]!) < 1e-9, `${value}`))
      assert.equal(given.length, predictions.length)
    })
    await t.test('input that does not fit the signature is a 400 that names the column', async () => {
      const message = async (record: object) => {
        const { status, body } = await score(server, 'diabetes/invocations', { body: { dataframe_records: [record] } })
        assert.equal(status, 400, JSON.stringify(body))
        return (body as { message: string }).message
      }
      const { bmi: _bmi, ...without } = records[0]!
      assert.match(await message(without), /missing inputs \['bmi'\]/)
      assert.match(await message({ ...records[0], bmi: 'high' }), /^Column bmi, row 0: 'high' is not a double\./)
      const pickle = await send(`${server.url()}/endpoints/diabetes/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: 'cos\nsystem\n(S"touch pwned"\ntR.',
      })
      assert.equal(pickle.status, 415)
    })
    await t.test('a model that raises is a 424 that says what', async () => {
      const { status, body } = await score(server, 'diabetes/score', {
        body: { input_data: [{ ...records[0], bmi: null }] },
      })
      assert.equal(status, 424)
      assert.match((body as { message: string }).message, /^The model raised ValueError: Input X contains NaN/)
    })
    await t.test('after kill -9 of the server the next one serves it again, and no worker is left over', async () => {
      const before = workersOf(server)
      assert.equal(before.length, 1)
      await server.kill()
      while (workersOf(server).length > 0) await pause(20)
      await server.start()
      const again = await score(server, 'diabetes/invocations', { body: { dataframe_split: { columns, data } } })
      assert.deepEqual(again, { status: 200, body: { predictions } })
      assert.equal(workersOf(server).length, 1)
    })
  })
}

test('an endpoint and a deployment from YAML want a key and run a score.py in its own environment', async (t) => {
  const server = await startServer(t)
  const folder = join(server.data, 'project')
  await mkdir(join(folder, 'onlinescoring'), { recursive: true })
  await mkdir(join(folder, 'model'))
  await writeFile(join(folder, 'model', 'weights.json'), '{"slope": 3}')
  await writeFile(
    join(folder, 'onlinescoring', 'score.py'),
    `import json, os
import tabulate

def init():
    global slope
    path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model", "weights.json")
    with open(path) as file:
        slope = json.load(file)["slope"]

def run(raw_data):
    values = json.loads(raw_data)["data"]
    print("scoring", len(values))
    return {"result": [slope * value for value in values], "tabulate": tabulate.__version__, "mode": os.environ["MODE"]}
`,
  )
  await writeFile(join(folder, 'endpoint.yml'), 'name: lines\nauth_mode: key\n')
  await writeFile(
    join(folder, 'blue.yml'),
    `$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: lines
model:
  path: ./model/
code_configuration:
  code: ./onlinescoring/
  scoring_script: score.py
environment:
  conda_file:
    dependencies: [python, pip, {pip: [tabulate==0.9.0]}]
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
environment_variables:
  MODE: fast
instance_type: Standard_DS3_v2
instance_count: 2
request_settings:
  request_timeout_ms: 90000
`,
  )
  for (const file of ['endpoint.yml', 'blue.yml']) {
    const { status, body } = await server.post('/api/v1/endpoints/lines/deploy', { file: join(folder, file) })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const { body: keys } = await server.get('/api/v1/endpoints/lines/credentials')
  const { primary_key, secondary_key } = keys as Record<string, string>
  assert.equal((await score(server, 'lines/score', { body: { data: [1] } })).status, 401)
  for (const key of [primary_key, secondary_key]) {
    const reply = await score(server, 'lines/score', { body: { data: [1, 2.5] }, key: key! })
    assert.deepEqual(reply, { status: 200, body: { result: [3, 7.5], tabulate: '0.9.0', mode: 'fast' } })
  }
  assert.equal(workersOf(server).length, 2)
})
