import { errorBody, type ErrorCode } from '../../base/errors.ts'
import type { ErrorTranslator } from '../../server/route.ts'

/** MLflow's error codes that we answer with, and the status each has. */
const statusOf = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const

type MlflowErrorCode = keyof typeof statusOf

// The client repeats 429 and most 5xx for minutes, so a caller's own mistake is always a 4xx.
const codeOf: Readonly<Record<ErrorCode, MlflowErrorCode>> = {
  'invalid-document': 'INVALID_PARAMETER_VALUE',
  'invalid-request': 'INVALID_PARAMETER_VALUE',
  'invalid-reference': 'INVALID_PARAMETER_VALUE',
  'invalid-setting': 'INVALID_PARAMETER_VALUE',
  'invalid-path': 'INVALID_PARAMETER_VALUE',
  'limit-exceeded': 'INVALID_PARAMETER_VALUE',
  'budget-exceeded': 'RESOURCE_CONFLICT',
  'body-too-large': 'INVALID_PARAMETER_VALUE',
  'unsupported-media-type': 'INVALID_PARAMETER_VALUE',
  'environment-failed': 'INVALID_PARAMETER_VALUE',
  'step-failed': 'INVALID_PARAMETER_VALUE',
  'model-failed': 'INVALID_PARAMETER_VALUE',
  'timed-out': 'BAD_REQUEST',
  'already-exists': 'RESOURCE_ALREADY_EXISTS',
  unauthenticated: 'UNAUTHENTICATED',
  'permission-denied': 'PERMISSION_DENIED',
  'host-not-allowed': 'PERMISSION_DENIED',
  'origin-not-allowed': 'PERMISSION_DENIED',
  'input-not-found': 'RESOURCE_DOES_NOT_EXIST',
  'not-found': 'RESOURCE_DOES_NOT_EXIST',
  conflict: 'RESOURCE_CONFLICT',
  'store-in-use': 'RESOURCE_CONFLICT',
  'store-too-new': 'RESOURCE_CONFLICT',
  'too-many-requests': 'REQUEST_LIMIT_EXCEEDED',
  'not-supported': 'NOT_IMPLEMENTED',
  'store-unavailable': 'TEMPORARILY_UNAVAILABLE',
  'ownership-lost': 'TEMPORARILY_UNAVAILABLE',
  'server-unreachable': 'TEMPORARILY_UNAVAILABLE',
  'deployment-unavailable': 'TEMPORARILY_UNAVAILABLE',
  'store-corrupt': 'INTERNAL_ERROR',
  internal: 'INTERNAL_ERROR',
}

/** What MLflow's own exceptions add, by the same code; nothing for the others. */
const classOf: Readonly<
  Partial<Record<MlflowErrorCode, { readonly sqlstate: string; readonly error_class?: string }>>
> = {
  INVALID_PARAMETER_VALUE: { sqlstate: 'KAM00', error_class: 'INVALID_PARAMETER_VALUE' },
  BAD_REQUEST: { sqlstate: 'KAM00', error_class: 'INVALID_PARAMETER_VALUE' },
  RESOURCE_ALREADY_EXISTS: { sqlstate: 'KAM00', error_class: 'RESOURCE_ALREADY_EXISTS' },
  PERMISSION_DENIED: { sqlstate: 'KAM00', error_class: 'PERMISSION_DENIED' },
  RESOURCE_DOES_NOT_EXIST: { sqlstate: 'KAM00', error_class: 'RESOURCE_NOT_FOUND' },
  INTERNAL_ERROR: { sqlstate: 'XXM00', error_class: 'CLIENT_INTERNAL_ERROR' },
  TEMPORARILY_UNAVAILABLE: { sqlstate: 'XXM00' },
}

/** Whatever was thrown as `{error_code, message}` with MLflow's status for the code, and its classes of errors. */
export const mlflowErrors: ErrorTranslator = (thrown) => {
  const { error } = errorBody(thrown)
  const code = codeOf[error.code]
  const end = /[.!?:]$/.test(error.message) ? '' : '.'
  const hint = error.hint === undefined ? '' : `${end} ${error.hint}`
  // The phrase that MLflow's clients look for.
  const kind = error.code === 'invalid-path' ? 'Invalid path: ' : ''
  return {
    status: statusOf[code],
    body: { error_code: code, message: `${kind}${error.message}${hint}`, ...classOf[code] },
  }
}
