import type { Tables } from '../../database/database.ts'
import { appendToUri } from '../artifact-locations.ts'
import { findActiveExperiment } from '../experiment-store.ts'
import { pieces } from '../tables.ts'
import {
  amountKeys,
  costOf,
  previewsOf,
  resourceTagsOf,
  sessionOf,
  spanType,
  sumOfTree,
  tokenUsageOf,
  traceTagsOf,
  userOf,
  type AmountNode,
  type Amounts,
} from './span-meaning.ts'
import { putTracePairs, storableText } from './trace-rows.ts'
import { traceTables, type SpanRow, type TraceRow } from './trace-tables.ts'
import { spansInStore, traceKeys, type Span, type TextMap } from './trace.ts'

/** Stores spans in the caller's transaction and brings their traces up to date. Throws as `findActiveExperiment`. */
export async function recordSpans(tables: Tables, experimentId: string, spans: readonly Span[]): Promise<void> {
  const byTrace = new Map<string, Span[]>()
  for (const span of spans) {
    const siblings = byTrace.get(span.traceId)
    if (siblings === undefined) byTrace.set(span.traceId, [span])
    else siblings.push(span)
  }
  const known = await knownTraces(tables, [...byTrace.keys()])
  const isNeeded = byTrace.size > known.size
  const experiment = isNeeded ? await findActiveExperiment(tables, experimentId) : undefined
  for (const [traceId, siblings] of byTrace) {
    const row = known.get(traceId)
    await putSpans(tables, siblings)
    if (row !== undefined) await widenTrace(tables, row, siblings)
    else {
      const location = appendToUri(experiment!.artifact_location, 'traces', traceId, 'artifacts')
      await traceTables(tables)
        .insertInto('trace')
        .values(newTraceRow(traceId, experiment!.experiment_id, siblings))
        .execute()
      await putTracePairs(tables, 'trace_tag', { traceId, pairs: { [traceKeys.artifactLocationTag]: location } })
    }
    await describeTrace(tables, { traceId, spans: siblings, isFinalized: row?.is_finalized === 1 })
  }
}

/** The spans of a trace: the root first, then by start. */
export async function readSpans(tables: Tables, traceId: string): Promise<readonly Span[]> {
  const rows = await traceTables(tables).selectFrom('span').select('content').where('trace_id', '=', traceId).execute()
  const spans = rows.map(({ content }) => JSON.parse(content) as Span)
  const rank = (span: Span): number => (span.parentSpanId === undefined ? 0 : 1)
  return spans.sort((a, b) => rank(a) - rank(b) || compareNs(a.startNs, b.startNs) || (a.spanId < b.spanId ? -1 : 1))
}

/** One span, where there is such a one. */
export async function readSpan(tables: Tables, traceId: string, spanId: string): Promise<Span | undefined> {
  const row = await traceTables(tables)
    .selectFrom('span')
    .select('content')
    .where('trace_id', '=', traceId)
    .where('span_id', '=', spanId)
    .executeTakeFirst()
  return row === undefined ? undefined : (JSON.parse(row.content) as Span)
}

function compareNs(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

async function knownTraces(tables: Tables, ids: readonly string[]): Promise<ReadonlyMap<string, TraceRow>> {
  const found = new Map<string, TraceRow>()
  for (const piece of pieces(ids)) {
    const rows = await traceTables(tables).selectFrom('trace').selectAll().where('trace_id', 'in', piece).execute()
    for (const row of rows) found.set(row.trace_id, row)
  }
  return found
}

async function putSpans(tables: Tables, spans: readonly Span[]): Promise<void> {
  const rows = new Map(spans.map((span) => [span.spanId, spanRow(span)]))
  for (const piece of pieces([...rows.values()], 200)) {
    await traceTables(tables)
      .insertInto('span')
      .values(piece)
      .onConflict((conflict) =>
        conflict.columns(['trace_id', 'span_id']).doUpdateSet((eb) => ({
          parent_span_id: eb.ref('excluded.parent_span_id'),
          name: eb.ref('excluded.name'),
          type: eb.ref('excluded.type'),
          status: eb.ref('excluded.status'),
          start_ms: eb.ref('excluded.start_ms'),
          duration_ms: eb.ref('excluded.duration_ms'),
          token_usage: eb.ref('excluded.token_usage'),
          cost: eb.ref('excluded.cost'),
          content: eb.ref('excluded.content'),
        })),
      )
      .execute()
  }
}

function spanRow(span: Span): SpanRow {
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId ?? null,
    name: storableText(span.name, 5000),
    type: storableText(spanType(span), 500),
    status: span.status,
    start_ms: toMs(span.startNs),
    duration_ms: span.endNs === undefined ? null : Number(BigInt(span.endNs) - BigInt(span.startNs)) / 1e6,
    token_usage: jsonOf(tokenUsageOf(span)),
    cost: jsonOf(costOf(span)),
    content: JSON.stringify(span),
  }
}

function toMs(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n)
}

function jsonOf(amounts: Amounts | undefined): string | null {
  return amounts === undefined ? null : JSON.stringify(amounts)
}

function timesOf(spans: readonly Span[]): { readonly startMs: number; readonly endMs: number | undefined } {
  let startMs = Number.MAX_SAFE_INTEGER
  let endMs: number | undefined
  for (const { startNs, endNs } of spans) {
    startMs = Math.min(startMs, toMs(startNs))
    if (endNs !== undefined) endMs = Math.max(endMs ?? 0, toMs(endNs))
  }
  return { startMs, endMs }
}

function rootOf(spans: readonly Span[]): Span | undefined {
  return spans.find((span) => span.parentSpanId === undefined)
}

function newTraceRow(traceId: string, experimentId: number, spans: readonly Span[]): TraceRow {
  const { startMs, endMs } = timesOf(spans)
  const root = rootOf(spans)
  const { request, response } = root === undefined ? {} : previewsOf(root)
  return {
    trace_id: traceId,
    experiment_id: experimentId,
    timestamp_ms: startMs,
    execution_ms: endMs === undefined ? null : endMs - startMs,
    state: stateOf(root),
    client_request_id: null,
    request_preview: request === undefined ? null : storableText(request, 1000),
    response_preview: response === undefined ? null : storableText(response, 1000),
    is_finalized: 0,
  }
}

/** A trace is over when its root is. */
function stateOf(root: Span | undefined): TraceRow['state'] {
  if (root?.endNs === undefined) return 'IN_PROGRESS'
  return root.status === 'ERROR' ? 'ERROR' : 'OK'
}

async function widenTrace(tables: Tables, row: TraceRow, spans: readonly Span[]): Promise<void> {
  const fresh = newTraceRow(row.trace_id, row.experiment_id, spans)
  const startMs = Math.min(row.timestamp_ms, fresh.timestamp_ms)
  const endMs = Math.max(endOf(row) ?? -1, endOf(fresh) ?? -1)
  const isOpen = row.state === 'IN_PROGRESS' || row.state === 'STATE_UNSPECIFIED'
  await traceTables(tables)
    .updateTable('trace')
    .set({
      ...(row.is_finalized === 0 && { timestamp_ms: startMs, execution_ms: endMs < 0 ? null : endMs - startMs }),
      state: isOpen && rootOf(spans) !== undefined ? fresh.state : row.state,
      request_preview: row.request_preview ?? fresh.request_preview,
      response_preview: row.response_preview ?? fresh.response_preview,
    })
    .where('trace_id', '=', row.trace_id)
    .execute()
}

function endOf(row: TraceRow): number | undefined {
  return row.execution_ms === null ? undefined : row.timestamp_ms + row.execution_ms
}

interface Described {
  readonly traceId: string
  readonly spans: readonly Span[]
  readonly isFinalized: boolean
}

/** Tags and metadata that spans tell of. What the trace's info said, or a person set, stays. */
async function describeTrace(tables: Tables, { traceId, spans, isFinalized }: Described): Promise<void> {
  const root = rootOf(spans)
  const tags = {
    ...resourceTagsOf(spans),
    ...(root !== undefined && traceTagsOf(root)),
    [traceKeys.spansLocationTag]: spansInStore,
  }
  const has = await keysOf(tables, traceId)
  const nameTag = root !== undefined && !has.tags.has(traceKeys.nameTag) ? { [traceKeys.nameTag]: root.name } : {}
  await putTracePairs(tables, 'trace_tag', { traceId, pairs: { ...nameTag, ...tags } })
  const session = spans.map(sessionOf).find((found) => found !== undefined)
  const user = spans.map(userOf).find((found) => found !== undefined)
  const metadata: TextMap = {
    ...(session !== undefined && { [traceKeys.session]: session }),
    ...(user !== undefined && { [traceKeys.user]: user }),
  }
  const added = Object.entries(metadata).filter(([key]) => !has.metadata.has(key))
  const isSettled = (key: string) => isFinalized && has.metadata.has(key)
  const sums = await sumsOf(tables, traceId)
  const amounts = ([['usage', sums.usage] as const, ['cost', sums.cost] as const] as const).flatMap(([which, sum]) =>
    sum === undefined || isSettled(amountKeys[which]) ? [] : [[amountKeys[which], JSON.stringify(sum)] as const],
  )
  await putTracePairs(tables, 'trace_metadata', { traceId, pairs: Object.fromEntries([...added, ...amounts]) })
}

async function keysOf(
  tables: Tables,
  traceId: string,
): Promise<{ readonly tags: ReadonlySet<string>; readonly metadata: ReadonlySet<string> }> {
  const read = async (table: 'trace_tag' | 'trace_metadata') => {
    const rows = await traceTables(tables).selectFrom(table).select('key').where('trace_id', '=', traceId).execute()
    return new Set(rows.map(({ key }) => key))
  }
  return { tags: await read('trace_tag'), metadata: await read('trace_metadata') }
}

/** Over all spans that are stored: a parent may come in another call than its children. */
async function sumsOf(
  tables: Tables,
  traceId: string,
): Promise<{ readonly usage: Amounts | undefined; readonly cost: Amounts | undefined }> {
  const store = traceTables(tables)
  const counted = await store
    .selectFrom('span')
    .select('span_id')
    .where('trace_id', '=', traceId)
    .where((eb) => eb.or([eb('token_usage', 'is not', null), eb('cost', 'is not', null)]))
    .limit(1)
    .execute()
  if (counted.length === 0) return { usage: undefined, cost: undefined }
  const rows = await store
    .selectFrom('span')
    .select(['span_id', 'parent_span_id', 'token_usage', 'cost'])
    .where('trace_id', '=', traceId)
    .execute()
  const nodes = (column: 'token_usage' | 'cost'): readonly AmountNode[] =>
    rows.map((row) => ({
      spanId: row.span_id,
      parentSpanId: row.parent_span_id ?? undefined,
      amounts: row[column] === null ? undefined : (JSON.parse(row[column]) as Amounts),
    }))
  return { usage: sumOfTree(nodes('token_usage')), cost: sumOfTree(nodes('cost')) }
}
