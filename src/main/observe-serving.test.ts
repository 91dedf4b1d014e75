import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from '../artifacts/content-lab.test-support.ts'
import { settings } from '../config.ts'
import { openServer } from '../main.ts'

const script = `
import json, os, time
def init(): pass
def run(raw_data, request_headers):
    wanted = json.loads(raw_data)
    open(os.environ["EXECUTIONS"], "a").write(wanted.get("name", "") + "\\n")
    while "wait_for" in wanted and not os.path.exists(wanted["wait_for"]): time.sleep(0.005)
    return {"traceparent": request_headers.get("Traceparent")}
`

/** A server with one endpoint, everything that looks on turned on, and a collector of spans. */
async function openEcho(t: TestContext) {
  const home = temporaryFolder(t)
  const spans: { traceId: string; name: string; parentSpanId?: string }[] = []
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      type Batch = { resourceSpans: { scopeSpans: { spans: typeof spans }[] }[] }
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Batch
      spans.push(...resourceSpans[0]!.scopeSpans[0]!.spans)
      response.end()
    })
  }).listen(0, '127.0.0.1')
  t.after(() => collector.close())
  await new Promise((resolve) => collector.once('listening', resolve))
  const environment = {
    ...{ HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_PORT: '0', SLUICE_ACCESS_LOG: 'on' },
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  }
  const inForce = settings({ environment, home, workingFolder: home })
  const server = await openServer({ settings: inForce, environment })
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await server.close()
    isOpen = false
  }
  t.after(close)
  const executions = join(home, 'executions')
  writeFileSync(executions, '')
  mkdirSync(join(home, 'code'))
  writeFileSync(join(home, 'code', 'score.py'), script)
  writeFileSync(
    join(home, 'deployment.yml'),
    `name: blue
endpoint_name: echo
code_configuration: {code: code, scoring_script: score.py}
environment_variables: {EXECUTIONS: ${executions}}
request_settings: {request_timeout_ms: 60000}
`,
  )
  const call = (path: string, options: RequestInit = {}): Promise<Response> => fetch(`${server.url}${path}`, options)
  const deployed = await call('/api/v1/endpoints/echo/deploy', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-sluice-local-token': server.localToken },
    body: JSON.stringify({ file: join(home, 'deployment.yml') }),
  })
  assert.equal(deployed.status, 200, await deployed.text())
  const ask = (body: object, options: RequestInit = {}): Promise<Response> =>
    call('/endpoints/echo/score', {
      ...{ method: 'POST', body: JSON.stringify(body), ...options },
      headers: { 'content-type': 'application/json', ...(options.headers as Record<string, string>) },
    })
  return { home, spans, call, ask, close, folder: inForce.data, executions: () => readFileSync(executions, 'utf8') }
}

/** The value of a sample whose line begins so. */
function sample(page: string, start: string): number {
  const line = page.split('\n').find((each) => each.startsWith(start))
  assert.ok(line, `${start} is not in\n${page}`)
  return Number(line.slice(line.lastIndexOf(' ') + 1))
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(5)
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const given = `00-${traceId}-00f067aa0ba902b7-01`

test('a request is found in the metrics, the access log, its trace and the resource use of its deployment', async (t) => {
  const lab = await openEcho(t)
  const answer = await lab.ask({ name: 'one' }, { headers: { traceparent: given, 'x-request-id': 'mine' } })
  const echoed = answer.headers.get('traceparent')!
  assert.match(echoed, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
  assert.notEqual(echoed, given, 'the span is the server’s own')
  assert.deepEqual(await answer.json(), { traceparent: echoed })
  await (await lab.ask({ name: 'two' }, { headers: { traceparent: 'nonsense' } })).text()

  const metrics = await lab.call('/metrics')
  assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  const page = await metrics.text()
  const labels = 'endpoint="echo",deployment="blue"'
  assert.equal(sample(page, `sluice_requests_total{${labels},status="200"}`), 2)
  assert.equal(sample(page, `sluice_request_seconds_count{${labels}}`), 2)
  assert.equal(sample(page, `sluice_workers_ready{${labels}}`), 1)
  assert.ok(sample(page, `sluice_worker_memory_bytes{${labels}}`) > 1e6)
  assert.ok(sample(page, 'process_cpu_seconds_total') > 0)

  const shown = (await (await lab.call('/api/v1/endpoints/echo')).json()) as {
    deployments: { resource_use: { workers_ready: number; memory_bytes: number } }[]
  }
  assert.equal(shown.deployments[0]!.resource_use.workers_ready, 1)
  assert.ok(shown.deployments[0]!.resource_use.memory_bytes > 1e6)

  const series = (await (await lab.call('/api/v1/endpoints/echo/series')).json()) as {
    step: number
    deployments: { deployment: string; points: { requests: number; errors: number; p50: number }[] }[]
  }
  assert.equal(series.step, 10)
  const { deployment, points } = series.deployments[0]!
  assert.equal(deployment, 'blue')
  assert.equal(
    points.reduce((sum, { requests }) => sum + requests, 0),
    2,
  )
  assert.ok(points.every(({ errors, p50 }) => errors === 0 && p50 > 0 && p50 < 60))
  const backwards = await lab.call('/api/v1/endpoints/echo/series?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z')
  assert.equal(backwards.status, 400)
  assert.equal((await lab.call('/api/v1/endpoints/nobody/series')).status, 404)
  const openapi = (await (await lab.call('/api/v1/endpoints/echo/openapi')).json()) as {
    openapi: string
    paths: object
  }
  assert.match(openapi.openapi, /^3/)
  assert.ok('/score' in openapi.paths || '/endpoints/echo/score' in openapi.paths, Object.keys(openapi.paths).join())

  await lab.close()
  const lines = readFileSync(join(lab.folder, 'logs', 'access.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const [first, second] = lines.map((line) => JSON.parse(line) as { request_id: string; trace_id: string })
  assert.equal(lines.length, 2)
  assert.deepEqual([first!.request_id, first!.trace_id], ['mine', traceId])
  assert.notEqual(second!.trace_id, traceId, 'a trace of its own')
  assert.deepEqual(
    lab.spans.filter((span) => span.traceId === traceId).map(({ name }) => name),
    ['score echo', 'predict'],
  )
  assert.equal(lab.spans.find(({ name }) => name === 'score echo')!.parentSpanId, '00f067aa0ba902b7')
  assert.equal(lab.spans.length, 4)
})

test('a client that closes its connection while it waits stops waiting, and its request is never run', async (t) => {
  const lab = await openEcho(t)
  const file = join(lab.home, 'go')
  const running = lab.ask({ name: 'running', wait_for: file })
  await until(() => lab.executions() === 'running\n')
  const labels = 'endpoint="echo",deployment="blue"'
  const waiting = async (): Promise<number> =>
    sample(await (await lab.call('/metrics')).text(), `sluice_queue_length{${labels}}`)
  const client = new AbortController()
  const left = lab.ask({ name: 'left' }, { signal: client.signal })
  await until(async () => (await waiting()) === 1)
  client.abort()
  await assert.rejects(left, { name: 'AbortError' })
  await until(async () => (await waiting()) === 0)
  writeFileSync(file, '')
  assert.equal((await running).status, 200)
  await (await lab.ask({ name: 'last' })).text()
  assert.equal(lab.executions(), 'running\nlast\n')
})
