/**
 * The words of Azure ML's online endpoints on the wire (docs: "Deploy and score", "HTTP status codes for online
 * endpoints"; names and rules of the ids as azureml-inference-server-http 1.4 has them), and of MLflow's scoring server.
 */

/** Pins the deployment in a request; names the one that answered in an answer. */
export const deploymentHeader = 'azureml-model-deployment'

/** An id longer than this is refused with 431. */
export const longestId = 100

/** The ids of one exchange. */
export interface RequestIds {
  readonly requestId: string
  /** The older name: what the client sent, else its client request id, else the request id. */
  readonly msRequestId: string
  /** Only where the client gave one, under this name or the older one. */
  readonly clientRequestId?: string
}

/** What `/score` says when it cannot answer: `message` as Azure ML has it, `error` as the rest of this server. */
export interface ScoreErrorMessage {
  readonly message: string
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** What `/invocations` says when it cannot answer. */
export interface InvocationsErrorMessage {
  readonly error_code: string
  readonly message: string
}
