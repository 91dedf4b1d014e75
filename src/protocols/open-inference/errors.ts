import { errorBody, errorStatus } from '../../base/errors.ts'
import type { ErrorTranslator } from '../../server/route.ts'
import type { InferErrorMessage } from './messages.ts'

/** Errors of the Open Inference Protocol: the status, and one text that says what and what to do. */
export const inferErrors: ErrorTranslator = (thrown) => {
  const { error } = errorBody(thrown)
  const body: InferErrorMessage = { error: error.hint === undefined ? error.message : `${error.message} ${error.hint}` }
  return { status: errorStatus[error.code], body }
}
