import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { send, startServer } from '../server.ts'

/** As Azure ML's examples have it, with the package that their environments bring. */
const script = `
import json
import pandas as pd
from azureml.ai.monitoring import Collector
from azureml.ai.monitoring.context import BasicCorrelationContext

def init():
    global drivers
    drivers = Collector(name="drivers")

def run(raw_data, request_headers):
    frame = pd.DataFrame(json.loads(raw_data)["data"], columns=["age", "bmi"])
    drivers.collect(frame * 2, BasicCorrelationContext(id=request_headers["X-Ms-Client-Request-Id"]))
    return (frame["age"] + frame["bmi"]).tolist()
`
const deployment = `
name: blue
endpoint_name: collect
code_configuration: {code: code, scoring_script: score.py}
environment:
  conda_file: {dependencies: [python=3.11, pip, {pip: [pandas==2.3.3, azureml-ai-monitoring==1.0.0]}]}
data_collector:
  collections:
    model_inputs: {enabled: 'True'}
    model_outputs: {enabled: 'True'}
    drivers: {enabled: 'True'}
request_settings: {request_timeout_ms: 90000}
`

interface StoredRequest {
  readonly collections: Readonly<Record<string, readonly unknown[]>>
  readonly assets: readonly string[]
}

test("azureml-ai-monitoring's Collector works as it is, and what was written survives a kill", async (t) => {
  const server = await startServer(t)
  const folder = join(server.data, 'project')
  await mkdir(join(folder, 'code'), { recursive: true })
  await writeFile(join(folder, 'code/score.py'), script)
  await writeFile(join(folder, 'deployment.yml'), deployment)
  const deployed = await server.post('/api/v1/endpoints/collect/deploy', { file: join(folder, 'deployment.yml') })
  assert.equal(deployed.status, 200, JSON.stringify(deployed.body))
  const answer = await send(`${server.url()}/endpoints/collect/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-ms-client-request-id': 'wanted' },
    body: '{"data": [[1, 2], [3, 4.5]]}',
  })
  assert.deepEqual([answer.status, answer.body], [200, [3, 7.5]])

  const find = async (): Promise<StoredRequest> => {
    const { status, body } = await server.get('/api/v1/payloads/requests/wanted')
    if (status === 200 && Object.keys((body as StoredRequest).collections).length === 3) return body as StoredRequest
    await pause(50)
    return find()
  }
  const expected = {
    drivers: [
      { age: 2, bmi: 4 },
      { age: 6, bmi: 9 },
    ],
    model_inputs: [
      { input_0: 1, input_1: 2 },
      { input_0: 3, input_1: 4.5 },
    ],
    model_outputs: [{ prediction: 3 }, { prediction: 7.5 }],
  }
  assert.deepEqual((await find()).collections, expected)
  await server.kill()
  await server.start()
  const survived = await find()
  assert.deepEqual(survived.collections, expected)

  const ended = await server.post('/api/v1/payloads/end-windows', {})
  assert.equal(ended.status, 200)
  while ((await find()).assets.length < 3) await pause(50)
  assert.deepEqual((await find()).assets, [
    'azureml:collect-blue-drivers:1',
    'azureml:collect-blue-model_inputs:1',
    'azureml:collect-blue-model_outputs:1',
  ])
  assert.deepEqual((await find()).collections, expected)
  assert.equal((await server.get('/api/v1/payloads/requests/nobody')).status, 404)
  const anonymous = await send(`${server.url()}/modeldata/log`, { method: 'POST', body: '[]' })
  assert.equal(anonymous.status, 401)
})
