import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment, tritonClient } from '../python-environments.mjs'
import { startServer, type Server } from '../serving/server.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../bin/sluice.mjs')

interface Sample {
  readonly columns: readonly string[]
  readonly data: readonly (readonly number[])[]
  readonly predictions: readonly number[]
}

async function registerModel(server: Server): Promise<Sample> {
  const python = await pythonEnvironment(mlflowClients['2.22'])
  const script = join(import.meta.dirname, '../serving/train_and_register.py')
  const { stdout } = await run(python, [script, server.url()], { env: { ...process.env, PYTHONUTF8: '1' } })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Sample
}

async function sluice(server: Server, ...args: readonly string[]): Promise<{ out: string; err: string }> {
  const { stdout, stderr } = await run(process.execPath, [program, ...args, '--data', server.data])
  return { out: stdout, err: stderr }
}

/** Starts the package with nothing of this program around it; resolves with its address. */
async function start(t: TestContext, folder: string): Promise<string> {
  const env = { PATH: process.env['PATH']!, HOME: process.env['HOME']!, LANG: 'C.UTF-8' }
  const child = spawn(join(folder, 'start.sh'), ['--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    await ended
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = / at (http:\S+)$/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('The package did not start.')
}

async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: reply.status, body: await reply.json() }
}

/** The last digit of a sum may differ from process to process: it depends on where numpy puts an array. */
function assertClose(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length)
  found.forEach((value, at) =>
    assert.ok(Math.abs(value - expected[at]!) <= 1e-13 * Math.abs(expected[at]!), `${value}`),
  )
}

test('a registered MLflow model answers without Sluiceworks as its endpoint does, and as ONNX', async (t) => {
  const server = await startServer(t)
  const { columns, data, predictions } = await registerModel(server)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-package-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const place = join(folder, 'edge')
  const packaged = await sluice(server, 'model', 'package', 'diabetes:1', '-o', place, '--json')
  const { digest } = JSON.parse(packaged.out) as { digest: string }

  await t.test('its digest is the same every time, and verify knows it', async () => {
    const again = await sluice(server, 'model', 'package', 'diabetes@latest', '-o', join(folder, 'again.tar'), '--json')
    assert.equal((JSON.parse(again.out) as { digest: string }).digest, digest)
    assert.match((await run(join(place, 'verify'), [digest])).stdout, /all as they were packaged/)
    await assert.rejects(run(join(place, 'verify'), [digest.replace(/.$/, 'x')]))
  })

  await t.test('every package is pinned with hashes and named in the bill of materials with a licence', async () => {
    const requirements = (await readFile(join(place, 'requirements.txt'), 'utf8')).split('\n')
    const pinned = requirements.flatMap((line) => /^([\w.-]+)==(\S+) \\$/.exec(line)?.slice(1, 3).join('@') ?? [])
    assert.ok(pinned.length > 10)
    assert.ok(requirements.filter((line) => line.includes('--hash=sha256:')).length >= pinned.length)
    const bill = JSON.parse(await readFile(join(place, 'sbom.cdx.json'), 'utf8')) as {
      components: { purl?: string; licenses?: unknown[] }[]
    }
    const packages = bill.components.filter(({ purl }) => purl !== undefined)
    assert.deepEqual(
      packages.map(({ purl }) => decodeURIComponent(purl!.replace('pkg:pypi/', ''))).sort(),
      pinned.map((each) => each.toLowerCase().replace(/^[^@]+/, (name) => name.replace(/[-_.]+/g, '-'))).sort(),
    )
    assert.ok(packages.filter(({ licenses }) => licenses !== undefined).length > packages.length * 0.9)
  })

  await t.test('the bill of materials is CycloneDX by the schema of its authors', async () => {
    const python = await pythonEnvironment(['cyclonedx-python-lib[json-validation]==11.*'])
    const code = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())
sys.exit(str(error) if error else 0)`
    await run(python, ['-c', code, join(place, 'sbom.cdx.json')])
  })

  await t.test('every form of input is answered alike', async () => {
    const deployed = await server.post('/api/v1/endpoints/diabetes/deploy', { model: 'azureml:diabetes:1' })
    assert.equal(deployed.status, 200)
    const url = await start(t, place)
    const records = data.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
    for (const [path, body] of [
      ['invocations', { dataframe_split: { columns, data } }],
      ['invocations', { dataframe_records: records }],
      ['score', { input_data: { columns, index: [0, 1], data } }],
      ['score', { input_data: data }],
    ] as const) {
      const ours = await post(`${url}/${path}`, body)
      const theirs = await post(`${server.url()}/endpoints/diabetes/${path}`, body)
      assert.deepEqual([ours.status, theirs.status], [200, 200])
      const numbers = (answer: unknown) =>
        path === 'score' ? (answer as number[]) : (answer as { predictions: number[] }).predictions
      assertClose(numbers(ours.body), numbers(theirs.body))
      assertClose(numbers(ours.body), predictions)
    }
    const tensor = { name: 'matrix', datatype: 'FP64', shape: [data.length, columns.length], data }
    const infer = async (base: string) =>
      (await post(`${base}/v2/models/diabetes/infer`, { id: 'r', inputs: [tensor] })).body
    const inferred = (await infer(url)) as { outputs: { data: number[] }[] }
    assert.deepEqual(inferred, await infer(`${server.url()}/endpoints/diabetes`))
    assertClose(inferred.outputs[0]!.data, predictions)
    const python = await pythonEnvironment(tritonClient)
    const binary = `
import json, sys
import numpy
from tritonclient.http import InferenceServerClient, InferInput
client = InferenceServerClient(sys.argv[1])
data = numpy.array(json.loads(sys.argv[2]))
given = InferInput("matrix", list(data.shape), "FP64")
given.set_data_from_numpy(data)
print(json.dumps(client.infer("diabetes", [given]).as_numpy("output-0").tolist()))`
    const { stdout } = await run(python, ['-c', binary, new URL(url).host, JSON.stringify(data)])
    assertClose(JSON.parse(stdout) as number[], predictions)
    const metadata = async (base: string) => (await fetch(`${base}/v2/models/diabetes`)).json()
    assert.deepEqual(await metadata(url), await metadata(`${server.url()}/endpoints/diabetes`))
    const many = Array.from({ length: 100 }, (_, at) => at % data.length)
    const each = await Promise.all(
      many.map((at) => post(`${url}/invocations`, { dataframe_split: { columns, data: [data[at]] } })),
    )
    assertClose(
      each.map(({ body }) => (body as { predictions: number[] }).predictions[0]!),
      many.map((at) => predictions[at]!),
    )
    const wrong = { dataframe_records: [{ ...records[0], bmi: 'high' }] }
    const [ours, theirs] = [
      await post(`${url}/invocations`, wrong),
      await post(`${server.url()}/endpoints/diabetes/invocations`, wrong),
    ]
    assert.deepEqual(ours, theirs)
    assert.equal(ours.status, 400)
    const swagger = (await (await fetch(`${url}/swagger.json?version=3`)).json()) as { servers: unknown; paths: object }
    assert.deepEqual([swagger.servers, Object.keys(swagger.paths)], [[{ url: '/' }], ['/score', '/invocations']])
    await run(join(place, 'verify'), [digest])
  })

  await t.test('the ONNX file predicts the same in onnxruntime', async () => {
    const example = join(folder, 'example.json')
    await writeFile(example, JSON.stringify({ dataframe_split: { columns, data } }))
    const file = join(folder, 'diabetes.onnx')
    const exported = await sluice(server, 'model', 'export', 'diabetes:1', '-o', file, '--example', example, '--json')
    const report = JSON.parse(exported.out) as { max_difference: number; rows: number; columns: string[] }
    assert.deepEqual([report.rows, report.columns], [2, columns])
    assert.ok(report.max_difference < 1e-9)
    const python = await pythonEnvironment(['onnxruntime', 'numpy'])
    const code = `
import json, sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
rows = numpy.array(json.loads(sys.argv[2]), dtype=numpy.float64)
print(json.dumps(session.run(None, {"input": rows})[0].ravel().tolist()))`
    const { stdout } = await run(python, ['-c', code, file, JSON.stringify(data)])
    const found = JSON.parse(stdout) as number[]
    found.forEach((value, at) => assert.ok(Math.abs(value - predictions[at]!) < 1e-9))
  })
})
