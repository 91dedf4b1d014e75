/** The thread that runs one ONNX graph; started by onnx-worker.ts. */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { NumberedAnswer, NumberedRequest, ScoringRequest, WorkerAnswer } from '../worker.ts'
import type { OnnxThread } from './graph-tensor.ts'
import type { OnnxRuntime } from './onnx-runtime.ts'
import { openOnnxModel, type OnnxModel } from './onnx-session.ts'

/** What the thread is told, and tells. */
export type ToThread =
  | { readonly type: 'score'; readonly requests: readonly NumberedRequest[] }
  | { readonly type: 'ping' }
  | { readonly type: 'close' }

export type FromThread =
  | { readonly type: 'ready'; readonly description: OnnxModel['description'] }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'alive' }
  | { readonly type: 'answered'; readonly answers: readonly NumberedAnswer[] }

const { runtime: runtimeFile, file, declared } = workerData as OnnxThread

const tell = (message: FromThread): void => parentPort!.postMessage(message)

function load(): Promise<OnnxModel> {
  const runtime = createRequire(import.meta.url)(runtimeFile) as OnnxRuntime
  return openOnnxModel(runtime, file, declared)
}

load().then(
  (model) => {
    // One at a time, in order.
    let last = Promise.resolve()
    parentPort!.on('message', (message: ToThread) => {
      if (message.type === 'close') return void last.then(() => parentPort!.close())
      if (message.type === 'ping') {
        last = last.then(() => tell({ type: 'alive' }))
        return
      }
      for (const { id, request } of message.requests) {
        last = last.then(async () =>
          tell({ type: 'answered', answers: [{ id, answer: await answerOf(model, request) }] }),
        )
      }
    })
    tell({ type: 'ready', description: model.description })
  },
  (error: unknown) => {
    tell({ type: 'failed', message: messageOf(error) })
    parentPort!.close()
  },
)

async function answerOf(model: OnnxModel, request: ScoringRequest): Promise<WorkerAnswer> {
  const started = performance.now()
  const executionMs = (): number => Math.round((performance.now() - started) * 1000) / 1000
  // A Buffer arrives as the bytes that it is made of.
  const { buffer, byteOffset, byteLength } = request.body
  try {
    const answered = await model.answer({ ...request, body: Buffer.from(buffer, byteOffset, byteLength) })
    return { outcome: 'answered', ...answered, executionMs: executionMs() }
  } catch (error) {
    const message = messageOf(error)
    const code = error instanceof SluiceError ? error.code : undefined
    if (code === 'invalid-request' || code === 'unsupported-media-type')
      return { outcome: 'rejected', code, message, executionMs: executionMs() }
    return { outcome: 'failed', message, executionMs: executionMs() }
  }
}
