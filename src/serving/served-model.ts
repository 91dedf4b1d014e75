import type { JsonObject } from '../base/json.ts'
import type { RoutedEndpoint } from './routing-table.ts'

/** What a deployment serves, as far as it is known: the rest comes with its first worker. */
export interface ServedModel {
  readonly deployment: string
  /** Percent of the endpoint's requests. */
  readonly traffic: number
  readonly isReady: boolean
  /** Absent for files that are no registered version. */
  readonly name?: string
  readonly version?: number
  /** The content of its file `MLmodel`. */
  readonly metadata?: JsonObject
  /** What its workers say of it. */
  readonly description?: JsonObject
}

/** What an endpoint serves, the deployment with most traffic first. */
export function servedModels({ endpoint, deployments }: RoutedEndpoint): readonly ServedModel[] {
  const served = [...deployments].map(([deployment, online]): ServedModel => {
    const { model } = online.revision.spec
    const metadata = online.metadata()
    const description = online.description()
    return {
      deployment,
      traffic: endpoint.traffic[deployment] ?? 0,
      isReady: online.status().ready > 0,
      ...(model?.from === 'artifacts' && model.name !== undefined && { name: model.name }),
      ...(model?.from === 'artifacts' && model.version !== undefined && { version: model.version }),
      ...(metadata !== undefined && { metadata }),
      ...(description !== undefined && { description }),
    }
  })
  return served.sort((one, other) => other.traffic - one.traffic)
}
