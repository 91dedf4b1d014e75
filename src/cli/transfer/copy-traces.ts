import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { MlflowServer } from './mlflow-server.ts'
import type { TraceRecord } from './mlflow-records.ts'
import type { Transfer } from './transfer-state.ts'

const api = '/api/3.0/mlflow/traces'

/** Made by the server that a trace is on: it makes its own. */
const placeTags = new Set(['mlflow.artifactLocation', 'mlflow.trace.spansLocation'])
const sourceRun = 'mlflow.sourceRun'

/**
 * The traces of an experiment, with their spans, tags and assessments, under their own ids. What is there with all of
 * its spans is not sent again; each is read back and its spans are counted.
 */
export async function copyTraces(
  transfer: Transfer,
  experiment: { readonly from: string; readonly to: string },
): Promise<void> {
  const { source, report, destination } = transfer
  const { server } = destination
  for await (const trace of source.traces(experiment.from)) {
    const { trace_id } = trace.info
    // Sequential: a failure names its trace.
    if ((await spansAt(server, trace_id)) !== trace.spans.length) {
      await putTrace(transfer, experiment.to, trace)
      const found = await spansAt(server, trace_id)
      if (found !== trace.spans.length) {
        throw new SluiceError(
          'conflict',
          `Trace ${trace_id} was not copied whole: ${found ?? 0} of ${trace.spans.length} spans are there.`,
          { hint: 'Start the transfer again; it goes on where this one ended.' },
        )
      }
    }
    if (trace.spansAreElsewhere) report.left_out.push(`the spans of trace ${trace_id}: a client stored them as a file`)
    report.traces++
    report.spans += trace.spans.length
  }
}

/** How many spans of a trace are there; undefined without the trace. */
async function spansAt(server: MlflowServer, trace_id: string): Promise<number | undefined> {
  try {
    const { trace } = await server.call<{ trace: { spans?: readonly unknown[] } }>('GET', `${api}/get`, {
      trace_id,
      allow_partial: true,
    })
    return trace.spans?.length ?? 0
  } catch (error) {
    if (!(error instanceof SluiceError) || !['not-found', 'invalid-request'].includes(error.code)) throw error
    // Without spans a server may say that there is nothing to get.
    return (await hasTrace(server, trace_id)) ? 0 : undefined
  }
}

async function hasTrace(server: MlflowServer, trace_id: string): Promise<boolean> {
  try {
    await server.call('GET', `${api}/${encodeURIComponent(trace_id)}`)
    return true
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return false
    throw error
  }
}

async function putTrace({ destination, renamed }: Transfer, experiment_id: string, trace: TraceRecord): Promise<void> {
  const { server } = destination
  const { info, spans } = trace
  const tags = Object.fromEntries(Object.entries(info.tags ?? {}).filter(([key]) => !placeTags.has(key)))
  const metadata = { ...info.trace_metadata }
  const run = metadata[sourceRun]
  if (run !== undefined) metadata[sourceRun] = renamed.runs.get(run) ?? run
  const trace_location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }
  await server.call('POST', api, {
    trace: { trace_info: { ...info, tags, trace_metadata: metadata, trace_location } },
  })
  if (spans.length === 0) return
  const body = { resourceSpans: [{ scopeSpans: [{ spans: spans.map(otlpSpan) }] }] }
  await server.post('/v1/traces', body, { 'x-mlflow-experiment-id': experiment_id })
}

/** From protobuf's JSON with its own names and base64 ids to OTLP's, whose ids are hex. */
function otlpSpan(span: JsonObject): JsonValue {
  const { trace_id, span_id, parent_span_id, links = [], ...rest } = span
  return {
    ...(camel(rest) as JsonObject),
    ...ids({ trace_id, span_id, parent_span_id }),
    links: (links as readonly JsonObject[]).map(({ trace_id: trace, span_id: id, ...link }) => ({
      ...(camel(link) as JsonObject),
      ...ids({ trace_id: trace, span_id: id }),
    })),
  }
}

function ids(given: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const found = Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'string' && value !== ''
      ? [[camelName(name), Buffer.from(value, 'base64').toString('hex')] as const]
      : [],
  )
  return Object.fromEntries(found)
}

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Names only: users' own keys are values in these messages. */
function camel(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(camel)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[camelName(name), camel(member)]])),
  )
}
