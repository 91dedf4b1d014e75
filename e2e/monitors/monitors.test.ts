// Monitors from outside: a kill -9 around every run, and a served model whose requests move.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startServer, stopServer } from '../crash/server.ts'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'

/** Where a run goes from "store" to "act"; the last is that of the job that its breach starts. */
const points = [
  'monitor-times-found',
  'monitor-run-noted',
  'monitor-run-computed',
  'monitor-run-stored',
  'alert-sent',
  'firing-submitted',
] as const

// The hook of these tests lies on this machine.
process.env['SLUICE_WEBHOOK_HOSTS'] = '127.0.0.1'

interface List<Item> {
  readonly items: readonly Item[]
}
interface Run {
  readonly id: string
  readonly status: string
  readonly detail?: string
}
interface Verdict {
  readonly signal: string
  readonly feature: string
  readonly metric: string
  readonly is_breach: boolean
  readonly since?: string
  readonly moved?: { readonly of: string; readonly from: number; readonly to: number }
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-monitor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The same pseudo-random numbers everywhere, 0 to 1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n)
    return state / 2147483648
  }
}

/** Rows of three features; `shift` moves the second alone. */
function sample(count: number, { seed, shift = 0 }: { readonly seed: number; readonly shift?: number }): number[][] {
  const next = numbers(seed)
  return Array.from({ length: count }, () => [next() + next(), next() + next() + shift, next() * 10])
}

const columns = ['age', 'bmi', 'bp']
const csv = (rows: readonly (readonly number[])[]): string =>
  `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`

/** An address of this machine that remembers the ids of the calls it got. */
async function hook(t: TestContext): Promise<{ readonly url: string; readonly ids: string[] }> {
  const ids: string[] = []
  const server = createServer((request, response) => {
    ids.push(String(request.headers['webhook-id']))
    request.resume().on('end', () => response.end())
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, ids }
}

async function until(isReached: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isReached())) await new Promise((resolve) => setTimeout(resolve, 50))
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const skip = engine === 'postgres' && skipPostgres

  test(`a kill -9 around a run loses none, doubles none, and starts one job (${engine})`, { skip }, async (t) => {
    // The store decides nothing here that the unit tests do not see on both: two points show that it holds.
    for (const point of engine === 'sqlite' ? points : (['monitor-run-computed', 'monitor-run-stored'] as const)) {
      await t.test(point, async (inner) => {
        const folder = makeFolder(inner)
        const { url, ids } = await hook(inner)
        const marks = join(folder, 'marks')
        const database = engine === 'postgres' ? await makeSchema(inner) : undefined
        const place = { data: join(folder, 'store'), ...(database !== undefined && { database }) }
        writeFileSync(join(folder, 'reference.csv'), csv(sample(200, { seed: 1 })))
        writeFileSync(join(folder, 'production.csv'), csv(sample(200, { seed: 2, shift: 1 })))
        writeFileSync(
          join(folder, 'retrain.yml'),
          `type: command\nexperiment_name: retrain\ninputs: {drifted: none}\nis_deterministic: false\ncommand: echo \${{inputs.drifted}} >>${marks}\n`,
        )
        const file = join(folder, 'monitor.yml')
        // Without a start it runs the moment it is made, and then not for a month.
        writeFileSync(
          file,
          `name: drift
trigger: {type: recurrence, frequency: month, interval: 1}
create_monitor:
  monitoring_signals:
    inputs: {type: data_drift, production_data: {input_data: ./production.csv}, reference_data: {input_data: ./reference.csv}}
  alert_notification: {webhooks: [${url}]}
  on_breach: {run: ./retrain.yml, inputs: {drifted: '\${{trigger.features}}'}}
`,
        )
        const doomed = await startServer({ ...place, crashAt: point })
        const created = doomed.post('/api/v1/monitors', { file }).catch(() => undefined)
        assert.equal((await doomed.ended).signal, 'SIGKILL', `${point} was never reached`)
        await created
        const server = await startServer(place)
        await until(async () => {
          const { items } = await server.get<List<{ job_status?: string }>>('/api/v1/monitors/drift/breaches')
          const sent = await server.get<List<{ state: string }>>('/api/v1/monitors/drift/deliveries')
          const isSent = sent.items.length > 0 && sent.items.every(({ state }) => state === 'delivered')
          return isSent && items.length > 0 && items.every(({ job_status: status }) => status === 'Completed')
        })
        const runs = await server.get<List<Run>>('/api/v1/monitors/drift/runs')
        assert.deepEqual(
          runs.items.map(({ status, detail }) => [status, detail]),
          [['completed', undefined]],
        )
        const alerts = await server.get<List<{ signal: string }>>('/api/v1/alerts')
        assert.deepEqual(
          alerts.items.map(({ signal }) => signal),
          ['inputs'],
        )
        assert.equal(readFileSync(marks, 'utf8'), 'bmi\n')
        assert.equal(new Set(ids).size, 1)
        await stopServer(server)
      })
    }
  })
}

test('of a served model exactly the features that moved are named', async (t) => {
  const folder = makeFolder(t)
  mkdirSync(join(folder, 'code'))
  writeFileSync(
    join(folder, 'code', 'score.py'),
    'import json\ndef init(): pass\ndef run(raw): return {"prediction": [sum(row) for row in json.loads(raw)["input_data"]["data"]]}\n',
  )
  writeFileSync(
    join(folder, 'deployment.yml'),
    'name: blue\nendpoint_name: diabetes\ncode_configuration: {code: code, scoring_script: score.py}\n' +
      'data_collector: {collections: {model_inputs: {enabled: true}, model_outputs: {enabled: true}}}\n' +
      'request_settings: {request_timeout_ms: 90000}\n',
  )
  writeFileSync(join(folder, 'reference.csv'), csv(sample(300, { seed: 1 })))
  const file = join(folder, 'monitor.yml')
  writeFileSync(
    file,
    `name: diabetes-drift
trigger: {type: cron, expression: 0 3 * * *}
create_monitor:
  monitoring_target: {ml_task: regression, endpoint_deployment_id: azureml:diabetes:blue}
  monitoring_signals:
    inputs:
      type: data_drift
      reference_data: {input_data: {type: uri_file, path: ./reference.csv}, data_context: validation}
    outputs: {type: prediction_drift}
    latency: {type: endpoint_performance, metric_thresholds: {failure_rate: 0.5}}
`,
  )
  const server = await startServer({ data: join(folder, 'store') })
  t.after(() => stopServer(server))
  await server.post('/api/v1/endpoints/diabetes/deploy', { file: join(folder, 'deployment.yml') })
  await server.post('/api/v1/monitors', { file })
  const send = async (rows: readonly (readonly number[])[]): Promise<void> => {
    for (let start = 0; start < rows.length; start += 10) {
      const data = rows.slice(start, start + 10)
      const index = data.map((_, at) => at)
      await server.post('/endpoints/diabetes/score', { input_data: { columns, index, data } })
    }
  }
  const run = async (): Promise<readonly Verdict[]> => {
    const { id } = await server.post<Run>('/api/v1/monitors/diabetes-drift/run', {})
    const found = await server.get<Run & { verdicts: readonly Verdict[] }>(`/api/v1/monitors/diabetes-drift/runs/${id}`)
    assert.deepEqual([found.status, found.detail], ['completed', undefined])
    return found.verdicts
  }
  await send(sample(300, { seed: 5 }))
  const well = await run()
  assert.deepEqual(
    well.filter(({ signal }) => signal === 'inputs').map(({ feature, is_breach: isBreach }) => [feature, isBreach]),
    columns.map((feature) => [feature, false]),
  )
  assert.equal(well.find(({ metric }) => metric === 'failure_rate')?.is_breach, false)
  await send(sample(300, { seed: 6, shift: 1 }))
  const moved = await run()
  assert.deepEqual(
    moved.filter(({ is_breach: isBreach }) => isBreach).map(({ signal, feature }) => `${signal} ${feature}`),
    ['inputs bmi'],
  )
  const { moved: by, since } = moved.find(({ is_breach: isBreach }) => isBreach)!
  assert.equal(by!.of, 'mean')
  assert.ok(by!.to - by!.from > 0.4 && since !== undefined)
  const { items } =
    await server.get<List<{ signal: string; findings: readonly { sentence: string }[] }>>('/api/v1/alerts?open=true')
  assert.deepEqual(
    items.map(({ signal }) => signal),
    ['inputs'],
  )
  assert.match(items[0]!.findings[0]!.sentence, /^bmi: normalized_wasserstein_distance /)
  assert.ok(existsSync(join(folder, 'store')))
})
