import { originsOf } from './deployment-spec.ts'
import { chooseDeployment, pinOf, unitDraw, type Pin } from './router.ts'
import { noEndpoint, type Endpoint } from './endpoint-store.ts'
import type { OnlineDeployment } from './online-deployment.ts'

/** An endpoint with what serves its deployments at this moment. */
export interface RoutedEndpoint {
  readonly endpoint: Endpoint
  readonly deployments: ReadonlyMap<string, OnlineDeployment>
}

const deploymentHeader: Pin['header'] = 'azureml-model-deployment'

/** What is known of a request before it has a deployment. */
interface RoutedRequest {
  /** From the header `azureml-model-deployment`: overrides everything. */
  readonly deployment?: string
  /** A header of the request by its lower-case name. */
  readonly header: (name: string) => string | undefined
  /** A new number in (0, 1). */
  readonly random: () => number
}

/** Where a request goes, with the endpoint as it was at that moment. */
export interface RoutedTo extends RoutedEndpoint {
  readonly online: OnlineDeployment
  /** A header chose it, not the weights. */
  readonly isPinned: boolean
  /** Whom the request is for, where the endpoint has a header for it and the request sent it. */
  readonly unit?: string
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

  /** In order. */
  names(): readonly string[] {
    const routed = [...this.#endpoints.values()].filter(({ endpoint }) => endpoint.status !== 'deleting')
    return routed.map(({ endpoint }) => endpoint.name).sort()
  }

  /** The origins whose pages may ask an endpoint, as its deployments name them; none for an endpoint that is not there. */
  origins(endpoint: string): readonly string[] {
    const deployments = this.#endpoints.get(endpoint)?.deployments.values() ?? []
    return [...deployments].flatMap(({ revision }) => originsOf(revision.spec))
  }

  running(endpoint: string, deployment: string): OnlineDeployment | undefined {
    return this.#endpoints.get(endpoint)?.deployments.get(deployment)
  }

  all(): readonly OnlineDeployment[] {
    return [...this.#endpoints.values()].flatMap(({ deployments }) => [...deployments.values()])
  }

  /** The deployment that answers. Throws `not-found` as `chooseDeployment` does. */
  choose(name: string, { deployment, header, random }: RoutedRequest): RoutedTo {
    const routed = this.find(name)
    const { endpoint, deployments } = routed
    const { unitHeader } = endpoint.routing
    const unit = (unitHeader !== undefined && header(unitHeader)) || undefined
    const pinned = deployment === undefined ? pinOf(endpoint.routing, header) : { deployment, header: deploymentHeader }
    const chosen = chooseDeployment({
      endpoint: name,
      traffic: endpoint.traffic,
      deployments,
      ...(pinned !== undefined && { pinned }),
      draw: unit === undefined ? random : unitDraw(name, unit),
    })
    const isPinned = pinned !== undefined
    return { ...routed, online: deployments.get(chosen)!, isPinned, ...(unit !== undefined && { unit }) }
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
