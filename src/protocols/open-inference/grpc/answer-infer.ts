import { randomUUID } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'
import { traceparentOf, type TraceContext } from '../../../base/trace-context.ts'
import type { RequestTraces } from '../../../server/request-traces.ts'
import type { ServingService } from '../../../serving/serving-service.ts'
import { readTensors, toTensorMessage } from '../../../serving/tensor-message.ts'
import { chooseModel, type ChosenModel } from '../choose-model.ts'
import type { OpenInferenceParts } from '../routes.ts'
import type { ModelInferRequestMessage, ModelInferResponseMessage } from './messages.ts'
import { readInferMessage, writeInferMessage } from './translate.ts'

/** What the calls ask of the server. */
export interface GrpcParts extends OpenInferenceParts {
  readonly serving: OpenInferenceParts['serving'] & Pick<ServingService, 'names'>
  /** Continues the traces of requests to models. */
  readonly traces: Pick<RequestTraces, 'continued'>
}

interface Wanted {
  readonly metadata: Metadata
  readonly name: string
  readonly version: string
}

/** The model that a name below an endpoint means. Throws `unauthenticated` and `not-found`. */
export async function findModel(
  parts: OpenInferenceParts,
  { metadata, name, version }: Wanted,
): Promise<ChosenModel & { readonly endpoint: string }> {
  const [endpoint = '', below = endpoint] = name.split('/', 2)
  await authorise(parts, metadata, endpoint)
  const named = { endpoint, name: below, ...(version !== '' && { version }) }
  return { endpoint, ...chooseModel(parts.serving.models(endpoint), named) }
}

/** Throws `unauthenticated` unless the call shows the key that the endpoint wants, and `not-found`. */
export async function authorise(
  { serving, isKeyRequired }: OpenInferenceParts,
  metadata: Metadata,
  endpoint: string,
): Promise<void> {
  const key = /^bearer +(\S+) *$/i.exec(textOf(metadata, 'authorization'))?.[1]
  await serving.authorise(endpoint, key, isKeyRequired)
}

/** Who asks: what came with the call, its trace, and whether anybody still waits. */
export interface Asker {
  readonly metadata: Metadata
  readonly trace: TraceContext | undefined
  readonly client: AbortSignal
}

/** Answers one request; throws what it is refused with. */
export async function answerInfer(
  parts: GrpcParts,
  { metadata, trace, client }: Asker,
  asked: ModelInferRequestMessage,
): Promise<ModelInferResponseMessage> {
  const { model_name: name, model_version: version, id } = asked
  const { endpoint, deployment } = await findModel(parts, { metadata, name, version })
  const { answer, modelVersion } = await parts.serving.score({
    ...{ endpoint, requestId: id === '' ? randomUUID() : id, contentType: 'application/octet-stream' },
    ...{ headers: () => headersOf(metadata, trace), client },
    ...toTensorMessage(readInferMessage(asked)),
    ...(deployment !== undefined && { deployment }),
    ...(trace !== undefined && { trace }),
  })
  if (answer.kind === 'refused') throw answer.error
  const outputs = readTensors(answer.details, 'outputs', answer.body)
  return writeInferMessage(
    asked,
    { model: name, ...(modelVersion !== undefined && { version: `${modelVersion}` }) },
    outputs,
  )
}

/** The first value of a key, as text. */
export function textOf(metadata: Metadata, key: string): string {
  return String(metadata.get(key)[0] ?? '')
}

/** As headers; binary ones and the key stay here, and the trace goes on from this server's span. */
function headersOf(metadata: Metadata, trace: TraceContext | undefined): Readonly<Record<string, string>> {
  const kept = new Set(['authorization', 'traceparent'])
  const texts = Object.entries(metadata.getMap()).filter(([name]) => !kept.has(name))
  return {
    ...Object.fromEntries(texts.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    ...(trace !== undefined && { traceparent: traceparentOf(trace) }),
  }
}
