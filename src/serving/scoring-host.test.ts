import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { jsonRequest, lives, realClock, scriptHome, until } from './serving.test-support.ts'
import { startWorker, type ScoringRequest, type WorkerAnswer, type WorkerEnd } from './worker.ts'

/** One host with a script; `ask` answers with what the host said, `ended` with why it is no more. */
async function openHost(t: TestContext, script: string) {
  const home = await scriptHome(t, script)
  const answers = new Map<number, (answer: WorkerAnswer) => void>()
  const ready = Promise.withResolvers<JsonObject>()
  const ended = Promise.withResolvers<WorkerEnd>()
  const worker = startWorker(
    home.command,
    {
      alive: () => assert.fail('nobody asked'),
      ready: ready.resolve,
      answered: (arrived) => arrived.forEach(({ id, answer }) => answers.get(id)?.(answer)),
      ended: (end) => {
        ended.resolve(end)
        ready.reject(new Error(end.reason))
      },
    },
    { clock: realClock, logDescriptor: home.log.descriptor },
  )
  ready.promise.catch(() => undefined)
  t.after(async () => {
    worker.kill()
    await ended.promise
  })
  let lastId = 0
  return {
    home,
    worker,
    ready: ready.promise,
    ended: ended.promise,
    ask: (request: ScoringRequest) =>
      new Promise<WorkerAnswer>((resolve) => {
        answers.set(++lastId, resolve)
        worker.score([{ id: lastId, request }])
      }),
  }
}

const returning = (value: string) => `
def init():
    pass

def run(raw_data):
    return ${value}
`

async function bodyOf(t: TestContext, script: string, request = jsonRequest({})): Promise<string> {
  const host = await openHost(t, script)
  const answer = await host.ask(request)
  assert.equal(answer.outcome, 'answered', JSON.stringify(answer))
  return answer.outcome === 'answered' ? answer.body.toString() : ''
}

test('a script gets the body as text and its result goes out as JSON', async (t) => {
  const script = returning('{"got": raw_data, "kind": type(raw_data).__name__}')
  const body = await bodyOf(t, script, jsonRequest({ data: [[1, 'é']] }))
  assert.deepEqual(JSON.parse(body), { got: '{"data":[[1,"é"]]}', kind: 'str' })
})

test('results are written as the Azure ML inference server writes them, and NaN as null', async (t) => {
  assert.equal(await bodyOf(t, returning('None')), '{}')
  assert.equal(await bodyOf(t, returning('"[1]"')), '"[1]"')
  assert.equal(await bodyOf(t, returning('[1.5, float("nan"), float("-inf")]')), '[1.5, null, null]')
  assert.equal(await bodyOf(t, returning('{1: (2, {3}), "e": "é"}')), '{"1": [2, [3]], "e": "é"}')
})

test('what a script prints, or writes to descriptor 1, lands in the log and never in an answer', async (t) => {
  const host = await openHost(
    t,
    `
import os, sys
print("while importing")
def init():
    print("in init", file=sys.stderr)
def run(raw):
    print("in run"); os.write(1, b"raw bytes \\x00\\xff"); os.system("echo from a child")
    return 1
`,
  )
  await host.ready
  for (let turn = 0; turn < 3; turn++) assert.equal((await host.ask(jsonRequest({}))).outcome, 'answered')
  const log = await host.home.logText()
  for (const text of ['while importing', 'in init', 'in run', 'raw bytes', 'from a child'])
    assert.ok(log.includes(text), text)
})

test('a raising script is answered with the exception, and its traceback stays in the log', async (t) => {
  const host = await openHost(t, 'def init(): pass\ndef run(raw):\n    return [1][int(raw)]\n')
  const failed = await host.ask({ ...jsonRequest({}), body: Buffer.from('7') })
  assert.equal(failed.outcome === 'failed' && failed.message, 'IndexError: list index out of range')
  assert.match(await host.home.logText(), /Traceback \(most recent call last\):[^]*IndexError: list index out of range/)
  const next = await host.ask({ ...jsonRequest({}), body: Buffer.from('0') })
  assert.equal(next.outcome === 'answered' && next.body.toString(), '1')
})

test('sys.exit() in run() fails the request and not the worker', async (t) => {
  const host = await openHost(t, 'import sys\ndef init(): pass\ndef run(raw):\n    sys.exit(raw)\n')
  const answer = await host.ask(jsonRequest('bye'))
  assert.equal(answer.outcome === 'failed' && answer.message, 'SystemExit: "bye"')
  assert.equal((await host.ask(jsonRequest('again'))).outcome, 'failed')
})

test("a body that is no JSON is the client's mistake when the script trips over it", async (t) => {
  const host = await openHost(t, 'import json\ndef init(): pass\ndef run(raw):\n    return json.loads(raw)["a"]\n')
  const rejected = async (body: string | Buffer) => {
    const answer = await host.ask({ ...jsonRequest({}), body: Buffer.from(body) })
    return answer.outcome === 'rejected' ? answer.message : answer.outcome
  }
  assert.equal(await rejected('{"a": '), 'The body is not valid JSON: Expecting value: line 1 column 7 (char 6)')
  assert.equal(await rejected('['.repeat(100_000)), 'The body is not valid JSON: it is nested too deeply')
  assert.equal(
    await rejected(Buffer.from([0x22, 0xff, 0x22])),
    "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
  )
  assert.equal(await rejected('{"b": 1}'), 'failed', "KeyError is the script's own")
})

test('an XML, npy or multipart body is refused unread; what clients send untold is text if it is any', async (t) => {
  const host = await openHost(t, returning('"was read"'))
  for (const contentType of ['application/xml', 'text/xml', 'application/x-npy', 'multipart/form-data']) {
    const answer = await host.ask({ ...jsonRequest({}), contentType })
    assert.equal(answer.outcome === 'rejected' && answer.code, 'unsupported-media-type', contentType)
  }
  const untold = ['', 'application/x-www-form-urlencoded', 'application/octet-stream']
  for (const contentType of [...untold, 'text/csv', 'text/plain', 'text/yaml', 'application/vnd.acme+json'])
    assert.equal((await host.ask({ ...jsonRequest({}), contentType })).outcome, 'answered', contentType)
  const pickle = Buffer.from([0x80, 0x04, 0x4b, 0x07, 0x2e])
  const answer = await host.ask({ ...jsonRequest({}), contentType: 'application/octet-stream', body: pickle })
  assert.equal(answer.outcome === 'rejected' && answer.code, 'invalid-request')
})

test('a script that asks for request_headers gets them', async (t) => {
  const script = 'def init(): pass\ndef run(data, request_headers):\n    return request_headers["x-unit"]\n'
  const host = await openHost(t, script)
  assert.equal((await host.ready)['wantsHeaders'], true)
  const answer = await host.ask({ ...jsonRequest({}), headers: { 'x-unit': '7' } })
  assert.equal(answer.outcome === 'answered' && answer.body.toString(), '"7"')
})

test('a script that cannot be served says why before the first request', async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['def init(): pass\n', /^score\.py has no run\(\) function/],
    ['def init(): pass\ndef run(): pass\n', /has no parameter for the input data/],
    ['def init(): pass\ndef run(*args): pass\n', /cannot take positional-only arguments, \*args or \*\*kwargs/],
    [
      'def init():\n    open("no-such-file")\ndef run(d): pass\n',
      /^init\(\) in score\.py raised FileNotFoundError: .*\(line 2 of score\.py\)/,
    ],
    [
      'import nothing_like_it\n',
      /^score\.py cannot be imported: ModuleNotFoundError: No module named 'nothing_like_it'/,
    ],
    ['def run(:\n', /^score\.py cannot be imported: SyntaxError/],
  ]
  for (const [script, reason] of cases) assert.match((await (await openHost(t, script)).ended).reason, reason)
})

test('a script that needs a package of Azure ML is told which package brings it', async (t) => {
  const schema = await openHost(t, 'from inference_schema.schema_decorators import input_schema\n')
  assert.match((await schema.ended).hint!, /^Add "azureml-inference-server-http" to the deployment's environment/)
  const sdk = await openHost(t, 'from azureml.core.model import Model\n')
  assert.match((await sdk.ended).hint!, /Azure ML package that provides "azureml"/)
})

test('closing lets a worker run its exit handlers', async (t) => {
  const host = await openHost(
    t,
    'import atexit, time\natexit.register(lambda: (time.sleep(0.1), print("flushed")))\ndef init(): pass\ndef run(d): pass\n',
  )
  await host.ready
  host.worker.close(10_000)
  assert.deepEqual(await host.ended, { reason: 'ended with status 0' })
  assert.match(await host.home.logText(), /flushed/)
})

test('a killed worker takes the processes that the model started with it', async (t) => {
  const host = await openHost(
    t,
    'import subprocess\ndef init(): pass\ndef run(d):\n    return subprocess.Popen(["sleep", "600"]).pid\n',
  )
  const answer = await host.ask(jsonRequest({}))
  const pid = Number(answer.outcome === 'answered' && answer.body.toString())
  assert.equal(lives(pid), true)
  host.worker.kill()
  assert.deepEqual(await host.ended, { reason: 'was killed by SIGKILL' })
  await until(() => !lives(pid))
})
