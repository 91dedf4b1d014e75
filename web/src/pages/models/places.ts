import { useQueries, useQuery } from '@tanstack/react-query'
import { versionIn } from './model-types.ts'
import { restQuery } from '../../api/rest-client.ts'

/** A deployment of a version of a model. */
export interface Place {
  readonly kind: 'endpoint' | 'batch endpoint'
  readonly endpoint: string
  readonly deployment: string
  readonly version: string
  /** Of an online deployment. */
  readonly status?: string
  /** Percent. */
  readonly traffic?: number
}

interface Places {
  readonly places: readonly Place[]
  readonly isPending: boolean
  readonly error: unknown
  readonly refetch: () => Promise<unknown>
}

/** Where versions of a model are deployed, online and for batches. */
export function usePlaces(model: string): Places {
  const online = useQuery(restQuery('/api/v1/endpoints', { params: { query: { limit: 1000 } } }))
  const batch = useQuery(restQuery('/api/v1/batch-endpoints', {}))
  const deployments = useQueries({
    queries: (batch.data?.items ?? []).map(({ name }) =>
      restQuery('/api/v1/batch-endpoints/{name}/deployments', { params: { path: { name } } }),
    ),
  })
  const places = [
    ...(online.data?.items ?? []).flatMap((endpoint) =>
      endpoint.deployments.flatMap(({ name, model: deployed, status, traffic }): Place[] => {
        const version = versionIn(deployed, model)
        if (version === undefined) return []
        return [{ kind: 'endpoint', endpoint: endpoint.name, deployment: name, version, status, traffic }]
      }),
    ),
    ...deployments
      .flatMap(({ data }) => data?.items ?? [])
      .flatMap(({ endpoint, name, model: deployed }): Place[] => {
        const version = versionIn(deployed, model)
        return version === undefined ? [] : [{ kind: 'batch endpoint', endpoint, deployment: name, version }]
      }),
  ]
  return {
    places,
    isPending: online.isPending || batch.isPending || deployments.some((each) => each.isPending),
    error: online.error ?? batch.error,
    refetch: () => Promise.all([online.refetch(), batch.refetch()]),
  }
}
