import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'
import type { NewAssessment } from './assessment-store.ts'
import type { Span } from './trace.ts'

const traceId = `tr-${'a'.repeat(32)}`

function span(spanId: string, more: Partial<Span> = {}): Span {
  const times = { startNs: '1700000000000000001', endNs: '1700000002000000001' }
  const empty = { kind: 0, status: 'OK', attributes: {}, events: [], links: [] } as const
  return { traceId, spanId, name: spanId, ...times, ...empty, ...more }
}

function info(more: object = {}) {
  const given = { traceId, experimentId: '0', timestampMs: 1_700_000_000_500, executionMs: 7, state: 'ERROR' as const }
  return { ...given, metadata: { a: 'b' }, tags: { t: 'u' }, assessments: [], ...more }
}

function said(name: string, value: NewAssessment['value'], more: Partial<NewAssessment> = {}): NewAssessment {
  return { name, kind: 'feedback', value, sourceType: 'CODE', sourceId: 'x', metadata: {}, ...more }
}

databaseTest('spans widen a trace until its info comes, which is authoritative', async (database) => {
  const { traces } = trackingLab(database)
  const child = { parentSpanId: 'root', startNs: '1699999999000000000', endNs: '1700000005000000000' }
  await traces.recordSpans('0', [span('child', child)])
  assert.deepEqual(
    [(await traces.info(traceId)).state, (await traces.info(traceId)).executionMs],
    ['IN_PROGRESS', 6000],
  )
  await traces.recordSpans('0', [span('root', { attributes: { 'mlflow.spanInputs': 'hello' } })])
  const open = await traces.info(traceId)
  assert.deepEqual([open.state, open.timestampMs, open.executionMs], ['OK', 1_699_999_999_000, 6000])
  assert.deepEqual([open.requestPreview, open.tags['mlflow.traceName']], ['"hello"', 'root'])
  await traces.record(info())
  await traces.recordSpans('0', [span('late', { ...child, endNs: '1800000000000000000' })])
  const closed = await traces.info(traceId)
  assert.deepEqual([closed.state, closed.timestampMs, closed.executionMs], ['ERROR', 1_700_000_000_500, 7])
  assert.equal(closed.requestPreview, '"hello"')
  const whole = await traces.get(traceId)
  assert.deepEqual(
    whole.spans.map(({ spanId }) => spanId),
    ['root', 'child', 'late'],
  )
  assert.equal(whole.isWhole, true)
  await traces.record(info({ metadata: { 'mlflow.trace.sizeStats': '{"num_spans": 9}' } }))
  assert.equal((await traces.get(traceId)).isWhole, false)
})

databaseTest('a span that comes again replaces itself, and sums count it once', async (database) => {
  const { traces } = trackingLab(database)
  const usage = (input: number) => ({ 'mlflow.chat.tokenUsage': { input_tokens: input } })
  await traces.recordSpans('0', [span('a', { parentSpanId: 'r', attributes: usage(2) })])
  await traces.recordSpans('0', [span('b', { parentSpanId: 'r', attributes: usage(3) })])
  await traces.recordSpans('0', [span('b', { parentSpanId: 'r', attributes: usage(4), name: 'renamed' })])
  const found = await traces.get(traceId)
  assert.equal(found.info.metadata['mlflow.trace.tokenUsage'], '{"input_tokens":6}')
  assert.deepEqual(
    found.spans.map(({ name }) => name),
    ['a', 'renamed'],
  )
})

databaseTest('assessments override, come back, and are refused where they do not fit', async (database) => {
  const { traces } = trackingLab(database)
  const { assessments } = traces
  await traces.record(info({ assessments: [said('first', 1, { assessmentId: 'a-1' })] }))
  const other = { ...info(), traceId: 'tr-other' }
  await traces.record(other)
  const second = await assessments.create(traceId, said('first', 2, { overrides: 'a-1' }))
  assert.equal((await assessments.get(traceId, 'a-1')).isValid, false)
  await assessments.delete(traceId, second.assessmentId)
  await assessments.delete(traceId, second.assessmentId)
  assert.equal((await assessments.get(traceId, 'a-1')).isValid, true)
  const changed = await assessments.update(traceId, 'a-1', { feedback: { value: null, error: { code: 'E' } } })
  assert.deepEqual([changed.value, changed.error], [null, { code: 'E' }])
  const refusals = [
    assessments.update(traceId, 'a-1', { expectation: { value: 1 } }),
    assessments.update(traceId, 'a-1', { feedback: { value: 1 }, expectation: { value: 1 } }),
    assessments.create(traceId, said('', 1)),
    assessments.create(traceId, said('x', 1, { overrides: 'a-none' })),
    assessments.create(traceId, said('x', 'y'.repeat(1_000_001))),
    assessments.create('tr-none', said('x', 1)),
    assessments.get('tr-none', 'a-1'),
    traces.record({ ...other, assessments: [said('x', 1, { assessmentId: 'a-1' })] }),
  ]
  assert.deepEqual(
    (await Promise.all(refusals.map(refusalOf))).map((text) => text.split(':', 1)[0]),
    [
      'invalid-request',
      'invalid-request',
      'invalid-request',
      'not-found',
      'invalid-request',
      'not-found',
      'not-found',
      'already-exists',
    ],
  )
})

databaseTest('traces are found by what they are, what their spans hold and what was said of them', async (database) => {
  const lab = trackingLab(database)
  const { traces } = lab
  const session = { 'mlflow.trace.session': 's' }
  for (const [number, state] of (['OK', 'ERROR', 'OK'] as const).entries()) {
    const id = `tr-${number}`
    const tags = { lang: number === 0 ? 'de' : 'en', 'mlflow.traceName': `n${number}` }
    await traces.record(
      info({ traceId: id, timestampMs: 1000 + number, state, tags, metadata: number < 2 ? session : {} }),
    )
    const attributes = { 'a.b': `v${number}`, n: number }
    await traces.recordSpans('0', [span('s', { traceId: id, attributes })])
  }
  await traces.assessments.create('tr-0', said('good', true, { metadata: session }))
  await traces.assessments.create('tr-2', said('score', 0.5))
  const ids = async (filter: string, orderBy: readonly string[] = []) =>
    (await lab.searchTraces({ experimentIds: ['0'], filter, orderBy })).items.map(({ traceId: id }) => id).join(' ')
  assert.equal(await ids(''), 'tr-2 tr-1 tr-0')
  assert.equal(await ids("tags.lang RLIKE '^d.$'"), 'tr-0')
  assert.equal(await ids("span.attributes.a.b = 'v1'"), 'tr-1')
  assert.equal(await ids("span.attributes.n = '2'"), 'tr-2')
  assert.equal(await ids("span.attributes.`a.b` = 'v1'"), 'tr-1')
  assert.match(await refusalOf(ids('span.attributes.`a.b = 1')), /Invalid clause/)
  assert.equal(await ids("span.attributes.none != 'x'"), '')
  assert.equal(await ids("feedback.good = 'true'"), 'tr-1 tr-0')
  assert.equal(await ids('feedback.score >= 0.5'), 'tr-2')
  assert.equal(await ids("feedback.score != '0.5'"), '')
  assert.equal(await ids('feedback.good IS NULL'), 'tr-2')
  assert.equal(await ids('', ['execution_time DESC', 'request_id']), 'tr-0 tr-1 tr-2')
  assert.equal(await ids('', ['name DESC']), 'tr-2 tr-1 tr-0')
  assert.equal(await ids('', ['experiment_id', 'end_time_ms ASC']), 'tr-0 tr-1 tr-2')
  assert.equal(await ids('end_time > 1007 AND timestamp < 1002'), 'tr-1')
  const first = await lab.searchTraces({ experimentIds: ['0'], maxResults: 2, orderBy: ['tags.lang'] })
  const token = first.nextPageToken!
  const rest = await lab.searchTraces({ experimentIds: ['0'], maxResults: 2, orderBy: ['tags.lang'], pageToken: token })
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ traceId: id }) => id),
    ['tr-0', 'tr-2', 'tr-1'],
  )
  const together = await lab.correlateTraces(['0'], { first: "status = 'OK'", second: "tags.lang = 'en'" })
  assert.deepEqual([together.first, together.second, together.joint, together.total], [2, 2, 1, 3])
  const none = await lab.correlateTraces(['0'], {
    first: "status = 'OK'",
    second: "name = 'none'",
    base: 'end_time > 0',
  })
  assert.deepEqual(none, { first: 2, second: 0, joint: 0, total: 3 })
  assert.match(await refusalOf(ids("tags.x RLIKE '(?<=a)b'")), /invalid-request: .*regular expression/)
  assert.match(await refusalOf(ids("prompt = 'x'")), /Expected format/)
  assert.match(await refusalOf(ids("span.content = 'x'")), /not one of 'LIKE'/)
  assert.match(await refusalOf(ids('', ['metadata.`mlflow.trace.cost`'])), /reserved/)
})

databaseTest('assessments of one millisecond are read in the order in which they were made', async (database) => {
  const { traces } = trackingLab(database)
  await traces.record(info({ assessments: [said('n0', 1, { createdMs: 5 }), said('n1', 1, { createdMs: 5 })] }))
  for (const name of ['n2', 'n3', 'n4', 'n5']) {
    await traces.assessments.create(traceId, said(name, 1, { createdMs: 5 }))
  }
  const names = (await traces.info(traceId)).assessments.map(({ name }) => name)
  assert.deepEqual(names, ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'])
})

databaseTest('nobody changes by tags where the spans of a trace are said to be', async (database) => {
  const { traces } = trackingLab(database)
  await traces.recordSpans('0', [span('s')])
  for (const key of ['mlflow.trace.spansLocation', 'mlflow.trace.archiveLocation', 'mlflow.trace.archivalFailure']) {
    const why = `invalid-request: Tag '${key}' is immutable and cannot be set on a trace.`
    assert.equal(await refusalOf(traces.setTag(traceId, key, 'ARCHIVE_REPO')), why)
  }
  const deleted = /^invalid-request: Tag 'mlflow.trace.spansLocation' is immutable and cannot be deleted/
  assert.match(await refusalOf(traces.deleteTag(traceId, 'mlflow.trace.spansLocation')), deleted)
  assert.match(await refusalOf(traces.deleteTag(traceId, 'mlflow.trace.archivalFailure')), /^not-found/)
  const noName = await refusalOf(traces.setTag(traceId, 'what?!', 'x'))
  assert.match(noName, /^invalid-request: Invalid value "what\?!" for parameter 'key' supplied/)
  assert.equal((await traces.info(traceId)).tags['mlflow.trace.spansLocation'], 'TRACKING_STORE')
})

databaseTest('a trace that is linked to a run before it came is found by the run once it is here', async (database) => {
  const { traces, runs, searchTraces } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const found = async () => {
    const { items } = await searchTraces({ experimentIds: ['0'], filter: `attributes.run_id = '${runId}'` })
    return items.map((trace) => trace.traceId)
  }
  await traces.linkToRun([traceId, traceId], runId)
  assert.deepEqual(await found(), [])
  await traces.recordSpans('0', [span('s')])
  assert.deepEqual(await found(), [traceId])
  assert.deepEqual((await traces.links(traceId)).runIds, [runId])
  await traces.linkToRun([], runId)
  assert.match(await refusalOf(traces.linkToRun(['x'.repeat(251)], runId)), /trace_ids/)
  assert.match(await refusalOf(traces.linkToRun([traceId], 'none')), /not-found/)
})

databaseTest('deleting takes what was asked for, with everything that hangs on it', async (database) => {
  const { traces, runs } = trackingLab(database)
  const old = await traces.begin({ experimentId: '0', timestampMs: 5, metadata: {}, tags: {} })
  const ended = await traces.end({ traceId: old.traceId, endMs: 9, state: 'OK', metadata: { m: '1' }, tags: {} })
  assert.deepEqual([ended.executionMs, ended.state, ended.metadata], [4, 'OK', { m: '1' }])
  await traces.recordSpans('0', [span('s')])
  const run = await runs.create({})
  await traces.linkToRun([traceId, 'tr-none'], run.info.runId)
  await traces.linkPrompts(traceId, ['p/1', 'p/1'])
  const all = await traces.select({ experimentId: '0', maxTimestampMs: 2e12 })
  assert.deepEqual(all, [{ traceId: old.traceId, folder: `0/traces/${old.traceId}/artifacts` }, { traceId }])
  assert.deepEqual(await traces.select({ experimentId: '0', maxTimestampMs: 2e12, maxTraces: 1 }), [all[0]])
  assert.deepEqual(await traces.select({ experimentId: '1', traceIds: [traceId] }), [])
  assert.equal(await traces.delete([traceId, old.traceId, 'tr-none']), 2)
  assert.match(await refusalOf(traces.info(traceId)), /not-found/)
  assert.match(await refusalOf(traces.select({ experimentId: '0' })), /but not both/)
  assert.match(await refusalOf(traces.select({ experimentId: '0', traceIds: ['a'], maxTraces: 1 })), /max_traces/)
  assert.match(await refusalOf(traces.select({ experimentId: '0', maxTimestampMs: 1, maxTraces: 0 })), /positive/)
  const many = Array.from({ length: 101 }, (_, number) => `tr-${number}`)
  assert.match(await refusalOf(traces.linkToRun(many, run.info.runId)), /limit-exceeded/)
})
