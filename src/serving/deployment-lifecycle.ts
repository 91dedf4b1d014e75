import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointKeys } from '../access/endpoint-keys.ts'
import { errorBody } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import {
  activateRevision,
  failRevision,
  listCreatingRevisions,
  listDeployments,
  removeDeployment,
  type Revision,
} from './deployment-store.ts'
import { changeEndpoint, findEndpoint, listEndpoints, removeEndpoint, type Endpoint } from './endpoint-store.ts'
import { deploymentFolder, onlineDeployment, type DeploymentPlace, type OnlineDeployment } from './online-deployment.ts'
import { forgetRequests } from './comparison/request-store.ts'
import { rolloutsUnderWay } from './rollout/rollout-store.ts'
import type { RoutingTable } from './routing-table.ts'

/**
 * The story of a deployment, once its revision is stored as `creating`.
 *
 *   start workers -> store it as ready (and the traffic) -> route to it -> drain the one before -> remove its files
 *
 * A server that dies between any two of these leaves: a revision `creating`, which the next server brings up; or one
 * that is ready in the store, which the next server routes to; or files of a retired one, which are swept away with the
 * deployment. Workers never outlive the server. A request goes to the old workers or to the new ones, and both answer.
 *
 * Deletion is stored first (`deleting`), then workers end, files go, and the rows go last; a server that dies in
 * between leaves rows that say `deleting`, and the next one goes on.
 */
export interface LifecyclePlace extends DeploymentPlace {
  readonly database: Database
  readonly keys: Pick<EndpointKeys, 'remove'>
}

export class DeploymentLifecycle {
  readonly #place: LifecyclePlace
  readonly #routes: RoutingTable
  /** Revisions that are being brought up, until they serve or failed. */
  readonly #comingUp = new Map<OnlineDeployment, Promise<void>>()
  /** What is under way that nobody waits for; none of these rejects. */
  readonly #retiring = new Set<Promise<void>>()
  #isClosing = false

  constructor(place: LifecyclePlace, routes: RoutingTable) {
    this.#place = place
    this.#routes = routes
  }

  /** Takes up what the store says: ends deletions, serves what is active, brings up what was being created. */
  async recover(): Promise<void> {
    const { database } = this.#place
    const endpoints = await listEndpoints(database.read)
    for (const endpoint of endpoints) this.#routes.setEndpoint(endpoint)
    for (const { status, active, endpoint, name } of await listDeployments(database.read)) {
      if (status === 'deleting') await this.finishDeletion(endpoint, name)
      else if (active !== undefined) this.#resume(active)
    }
    for (const { name, status } of endpoints) if (status === 'deleting') await this.finishEndpointDeletion(name)
    for (const revision of await listCreatingRevisions(database.read)) {
      // Its failure is in the store and in its log.
      this.bringUp(revision).catch(() => undefined)
    }
  }

  /** Resolves when the revision serves (or a newer one does); rejects with why it cannot, which is stored as well. */
  bringUp(revision: Revision): Promise<void> {
    const online = onlineDeployment(revision, this.#place)
    const done = this.#bringUp(online).finally(() => this.#comingUp.delete(online))
    this.#comingUp.set(online, done)
    return done
  }

  /** Ends a deployment that is stored as `deleting`. */
  async finishDeletion(endpoint: string, deployment: string): Promise<void> {
    const { database, clock, folder } = this.#place
    const serving = this.#routes.removeDeployment(endpoint, deployment)
    const comingUp = [...this.#comingUp].filter(
      ([{ revision }]) => revision.endpoint === endpoint && revision.deployment === deployment,
    )
    await Promise.all([
      serving?.retire(),
      ...comingUp.map(async ([online, done]) => {
        await online.close()
        await done.catch(() => undefined)
      }),
    ])
    await rm(deploymentFolder(folder, endpoint, deployment), { recursive: true, force: true })
    await database.write(async (tables) => {
      await removeDeployment(tables, endpoint, deployment)
      await this.#event(tables, { kind: 'deployment.deleted', endpoint, body: { deployment }, atMs: clock.now() })
    })
  }

  /** Ends an endpoint that is stored as `deleting` and has no deployments left. */
  async finishEndpointDeletion(name: string): Promise<void> {
    const { database, clock, folder, keys } = this.#place
    await rm(join(folder, name), { recursive: true, force: true })
    await database.write(async (tables) => {
      await removeEndpoint(tables, name)
      await keys.remove(tables, name)
      await forgetRequests(tables, name)
      await this.#event(tables, { kind: 'endpoint.deleted', endpoint: name, body: {}, atMs: clock.now() })
    })
    this.#routes.removeEndpoint(name)
  }

  /** Ends every worker; what was coming up is left for the next server. */
  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all([
      ...this.#routes.all().map((online) => online.close()),
      ...[...this.#comingUp].map(async ([online, done]) => {
        await online.close()
        await done.catch(() => undefined)
      }),
      ...this.#retiring,
    ])
  }

  #resume(revision: Revision): void {
    const online = onlineDeployment(revision, this.#place)
    this.#routes.setDeployment(online)
    online.resume()
  }

  async #bringUp(online: OnlineDeployment): Promise<void> {
    const { revision } = online
    try {
      await online.start()
    } catch (error) {
      if (this.#isClosing) await online.close()
      else {
        await online.discard()
        await this.#storeFailure(revision, error)
      }
      throw error
    }
    let endpoint: Endpoint | undefined
    try {
      endpoint = await this.#storeReady(revision)
    } catch (error) {
      await online.close()
      throw error
    }
    if (endpoint === undefined) return online.discard()
    if (this.#isClosing) return online.close()
    this.#routes.setEndpoint(endpoint)
    const before = this.#routes.setDeployment(online)
    if (before !== undefined) this.#retireLater(before)
  }

  /** The endpoint as it is with the revision in service; undefined when a newer one serves or it was deleted. */
  #storeReady({ endpoint, deployment, revision, spec }: Revision): Promise<Endpoint | undefined> {
    const { database, clock } = this.#place
    return database.write(async (tables) => {
      const nowMs = clock.now()
      if (!(await activateRevision(tables, { endpoint, deployment, revision }, nowMs))) return undefined
      await this.#event(tables, { kind: 'deployment.ready', endpoint, body: { deployment, revision }, atMs: nowMs })
      const read = await findEndpoint(tables, endpoint)
      const isFirst = spec.traffic === 'first' && Object.keys(read.traffic).length === 0
      if (read.status !== 'ready' || !(isFirst || spec.traffic === 'all')) return read
      // Its steps say who gets what.
      if ((await rolloutsUnderWay(tables, endpoint)).length > 0) return read
      const traffic = { [deployment]: 100 }
      await this.#event(tables, { kind: 'endpoint.traffic', endpoint, body: { traffic }, atMs: nowMs })
      return changeEndpoint(tables, read, { change: { traffic }, nowMs })
    })
  }

  #storeFailure(key: Revision, thrown: unknown): Promise<void> {
    const { database, clock } = this.#place
    const { error } = errorBody(thrown)
    const { endpoint, deployment, revision } = key
    return database.write(async (tables) => {
      const nowMs = clock.now()
      if (!(await failRevision(tables, key, { error, nowMs }))) return
      const body = { deployment, revision, message: error.message }
      await this.#event(tables, { kind: 'deployment.failed', endpoint, body, atMs: nowMs })
    })
  }

  #retireLater(online: OnlineDeployment): void {
    const done = online.retire().catch(() => undefined)
    this.#retiring.add(done)
    void done.finally(() => this.#retiring.delete(done))
  }

  #event(tables: Tables, { kind, endpoint, body, atMs }: EndpointEvent): Promise<void> {
    return appendEvent(tables, { kind, subject: endpoint, body, atMs })
  }
}

interface EndpointEvent {
  readonly kind: string
  readonly endpoint: string
  readonly body: JsonObject
  readonly atMs: number
}
