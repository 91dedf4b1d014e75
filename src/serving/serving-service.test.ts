import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseTest } from '../../test/database.test-support.ts'
import { readEvents } from '../events/event-log.ts'
import { lives, openServing, until } from './serving.test-support.ts'

const answering = (value: string) => `
import os
def init():
    pass
def run(raw):
    return ${value}
`
const slow = `
import json, os, time
def init(): pass
def run(raw):
    while not os.path.exists(json.loads(raw)): time.sleep(0.005)
    return "old"
`

databaseTest(
  'a deployed script answers at its endpoint, which is made with it and gives it all traffic',
  async (database, t) => {
    const lab = await openServing(t, database)
    const deployment = await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('raw')) })
    assert.deepEqual(
      [deployment.status, deployment.revision, deployment.traffic, deployment.scoringScript, deployment.workers?.ready],
      ['ready', 1, 100, 'score.py', 1],
    )
    assert.deepEqual(await lab.ask('echo', [1]), { status: 200, text: '"[1]"' })
    const view = await lab.serving.show('echo')
    assert.deepEqual(
      [view.authMode, view.traffic, view.scoringPath, view.openapiPath, view.deployments.length],
      ['none', { default: 100 }, '/endpoints/echo/score', '/endpoints/echo/swagger.json', 1],
    )
    assert.deepEqual(await lab.serving.list(), [view])
    const events = await readEvents(database.read, { after: 0, limit: 10, subject: 'echo' })
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['endpoint.created', 'deployment.creating', 'deployment.ready', 'endpoint.traffic'],
    )
  },
)

databaseTest('observers are told of every answer; one that fails costs nobody anything', async (database, t) => {
  const told: (readonly unknown[])[] = []
  const warnings: string[] = []
  const lab = await openServing(t, database, {
    observers: [
      () => {
        throw new Error('out of order')
      },
      ({ requestId, revision, body, answer, durationMs }) =>
        void told.push([requestId, revision.deployment, body.toString(), answer.kind, durationMs > 0]),
    ],
    warn: (message) => void warnings.push(message),
  })
  await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('1 / len(raw[2:])')) })
  assert.equal((await lab.ask('echo', [1])).status, 200)
  assert.equal((await lab.ask('echo', '')).status, 424)
  assert.deepEqual(told, [
    ['asked', 'default', '[1]', 'answered', true],
    ['asked', 'default', '""', 'refused', true],
  ])
  assert.deepEqual(new Set(warnings), new Set(['an answer of echo could not be noted: out of order']))
})

databaseTest('a worker finds its model, its code and its environment where Azure ML puts them', async (database, t) => {
  const lab = await openServing(t, database)
  await mkdir(join(lab.folder, 'models/ridge/sub'), { recursive: true })
  await writeFile(join(lab.folder, 'models/ridge/sub/model.txt'), 'weights')
  const script = answering(`{
    "walk": sorted(os.path.relpath(os.path.join(at, name), os.environ["AZUREML_MODEL_DIR"])
                   for at, _, names in os.walk(os.environ["AZUREML_MODEL_DIR"]) for name in names),
    "model_dir": os.environ["AZUREML_MODEL_DIR"].split(os.sep)[-3:],
    "cwd": os.listdir("."), "entry": os.environ["AZUREML_ENTRY_SCRIPT"],
    "root": os.path.samefile(os.environ["AML_APP_ROOT"], "."),
    "mine": os.environ["MINE"], "built": os.environ["BUILT"], "home": os.environ.get("HOME"),
    "threads": os.environ["OMP_NUM_THREADS"]}`)
  await lab.serving.deploy({
    endpoint: 'paths',
    model: { kind: 'reference', reference: 'azureml:ridge:3' },
    scoring: await lab.code(script),
    environmentVariables: { MINE: '1', OMP_NUM_THREADS: '2' },
  })
  assert.deepEqual(JSON.parse((await lab.ask('paths')).text), {
    walk: ['ridge/sub/model.txt'],
    model_dir: ['azureml-models', 'ridge', '3'],
    cwd: ['score.py'],
    entry: 'score.py',
    root: true,
    mine: '1',
    built: '{"kind":"none"}',
    home: null,
    threads: '2',
  })
  const [deployment] = (await lab.serving.show('paths')).deployments
  assert.deepEqual(deployment?.model, { baseName: 'ridge', name: 'ridge', version: 3 })
})

databaseTest('an MLflow model asks for the environment it names, and serves without a script', async (database, t) => {
  const lab = await openServing(t, database)
  const model = join(lab.folder, 'models/ridge')
  await mkdir(model, { recursive: true })
  await writeFile(join(model, 'MLmodel'), 'flavors: {python_function: {}}\nmlflow_version: 2.22.0\n')
  await writeFile(join(model, 'requirements.txt'), 'mlflow==2.22.0\nnumpy==1\npandas==1\n')
  const reference = 'azureml:ridge:3'
  // This machine's Python has no mlflow: how far it gets is enough here; e2e serves a real model.
  await assert.rejects(lab.serving.deploy({ endpoint: 'mlflow', model: { kind: 'reference', reference } }), {
    code: 'model-failed',
    message: "The model did not start: The deployment's environment does not have mlflow.",
  })
  assert.deepEqual(JSON.parse(JSON.stringify(lab.environments.asked)), [
    {
      kind: 'spec',
      spec: {
        conda: { content: { dependencies: ['pip', { pip: ['mlflow-skinny==2.22.0', 'numpy==1', 'pandas==1'] }] } },
      },
    },
  ])
})

/** As much of mlflow as the scoring host asks for; its model needs a package that mlflow-skinny does not bring. */
const stubMlflow = {
  '__init__.py': '__version__ = "2.22.0"\n',
  'pyfunc.py': `import os
class _Metadata:
    def get_input_schema(self):
        return None
class _Model:
    metadata = _Metadata()
    def predict(self, data):
        return data
def load_model(path):
    if "mlflow-skinny" in os.environ["BUILT"]:
        import brought_by_mlflow
    return _Model()
`,
  'utils/__init__.py': '',
  'utils/proto_json_utils.py':
    'def parse_tf_serving_input(body, schema):\n    return [2 * value for value in body["inputs"]]\n',
}

databaseTest(
  'a model that counts on packages of the whole mlflow gets it, now and after a restart',
  async (database, t) => {
    const lab = await openServing(t, database)
    const model = join(lab.folder, 'models/ridge')
    await mkdir(model, { recursive: true })
    await writeFile(join(model, 'MLmodel'), 'flavors: {python_function: {}}\n')
    await writeFile(join(model, 'requirements.txt'), 'mlflow==2.22.0\n')
    for (const [name, text] of Object.entries(stubMlflow)) {
      await mkdir(join(lab.folder, 'stub/mlflow/utils'), { recursive: true })
      await writeFile(join(lab.folder, 'stub/mlflow', name), text)
    }
    await lab.serving.deploy({
      endpoint: 'whole',
      model: { kind: 'reference', reference: 'azureml:ridge:3' },
      environmentVariables: { PYTHONPATH: join(lab.folder, 'stub') },
    })
    assert.deepEqual(await lab.ask('whole', { inputs: [1, 2] }), { status: 200, text: '{"predictions": [2, 4]}' })
    const log = Buffer.from((await lab.serving.logs('whole', 'default', 0)).bytes).toString()
    assert.match(log, /No module named 'brought_by_mlflow'; trying with the whole of mlflow/)
    await lab.serving.close()
    await lab.restart()
    assert.deepEqual(await lab.ask('whole', { inputs: [3] }), { status: 200, text: '{"predictions": [6]}' })
    assert.equal(lab.environments.asked.length, 3)
  },
)

databaseTest('what cannot be deployed says why before anything is stored', async (database, t) => {
  const lab = await openServing(t, database)
  const scoring = await lab.code(answering('1'))
  const refusals: readonly (readonly [Parameters<typeof lab.serving.deploy>[0], RegExp])[] = [
    [{ endpoint: 'e', scoring }, /"e" cannot be the name of an endpoint/],
    [{ endpoint: 'echo', deployment: '../x', scoring }, /"\.\.\/x" cannot be the name of a deployment/],
    [{ endpoint: 'echo' }, /neither a model nor a scoring script/],
    [{ endpoint: 'echo', scoring, instanceCount: 0 }, /0 x 1 workers/],
    [{ endpoint: 'echo', scoring, environmentVariables: { WORKER_COUNT: 'two' } }, /1 x two workers/],
    [{ endpoint: 'echo', scoring, request: { timeoutMs: 0 } }, /request_timeout_ms is 0/],
    [{ endpoint: 'echo', scoring: { ...scoring, script: 'other.py' } }, /"other\.py" is not a file in/],
    [{ endpoint: 'echo', scoring: { ...scoring, script: '../code-1/score.py' } }, /is not a file in/],
    [{ endpoint: 'echo', model: { kind: 'reference', reference: 'azureml:no' } }, /There is no model "azureml:no"/],
  ]
  for (const [request, message] of refusals) await assert.rejects(lab.serving.deploy(request), { message })
  assert.deepEqual(await lab.serving.list(), [])
})

databaseTest('a model that needs a script and has none is told so', async (database, t) => {
  const lab = await openServing(t, database)
  await writeFile(join(lab.folder, 'model.pkl'), 'x')
  const model = { kind: 'local', path: join(lab.folder, 'model.pkl') } as const
  await assert.rejects(lab.serving.deploy({ endpoint: 'custom', model }), {
    message: /needs a scoring script\. Its model "model\.pkl" is neither an MLflow model nor an ONNX file/,
  })
  const [deployment] = (await lab.serving.show('custom')).deployments
  assert.deepEqual(
    [deployment?.status, deployment?.revision, deployment?.error?.code],
    ['failed', undefined, 'invalid-request'],
  )
  await assert.rejects(lab.ask('custom'), { code: 'not-found' })
})

databaseTest(
  'deploying again replaces what is served: old requests are answered by the old, new ones by the new',
  async (database, t) => {
    const lab = await openServing(t, database)
    await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(slow) })
    const release = join(lab.folder, 'release')
    const old = lab.ask('echo', release)
    const second = await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('"new"')) })
    assert.deepEqual([second.status, second.revision, second.traffic], ['ready', 2, 100])
    assert.equal((await lab.ask('echo')).text, '"new"')
    await writeFile(release, '')
    assert.deepEqual(await old, { status: 200, text: '"old"' })
    await until(async () => !(await readdir(join(lab.place.folder, 'echo/default'))).includes('revision-1'))
  },
)

databaseTest('under load no request fails while a deployment is replaced many times', async (database, t) => {
  const lab = await openServing(t, database)
  const code = await lab.code(answering('os.environ["N"]'))
  const deploy = (n: number) =>
    lab.serving.deploy({ endpoint: 'echo', scoring: code, instanceCount: 2, environmentVariables: { N: String(n) } })
  await deploy(0)
  let isOver = false
  const seen = new Set<string>()
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status, text } = await lab.ask('echo')
      assert.equal(status, 200, text)
      seen.add(text)
    }
  })
  for (let n = 1; n <= 5; n++) await deploy(n)
  isOver = true
  await Promise.all(load)
  assert.equal((await lab.ask('echo')).text, '"5"')
  assert.ok(seen.size >= 5, [...seen].join())
})

databaseTest('an update that cannot start leaves what serves in place and tells why', async (database, t) => {
  const lab = await openServing(t, database)
  await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('"good"')) })
  const bad = { endpoint: 'echo', scoring: await lab.code('import not_there\n') }
  await assert.rejects(lab.serving.deploy(bad), { message: /No module named 'not_there'/ })
  const [deployment] = (await lab.serving.show('echo')).deployments
  assert.deepEqual([deployment?.status, deployment?.revision, deployment?.newestRevision], ['failed', 1, 2])
  assert.match(deployment?.error?.message ?? '', /not_there/)
  assert.equal((await lab.ask('echo')).text, '"good"')
  const log = Buffer.from((await lab.serving.logs('echo', 'default', 0)).bytes).toString()
  assert.match(log, /Traceback[^]*ModuleNotFoundError: No module named 'not_there'/)
})

databaseTest(
  'after a restart everything that was ready serves again, with no help from registry or caller',
  async (database, t) => {
    const lab = await openServing(t, database)
    await mkdir(join(lab.folder, 'models/ridge'), { recursive: true })
    await writeFile(join(lab.folder, 'models/ridge/model.txt'), 'weights')
    const scoring = await lab.code(answering('open(os.environ["AZUREML_MODEL_DIR"] + "/ridge/model.txt").read()'))
    const model = { kind: 'reference', reference: 'azureml:ridge:3' } as const
    await lab.serving.deploy({ endpoint: 'echo', model, scoring })
    await lab.serving.close()
    lab.place.models.materialise = async () => assert.fail('the files are here already')
    await lab.restart()
    assert.deepEqual(await lab.ask('echo'), { status: 200, text: '"weights"' })
  },
)

databaseTest('requests that come before the endpoints are known again wait for them', async (database, t) => {
  const lab = await openServing(t, database)
  await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('"here"')) })
  await lab.serving.close()
  const restarted = lab.restart()
  assert.equal(lab.serving.isReady('echo'), false)
  await lab.serving.authorise('echo', undefined)
  assert.deepEqual(await lab.ask('echo'), { status: 200, text: '"here"' })
  await restarted
})

databaseTest('a server that finds workers of one that was killed ends them', async (database, t) => {
  const lab = await openServing(t, database)
  await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('os.getpid()')) })
  const orphan = Number((await lab.ask('echo')).text)
  // The service is forgotten, not closed: its workers live on as they would if they had not noticed.
  await lab.restart()
  await until(() => !lives(orphan))
  assert.notEqual(Number((await lab.ask('echo')).text), orphan)
})

databaseTest(
  'a deployment that was being created when the server ended is brought up by the next',
  async (database, t) => {
    const lab = await openServing(t, database)
    const gate = join(lab.folder, 'gate')
    const script = `import os, time\ndef init():\n    while not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.005)\ndef run(raw): return "up"\n`
    const begun = await lab.serving.beginDeploy({ endpoint: 'echo', scoring: await lab.code(script) })
    assert.equal(begun.status, 'creating')
    await lab.serving.close()
    assert.equal((await lab.serving.show('echo')).deployments[0]?.status, 'creating')
    await lab.restart()
    await writeFile(gate, '')
    await until(async () => (await lab.serving.show('echo')).deployments[0]?.status === 'ready')
    assert.deepEqual(await lab.ask('echo'), { status: 200, text: '"up"' })
  },
)

databaseTest('traffic is set in one call, checked, and survives a restart', async (database, t) => {
  const lab = await openServing(t, database, { random: () => 0.5 })
  const code = await lab.code(answering('os.environ["NAME"]'))
  for (const deployment of ['blue', 'green'])
    await lab.serving.deploy({
      endpoint: 'echo',
      deployment,
      scoring: code,
      environmentVariables: { NAME: deployment },
    })
  assert.equal((await lab.ask('echo')).text, '"blue"', 'the second deployment takes none by itself')
  assert.equal((await lab.ask('echo', {}, 'green')).text, '"green"', 'but the header reaches it')
  const { version } = await lab.serving.show('echo')
  await lab.serving.changeEndpoint('echo', { traffic: { blue: 10, green: 90 }, version })
  assert.equal((await lab.ask('echo')).text, '"green"')
  await assert.rejects(lab.serving.changeEndpoint('echo', { traffic: { blue: 100 }, version }), { code: 'conflict' })
  await assert.rejects(lab.serving.changeEndpoint('echo', { traffic: { blue: 60, red: 60 } }), {
    code: 'invalid-request',
  })
  await lab.serving.close()
  await lab.restart()
  assert.equal((await lab.ask('echo')).text, '"green"')
  await lab.serving.changeEndpoint('echo', { traffic: { blue: 0, green: 0 } })
  await assert.rejects(lab.ask('echo'), {
    code: 'not-found',
    message: /No deployment of the endpoint "echo" takes traffic/,
  })
})

databaseTest(
  'deleting ends workers, files, keys and rows, and a deletion that was cut off is finished',
  async (database, t) => {
    const lab = await openServing(t, database)
    const code = await lab.code(answering('os.getpid()'))
    for (const deployment of ['blue', 'green'])
      await lab.serving.deploy({ endpoint: 'echo', deployment, scoring: code })
    const pids = await Promise.all(
      ['blue', 'green'].map(async (name) => Number((await lab.ask('echo', {}, name)).text)),
    )
    await assert.rejects(lab.serving.deleteDeployment('echo', 'blue'), { code: 'conflict', message: /takes traffic/ })
    await lab.serving.deleteDeployment('echo', 'green')
    await until(() => !lives(pids[1]!))
    await assert.rejects(lab.ask('echo', {}, 'green'), { code: 'not-found' })
    // Cut off after the wish was stored: the rest is done by the next server.
    const { keys } = lab.place
    await lab.serving.close()
    await lab.restart({ keys: { ...keys, remove: () => Promise.reject(new Error('cut')) } })
    await assert.rejects(lab.serving.deleteEndpoint('echo'), /cut/)
    await assert.rejects(lab.ask('echo'), { message: 'There is no endpoint "echo".' })
    await lab.serving.close()
    await lab.restart()
    assert.deepEqual(await lab.serving.list(), [])
    assert.deepEqual(await readdir(lab.place.folder), [])
    await assert.rejects(keys.read('echo'), { code: 'not-found' })
    await until(() => !pids.some(lives))
  },
)

databaseTest(
  'an endpoint with keys wants one of them; an open one only where keys are required',
  async (database, t) => {
    const lab = await openServing(t, database)
    const { serving } = lab
    await serving.createEndpoint({ name: 'keyed', authMode: 'key', tags: {}, properties: {} })
    await serving.createEndpoint({ name: 'open', authMode: 'none', tags: {}, properties: {} })
    await assert.rejects(serving.createEndpoint({ name: 'open', authMode: 'none', tags: {}, properties: {} }), {
      code: 'already-exists',
    })
    const { primary, secondary } = await serving.credentials('keyed')
    for (const key of [primary, secondary]) await serving.authorise('keyed', key)
    for (const key of [undefined, '', `${primary}x`, (await serving.credentials('open')).primary])
      await assert.rejects(serving.authorise('keyed', key), { code: 'unauthenticated' })
    await serving.authorise('open', undefined)
    await assert.rejects(serving.authorise('open', undefined, true), { code: 'unauthenticated' })
    await serving.authorise('open', (await serving.credentials('open')).primary, true)
    await assert.rejects(serving.authorise('none', primary), { message: 'There is no endpoint "none".' })
  },
)

databaseTest('a log is read on from where it was left', async (database, t) => {
  const lab = await openServing(t, database)
  await lab.serving.deploy({ endpoint: 'echo', scoring: await lab.code(answering('print("said", raw)')) })
  const first = await lab.serving.logs('echo', 'default', 0)
  assert.match(
    Buffer.from(first.bytes).toString(),
    /^\[sluice\] preparing revision 1\n\[sluice\] a note\n[^]*worker 1 is ready\n$/,
  )
  await lab.ask('echo', 7)
  const next = await lab.serving.logs('echo', 'default', first.nextOffset)
  assert.deepEqual([Buffer.from(next.bytes).toString(), next.isAtEnd], ['said 7\n', true])
  await assert.rejects(lab.serving.logs('echo', 'blue', 0), { code: 'not-found' })
})

databaseTest('a unit keeps its deployment, and a header of the endpoint chooses one by label', async (database, t) => {
  const lab = await openServing(t, database)
  const routing = { unitHeader: 'x-unit-id', deploymentHeader: 'x-api-version', labels: { v2: 'green' } }
  await lab.serving.createEndpoint({ name: 'two', authMode: 'none', tags: {}, properties: {}, routing })
  for (const deployment of ['blue', 'green'])
    await lab.serving.deploy({ endpoint: 'two', deployment, scoring: await lab.code(answering(`"${deployment}"`)) })
  await lab.serving.changeEndpoint('two', { traffic: { blue: 50, green: 50 } })
  const ask = async (headers: Record<string, string>) => {
    const body = Buffer.from('1')
    const request = { endpoint: 'two', requestId: 'r', contentType: 'application/json', body, headers: () => headers }
    return (await lab.serving.score(request)).deployment
  }
  const units = Array.from({ length: 40 }, (_, n) => ({ 'X-Unit-Id': `person-${n}` }))
  const first = await Promise.all(units.map(ask))
  assert.deepEqual(await Promise.all(units.map(ask)), first)
  assert.deepEqual(new Set(first), new Set(['blue', 'green']))
  assert.deepEqual(
    await Promise.all([ask({ 'X-Api-Version': 'v2' }), ask({ 'x-api-version': 'blue', 'x-unit-id': 'u' })]),
    ['green', 'blue'],
  )
  await assert.rejects(ask({ 'x-api-version': 'v3' }), { message: /no deployment "v3" that is ready/ })
  // The picture of the store that the next server has is the same.
  await lab.serving.close()
  await lab.restart()
  assert.deepEqual(await Promise.all(units.map(ask)), first)
})

databaseTest('one call goes back to the traffic before, and another one forth again', async (database, t) => {
  const lab = await openServing(t, database)
  for (const deployment of ['blue', 'green'])
    await lab.serving.deploy({ endpoint: 'two', deployment, scoring: await lab.code(answering('1')) })
  await assert.rejects(lab.serving.rollBack('two', {}), { code: 'conflict', message: /no earlier traffic/ })
  const { version } = await lab.serving.changeEndpoint('two', { traffic: { green: 100 }, reason: 'trial' })
  await lab.serving.changeEndpoint('two', { description: 'changes no traffic' })
  await assert.rejects(lab.serving.rollBack('two', { version }), { code: 'conflict' })
  assert.deepEqual((await lab.serving.rollBack('two', { reason: 'too slow' })).traffic, { blue: 100 })
  assert.deepEqual((await lab.serving.rollBack('two', {})).traffic, { green: 100 })
  const events = await readEvents(database.read, { after: 0, limit: 50, subject: 'two' })
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'endpoint.traffic').map(({ body }) => body['reason']),
    [undefined, 'trial', 'too slow', 'rolled back'],
  )
})
