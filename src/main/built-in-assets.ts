import type { Settings } from '../config.ts'
import { curatedEnvironment, curatedNames } from '../environments/curated.ts'
import { builtInComponents, builtInRegistry, builtInVersion } from '../plan/built-in-components.ts'
import type { BuiltInAsset } from '../protocols/rest/asset-messages.ts'
import { referenceText } from '../spec/scope.ts'

/** The registry in which Azure ML's tools look for curated environments. */
const curatedRegistry = 'azureml'

/** What the program has itself: components, and the environments that curated names stand for. */
export function builtInAssets(aliases: Settings['environmentAliases']): {
  readonly component: readonly BuiltInAsset[]
  readonly environment: readonly BuiltInAsset[]
} {
  return {
    component: builtInComponents.map(({ name, description, ...definition }) => ({
      ...{ registry: builtInRegistry, name, version: builtInVersion, type: 'command', description },
      reference: referenceText({ kind: 'registry', registry: builtInRegistry, assetType: 'components', name }),
      definition,
    })),
    environment: [...curatedNames(aliases)].sort().map((name) => {
      const { python, requirements } = curatedEnvironment(name, aliases)
      return {
        ...{ registry: curatedRegistry, name, type: 'environment' },
        reference: referenceText({
          ...{ kind: 'registry', registry: curatedRegistry, assetType: 'environments', name, label: 'latest' },
        }),
        definition: { ...(python !== undefined && { python }), requirements },
      }
    }),
  }
}
