import type { JsonObject } from '../base/json.ts'
import type { TraceContext } from '../base/trace-context.ts'
import type { Revision } from './deployment-store.ts'
import type { PoolAnswer } from './worker-pool.ts'

/** One request with what a deployment answered: what metrics, payload collection and comparisons are made of. */
export interface AnsweredRequest {
  /** The `x-ms-request-id` of the answer, or an id of ours. */
  readonly requestId: string
  readonly endpoint: string
  readonly revision: Revision
  readonly contentType: string
  readonly body: Buffer
  /** Of the Open Inference Protocol: the tensors that `body` holds (tensor-message.ts). */
  readonly infer?: JsonObject
  /** With `infer`: the content of the model's `MLmodel`, where it has one. */
  readonly metadata?: JsonObject
  /** Absent where nobody traces it. */
  readonly trace?: TraceContext
  /** The request's headers, lower case; made when asked for. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Epoch milliseconds of its arrival. */
  readonly arrivedMs: number
  /** From arrival to answer, milliseconds. */
  readonly durationMs: number
  readonly answer: PoolAnswer
}

/**
 * Told of every answer after it was given. It runs on the way of the next request, so it does no more than note what it
 * was told; what it throws is written to the server's log and changes nothing for the client.
 */
export type AnswerObserver = (answered: AnsweredRequest) => void
