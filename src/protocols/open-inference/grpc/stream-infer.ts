import type { ServerDuplexStream } from '@grpc/grpc-js'
import { answerInfer, textOf, type GrpcParts } from './answer-infer.ts'
import type { ModelInferRequestMessage, ModelStreamInferResponseMessage } from './messages.ts'
import { callStatus, type CallStatus } from './call-status.ts'

/*
 * Triton's extension `ModelStreamInfer`: requests of one stream are run as they come, as those of unary calls are, and
 * answered in their order. One that is refused is answered with its reason in `error_message` and the stream goes on; with
 * the metadata `triton_grpc_error: true` its status ends the stream, as it does in Triton.
 */

type Stream = ServerDuplexStream<ModelInferRequestMessage, ModelStreamInferResponseMessage>

/** More are not read from the stream before the first of them is answered. */
const mostUnderWay = 256

/** Answers a stream until its client ends it, or leaves. */
export function streamInfer(parts: GrpcParts, call: Stream): void {
  const { metadata } = call
  const endsOnError = textOf(metadata, 'triton_grpc_error') === 'true'
  const gone = new AbortController()
  let underWay = 0
  let last = Promise.resolve()
  const answer = async (asked: ModelInferRequestMessage): Promise<ModelStreamInferResponseMessage | CallStatus> => {
    try {
      const trace = parts.traces.continued(textOf(metadata, 'traceparent'))
      return { infer_response: await answerInfer(parts, { metadata, trace, client: gone.signal }, asked) }
    } catch (error) {
      const status = callStatus(error)
      if (endsOnError) return status
      const { model_name, model_version, id } = asked
      const empty = { model_name, model_version, id, outputs: [], raw_output_contents: [] }
      return { error_message: status.details, infer_response: empty }
    }
  }
  const send = async (answered: Promise<ModelStreamInferResponseMessage | CallStatus>): Promise<void> => {
    const message = await answered
    if (gone.signal.aborted) return
    if ('code' in message) {
      gone.abort()
      call.emit('error', message)
    } else if (!call.write(message)) await drained(call, gone.signal)
    if (--underWay < mostUnderWay) call.resume()
  }
  call.on('data', (asked: ModelInferRequestMessage) => {
    if (++underWay >= mostUnderWay) call.pause()
    const answered = answer(asked)
    last = last.then(() => send(answered))
  })
  call.on('cancelled', () => gone.abort())
  // The client broke off: there is nobody to tell.
  call.on('error', () => gone.abort())
  call.on('end', () => {
    void last.then(() => gone.signal.aborted || call.end())
  })
}

/** When the client has read on, or is gone. */
function drained(call: Stream, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      call.off('drain', go)
      gone.removeEventListener('abort', go)
      resolve()
    }
    call.once('drain', go)
    gone.addEventListener('abort', go)
  })
}
