import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { appendFile, chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { packageModel, type ModelPackage, type PackagingPlace } from './model-package.ts'
import { until } from '../serving/serving.test-support.ts'
import { openPackaging, run, startPackage, startPackageServer, unpacked } from './packaging.test-support.ts'

const script = `
import json, os

def init():
    global slope
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.json")) as file:
        slope = json.load(file)["slope"]
    # As mlflow does: what runs writes beside what it loads.
    with open("made-by-init", "w") as file:
        file.write(os.urandom(8).hex())

def run(raw_data):
    data = json.loads(raw_data)
    if data == "raise":
        raise ValueError("no such luck")
    return {"result": [slope * value for value in data["values"]], "pi": 3.14}
`

interface Packaged {
  readonly place: PackagingPlace
  readonly model: ModelPackage
  readonly folder: string
  /** What an endpoint with the same model and script answers. */
  readonly ask: (body: unknown) => Promise<{ status: number; text: string }>
  readonly again: () => Promise<ModelPackage>
}

async function packaged(t: TestContext): Promise<Packaged> {
  const { place, lab } = await openPackaging(t)
  const weights = join(lab.folder, 'weights.json')
  await writeFile(weights, '{"slope": 3}')
  const request = { model: { kind: 'local' as const, path: weights }, scoring: await lab.code(script) }
  const again = async (): Promise<ModelPackage> => {
    const model = await packageModel(request, place)
    t.after(() => model.close())
    return model
  }
  const model = await again()
  return {
    place,
    model,
    folder: await unpacked(t, model.files),
    again,
    ask: async (body) => {
      await lab.serving.deploy({ endpoint: 'slope', ...request })
      return lab.ask('slope', body)
    },
  }
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

test('the package answers what the endpoint answers, in its words', async (t) => {
  const { folder, ask } = await packaged(t)
  const url = await startPackage(t, folder)
  const values = JSON.stringify({ values: [1, 2.5, 1e300] })
  const reply = await post(`${url}/score`, values, { 'x-request-id': 'mine' })
  assert.deepEqual({ status: reply.status, text: await reply.text() }, await ask(JSON.parse(values)))
  assert.equal(reply.headers.get('x-request-id'), 'mine')
  assert.equal(reply.headers.get('x-ms-run-function-failed'), 'False')

  const raised = await post(`${url}/score`, '"raise"')
  const { message } = (await raised.json()) as { message: string }
  assert.deepEqual([raised.status, message], [424, 'The model raised ValueError: no such luck'])
  assert.deepEqual(await ask('raise'), { status: 424, text: message })
  const forMlflow = await post(`${url}/invocations`, '"raise"')
  assert.equal(forMlflow.status, 400)
  assert.deepEqual(await forMlflow.json(), { error_code: 'BAD_REQUEST', message })

  const byQuery = await fetch(`${url}/score?values=[2]`)
  assert.deepEqual(await byQuery.json(), { result: [6], pi: 3.14 })
  const untold = await post(`${url}/score`, values, { 'content-type': 'application/octet-stream' })
  assert.equal(untold.status, 200)
  const other = await post(`${url}/score`, 'x', { 'content-type': 'application/x-npy' })
  assert.equal(other.status, 415)
  const latin = await post(`${url}/score`, '{}', { 'content-type': 'application/json; charset=latin1' })
  assert.equal(latin.status, 415)
  assert.equal((await post(`${url}/score`, '{}', { 'x-request-id': 'x'.repeat(101) })).status, 431)
  for (const path of ['ping', 'health']) assert.equal((await fetch(`${url}/${path}`)).status, 200)
  assert.equal(await (await fetch(`${url}/version`)).text(), '0.1.0')
  assert.deepEqual(await (await fetch(`${url}/swagger.json?version=3`)).json(), { name: 'weights.json', version: '3' })
  assert.equal((await fetch(`${url}/swagger.json?version=9`)).status, 404)
  assert.equal((await fetch(`${url}/other`)).status, 404)
  assert.equal((await post(`${url}/ping`, '')).status, 404)
})

test('the package speaks the Open Inference Protocol, as far as its model does', async (t) => {
  const { folder } = await packaged(t)
  const url = await startPackage(t, folder)
  const about = async (path: string): Promise<readonly unknown[]> => {
    const answer = await fetch(`${url}/v2${path}`)
    return [answer.status, await answer.json()]
  }
  const model = { name: 'weights.json', versions: ['1'], platform: 'test' }
  assert.deepEqual(await about(''), [
    ...[200, { name: 'sluiceworks', version: '0.1.0', extensions: ['binary_tensor_data'] }],
  ])
  assert.deepEqual(await about('/health/live'), [200, { live: true }])
  assert.deepEqual(await about('/health/ready'), [200, { live: true, ready: true }])
  assert.deepEqual(await about('/models/weights.json'), [200, model])
  assert.deepEqual(await about('/models/weights.json/versions/1/ready'), [200, { name: 'weights.json', ready: true }])
  const known = 'It serves weights.json (version 1).'
  assert.deepEqual(await about('/models/other'), [404, { error: `The package serves no model "other". ${known}` }])
  assert.equal((await about('/models/weights.json/versions/2'))[0], 404)
  assert.equal((await about('/nothing'))[0], 404)
  assert.equal((await about('/models/weights.json/infer'))[0], 404, 'not by GET')
  const infer = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await post(`${url}/v2/models/weights.json/infer`, body, headers)
    return [answer.status, ((await answer.json()) as { error: string }).error] as const
  }
  const tensor = { name: 'x', datatype: 'FP64', shape: [2, 1], data: [[1], [2]] }
  const [status, error] = await infer(JSON.stringify({ inputs: [tensor] }))
  assert.equal(status, 400)
  assert.match(error, /script/, 'a script takes no tensors')
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [{}, /"inputs" must be an array of at least one tensor/],
    [{ inputs: [{ ...tensor, data: [1] }] }, /"x" has 1 elements; its shape \[2, 1\] has 2/],
    [{ inputs: [{ ...tensor, data: [[1], [2, 3]] }] }, /nested "data" of the tensor "x" does not have its shape/],
    [{ inputs: [{ ...tensor, datatype: 'INT8', data: [1, 200] }] }, /element 1 of the tensor "x" is 200, not INT8/],
    [{ inputs: [{ ...tensor, datatype: 'FLOAT' }] }, /"FLOAT"; the datatypes are BOOL/],
    [{ inputs: [{ ...tensor, shape: [-1] }] }, /shape of the tensor "x" must be an array of whole numbers/],
    [{ inputs: [tensor, tensor] }, /two tensors "x"/],
  ]
  for (const [body, reason] of refused) {
    const [code, message] = await infer(JSON.stringify(body))
    assert.equal(code, 400)
    assert.match(message, reason)
  }
  assert.match((await infer('{', {}))[1], /is not JSON/)
  assert.match((await infer('{}', { 'inference-header-content-length': '99' }))[1], /Length is "99" and the body has 2/)
})

const slow = `
import json, os, time
def init(): pass
def run(raw_data):
    data = json.loads(raw_data)
    if "wait_for" in data: open(data["wait_for"] + ".started", "w").close()
    while "wait_for" in data and not os.path.exists(data["wait_for"]): time.sleep(0.01)
    return data["name"]
`

test('many ask at the same time and each gets its own answer; SIGTERM waits for them', async (t) => {
  const { place, lab } = await openPackaging(t)
  const weights = join(lab.folder, 'weights.json')
  await writeFile(weights, '{}')
  const request = { model: { kind: 'local' as const, path: weights }, scoring: await lab.code(slow) }
  const model = await packageModel(request, place)
  t.after(() => model.close())
  const folder = await unpacked(t, model.files)
  const server = await startPackageServer(t, folder)
  const ask = async (body: object): Promise<unknown> => (await post(`${server.url}/score`, JSON.stringify(body))).json()
  const names = Array.from({ length: 60 }, (_, n) => `r${n}`)
  assert.deepEqual(await Promise.all(names.map((name) => ask({ name }))), names)
  const go = join(lab.folder, 'go')
  const last = ask({ name: 'last', wait_for: go })
  await until(() => existsSync(`${go}.started`))
  process.kill(server.pid, 'SIGTERM')
  await until(() =>
    fetch(`${server.url}/ping`).then(
      () => false,
      () => true,
    ),
  )
  await writeFile(go, '')
  assert.equal(await last, 'last')
  assert.equal(await server.ended, 0)
})

/** A request with headers that fetch does not let through. */
function rawRequest(url: string, headers: Record<string, string>, body: readonly string[]): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${url}/score`, { method: 'POST', headers }, (answer) => {
      readAll(answer).then((said) => resolve([answer.statusCode!, said]), reject)
    })
    outgoing.on('error', reject)
    for (const part of body) outgoing.write(part)
    outgoing.end()
  })
}

test('a body in chunks is read; one without end, and a page of the web, are refused', async (t) => {
  const { folder } = await packaged(t)
  const url = await startPackage(t, folder)
  const chunked = await rawRequest(url, { 'transfer-encoding': 'chunked' }, ['{"values"', ': [1]}'])
  assert.deepEqual(chunked, [200, '{"result": [3], "pi": 3.14}'])
  const large = await rawRequest(url, { 'content-length': String(65 << 20) }, []).catch(() => undefined)
  assert.ok(large === undefined || large[0] === 413)
  const [status, said] = await rawRequest(url, { host: 'evil.example:80' }, ['{}'])
  assert.equal(status, 403)
  assert.match(said, /host-not-allowed/)
})

test('beyond this machine it wants a key, and does not start without one', async (t) => {
  const { folder } = await packaged(t)
  const refused = await run(join(folder, 'start.sh'), ['--host', '0.0.0.0', '--port', '0'])
  assert.equal(refused.code, 2)
  assert.match(refused.text, /without a key: set SCORING_KEY/)
  const address = await startPackage(t, folder, { args: ['--host', '0.0.0.0'], env: { SCORING_KEY: 'sesame' } })
  const url = address.replace('0.0.0.0', '127.0.0.1')
  assert.equal((await post(`${url}/score`, '{"values": []}')).status, 401)
  assert.equal((await post(`${url}/invocations`, '{"values": []}', { authorization: 'Bearer sesam' })).status, 401)
  assert.equal((await post(`${url}/score`, '{"values": []}', { authorization: 'Bearer sesame' })).status, 200)
  assert.equal((await fetch(`${url}/ping`)).status, 200)
})

test('the same model is the same package, byte for byte, and holds nothing that its trial wrote', async (t) => {
  const { model, again } = await packaged(t)
  const other = await again()
  assert.equal(other.digest, model.digest)
  const digestsOf = ({ files }: ModelPackage) => files.map(({ path, digest }) => `${path} ${digest}`).sort()
  assert.deepEqual(digestsOf(other), digestsOf(model))
  assert.ok(!model.files.some(({ path }) => path.includes('made-by-init')))
  assert.ok(model.files.some(({ path }) => path === 'server/sluiceworks/score_script.py'))
  assert.ok(!model.files.some(({ path }) => path === 'server/sluiceworks/client.py'))
})

test('verify finds every way to tamper with it', async (t) => {
  const { folder, model } = await packaged(t)
  const verify = (...args: string[]) => run(join(folder, 'verify'), args)
  const whole = await verify(model.digest)
  assert.deepEqual([whole.code, whole.text.split('\n')[0]], [0, model.digest])
  await mkdir(join(folder, '.venv'))
  assert.equal((await verify()).code, 0)
  const weights = join(folder, 'azureml-models/model/1/weights.json')
  const tampering: readonly (readonly [RegExp, () => Promise<unknown>, () => Promise<unknown>])[] = [
    [/weights\.json: changed/, () => writeFile(weights, '{"slope": 4}'), () => writeFile(weights, '{"slope": 3}')],
    [
      /weights\.json: 13 bytes, packaged were 12/,
      () => appendFile(weights, ' '),
      () => writeFile(weights, '{"slope": 3}'),
    ],
    [
      /score\.py: executable/,
      () => chmod(join(folder, 'code/score.py'), 0o755),
      () => chmod(join(folder, 'code/score.py'), 0o644),
    ],
    [
      /server\/json\.py: not in the manifest/,
      () => writeFile(join(folder, 'server/json.py'), ''),
      () => rm(join(folder, 'server/json.py')),
    ],
    [
      /code\/link: not in the manifest/,
      () => symlink('/etc', join(folder, 'code/link')),
      () => rm(join(folder, 'code/link')),
    ],
    [/README\.md: missing/, () => rm(join(folder, 'README.md')), () => Promise.resolve()],
  ]
  for (const [message, tamper, mend] of tampering) {
    await tamper()
    const found = await verify()
    assert.equal(found.code, 1)
    assert.match(found.text, message)
    await mend()
  }
  assert.match((await verify(`sha256:${'0'.repeat(64)}`)).text, /manifest\.json: the digest of the package is sha256:/)
})

test('what does not load is not packaged, and nothing is left of the attempt', async (t) => {
  const { place, lab } = await openPackaging(t)
  const weights = join(lab.folder, 'weights.json')
  await writeFile(weights, '{}')
  const scoring = await lab.code('import nowhere_to_be_found\ndef init(): pass\ndef run(raw_data): pass\n')
  await assert.rejects(packageModel({ model: { kind: 'local', path: weights }, scoring }, place), {
    message: /nowhere_to_be_found/,
  })
  await assert.rejects(packageModel({ model: { kind: 'local', path: weights } }, place), {
    code: 'invalid-request',
    message: /needs a scoring script/,
  })
  assert.deepEqual(await readdir(place.folder), [])
})

test('the working folder of a packaging whose process was killed is removed by the next one', async (t) => {
  const { place, model } = await packaged(t)
  // No process has a pid beyond the largest there can be.
  const left = join(place.folder, '4194305-left')
  await mkdir(join(left, 'laid'), { recursive: true })
  await assert.rejects(packageModel({ model: { kind: 'local', path: '/nowhere' } }, place))
  const names = await readdir(place.folder)
  assert.ok(!names.includes('4194305-left'))
  assert.equal(names.length, 1)
  await model.close()
  assert.deepEqual(await readdir(place.folder), [])
})

test('its notes say what the receiver would otherwise find out', async (t) => {
  const { place, lab } = await openPackaging(t)
  const weights = join(lab.folder, 'weights.json')
  await writeFile(weights, '{"slope": 1}')
  const request = { model: { kind: 'local' as const, path: weights }, scoring: await lab.code(script) }
  const hashless = { ...place, environments: { ...place.environments, hashed: async () => undefined } }
  const model = await packageModel(request, hashless)
  t.after(() => model.close())
  assert.deepEqual(
    model.notes.slice(1).map((note) => note.split(':')[0]),
    ['No environment was named', 'The package index did not tell the hashes of the packages'],
  )
  const folder = await unpacked(t, model.files)
  assert.match(await readFile(join(folder, 'README.md'), 'utf8'), /# weights\.json, version 1/)
})
