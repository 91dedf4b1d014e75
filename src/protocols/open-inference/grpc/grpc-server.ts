import {
  Metadata,
  Server,
  ServerCredentials,
  type handleBidiStreamingCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { SluiceError } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json.ts'
import { traceparentOf } from '../../../base/trace-context.ts'
import { checkLoaded, indexModels, unloadRefusal } from '../model-repository.ts'
import { describeModel } from '../model-tensors.ts'
import { answerInfer, authorise, findModel, textOf, type GrpcParts } from './answer-infer.ts'
import { callStatus } from './call-status.ts'
import type {
  ModelInferRequestMessage,
  ModelRequestMessage,
  ModelStreamInferResponseMessage,
  RepositoryIndexRequestMessage,
  RepositoryModelRequestMessage,
} from './messages.ts'
import { streamInfer } from './stream-infer.ts'

/*
 * Open Inference Protocol V2 over gRPC. One port serves every endpoint, so a model's name says which: ENDPOINT, or
 * ENDPOINT/NAME where NAME is what it may be below that endpoint over HTTP. An endpoint's key is shown as metadata
 * `authorization: Bearer KEY`. Plain text, so it listens on this machine only.
 */
export interface GrpcServerOptions extends GrpcParts {
  /** The file of schemas/open-inference. */
  readonly protoFile: string
  /** 0: any free one. */
  readonly port: number
  /** Of one message; larger ones end with RESOURCE_EXHAUSTED. Default 256 MiB, as over HTTP. */
  readonly maxMessageBytes?: number
}

export interface GrpcServer {
  readonly port: number
  /** Lets calls under way finish for a moment, then drops them. */
  close(): Promise<void>
}

const usualMessageBytes = 256 << 20
const closeDeadlineMs = 5000

/** Serves the protocol on 127.0.0.1; rejects with `conflict` when the port is taken. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const loaded = loadSync(options.protoFile, {
    keepCase: true,
    longs: String,
    // What a client leaves out is as if it were empty: without it an id is undefined.
    defaults: true,
    arrays: true,
    objects: true,
    oneofs: true,
  })
  const service = loaded['inference.GRPCInferenceService'] as unknown as ServiceDefinition
  const { maxMessageBytes = usualMessageBytes } = options
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  })
  server.addService(service, implementation(options))
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

function implementation(parts: GrpcParts): UntypedServiceImplementation {
  const unary =
    (answer: (call: Call) => unknown) =>
    (call: Call, done: sendUnaryData<unknown>): void => {
      Promise.resolve()
        .then(() => answer(call))
        .then(
          (message) => done(null, message),
          (error: unknown) => done(callStatus(error), null),
        )
    }
  const streamed: handleBidiStreamingCall<ModelInferRequestMessage, ModelStreamInferResponseMessage> = (call) =>
    streamInfer(parts, call)
  return {
    ServerLive: unary(() => ({ live: true })),
    ServerReady: unary(() => ({ ready: true })),
    ServerMetadata: unary(() => ({ name: 'sluiceworks', version: parts.version, extensions: [] })),
    ModelReady: unary(async ({ metadata, request }) => {
      const { model } = await findModel(parts, { metadata, ...(request as ModelRequestMessage) })
      return { ready: model.isReady }
    }),
    ModelMetadata: unary(async ({ metadata, request }) => {
      const { name, version } = request as ModelRequestMessage
      const { model, versions } = await findModel(parts, { metadata, name, version })
      return describeModel(model, { name, versions })
    }),
    RepositoryIndex: unary(({ metadata, request }) =>
      indexAll(parts, { metadata, ...(request as RepositoryIndexRequestMessage) }),
    ),
    RepositoryModelLoad: unary(async ({ metadata, request }) => {
      const { model_name: name, parameters } = request as RepositoryModelRequestMessage
      const { model } = await findModel(parts, { metadata, name, version: '' })
      checkLoaded(model, { name, asked: { parameters: parameters as JsonObject } })
      return {}
    }),
    RepositoryModelUnload: unary(async ({ metadata, request }) => {
      const { model_name: name } = request as RepositoryModelRequestMessage
      await findModel(parts, { metadata, name, version: '' })
      throw unloadRefusal(name)
    }),
    ModelInfer: unary((call) => {
      const gone = new AbortController()
      call.on('cancelled', () => gone.abort())
      const { metadata } = call
      const trace = parts.traces.continued(textOf(metadata, 'traceparent'))
      if (trace !== undefined) {
        const answered = new Metadata()
        answered.set('traceparent', traceparentOf(trace))
        call.sendMetadata(answered)
      }
      return answerInfer(parts, { metadata, trace, client: gone.signal }, call.request as ModelInferRequestMessage)
    }),
    ModelStreamInfer: streamed,
  }
}

type AskedIndex = RepositoryIndexRequestMessage & { readonly metadata: Metadata }

/** The models of one endpoint (the repository), or of all that may be asked with the key of the call or without one. */
async function indexAll(
  parts: GrpcParts,
  { metadata, repository_name: only, ready: isReadyOnly }: AskedIndex,
): Promise<unknown> {
  if (only !== '') await authorise(parts, metadata, only)
  const asked = only === '' ? await askable(parts, metadata) : [only]
  const models = asked.flatMap((endpoint) =>
    indexModels(parts.serving.models(endpoint), { endpoint, isReadyOnly }).map(({ name, ...rest }) => ({
      name: name === endpoint ? name : `${endpoint}/${name}`,
      ...rest,
    })),
  )
  return { models }
}

async function askable(parts: GrpcParts, metadata: Metadata): Promise<readonly string[]> {
  const admitted = parts.serving.names().map(async (endpoint) => {
    const isOpen = await authorise(parts, metadata, endpoint).then(
      () => true,
      () => false,
    )
    return isOpen ? [endpoint] : []
  })
  return (await Promise.all(admitted)).flat()
}
