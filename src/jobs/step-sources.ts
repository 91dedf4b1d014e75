import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { PlannedCommand } from '../plan/planned-pipeline.ts'
import type { Reference } from '../spec/document-parts.ts'

/** Key of a data source among a submission's sources; equal references share one. */
export function sourceKey(reference: Reference): string {
  return canonicalJson(reference as unknown as JsonValue)
}

/** Key of a step's code snapshot; empty when the step has no code. */
export function codeKey(step: Pick<PlannedCommand, 'code' | 'additionalIncludes'>): string {
  if (step.code === undefined && step.additionalIncludes.length === 0) return ''
  return canonicalJson({ code: (step.code ?? null) as unknown as JsonValue, includes: step.additionalIncludes })
}

/** Key of a step's environment choice; empty when it names none. */
export function environmentKey(step: Pick<PlannedCommand, 'environment'>): string {
  return step.environment === undefined ? '' : canonicalJson(step.environment as unknown as JsonValue)
}
