import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import { environmentReference } from '../environments/environment-reference.ts'

/** Assets whose use is written down with every step: which one is in a property of its job. */
export const usedKinds = ['component', 'environment'] as const
export type UsedKind = (typeof usedKinds)[number]

/** The property that has the reference of what a step uses. */
export const useProperty: Readonly<Record<UsedKind, string>> = {
  component: 'sluice.component',
  environment: 'sluice.environment',
}

/**
 * Which registered assets a step uses, as properties of its job: `azureml:NAME:VERSION`, or the address of
 * a curated environment, which has no version. What is written out in a file is not told of.
 */
export function assetProperties({
  component,
  environment,
}: {
  readonly component?: string | undefined
  readonly environment?: EnvironmentRequest | undefined
}): Readonly<Record<string, string>> {
  const used = environment === undefined ? undefined : environmentReference(environment)
  return {
    ...(component !== undefined && { [useProperty.component]: component }),
    ...(used !== undefined && { [useProperty.environment]: used }),
  }
}
