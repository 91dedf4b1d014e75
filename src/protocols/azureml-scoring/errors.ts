import { errorBody, errorStatus, type ErrorCode } from '../../base/errors.ts'
import type { ErrorTranslator } from '../../server/route.ts'
import type { InvocationsErrorMessage, ScoreErrorMessage } from './messages.ts'

/** Errors of `/score`. */
export const scoreErrors: ErrorTranslator = (thrown) => {
  const { error } = errorBody(thrown)
  const body: ScoreErrorMessage = {
    message: error.message,
    error: { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) },
  }
  return { status: errorStatus[error.code], body }
}

// MLflow's clients know these names and no others; it calls whatever a request or a model does wrong BAD_REQUEST.
const mlflowCodes: Partial<Record<ErrorCode, string>> = {
  'not-found': 'RESOURCE_DOES_NOT_EXIST',
  unauthenticated: 'UNAUTHENTICATED',
  'permission-denied': 'PERMISSION_DENIED',
  'timed-out': 'DEADLINE_EXCEEDED',
  'too-many-requests': 'REQUEST_LIMIT_EXCEEDED',
  'deployment-unavailable': 'TEMPORARILY_UNAVAILABLE',
}

/** Errors of `/invocations`. */
export const invocationsErrors: ErrorTranslator = (thrown) => {
  const { error } = errorBody(thrown)
  const status = errorStatus[error.code]
  const otherwise = status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR'
  const body: InvocationsErrorMessage = { error_code: mlflowCodes[error.code] ?? otherwise, message: error.message }
  return { status, body }
}
