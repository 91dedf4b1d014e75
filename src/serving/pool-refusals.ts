import { messageOf, SluiceError } from '../base/errors.ts'
import type { WorkerEnd } from './worker.ts'

/** Why a worker could not even be started, from what was thrown. */
export function toEnd(error: unknown): WorkerEnd {
  if (!(error instanceof SluiceError)) return { reason: `could not be started: ${messageOf(error)}` }
  return { reason: `could not be started: ${error.message}`, ...(error.hint !== undefined && { hint: error.hint }) }
}

/** `model-failed`: the model cannot be served at all. */
export function loadError(end: WorkerEnd): SluiceError {
  return new SluiceError('model-failed', `The model did not start: ${end.reason}`, {
    hint: end.hint ?? "What it printed is in the deployment's log.",
  })
}

/** `deployment-unavailable`: it takes nothing any more. */
export function closing(): SluiceError {
  return new SluiceError('deployment-unavailable', 'The deployment is closing.')
}

/** `deployment-unavailable`: its workers die one after another. */
export function unavailable(end: WorkerEnd): SluiceError {
  return new SluiceError('deployment-unavailable', `No worker of the deployment stays alive: ${end.reason}`, {
    hint: end.hint ?? "What it printed is in the deployment's log.",
  })
}

/** `model-failed`: the request cost its workers their lives. */
export function diedAnswering(end: WorkerEnd, executions: number): SluiceError {
  const times = executions === 1 ? '' : ', twice'
  return new SluiceError('model-failed', `The worker died while it ran this request${times}: it ${end.reason}`, {
    hint: "What it printed is in the deployment's log; SIGKILL may mean that the machine ran out of memory.",
  })
}

/** `too-many-requests`: the queue is full. */
export function tooMany(waiting: number): SluiceError {
  return new SluiceError('too-many-requests', `${waiting} requests wait for this deployment already.`, {
    hint: 'Try again later, or raise instance_count or request_settings.max_concurrent_requests_per_instance.',
  })
}

/** `timed-out` before anybody took it. */
export function waitedTooLong(limitMs: number): SluiceError {
  return new SluiceError('timed-out', `The request waited ${limitMs} ms and no worker was free.`, {
    hint: 'Raise instance_count, or request_settings.request_timeout_ms.',
  })
}

/** `deployment-unavailable`: no worker was there, and none became ready. */
export function neverStarted(limitMs: number): SluiceError {
  return new SluiceError('deployment-unavailable', `No worker of the deployment was ready within ${limitMs} ms.`, {
    hint: "How its start goes is in the deployment's log; readiness_probe says how long it may take.",
  })
}

/** `timed-out` in the model. */
export function tookTooLong(limitMs: number): SluiceError {
  return new SluiceError('timed-out', `The model did not answer within ${limitMs} ms.`, {
    hint: 'Raise request_settings.request_timeout_ms, or make the model faster.',
  })
}

/** For a request that nobody waits for any more. */
export function clientLeft(): SluiceError {
  return new SluiceError('timed-out', 'The client closed the connection before a worker was free.')
}
