import type { Component, ComponentStep } from '../spec/documents.ts'
import { referenceText } from '../spec/scope.ts'
import { builtInVersion, isBuiltIn } from './built-in-components.ts'

/**
 * What a step's component is known by: the version that its reference means now, or the address of one of the program's
 * own. Undefined for one that is written out, or comes from a file.
 */
export function namedComponent({
  step,
  component,
}: {
  readonly step: Pick<ComponentStep, 'component'>
  readonly component: Pick<Component, 'name' | 'version'>
}): string | undefined {
  const written = step.component
  if ('located' in written) return undefined
  if (isBuiltIn(written)) {
    const { registry, assetType, name } = written
    return referenceText({ kind: 'registry', registry, assetType, name, version: builtInVersion })
  }
  const { name, version } = component
  return name === undefined || version === undefined ? undefined : referenceText({ kind: 'asset', name, version })
}
