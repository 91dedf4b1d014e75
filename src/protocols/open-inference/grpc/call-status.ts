import { status } from '@grpc/grpc-js'
import { errorBody, type ErrorCode } from '../../../base/errors.ts'

/** How a call ends that could not be answered. */
export interface CallStatus {
  readonly code: number
  readonly details: string
}

const statusNames = {
  'invalid-request': 'INVALID_ARGUMENT',
  'not-found': 'NOT_FOUND',
  unauthenticated: 'UNAUTHENTICATED',
  'permission-denied': 'PERMISSION_DENIED',
  'timed-out': 'DEADLINE_EXCEEDED',
  'too-many-requests': 'RESOURCE_EXHAUSTED',
  'deployment-unavailable': 'UNAVAILABLE',
  'not-supported': 'UNIMPLEMENTED',
} as const satisfies Partial<Record<ErrorCode, keyof typeof status>>

/** The status of what was thrown; what nobody expected is INTERNAL. */
export function callStatus(error: unknown): CallStatus {
  const { error: described } = errorBody(error)
  const name = (statusNames as Partial<Record<ErrorCode, keyof typeof status>>)[described.code] ?? 'INTERNAL'
  const { message, hint } = described
  return { code: status[name], details: hint === undefined ? message : `${message} ${hint}` }
}
