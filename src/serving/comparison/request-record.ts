import type { AnswerDifference } from './answer-difference.ts'

/** What is kept of one answered request, so that its variant can be judged by it. */
export interface ScoredRequest {
  readonly endpoint: string
  /** What its client and later outcomes know it by. */
  readonly requestId: string
  readonly deployment: string
  readonly revision: number
  /** A hash of whom it was for. */
  readonly unit?: string
  /** A header chose the deployment: it says nothing about the split. */
  readonly isPinned: boolean
  readonly isOk: boolean
  /** Epoch milliseconds of its arrival. */
  readonly atMs: number
  readonly latencyMs: number
}

/** One request with its copy: the same input, answered by two deployments. */
export interface MirroredRequest {
  readonly endpoint: string
  readonly requestId: string
  readonly deployment: string
  readonly revision: number
  readonly mirror: string
  readonly mirrorRevision: number
  readonly atMs: number
  /** As HTTP has them. */
  readonly status: number
  readonly mirrorStatus: number
  readonly latencyMs: number
  readonly mirrorLatencyMs: number
  /** Absent where one of the two is no JSON, too long, or no answer at all. */
  readonly difference?: AnswerDifference
}

/** What came of a request, told later: a label, a key figure. */
export interface Outcome {
  readonly requestId: string
  readonly metric: string
  readonly value: number
}
