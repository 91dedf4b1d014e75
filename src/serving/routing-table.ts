import { chooseDeployment } from './router.ts'
import { noEndpoint, type Endpoint } from './endpoint-store.ts'
import type { OnlineDeployment } from './online-deployment.ts'

/** An endpoint with what serves its deployments at this moment. */
export interface RoutedEndpoint {
  readonly endpoint: Endpoint
  readonly deployments: ReadonlyMap<string, OnlineDeployment>
}

/**
 * What requests are routed by: a picture of the store in memory, changed only after the store was. Every change
 * replaces the picture of one endpoint in one step, so a request sees the state before it or after it.
 */
export class RoutingTable {
  readonly #endpoints = new Map<string, RoutedEndpoint>()

  /** Throws `not-found` for an endpoint that is not there or is being deleted. */
  find(name: string): RoutedEndpoint {
    const routed = this.#endpoints.get(name)
    if (routed === undefined || routed.endpoint.status === 'deleting') throw noEndpoint(name)
    return routed
  }

  running(endpoint: string, deployment: string): OnlineDeployment | undefined {
    return this.#endpoints.get(endpoint)?.deployments.get(deployment)
  }

  all(): readonly OnlineDeployment[] {
    return [...this.#endpoints.values()].flatMap(({ deployments }) => [...deployments.values()])
  }

  /** The deployment that answers. Throws `not-found` as `chooseDeployment` does. */
  choose(name: string, { pinned, unit }: { readonly pinned?: string; readonly unit: number }): OnlineDeployment {
    const { endpoint, deployments } = this.find(name)
    const chosen = chooseDeployment({
      endpoint: name,
      traffic: endpoint.traffic,
      deployments,
      ...(pinned !== undefined && { pinned }),
      unit,
    })
    return deployments.get(chosen)!
  }

  /** The endpoint as the store has it; an older state than the one that is known changes nothing. */
  setEndpoint(endpoint: Endpoint): void {
    const known = this.#endpoints.get(endpoint.name)
    if (known !== undefined && known.endpoint.version > endpoint.version) return
    this.#endpoints.set(endpoint.name, { endpoint, deployments: known?.deployments ?? new Map() })
  }

  /** Lets `online` serve its deployment from now on; returns what did before. */
  setDeployment(online: OnlineDeployment): OnlineDeployment | undefined {
    const { endpoint, deployment } = online.revision
    return this.#change(endpoint, deployment, online)
  }

  /** Nobody serves it any more; returns what did. */
  removeDeployment(endpoint: string, deployment: string): OnlineDeployment | undefined {
    return this.#change(endpoint, deployment, undefined)
  }

  removeEndpoint(name: string): void {
    this.#endpoints.delete(name)
  }

  #change(endpoint: string, deployment: string, online: OnlineDeployment | undefined): OnlineDeployment | undefined {
    const routed = this.#endpoints.get(endpoint)
    if (routed === undefined) return undefined
    const deployments = new Map(routed.deployments)
    const before = deployments.get(deployment)
    if (online === undefined) deployments.delete(deployment)
    else deployments.set(deployment, online)
    this.#endpoints.set(endpoint, { endpoint: routed.endpoint, deployments })
    return before
  }
}
