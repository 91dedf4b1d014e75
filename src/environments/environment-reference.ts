import { referenceText } from '../spec/scope.ts'
import type { EnvironmentRequest } from './environment-builder.ts'

/**
 * The registered or curated environment that a request is for: `azureml:NAME:VERSION`, or the address of
 * a curated one, which has no version; undefined for one that is written out.
 */
export function environmentReference(request: EnvironmentRequest): string | undefined {
  if (request.kind === 'extended') return environmentReference(request.base)
  if (request.kind === 'curated') {
    const { registry, name } = request
    return referenceText({ kind: 'registry', registry, assetType: 'environments', name })
  }
  return request.kind === 'spec' ? request.reference : undefined
}
