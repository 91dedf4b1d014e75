import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { PlannedCommand, PlannedInput } from '../plan/planned-pipeline.ts'
import type { StoredSource, StoredSubmission } from './stored-submission.ts'

type DataInput = Extract<PlannedInput, { kind: 'data' }>

/**
 * Key of a data input's source among a submission's; equal references share one, but `azureml:net:1` is a model to an
 * input of a model's type and a data asset to others.
 */
export function sourceKey({ source, type }: DataInput): string {
  const namesModel = (source.kind === 'asset' || source.kind === 'registry') && type.endsWith('_model')
  return canonicalJson({ ...source, ...(namesModel && { as: 'model' }) } as unknown as JsonValue)
}

/** What a data input was when its job was submitted. */
export function settledSource(sources: StoredSubmission['sources'], input: DataInput): StoredSource | undefined {
  // Jobs of older versions kept models by their reference alone.
  return sources[sourceKey(input)] ?? sources[canonicalJson(input.source as unknown as JsonValue)]
}

/** What messages call a step; a job that is a single step has no path. */
export function stepWords({ path }: Pick<PlannedCommand, 'path'>): string {
  return path === '' ? 'the job' : `step "${path}"`
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
