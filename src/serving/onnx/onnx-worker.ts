import { Worker as Thread } from 'node:worker_threads'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { NumberedAnswer, Worker, WorkerEvents } from '../worker.ts'
import type { OnnxThread } from './graph-tensor.ts'
import type { FromThread, ToThread } from './onnx-thread.ts'

/** A worker that is a thread of this process: there within a tenth of a second, and no isolation from a crash of the runtime. */
export function startOnnxWorker(thread: OnnxThread, events: WorkerEvents, clock: Clock): Worker {
  const name = import.meta.url.endsWith('.ts') ? './onnx-thread.ts' : './onnx-thread.js'
  const running = new Thread(new URL(name, import.meta.url), { workerData: thread })
  const ended = Promise.withResolvers<void>()
  let reason: string | undefined
  running.on('message', (message: FromThread) => {
    if (message.type === 'ready') events.ready(message.description)
    else if (message.type === 'alive') events.alive()
    else if (message.type === 'failed') reason = `The model cannot be loaded: ${message.message}`
    else events.answered(message.answers.map(restored), [])
  })
  running.on('error', (error) => (reason = messageOf(error)))
  running.on('exit', (code) => {
    ended.resolve()
    events.ended({ reason: reason ?? `ended with status ${code}` })
  })
  const send = (message: ToThread): void => running.postMessage(message)
  return {
    pid: undefined,
    score: (requests) => send({ type: 'score', requests }),
    ping: () => send({ type: 'ping' }),
    close(graceMs) {
      send({ type: 'close' })
      void ended.promise.then(clock.after(graceMs, () => void running.terminate()))
    },
    kill: () => void running.terminate(),
  }
}

/** A Buffer arrives as the bytes that it is made of. */
function restored({ id, answer }: NumberedAnswer): NumberedAnswer {
  if (answer.outcome !== 'answered') return { id, answer }
  const { buffer, byteOffset, byteLength } = answer.body
  return { id, answer: { ...answer, body: Buffer.from(buffer, byteOffset, byteLength) } }
}
