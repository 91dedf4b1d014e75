import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SluiceError } from '../../../base/errors.ts'
import { parseJson } from '../../../server/parse-json.ts'
import { readBody } from '../../../server/read-body.ts'
import type { ErrorTranslator, Route } from '../../../server/route.ts'
import type { TraceStore } from '../../../tracking/traces/trace-store.ts'
import type { Span } from '../../../tracking/traces/trace.ts'
import { mlflowErrors } from '../errors.ts'
import { readJsonExportRequest } from './otlp-json.ts'
import { readExportRequest } from './otlp-protobuf.ts'
import { toSpan, type OtlpResourceSpans } from './otlp-span.ts'

const maxBodyBytes = 32 * 1024 * 1024
const maxInflatedBytes = 64 * 1024 * 1024
const bodyTimeoutMs = 60_000
const experimentHeader = 'x-mlflow-experiment-id'
const runHeader = 'x-mlflow-run-id'

/**
 * OpenTelemetry's own way in (OTLP over HTTP), which MLflow's clients since 3.4 use for spans too. All spans of a call
 * are stored, or none.
 */
export function otlpRoutes({ traces }: { readonly traces: TraceStore }): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/v1/traces',
      permission: 'write',
      bodyKind: 'stream',
      errors: otlpErrors,
      handler: async (request, reply) => {
        const type = mediaTypeOf(request)
        const experimentId = request.headers[experimentHeader]
        if (typeof experimentId !== 'string' || experimentId === '') {
          throw new IncompleteExport(
            `The header ${experimentHeader} is missing.`,
            'Give the id of the experiment that the traces belong to.',
          )
        }
        const body = await inflated(request)
        const found = type === 'json' ? readJsonExportRequest(parseJson(body)) : readExportRequest(body)
        const spans = spansOf(found)
        await traces.recordSpans(experimentId, spans)
        await linkRoots(traces, spans, request.headers[runHeader])
        return answer(reply, type)
      },
    },
  ]
}

/** What is read well but says too little, which is a 422 as in MLflow; exporters drop such a request either way. */
class IncompleteExport extends SluiceError {
  constructor(message: string, hint: string) {
    super('invalid-request', message, { hint })
  }
}

const otlpErrors: ErrorTranslator = (thrown) => ({
  ...mlflowErrors(thrown),
  ...(thrown instanceof IncompleteExport && { status: 422 }),
})

/** Both types make a browser ask first, so a page of another site cannot send them. */
function mediaTypeOf(request: FastifyRequest): 'json' | 'protobuf' {
  const given = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (given === 'application/x-protobuf') return 'protobuf'
  if (given === 'application/json') return 'json'
  throw new SluiceError(
    'unsupported-media-type',
    `Invalid Content-Type: ${given ?? 'none'}. Expected: application/x-protobuf or application/json.`,
  )
}

async function inflated(request: FastifyRequest): Promise<Buffer> {
  const bytes = await readBody(request.raw, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs })
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return bytes
  const options = { maxOutputLength: maxInflatedBytes }
  const failed = (cause: unknown): never => {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new SluiceError('body-too-large', `The body is larger than ${maxInflatedBytes} bytes when it is unpacked.`)
    }
    throw new SluiceError('invalid-request', `Failed to decompress ${encoding} payload.`, { cause })
  }
  switch (encoding) {
    case 'gzip':
      return promisify(gunzip)(bytes, options).catch(failed)
    case 'deflate':
      // Some clients leave out the zlib header that the name stands for.
      return promisify(inflate)(bytes, options).catch(() => promisify(inflateRaw)(bytes, options).catch(failed))
    default:
      throw new SluiceError('unsupported-media-type', `Unsupported Content-Encoding: ${encoding}.`)
  }
}

function spansOf(found: readonly OtlpResourceSpans[]): readonly Span[] {
  if (found.length === 0) throw new SluiceError('invalid-request', 'Invalid OpenTelemetry format - no spans found.')
  return found.flatMap(({ resource, spans }) =>
    spans.map((span) => {
      const converted = toSpan(span, resource)
      if (converted !== undefined) return converted
      throw new IncompleteExport(
        `The span '${span.name.slice(0, 200)}' has no trace id or span id.`,
        'Nothing of this request was stored.',
      )
    }),
  )
}

async function linkRoots(
  traces: TraceStore,
  spans: readonly Span[],
  runId: string | readonly string[] | undefined,
): Promise<void> {
  if (typeof runId !== 'string' || runId === '') return
  const ended = [...new Set(spans.filter((span) => span.parentSpanId === undefined).map((span) => span.traceId))]
  for (let start = 0; start < ended.length; start += 100) {
    await traces.linkToRun(ended.slice(start, start + 100), runId)
  }
}

/** An empty ExportTraceServiceResponse: everything was taken. */
function answer(reply: FastifyReply, type: 'json' | 'protobuf'): FastifyReply {
  return type === 'json'
    ? reply.type('application/json').send('{}')
    : reply.type('application/x-protobuf').send(Buffer.alloc(0))
}
