import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import type { Span } from '../../tracking/traces/trace.ts'
import { traceRoutes } from './trace-routes.ts'

type Answer = Readonly<Record<string, unknown>>
type Items = readonly { readonly trace_id: string }[]

function span(spanId: string, more: Partial<Span>): Span {
  const times = { startNs: '1000000000', endNs: '2500000000' }
  return {
    ...{ traceId: 'tr-a', spanId, name: spanId, kind: 0, status: 'OK', attributes: {}, events: [], links: [] },
    ...times,
    ...more,
  }
}

databaseTest('traces are searched over experiments, times and states, and counted', async (database, t) => {
  const tracking = trackingLab(database)
  const server = await startHttpServer({ routes: traceRoutes(tracking), port: 0 })
  t.after(() => server.close())
  const ask = async (path: string, body: object): Promise<{ readonly status: number; readonly body: Answer }> => {
    const response = await fetch(`${server.url}/api/v1/traces/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const other = await tracking.experiments.create({ name: 'other' })
  const gone = await tracking.experiments.create({ name: 'gone' })
  const record = (traceId: string, experimentId: string, more: object = {}) =>
    tracking.traces.record({
      ...{ traceId, experimentId, state: 'OK', metadata: {}, tags: {}, assessments: [] },
      timestampMs: 1000,
      ...more,
    })
  const metadata = {
    'mlflow.trace.session': 's-1',
    'mlflow.trace.user': 'ada',
    'mlflow.sourceRun': 'r-1',
    'mlflow.trace.tokenUsage': '{"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}',
    'mlflow.trace.cost': '{"total_cost": 0.25}',
  }
  await record('tr-a', '0', { metadata, tags: { 'mlflow.traceName': 'answer', team: 'blue' }, executionMs: 1500 })
  await record('tr-b', other, { timestampMs: 2000, state: 'ERROR', metadata: { 'mlflow.trace.tokenUsage': '{' } })
  await record('tr-c', gone, { timestampMs: 3000 })
  await tracking.experiments.delete(gone)
  const said = { name: 'good', kind: 'feedback', sourceType: 'HUMAN', sourceId: 'ada', metadata: {} } as const
  const first = await tracking.traces.assessments.create('tr-a', { ...said, value: false })
  await tracking.traces.assessments.create('tr-a', { ...said, value: true, overrides: first.assessmentId })

  const ids = async (body: object): Promise<readonly string[]> =>
    ((await ask('search', body)).body['items'] as Items).map(({ trace_id: id }) => id)
  const total = async (body: object): Promise<unknown> => (await ask('count', body)).body['total']
  const asked: readonly (readonly [query: object, found: readonly string[]])[] = [
    [{}, ['tr-b', 'tr-a']],
    [{ experiment_ids: ['0'] }, ['tr-a']],
    [{ experiment_ids: [gone] }, ['tr-c']],
    [{ experiment_ids: ['99'] }, []],
    [{ state: 'ERROR' }, ['tr-b']],
    [{ from: '1970-01-01T00:00:02Z' }, ['tr-b']],
    [{ to: '1970-01-01T00:00:02Z' }, ['tr-a']],
    [{ filter: "tags.team = 'blue'", state: 'OK' }, ['tr-a']],
    [{ filter: "feedback.good = 'true'" }, ['tr-a']],
    [{ filter: "feedback.good = 'false'" }, []],
  ]
  for (const [query, found] of asked) {
    assert.deepEqual(await ids(query), found, JSON.stringify(query))
    assert.equal(await total(query), found.length, JSON.stringify(query))
  }

  const page = (await ask('search', { max_results: 1, order_by: ['timestamp_ms ASC'] })).body
  assert.deepEqual(page['items'], [
    {
      trace_id: 'tr-a',
      experiment_id: '0',
      state: 'OK',
      started_at: '1970-01-01T00:00:01.000Z',
      name: 'answer',
      duration_ms: 1500,
      total_tokens: 12,
      total_cost: 0.25,
      session: 's-1',
      user: 'ada',
      run_id: 'r-1',
      tags: { team: 'blue' },
      assessments: [{ name: 'good', kind: 'feedback', value: true, is_error: false }],
    },
  ])
  const next = { max_results: 1, order_by: ['timestamp_ms ASC'], page_token: page['next_page_token'] }
  assert.deepEqual(await ids(next), ['tr-b'])
  // A token is for the search that gave it.
  assert.equal((await ask('search', { ...next, state: 'ERROR' })).status, 400)

  await tracking.traces.recordSpans('0', [
    span('aa', {}),
    span('bb', {
      parentSpanId: 'aa',
      startNs: '1002500001',
      status: 'ERROR',
      statusMessage: 'no answer',
      attributes: {
        'mlflow.spanType': 'CHAT_MODEL',
        'input.value': '{"messages": []}',
        'gen_ai.usage.input_tokens': 3,
      },
      events: [{ name: 'exception', timeNs: '1003500001', attributes: { 'exception.type': 'KeyError' } }],
      links: [{ traceId: 'tr-b', spanId: 'cc', attributes: {} }],
    }),
  ])
  await tracking.traces.linkPrompts('tr-a', ['greet/2'])
  const get = async (path: string) => fetch(`${server.url}/api/v1/traces/${path}`)
  const whole = (await (await get('tr-a')).json()) as Answer
  assert.deepEqual(whole['spans'], [
    { span_id: 'aa', name: 'aa', type: 'UNKNOWN', status: 'OK', start_ms: 0, duration_ms: 1500 },
    {
      ...{
        span_id: 'bb',
        name: 'bb',
        type: 'CHAT_MODEL',
        status: 'ERROR',
        start_ms: 2.500001,
        duration_ms: 1497.499999,
      },
      ...{ parent_span_id: 'aa', total_tokens: 3 },
    },
  ])
  assert.deepEqual(whole['prompts'], [{ name: 'greet', version: '2' }])
  const assessments = whole['assessments'] as readonly Answer[]
  assert.deepEqual(
    assessments.map(({ value, is_valid: isValid, source_id: who }) => [value, isValid, who]),
    [
      [false, false, 'ada'],
      [true, true, 'ada'],
    ],
  )
  const one = (await (await get('tr-a/spans/bb')).json()) as Answer
  assert.deepEqual(one['inputs'], { messages: [] })
  assert.equal(one['status_message'], 'no answer')
  assert.deepEqual(one['events'], [{ name: 'exception', at_ms: 1, attributes: { 'exception.type': 'KeyError' } }])
  assert.deepEqual(one['links'], [{ trace_id: 'tr-b', span_id: 'cc' }])
  for (const path of ['tr-none', 'tr-a/spans/zz', 'tr-none/spans/aa']) assert.equal((await get(path)).status, 404, path)

  const wrong = await ask('search', { filter: 'span.name >> 3' })
  assert.equal(wrong.status, 400)
  const { at, message } = wrong.body['error'] as { readonly at: object; readonly message: string }
  assert.deepEqual(at, { file: 'filter', line: 1, column: 11 })
  assert.match(message, /\n {2}span\.name >> 3\n {12}\^$/)
  for (const body of [{ max_results: 501 }, { state: 'DONE' }, { from: 'yesterday' }])
    assert.equal((await ask('search', body)).status, 400, JSON.stringify(body))
})
