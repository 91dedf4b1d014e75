import { Type, type Static } from '@sinclair/typebox'
import type { Route } from '../../server/route.ts'
import type { TraceFilter } from '../../tracking/traces/trace-search.ts'
import { costOf, dealingsOf, spanType, tokenUsageOf } from '../../tracking/traces/span-meaning.ts'
import type { TraceStore } from '../../tracking/traces/trace-store.ts'
import { type Assessment, type Span, traceKeys, type TraceInfo } from '../../tracking/traces/trace.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { listOf, texts, time, words } from './messages.ts'
import { wireTime } from './translate.ts'

/** What these routes ask of tracking. */
export interface TraceCatalogue extends Pick<TrackingStore, 'searchTraces' | 'countTraces'> {
  readonly traces: Pick<TraceStore, 'get' | 'span' | 'links' | 'info'>
}

const states = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const
const filterFields = {
  experiment_ids: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      maxItems: 1000,
      description: 'Absent: every experiment that is not deleted.',
    }),
  ),
  filter: Type.Optional(
    Type.String({ description: "In MLflow's language, e.g. span.name = 'retrieve' and feedback.correct = 'true'." }),
  ),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Begun at this time or later.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Begun before this time.' })),
  state: Type.Optional(words(states)),
}
const CountFields = Type.Object(filterFields, { additionalProperties: false })
const SearchFields = Type.Object(
  {
    ...filterFields,
    order_by: Type.Optional(
      Type.Array(Type.String(), { description: 'E.g. execution_time_ms DESC; newest first at the end.' }),
    ),
    max_results: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    page_token: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

const TraceMessage = Type.Object(
  {
    trace_id: Type.String(),
    experiment_id: Type.String(),
    name: Type.Optional(Type.String()),
    state: words(states),
    started_at: time,
    duration_ms: Type.Optional(Type.Integer({ description: 'Absent while it is under way.' })),
    request: Type.Optional(Type.String({ description: 'The beginning of what was asked.' })),
    response: Type.Optional(Type.String()),
    total_tokens: Type.Optional(Type.Number()),
    total_cost: Type.Optional(Type.Number({ description: 'In US dollars, as the client reckons it.' })),
    session: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
    run_id: Type.Optional(Type.String()),
    tags: Type.Record(Type.String(), Type.String(), { description: "Without MLflow's own." }),
    assessments: Type.Array(
      Type.Object({
        name: Type.String(),
        kind: words(['feedback', 'expectation', 'issue']),
        value: Type.Unknown(),
        is_error: Type.Boolean({ description: 'It could not be made; there is no value.' }),
      }),
      { description: 'Those that hold: none that another one replaces.' },
    ),
  },
  { $id: 'Trace' },
)
const TraceList = listOf(TraceMessage)

const SpanMessage = Type.Object(
  {
    span_id: Type.String(),
    parent_span_id: Type.Optional(Type.String()),
    name: Type.String(),
    type: Type.String({ description: 'E.g. CHAT_MODEL, TOOL, RETRIEVER; UNKNOWN where the client does not say.' }),
    status: words(['UNSET', 'OK', 'ERROR']),
    start_ms: Type.Number({ description: 'After the beginning of the trace, in parts of a millisecond.' }),
    duration_ms: Type.Optional(Type.Number({ description: 'Absent while it is under way.' })),
    total_tokens: Type.Optional(Type.Number()),
  },
  { $id: 'Span' },
)
const amounts = Type.Record(Type.String(), Type.Number())
const anything = Type.Record(Type.String(), Type.Unknown())
const WholeSpanMessage = Type.Composite(
  [
    SpanMessage,
    Type.Object({
      status_message: Type.Optional(Type.String()),
      inputs: Type.Optional(Type.Unknown()),
      outputs: Type.Optional(Type.Unknown()),
      model: Type.Optional(Type.String()),
      tokens: Type.Optional(amounts),
      cost: Type.Optional(amounts),
      attributes: anything,
      events: Type.Array(
        Type.Object({
          name: Type.String(),
          at_ms: Type.Number({ description: 'After the beginning of the span.' }),
          attributes: anything,
        }),
      ),
      links: Type.Array(Type.Object({ trace_id: Type.String(), span_id: Type.String() })),
      resource: anything,
    }),
  ],
  { $id: 'WholeSpan' },
)

const AssessmentMessage = Type.Object(
  {
    assessment_id: Type.String(),
    span_id: Type.Optional(Type.String()),
    name: Type.String(),
    kind: words(['feedback', 'expectation', 'issue']),
    value: Type.Unknown(),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.Optional(Type.String()) })),
    source_type: Type.String({ description: 'HUMAN, LLM_JUDGE or CODE.' }),
    source_id: Type.String(),
    rationale: Type.Optional(Type.String()),
    overrides: Type.Optional(Type.String({ description: 'The assessment that this one replaces.' })),
    is_valid: Type.Boolean({ description: 'False: another one replaces it.' }),
    created_at: time,
    updated_at: time,
  },
  { $id: 'Assessment' },
)
const WholeTraceMessage = Type.Composite(
  [
    Type.Omit(TraceMessage, ['assessments', 'tags']),
    Type.Object({
      is_whole: Type.Boolean({ description: 'False: its client said that more spans come.' }),
      tags: texts,
      metadata: texts,
      assessments: Type.Array(AssessmentMessage),
      linked_runs: Type.Array(Type.String()),
      prompts: Type.Array(Type.Object({ name: Type.String(), version: Type.String() })),
      spans: Type.Array(SpanMessage, { description: 'The root first, then by start.' }),
    }),
  ],
  { $id: 'WholeTrace' },
)

/** What a table of traces and the page of one ask: what a span was given comes when it is looked at. */
export function traceRoutes(tracking: TraceCatalogue): readonly Route[] {
  return [...searchRoutes(tracking), ...oneTraceRoutes(tracking)]
}

function searchRoutes({ searchTraces, countTraces }: TraceCatalogue): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/traces/search',
      permission: 'read',
      summary: 'A page of traces without their spans; a filter that cannot be read says where.',
      body: SearchFields,
      response: TraceList,
      handler: async (request) => {
        const { order_by, max_results, page_token, ...filter } = request.body as Static<typeof SearchFields>
        const page = await searchTraces({
          ...filterOf(filter),
          maxResults: max_results ?? 100,
          ...(order_by !== undefined && { orderBy: order_by }),
          ...(page_token !== undefined && { pageToken: page_token }),
        })
        const next = page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }
        return { items: page.items.map(traceMessage), ...next }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/traces/count',
      permission: 'read',
      summary: 'How many traces meet a filter.',
      body: CountFields,
      response: Type.Object({ total: Type.Integer() }),
      handler: async (request) => ({ total: await countTraces(filterOf(request.body as Static<typeof CountFields>)) }),
    },
  ]
}

function oneTraceRoutes({ traces }: TraceCatalogue): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/traces/:trace_id',
      permission: 'read',
      summary: 'A trace with what was said of it and its spans, without what they were given and gave.',
      response: WholeTraceMessage,
      handler: async (request) => {
        const { trace_id } = request.params as { readonly trace_id: string }
        const [{ info, spans, isWhole }, { runIds, prompts }] = await Promise.all([
          traces.get(trace_id),
          traces.links(trace_id),
        ])
        return {
          ...headMessage(info),
          is_whole: isWhole,
          tags: info.tags,
          metadata: info.metadata,
          assessments: info.assessments.map(assessmentMessage),
          linked_runs: runIds,
          prompts: prompts.map((prompt) => ({
            name: prompt.slice(0, prompt.lastIndexOf('/')),
            version: prompt.slice(prompt.lastIndexOf('/') + 1),
          })),
          spans: spans.map((span) => spanMessage(info, span)),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/traces/:trace_id/spans/:span_id',
      permission: 'read',
      summary: 'A span of a trace with what it was given, what it gave and what happened in it.',
      response: WholeSpanMessage,
      handler: async (request) => {
        const { trace_id, span_id } = request.params as { readonly trace_id: string; readonly span_id: string }
        const info = await traces.info(trace_id)
        return wholeSpanMessage(info, await traces.span(trace_id, span_id))
      },
    },
  ]
}

function filterOf({ experiment_ids, filter, from, to, state }: Static<typeof CountFields>): TraceFilter {
  return {
    ...(experiment_ids !== undefined && { experimentIds: experiment_ids }),
    ...(filter !== undefined && { filter }),
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
    ...(state !== undefined && { state }),
  }
}

type Head = Omit<Static<typeof TraceMessage>, 'assessments' | 'tags'>

function headMessage(info: TraceInfo): Head {
  const { metadata, tags, executionMs, requestPreview, responsePreview } = info
  const name = tags[traceKeys.nameTag]
  const [session, user, runId] = [traceKeys.session, traceKeys.user, traceKeys.sourceRun].map((key) => metadata[key])
  const tokens = amountOf(metadata[traceKeys.tokenUsage], 'total_tokens')
  const cost = amountOf(metadata[traceKeys.cost], 'total_cost')
  return {
    trace_id: info.traceId,
    experiment_id: info.experimentId,
    state: info.state,
    started_at: wireTime(info.timestampMs),
    ...(name !== undefined && { name }),
    ...(executionMs !== undefined && { duration_ms: executionMs }),
    ...(requestPreview !== undefined && { request: requestPreview }),
    ...(responsePreview !== undefined && { response: responsePreview }),
    ...(tokens !== undefined && { total_tokens: tokens }),
    ...(cost !== undefined && { total_cost: cost }),
    ...(session !== undefined && { session }),
    ...(user !== undefined && { user }),
    ...(runId !== undefined && { run_id: runId }),
  }
}

function traceMessage(info: TraceInfo): Static<typeof TraceMessage> {
  return {
    ...headMessage(info),
    tags: Object.fromEntries(Object.entries(info.tags).filter(([key]) => !key.startsWith('mlflow.'))),
    assessments: info.assessments
      .filter(({ isValid }) => isValid)
      .map(({ name: said, kind, value, error }) => ({ name: said, kind, value, is_error: error !== undefined })),
  }
}

function assessmentMessage(said: Assessment): Static<typeof AssessmentMessage> {
  const { error } = said
  return {
    assessment_id: said.assessmentId,
    name: said.name,
    kind: said.kind,
    value: said.value,
    source_type: said.sourceType,
    source_id: said.sourceId,
    is_valid: said.isValid,
    created_at: wireTime(said.createdMs),
    updated_at: wireTime(said.updatedMs),
    ...(said.spanId !== undefined && { span_id: said.spanId }),
    ...(said.rationale !== undefined && { rationale: said.rationale }),
    ...(said.overrides !== undefined && { overrides: said.overrides }),
    ...(error !== undefined && {
      error: { code: error.code, ...(error.message !== undefined && { message: error.message }) },
    }),
  }
}

function spanMessage({ timestampMs }: TraceInfo, span: Span): Static<typeof SpanMessage> {
  const tokens = tokenUsageOf(span)?.['total_tokens']
  return {
    span_id: span.spanId,
    name: span.name,
    type: spanType(span),
    status: span.status,
    start_ms: msBetween(String(BigInt(timestampMs) * 1_000_000n), span.startNs),
    ...(span.parentSpanId !== undefined && { parent_span_id: span.parentSpanId }),
    ...(span.endNs !== undefined && { duration_ms: msBetween(span.startNs, span.endNs) }),
    ...(tokens !== undefined && { total_tokens: tokens }),
  }
}

function wholeSpanMessage(info: TraceInfo, span: Span): Static<typeof WholeSpanMessage> {
  const [tokens, cost] = [tokenUsageOf(span), costOf(span)]
  return {
    ...spanMessage(info, span),
    ...dealingsOf(span),
    ...(span.statusMessage !== undefined && { status_message: span.statusMessage }),
    ...(tokens !== undefined && { tokens }),
    ...(cost !== undefined && { cost }),
    attributes: span.attributes,
    events: span.events.map(({ name, timeNs, attributes }) => ({
      name,
      at_ms: msBetween(span.startNs, timeNs),
      attributes,
    })),
    links: span.links.map(({ traceId, spanId }) => ({ trace_id: traceId, span_id: spanId })),
    resource: span.resource ?? {},
  }
}

/** Nanoseconds since 1970 are beyond what a double can hold; what lies between two of them is not. */
function msBetween(fromNs: string, toNs: string): number {
  return Number(BigInt(toNs) - BigInt(fromNs)) / 1e6
}

/** A number of the JSON that a client put into metadata; what is none is not shown. */
function amountOf(text: string | undefined, member: string): number | undefined {
  try {
    const found = (JSON.parse(text ?? 'null') as Readonly<Record<string, unknown>> | null)?.[member]
    return typeof found === 'number' && Number.isFinite(found) ? found : undefined
  } catch {
    return undefined
  }
}
