import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { credentials, loadPackageDefinition, Metadata, type Client } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { SluiceError } from '../../../base/errors.ts'
import { requestTraces } from '../../../server/request-traces.ts'
import type { EndpointRequest } from '../../../serving/serving-service.ts'
import type { GrpcServerOptions } from './grpc-server.ts'
import { startGrpcServer } from './grpc-server.ts'
import type { ModelInferResponseMessage, ModelStreamInferResponseMessage } from './messages.ts'

const protoFile = join(import.meta.dirname, '../../../../schemas/open-inference/inference.proto')

type Unary = (message: object, metadata: Metadata, done: (error: Error | null, answer: unknown) => void) => void

interface Calls extends Client {
  readonly RepositoryIndex: Unary
  readonly RepositoryModelLoad: Unary
  readonly RepositoryModelUnload: Unary
  ModelInfer(
    message: object,
    metadata: Metadata,
    done: (error: Error | null, answer: ModelInferResponseMessage) => void,
  ): NodeJS.EventEmitter
  ModelStreamInfer(
    metadata: Metadata,
  ): NodeJS.EventEmitter & { write(message: object): boolean; end(): void; cancel(): void }
}

/** A server whose one model gives back its input, after what `before` waits for. */
async function openLab(t: TestContext, changes: Partial<GrpcServerOptions> = {}) {
  const asked: EndpointRequest[] = []
  const waits = new Map<string, Promise<void>>()
  const server = await startGrpcServer({
    serving: {
      authorise: async (endpoint, key) => {
        if (endpoint === 'keyed' && key !== 'right') throw new SluiceError('unauthenticated', 'It wants its key.')
        if (key === 'wrong') throw new SluiceError('unauthenticated', 'This is not the key.')
      },
      isReady: () => true,
      names: () => ['echo', 'keyed'],
      models: () => [{ deployment: 'blue', traffic: 100, isReady: true }],
      score: async (request) => {
        asked.push(request)
        await waits.get(request.requestId)
        if (request.requestId === 'late') {
          return { deployment: 'blue', answer: { kind: 'refused', error: new SluiceError('timed-out', 'Too late.') } }
        }
        const outputs = (request.infer as { inputs: object[] }).inputs
        const body = { contentType: '', body: request.body, details: { outputs } as never, executionMs: 1 }
        return { deployment: 'blue', answer: { kind: 'answered', ...body } }
      },
    },
    traces: requestTraces({ random: (bytes) => Buffer.alloc(bytes, 7), isAlways: false }),
    ...{ isKeyRequired: false, version: '1', protoFile, port: 0 },
    ...changes,
  })
  const loaded = loadPackageDefinition(loadSync(protoFile, { keepCase: true, arrays: true, defaults: true }))
  const Service = (loaded['inference'] as unknown as { GRPCInferenceService: new (...args: unknown[]) => Calls })
    .GRPCInferenceService
  const client = new Service(`127.0.0.1:${server.port}`, credentials.createInsecure())
  t.after(async () => {
    client.close()
    await server.close()
  })
  const stream = (metadata = new Metadata()) => {
    const call = client.ModelStreamInfer(metadata)
    const answers: (readonly [string, string])[] = []
    call.on('data', ({ error_message: error = '', infer_response: { id } }: ModelStreamInferResponseMessage) => {
      answers.push([id, error])
    })
    return { call, answers, ask: (id: string) => call.write(message(id)) }
  }
  return { asked, waits, client, stream }
}

function message(id: string, values: readonly number[] = [1.5]): object {
  const input = { name: 'x', datatype: 'FP64', shape: [values.length], contents: { fp64_contents: values } }
  return { model_name: 'echo/echo', id, inputs: [input] }
}

test('a stream is answered in the order of its requests, all of which run at once, and goes on after a refusal', async (t) => {
  const { asked, waits, stream } = await openLab(t)
  const first = Promise.withResolvers<void>()
  waits.set('r0', first.promise)
  const { call, answers, ask } = stream()
  for (const id of ['r0', 'late', 'r2']) ask(id)
  while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(answers, [], 'the first is not answered yet')
  first.resolve()
  call.end()
  await once(call, 'end')
  assert.deepEqual(answers, [
    ['r0', ''],
    ['late', 'Too late.'],
    ['r2', ''],
  ])
})

test('more requests than may be under way are all answered', async (t) => {
  const { call, answers, ask } = (await openLab(t)).stream()
  for (let id = 0; id < 1000; id++) ask(`r${id}`)
  call.end()
  await once(call, 'end')
  assert.deepEqual(
    answers.map(([id]) => id),
    Array.from({ length: 1000 }, (_, id) => `r${id}`),
  )
})

test('where the client wants it a refusal ends the stream with its status', async (t) => {
  const metadata = new Metadata()
  metadata.set('triton_grpc_error', 'true')
  const { call, answers, ask } = (await openLab(t)).stream(metadata)
  ask('late')
  const [error] = (await once(call, 'error').catch((thrown: unknown) => [thrown])) as [
    { code: number; details: string },
  ]
  assert.deepEqual([error.code, error.details], [4, 'Too late.'])
  assert.deepEqual(answers, [])
})

test('a client that leaves its stream is nobody to wait for', async (t) => {
  const { asked, waits, stream } = await openLab(t)
  const never = Promise.withResolvers<void>()
  waits.set('r0', never.promise)
  const { call, ask } = stream()
  call.on('error', () => undefined)
  ask('r0')
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  call.cancel()
  while (asked[0]!.client?.aborted !== true) await new Promise((resolve) => setTimeout(resolve, 5))
  never.resolve()
})

test('a trace goes on in what the model is told and in the answer, and the key stays here', async (t) => {
  const { asked, client } = await openLab(t)
  const metadata = new Metadata()
  metadata.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  metadata.set('authorization', 'Bearer secret')
  metadata.set('x-unit', 'u1')
  const answered = Promise.withResolvers<void>()
  const call = client.ModelInfer(message('r1'), metadata, (error) =>
    error === null ? answered.resolve() : answered.reject(error),
  )
  const [given] = (await once(call, 'metadata')) as [Metadata]
  await answered.promise
  const ours = '00-4bf92f3577b34da6a3ce929d0e0e4736-0707070707070707-01'
  assert.deepEqual(given.get('traceparent'), [ours])
  const headers = asked[0]!.headers()
  assert.equal(headers['traceparent'], ours)
  assert.equal(headers['x-unit'], 'u1')
  assert.equal('authorization' in headers, false)
  assert.equal(asked[0]!.trace?.parentId, '00f067aa0ba902b7')
})

test('a message over the limit ends with RESOURCE_EXHAUSTED, and the server goes on', async (t) => {
  const { client } = await openLab(t, { maxMessageBytes: 4096 })
  const ask = (count: number): Promise<unknown> =>
    new Promise((resolve) => {
      const values = Array.from({ length: count }, () => 0.5)
      client.ModelInfer(message('r', values), new Metadata(), (error, answer) =>
        resolve((error as { code?: number } | null)?.code ?? answer.id),
      )
    })
  assert.equal(await ask(2000), 8)
  assert.equal(await ask(2), 'r')
})

test('a request without an id has one of ours, and one without anything is refused', async (t) => {
  const { asked, client } = await openLab(t)
  const ask = (sent: object): Promise<Error | null> =>
    new Promise((resolve) => client.ModelInfer(sent, new Metadata(), (error) => resolve(error)))
  const { id, ...without } = message('none') as { readonly id: string }
  assert.equal(id, 'none')
  assert.equal(await ask(without), null)
  assert.match(asked[0]!.requestId, /^[0-9a-f-]{36}$/)
  assert.match(String(await ask({ model_name: 'echo' })), /INVALID_ARGUMENT: .*it has no inputs/)
})

test('the index has the endpoints that the call may ask; what is deployed is loaded, and stays so', async (t) => {
  const { client } = await openLab(t)
  const ask = (call: 'RepositoryIndex' | 'RepositoryModelLoad' | 'RepositoryModelUnload', sent: object, key?: string) =>
    new Promise<unknown>((resolve) => {
      const metadata = new Metadata()
      if (key !== undefined) metadata.set('authorization', `Bearer ${key}`)
      client[call](sent, metadata, (error, answer) => resolve(error === null ? answer : error.message))
    })
  const ready = (name: string) => ({ name, version: '', state: 'READY', reason: '' })
  assert.deepEqual(await ask('RepositoryIndex', {}), { models: [ready('echo')] })
  assert.deepEqual(await ask('RepositoryIndex', { ready: true }, 'right'), { models: [ready('echo'), ready('keyed')] })
  assert.match(String(await ask('RepositoryIndex', { repository_name: 'keyed' })), /UNAUTHENTICATED: It wants its key/)
  assert.deepEqual(await ask('RepositoryModelLoad', { model_name: 'echo/blue' }), {})
  const config = { config: { string_param: '{}' } }
  assert.match(String(await ask('RepositoryModelLoad', { model_name: 'echo', parameters: config })), /UNIMPLEMENTED: /)
  assert.match(String(await ask('RepositoryModelLoad', { model_name: 'echo/other' })), /NOT_FOUND: /)
  assert.match(String(await ask('RepositoryModelUnload', { model_name: 'echo' })), /UNIMPLEMENTED: .*as it is deployed/)
})
