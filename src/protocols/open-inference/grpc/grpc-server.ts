import { randomUUID } from 'node:crypto'
import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { errorBody, SluiceError, type ErrorCode } from '../../../base/errors.ts'
import { readTensors, toTensorMessage } from '../../../serving/tensor-message.ts'
import { chooseModel, type ChosenModel } from '../choose-model.ts'
import { describeModel } from '../model-tensors.ts'
import type { OpenInferenceParts } from '../routes.ts'
import type { ModelInferRequestMessage, ModelRequestMessage } from './messages.ts'
import { readInferMessage, writeInferMessage } from './translate.ts'

/*
 * Open Inference Protocol V2 over gRPC. One port serves every endpoint, so a model's name says which: ENDPOINT, or
 * ENDPOINT/NAME where NAME is what it may be below that endpoint over HTTP. An endpoint's key is shown as metadata
 * `authorization: Bearer KEY`. Plain text, so it listens on this machine only.
 */
export interface GrpcServerOptions extends OpenInferenceParts {
  /** The file of schemas/open-inference. */
  readonly protoFile: string
  /** 0: any free one. */
  readonly port: number
}

export interface GrpcServer {
  readonly port: number
  /** Lets calls under way finish for a moment, then drops them. */
  close(): Promise<void>
}

const maxMessageBytes = 256 << 20
const closeDeadlineMs = 5000

/** Serves the protocol on 127.0.0.1; rejects with `conflict` when the port is taken. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const loaded = loadSync(options.protoFile, {
    keepCase: true,
    longs: String,
    arrays: true,
    objects: true,
    oneofs: true,
  })
  const service = loaded['inference.GRPCInferenceService'] as unknown as ServiceDefinition
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  })
  server.addService(service, implementation(options, status))
  const address = `127.0.0.1:${options.port}`
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) return resolve(bound)
      reject(
        new SluiceError('conflict', `The gRPC server cannot listen on ${address}: ${error.message}`, {
          hint: 'Choose another port with --grpc-port.',
          cause: error,
        }),
      )
    })
  })
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), closeDeadlineMs)
        server.tryShutdown(() => {
          clearTimeout(timer)
          resolve()
        })
      }),
  }
}

type Call = ServerUnaryCall<unknown, unknown>
type Statuses = Readonly<Record<'INTERNAL' | (typeof statusNames)[keyof typeof statusNames], number>>

const statusNames = {
  'invalid-request': 'INVALID_ARGUMENT',
  'not-found': 'NOT_FOUND',
  unauthenticated: 'UNAUTHENTICATED',
  'permission-denied': 'PERMISSION_DENIED',
  'timed-out': 'DEADLINE_EXCEEDED',
  'too-many-requests': 'RESOURCE_EXHAUSTED',
  'deployment-unavailable': 'UNAVAILABLE',
  'not-supported': 'UNIMPLEMENTED',
} as const satisfies Partial<Record<ErrorCode, string>>

function implementation(parts: OpenInferenceParts, statuses: Statuses): UntypedServiceImplementation {
  const unary =
    (answer: (call: Call) => unknown) =>
    (call: Call, done: sendUnaryData<unknown>): void => {
      Promise.resolve()
        .then(() => answer(call))
        .then(
          (message) => done(null, message),
          (error: unknown) => done(toStatus(error, statuses), null),
        )
    }
  return {
    ServerLive: unary(() => ({ live: true })),
    ServerReady: unary(() => ({ ready: true })),
    ServerMetadata: unary(() => ({ name: 'sluiceworks', version: parts.version, extensions: [] })),
    ModelReady: unary(async (call) => {
      const { model } = await findModel(parts, { call, ...(call.request as ModelRequestMessage) })
      return { ready: model.isReady }
    }),
    ModelMetadata: unary(async (call) => {
      const { name, version } = call.request as ModelRequestMessage
      const { model, versions } = await findModel(parts, { call, name, version })
      return describeModel(model, { name, versions })
    }),
    ModelInfer: unary((call) => answerInfer(parts, call)),
  }
}

function toStatus(error: unknown, statuses: Statuses): { readonly code: number; readonly details: string } {
  const { error: described } = errorBody(error)
  const name = (statusNames as Partial<Record<ErrorCode, keyof Statuses>>)[described.code] ?? 'INTERNAL'
  const { message, hint } = described
  return { code: statuses[name], details: hint === undefined ? message : `${message} ${hint}` }
}

interface Wanted {
  readonly call: Call
  readonly name: string
  readonly version: string
}

async function findModel(
  { serving, isKeyRequired }: OpenInferenceParts,
  { call, name, version }: Wanted,
): Promise<ChosenModel & { readonly endpoint: string }> {
  const [endpoint = '', below = endpoint] = name.split('/', 2)
  const shown = String(call.metadata.get('authorization')[0] ?? '')
  await serving.authorise(endpoint, /^bearer +(\S+) *$/i.exec(shown)?.[1], isKeyRequired)
  const named = { endpoint, name: below, ...(version !== '' && { version }) }
  return { endpoint, ...chooseModel(serving.models(endpoint), named) }
}

/** As headers; binary ones and the key stay here. */
function metadataOf({ metadata }: Call): Readonly<Record<string, string>> {
  const texts = Object.entries(metadata.getMap()).filter(([name]) => name !== 'authorization')
  return Object.fromEntries(texts.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

async function answerInfer(parts: OpenInferenceParts, call: Call): Promise<unknown> {
  const asked = call.request as ModelInferRequestMessage
  const { model_name: name, model_version: version, id } = asked
  const { endpoint, deployment } = await findModel(parts, { call, name, version })
  const client = new AbortController()
  call.on('cancelled', () => client.abort())
  const { answer, modelVersion } = await parts.serving.score({
    ...{ endpoint, requestId: id === '' ? randomUUID() : id, contentType: 'application/octet-stream' },
    ...{ headers: () => metadataOf(call), client: client.signal },
    ...toTensorMessage(readInferMessage(asked)),
    ...(deployment !== undefined && { deployment }),
  })
  if (answer.kind === 'refused') throw answer.error
  const outputs = readTensors(answer.details, 'outputs', answer.body)
  return writeInferMessage(
    asked,
    { model: name, ...(modelVersion !== undefined && { version: `${modelVersion}` }) },
    outputs,
  )
}
