import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'

type Use = components['schemas']['AssetUse']

/** What names a component in use, without its version. */
export function referenceWithoutVersion(name: string, registry?: string): string {
  return registry === undefined ? `azureml:${name}` : `azureml://registries/${registry}/components/${name}`
}

/** How the newest jobs used a component; without any there is no item. */
export function useUses(reference: string): UseQueryResult<{ readonly items: readonly Use[] }> {
  return useQuery(restQuery('/api/v1/component-use', { params: { query: { reference } } }))
}

/** Of the jobs that ended by themselves, the share that completed; undefined without any. */
export function successShare(counts: {
  readonly completed_count: number
  readonly failed_count: number
}): number | undefined {
  const ended = counts.completed_count + counts.failed_count
  return ended === 0 ? undefined : counts.completed_count / ended
}
