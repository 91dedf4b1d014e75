import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Database } from '../../database/database.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'
import { traceMetrics, type TraceMetricsQuery } from './trace-metrics.ts'

const minute = 60_000

/** Four traces, a minute apart, with a span each. */
async function metricsLab(database: Database, _t: TestContext) {
  const { traces } = trackingLab(database)
  for (const number of [0, 1, 2, 3]) {
    const traceId = `tr-${number}`
    const name = number < 3 ? 'a' : 'b'
    const usage = number === 2 ? 'broken' : JSON.stringify({ input_tokens: number })
    await traces.record({
      ...{ traceId, experimentId: '0', timestampMs: number * minute, executionMs: 10 * (number + 1) },
      state: number === 0 ? 'ERROR' : 'OK',
      metadata: { 'mlflow.trace.session': number < 2 ? 's' : 't', 'mlflow.trace.tokenUsage': usage },
      tags: { 'mlflow.traceName': name, lang: 'de' },
      assessments: [],
    })
    const cost =
      number === 3 ? {} : { 'mlflow.llm.cost': { total_cost: number / 4 }, 'mlflow.llm.model': `m${number % 2}` }
    const times = { startNs: String(number * minute * 1_000_000), endNs: String((number * minute + 5) * 1_000_000) }
    const span = { traceId, spanId: 's', name: `span-${name}`, kind: 0, status: 'OK' as const, events: [], links: [] }
    await traces.recordSpans('0', [{ ...span, ...times, attributes: cost }])
  }
  const said = { kind: 'feedback', sourceType: 'CODE', sourceId: 'x', metadata: {} } as const
  await traces.assessments.create('tr-0', { ...said, name: 'good', value: 'yes' })
  await traces.assessments.create('tr-1', { ...said, name: 'good', value: false })
  await traces.assessments.create('tr-2', { ...said, name: 'score', value: 3 })
  return async (view: TraceMetricsQuery['view'], metric: string, more: Partial<TraceMetricsQuery> = {}) => {
    const aggregations = more.aggregations ?? [{ type: 'COUNT' as const }]
    const points = await traceMetrics(database, { experimentIds: ['0'], view, metric, ...more, aggregations })
    return points.map(({ dimensions, values }) => [...Object.values(dimensions), ...Object.values(values)].join(' '))
  }
}

databaseTest('traces, spans and assessments are counted, summed and spread', async (database, t) => {
  const ask = await metricsLab(database, t)
  assert.deepEqual(await ask('TRACES', 'trace_count'), ['4'])
  assert.deepEqual(await ask('TRACES', 'trace_count', { dimensions: ['trace_status'] }), ['ERROR 1', 'OK 3'])
  assert.deepEqual(await ask('TRACES', 'session_count'), ['2'])
  const spread = [{ type: 'AVG' }, { type: 'MIN' }, { type: 'MAX' }, { type: 'PERCENTILE', percentile: 50 }] as const
  assert.deepEqual(await ask('TRACES', 'latency', { aggregations: spread }), ['25 10 40 25'])
  assert.deepEqual(await ask('TRACES', 'input_tokens', { aggregations: [{ type: 'SUM' }] }), ['4'])
  const byName = { aggregations: [{ type: 'MAX' }], dimensions: ['trace_name'] } as const
  assert.deepEqual(await ask('TRACES', 'input_tokens', byName), ['a 1', 'b 3'])
  assert.deepEqual(await ask('SPANS', 'span_count', { dimensions: ['span_name'] }), ['span-a 3', 'span-b 1'])
  assert.deepEqual(await ask('SPANS', 'latency', { aggregations: [{ type: 'AVG' }] }), ['5'])
  const byModel = { aggregations: [{ type: 'SUM' }], dimensions: ['span_model_name'] } as const
  assert.deepEqual(await ask('SPANS', 'total_cost', byModel), ['m0 0.5', 'm1 0.25'])
  assert.deepEqual(await ask('ASSESSMENTS', 'assessment_count', { dimensions: ['assessment_name'] }), [
    'good 2',
    'score 1',
  ])
  const average = { aggregations: [{ type: 'AVG' }], dimensions: ['assessment_name'] } as const
  assert.deepEqual(await ask('ASSESSMENTS', 'assessment_value', average), ['good 0.5', 'score 3'])
})

databaseTest('time is cut into buckets, and filters narrow', async (database, t) => {
  const ask = await metricsLab(database, t)
  const range = { startMs: 0, endMs: 2 * minute, intervalSeconds: 120 }
  assert.deepEqual(await ask('TRACES', 'trace_count', range), [
    '1970-01-01T00:00:00+00:00 2',
    '1970-01-01T00:02:00+00:00 1',
  ])
  const filtered = async (...filters: readonly string[]) => (await ask('TRACES', 'trace_count', { filters }))[0]
  assert.equal(await filtered("trace.status = 'OK'"), '3')
  assert.equal(await filtered("trace.tag.lang = 'de'", "trace.metadata.`mlflow.trace.session` = 's'"), '2')
  assert.equal(await filtered("span.name = 'span-b'"), '1')
  assert.equal(await filtered("assessment.name = 'good'"), '2')
  assert.equal(await filtered("assessment.type = 'expectation'"), undefined)
  assert.deepEqual(await ask('SPANS', 'span_count', { filters: ["span.name LIKE '%-a'"] }), ['3'])
  assert.deepEqual(await ask('ASSESSMENTS', 'assessment_count', { filters: ["assessment.name = 'score'"] }), ['1'])
  const refusals = await Promise.all(
    [
      ask('TRACES', 'span_count'),
      ask('TRACES', 'trace_count', { aggregations: [{ type: 'AVG' }] }),
      ask('TRACES', 'trace_count', { dimensions: ['span_name'] }),
      ask('TRACES', 'trace_count', { intervalSeconds: 60 }),
      ask('TRACES', 'latency', { aggregations: [{ type: 'PERCENTILE', percentile: 101 }] }),
      ask('TRACES', 'trace_count', { filters: ["trace.colour = 'red'"] }),
    ].map(refusalOf),
  )
  const expected = [
    /metric_name must be one of/,
    /aggregation_type/,
    /invalid dimension/,
    /are required/,
    /between 0/,
    /has status/,
  ]
  for (const [at, pattern] of expected.entries()) assert.match(refusals[at]!, pattern)
})

databaseTest(
  'overridden assessments do not count, and traces count for a run that they were linked to',
  async (database) => {
    const { traces, runs } = trackingLab(database)
    const { runId } = (await runs.create({})).info
    for (const [traceId, metadata] of [
      ['tr-own', { 'mlflow.sourceRun': runId }],
      ['tr-linked', {}],
      ['tr-other', {}],
    ] as const) {
      const given = { traceId, experimentId: '0', timestampMs: 1, state: 'OK', tags: {}, assessments: [] } as const
      await traces.record({ ...given, executionMs: 1, metadata })
    }
    await traces.linkToRun(['tr-linked'], runId)
    const said = { name: 'good', kind: 'feedback', sourceType: 'HUMAN', sourceId: 'x', metadata: {} } as const
    const first = await traces.assessments.create('tr-own', { ...said, value: 'yes' })
    await traces.assessments.create('tr-own', { ...said, value: 'no', overrides: first.assessmentId })
    const count = { experimentIds: ['0'], aggregations: [{ type: 'COUNT' as const }] }
    const ofRun = [`trace.metadata.\`mlflow.sourceRun\` = '${runId}'`]
    const linked = await traceMetrics(database, { ...count, view: 'TRACES', metric: 'trace_count', filters: ofRun })
    assert.deepEqual(linked[0]?.values, { COUNT: 2 })
    const counted = await traceMetrics(database, { ...count, view: 'ASSESSMENTS', metric: 'assessment_count' })
    assert.deepEqual(counted[0]?.values, { COUNT: 1 })
  },
)

databaseTest('models are counted by the names that any instrumentation gives them', async (database) => {
  const { traces } = trackingLab(database)
  const span = { traceId: 'tr-1', name: 'x', kind: 0, status: 'OK', startNs: '1', events: [], links: [] } as const
  await traces.recordSpans('0', [
    { ...span, spanId: '1', attributes: { 'gen_ai.response.model': 'm', 'gen_ai.provider.name': 'p' } },
    { ...span, spanId: '2', attributes: { 'mlflow.llm.model': 'm', 'mlflow.llm.provider': 'p' } },
    { ...span, spanId: '3', attributes: {} },
  ])
  const query = {
    experimentIds: ['0'],
    view: 'SPANS',
    metric: 'span_count',
    aggregations: [{ type: 'COUNT' }],
  } as const
  const dimensions = ['span_model_name', 'span_model_provider']
  assert.deepEqual(await traceMetrics(database, { ...query, dimensions }), [
    { dimensions: { span_model_name: 'm', span_model_provider: 'p' }, values: { COUNT: 2 } },
  ])
})
