import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { SluiceError } from '../base/errors.ts'
import { curatedNames, type CuratedTable, isCurated } from '../environments/curated.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { EnvironmentChoice, EnvironmentSpec, Reference } from '../spec/document-parts.ts'
import { referenceText } from '../spec/scope.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'

/** What the environment builder is asked for when a document says `environment: ...`. */
export type FindEnvironment = (choice: EnvironmentChoice) => Promise<EnvironmentRequest>

/**
 * Follows references to environments: a registered one by name, else a curated one of that name. In the shared registry
 * curated names come first, for that is what published examples mean. Throws `input-not-found` with the nearest name.
 */
export function environmentFinder({
  assets,
  curated = {},
}: {
  readonly assets: Pick<AssetCatalogue, 'get' | 'list'>
  readonly curated?: CuratedTable
}): FindEnvironment {
  return async (choice) => {
    if (choice.kind === 'inline') return { kind: 'spec', spec: choice.environment }
    const { reference } = choice
    if (reference.kind !== 'asset' && reference.kind !== 'registry') throw unusable(reference)
    const { name, version, label = 'default' } = reference
    const registry = reference.kind === 'registry' ? reference.registry : 'azureml'
    if (reference.kind === 'registry' && isCurated(name, curated)) return { kind: 'curated', registry, name }
    try {
      const found = await assets.get({ kind: 'environment', name }, version === undefined ? { label } : { version })
      const reference = referenceText({ kind: 'asset', name, version: found.version })
      return { kind: 'spec', spec: { ...(found.definition as EnvironmentSpec), name }, reference }
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'not-found')) throw error
      if (isCurated(name, curated)) return { kind: 'curated', registry, name }
      const { items } = await assets.list('environment', { limit: 1000 })
      const isRegistered = items.some((item) => item.name === name)
      throw isRegistered
        ? missing(reference, error.message, error.hint)
        : unknown(reference, name, [...items.map((item) => item.name), ...curatedNames(curated)])
    }
  }
}

function missing(reference: Reference, message: string, hint: string | undefined): SluiceError {
  return new SluiceError('input-not-found', `The environment ${referenceText(reference)} cannot be used: ${message}`, {
    ...(hint !== undefined && { hint }),
  })
}

function unknown(reference: Reference, name: string, names: readonly string[]): SluiceError {
  const near = nearestName(name, names)
  const text = `The environment ${referenceText(reference)} is neither registered nor in the table of curated ones.`
  return new SluiceError('input-not-found', text, {
    hint:
      near === undefined
        ? 'Create it with: sluice env create --file FILE, or give conda_file and image inline.'
        : `Did you mean ${near}?`,
  })
}

function unusable(reference: Reference): SluiceError {
  return new SluiceError(
    'input-not-found',
    `The environment ${referenceText(reference)} is not one that can be used.`,
    {
      hint: 'Give conda_file and image inline, name an environment file, or a curated environment such as azureml://registries/azureml/environments/sklearn-1.5/labels/latest.',
    },
  )
}
