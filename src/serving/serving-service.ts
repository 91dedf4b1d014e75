import { mkdir } from 'node:fs/promises'
import type { EndpointKeys, KeyPair } from '../access/endpoint-keys.ts'
import type { Principal } from '../access/principal.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { TraceContext } from '../base/trace-context.ts'
import type { Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { processesOf, signalAll } from '../processes/process-tree.ts'
import type { AnsweredRequest, AnswerObserver } from './answered-request.ts'
import type { Comparisons } from './comparison/comparisons.ts'
import { Variants } from './comparison/variants.ts'
import { defaultDeployment, specOf, type DeployRequest } from './deploy-request.ts'
import { DeploymentLifecycle, type LifecyclePlace } from './deployment-lifecycle.ts'
import { readDeploymentLog, readLogTail, type DeploymentLogChunk } from './deployment-log.ts'
import { checkName, type DeploymentSpec } from './deployment-spec.ts'
import {
  addRevision,
  listDeployments,
  markDeploymentDeleting,
  noDeployment,
  type Deployment,
} from './deployment-store.ts'
import {
  changeEndpoint,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  markEndpointDeleting,
  noEndpoint,
  type Endpoint,
  type EndpointChange,
  type NewEndpoint,
} from './endpoint-store.ts'
import { endpointView, type DeploymentView, type EndpointView } from './endpoint-view.ts'
import { deploymentLogFile } from './online-deployment.ts'
import { checkMirrorTraffic, checkTraffic, isSameTraffic, type Traffic } from './router.ts'
import type { RolloutCrashPoint } from './rollout/crash-points.ts'
import { forgetRollouts, refuseDuringRollout, rolloutsUnderWay } from './rollout/rollout-store.ts'
import { RolloutController, type RolloutRequest, type Rollouts, type RolloutView } from './rollout/rollouts.ts'
import { RoutingTable } from './routing-table.ts'
import { servedModels, type ServedModel } from './served-model.ts'
import type { MeasuredDeployment } from './observe/serving-metrics.ts'
import type { Client, PoolAnswer } from './worker-pool.ts'

/** What serving stands on. */
export interface ServingPlace extends Omit<LifecyclePlace, 'keys' | 'contents' | 'marker'> {
  readonly contents: Pick<ContentStore, 'ingest' | 'materialise'>
  readonly keys: Pick<EndpointKeys, 'create' | 'read' | 'regenerate' | 'isValid' | 'remove'>
  /** A number in [0, 1), new each time: which deployment a request goes to. */
  readonly random: () => number
  readonly observers: readonly AnswerObserver[]
  /** Told what an observer threw. */
  readonly warn: (message: string) => void
  /** Called between storing and acting; does nothing but in the kill test. */
  readonly reach: (point: RolloutCrashPoint) => void
}

/** One request to an endpoint. */
export interface EndpointRequest {
  readonly endpoint: string
  /** What the client knows it by. */
  readonly requestId: string
  /** Overrides the traffic. */
  readonly deployment?: string
  readonly contentType: string
  readonly body: Buffer
  /** Tensors instead of a document. */
  readonly infer?: JsonObject
  /** Its method and its path and query below the endpoint. */
  readonly http?: { readonly method: string; readonly target: string }
  readonly trace?: TraceContext
  /** Read only when the model asks for them. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Aborted when the client leaves: a waiting request then stops waiting. */
  readonly client?: Client
}

/** Which deployment answered, and what. */
export interface EndpointAnswer {
  readonly deployment: string
  /** Of the registered model that answered. */
  readonly modelVersion?: number
  readonly answer: PoolAnswer
}

/** A change of an endpoint, with what is asked of it. */
interface EndpointWish extends EndpointChange {
  /** The version it must have. */
  readonly version?: number
  /** Why, for those who read the events. */
  readonly reason?: string
}

/** Online endpoints: one per server. Names that do not exist throw `not-found`. */
export interface ServingService {
  /** Ends what an earlier server left behind and serves what it served. Call once, before anything else. */
  start(): Promise<void>
  /** Makes an endpoint, with keys; throws `already-exists`. */
  createEndpoint(endpoint: NewEndpoint): Promise<EndpointView>
  /** Changes all that is given or nothing; with `version` only if that is the current one (else `conflict`). */
  changeEndpoint(name: string, wish: EndpointWish): Promise<EndpointView>
  /**
   * One call back to the traffic before the last change, a rollout under way being one: it is aborted. Throws
   * `conflict` when there is none to go back to.
   */
  rollBack(name: string, wish: Omit<EndpointWish, keyof EndpointChange>): Promise<EndpointView>
  /**
   * Brings up a deployment (its endpoint is made, open, if there is none) and resolves when it serves; the one before
   * serves until then, and answers what it has. Rejects with why it cannot serve; the one before then stays.
   */
  deploy(request: DeployRequest): Promise<DeploymentView>
  /** Deploys and gives the deployment the traffic by steps; it is named after its model where it has no name. */
  rollOut(request: DeployRequest, terms: Omit<RolloutRequest, 'candidate' | 'spec'>): Promise<RolloutView>
  /** Rollouts, and how they go. */
  readonly rollouts: Rollouts
  /** Deployments beside each other, and what came of their requests. */
  readonly comparisons: Comparisons
  /** As `deploy`, but resolves when the wish is stored; `show` tells what becomes of it. */
  beginDeploy(request: DeployRequest): Promise<DeploymentView>
  list(): Promise<readonly EndpointView[]>
  show(name: string): Promise<EndpointView>
  showDeployment(endpoint: string, deployment: string): Promise<DeploymentView>
  /** What the deployment serves, or would if its first revision came up: the base of an update. */
  specOfDeployment(endpoint: string, deployment: string): Promise<DeploymentSpec>
  /** Deletes an endpoint with everything in it. */
  deleteEndpoint(name: string): Promise<void>
  /** Deletes one deployment; throws `conflict` while it has traffic or gets copies. */
  deleteDeployment(endpoint: string, deployment: string): Promise<void>
  /** Answers a request; throws `not-found` when nobody is there to answer. */
  score(request: EndpointRequest): Promise<EndpointAnswer>
  /** Throws `unauthenticated` unless the endpoint is open or `presented` is one of its keys. */
  authorise(endpoint: string, presented: string | undefined, isKeyRequired?: boolean): Promise<void>
  /** What the deployments that are routed to are doing, and what they use. */
  measure(): readonly MeasuredDeployment[]
  /** True when a worker of a deployment with traffic is ready. */
  isReady(endpoint: string): boolean
  /** The endpoints that are routed to, by name. */
  names(): readonly string[]
  /** What it serves, the deployment with most traffic first. */
  models(endpoint: string): readonly ServedModel[]
  /** Whose pages may ask it, besides this server's own; none for an endpoint that is not there. */
  origins(endpoint: string): readonly string[]
  logs(endpoint: string, deployment: string, offset: number): Promise<DeploymentLogChunk>
  /** The last lines of the log, at most 1 MiB, and where to read on. */
  logTail(endpoint: string, deployment: string, lines: number): Promise<DeploymentLogChunk>
  /** Both keys, in the clear. */
  credentials(endpoint: string): Promise<KeyPair>
  /** Replaces one key, the other stays valid; resolves when the old one is refused. */
  regenerateKey(endpoint: string, slot: keyof KeyPair, by: Principal): Promise<KeyPair>
  /** Ends every worker. Requests under way are refused: close the HTTP server first. */
  close(): Promise<void>
}

/** The endpoints of one store; nothing happens before `start`. */
export function servingService(place: ServingPlace): ServingService {
  return new OnlineServing(place)
}

class OnlineServing implements ServingService {
  readonly #place: ServingPlace
  readonly #marker: string
  readonly #routes = new RoutingTable()
  readonly #lifecycle: DeploymentLifecycle
  readonly #variants: Variants
  readonly comparisons: Comparisons
  readonly rollouts: RolloutController
  /** Until then requests wait: the server listens before it knows its endpoints again. */
  readonly #started = Promise.withResolvers<void>()
  #isStarted = false

  constructor(place: ServingPlace) {
    this.#place = place
    this.#marker = `serving:${place.folder}`
    this.#lifecycle = new DeploymentLifecycle({ ...place, marker: this.#marker }, this.#routes)
    this.#variants = new Variants(place)
    this.comparisons = this.#variants.comparisons
    this.rollouts = new RolloutController({
      ...place,
      routes: this.#routes,
      comparisons: this.comparisons,
      bringUp: (revision) => this.#lifecycle.bringUp(revision),
    })
  }

  async start(): Promise<void> {
    await mkdir(this.#place.folder, { recursive: true })
    signalAll(processesOf({ id: this.#marker }), 'SIGKILL')
    await this.#lifecycle.recover()
    await this.rollouts.start()
    this.#isStarted = true
    this.#started.resolve()
  }

  async createEndpoint(endpoint: NewEndpoint): Promise<EndpointView> {
    checkName('endpoint', endpoint.name)
    if (!(await this.#place.database.write((tables) => this.#insert(tables, endpoint)))) {
      throw new SluiceError('already-exists', `There is an endpoint "${endpoint.name}" already.`, {
        hint: `Look at it with: sluice endpoint show ${endpoint.name}`,
      })
    }
    this.#routes.setEndpoint(await findEndpoint(this.#place.database.read, endpoint.name))
    return this.show(endpoint.name)
  }

  changeEndpoint(name: string, { version, reason, ...change }: EndpointWish): Promise<EndpointView> {
    return this.#change(name, () => change, {
      ...(version !== undefined && { version }),
      ...(reason !== undefined && { reason }),
    })
  }

  async rollBack(name: string, wish: Omit<EndpointWish, keyof EndpointChange>): Promise<EndpointView> {
    // As the store has it: a rollout that is just over may still be known here.
    if ((await rolloutsUnderWay(this.#place.database.read, name)).length > 0) {
      await this.rollouts.abort(name, wish.reason ?? 'rolled back by request')
      return this.show(name)
    }
    return this.#change(name, (read) => ({ traffic: trafficBefore(read) }), { reason: 'rolled back', ...wish })
  }

  /** What `changeOf` makes of the endpoint as it is, checked and stored in one unit. */
  async #change(
    name: string,
    changeOf: (read: Endpoint) => EndpointChange,
    { version, reason }: Omit<EndpointWish, keyof EndpointChange>,
  ): Promise<EndpointView> {
    const { database, clock } = this.#place
    const changed = await database.write(async (tables) => {
      const read = await findEndpoint(tables, name)
      const change = changeOf(read)
      const names = new Set((await liveDeployments(tables, name)).map((deployment) => deployment.name))
      if (change.traffic !== undefined) {
        checkTraffic(change.traffic, names)
        await refuseDuringRollout(tables, name)
      }
      if (change.mirrorTraffic !== undefined) checkMirrorTraffic(change.mirrorTraffic, names)
      const { traffic } = change
      if (traffic === undefined) await this.#event(tables, 'endpoint.changed', [name, { fields: Object.keys(change) }])
      else await this.#event(tables, 'endpoint.traffic', [name, { traffic, ...(reason !== undefined && { reason }) }])
      return changeEndpoint(tables, { ...read, version: version ?? read.version }, { change, nowMs: clock.now() })
    })
    this.#routes.setEndpoint(changed)
    return this.show(name)
  }

  async deploy(request: DeployRequest): Promise<DeploymentView> {
    const { name, done } = await this.#begin(request)
    await done
    return this.showDeployment(request.endpoint, name)
  }

  async rollOut(request: DeployRequest, terms: Omit<RolloutRequest, 'candidate' | 'spec'>): Promise<RolloutView> {
    const spec = await specOf(request, this.#place)
    const candidate = request.deployment ?? nameAfterModel(spec)
    checkName('deployment', candidate)
    return this.rollouts.begin(request.endpoint, { ...terms, candidate, spec })
  }

  async beginDeploy(request: DeployRequest): Promise<DeploymentView> {
    const { name, done } = await this.#begin(request)
    // Its failure is stored with the deployment.
    done.catch(() => undefined)
    return this.showDeployment(request.endpoint, name)
  }

  async list(): Promise<readonly EndpointView[]> {
    const { database } = this.#place
    const endpoints = await listEndpoints(database.read)
    const deployments = await listDeployments(database.read)
    return endpoints.map((endpoint) => this.#view(endpoint, deployments))
  }

  async show(name: string): Promise<EndpointView> {
    const { database } = this.#place
    return this.#view(await findEndpoint(database.read, name), await listDeployments(database.read, name))
  }

  async showDeployment(endpoint: string, deployment: string): Promise<DeploymentView> {
    const found = (await this.show(endpoint)).deployments.find(({ name }) => name === deployment)
    if (found === undefined) throw noDeployment(endpoint, deployment)
    return found
  }

  async specOfDeployment(endpoint: string, deployment: string): Promise<DeploymentSpec> {
    const { database } = this.#place
    await findEndpoint(database.read, endpoint)
    const found = (await listDeployments(database.read, endpoint)).find(({ name }) => name === deployment)
    if (found === undefined || found.status === 'deleting') throw noDeployment(endpoint, deployment)
    return (found.active ?? found.newest).spec
  }

  async deleteEndpoint(name: string): Promise<void> {
    const { database, clock } = this.#place
    const deployments = await database.write(async (tables) => {
      await markEndpointDeleting(tables, name, clock.now())
      await forgetRollouts(tables, name)
      const live = await liveDeployments(tables, name)
      for (const deployment of live) {
        await markDeploymentDeleting(tables, { endpoint: name, deployment: deployment.name }, clock.now())
      }
      return live
    })
    this.rollouts.forget(name)
    this.#routes.setEndpoint(await findEndpoint(database.read, name))
    await Promise.all(deployments.map((deployment) => this.#lifecycle.finishDeletion(name, deployment.name)))
    await this.#lifecycle.finishEndpointDeletion(name)
  }

  async deleteDeployment(endpoint: string, deployment: string): Promise<void> {
    const { database, clock } = this.#place
    await database.write(async (tables) => {
      const { traffic, mirrorTraffic } = await findEndpoint(tables, endpoint)
      if ((traffic[deployment] ?? 0) > 0) throw hasTraffic(endpoint, deployment)
      if ((mirrorTraffic[deployment] ?? 0) > 0) throw isMirror(endpoint, deployment)
      await refuseDuringRollout(tables, endpoint, deployment)
      await markDeploymentDeleting(tables, { endpoint, deployment }, clock.now())
    })
    await this.#lifecycle.finishDeletion(endpoint, deployment)
  }

  async score(wanted: EndpointRequest): Promise<EndpointAnswer> {
    const { endpoint, deployment, contentType, body, infer, http, headers, client } = wanted
    const arrivedMs = this.#place.clock.now()
    const arrived = performance.now()
    if (!this.#isStarted) await this.#started.promise
    const routed = this.#routes.choose(endpoint, {
      ...(deployment !== undefined && { deployment }),
      header: headerReader(headers),
      random: this.#place.random,
    })
    const { online } = routed
    const request = {
      contentType,
      body,
      ...(online.wantsHeaders() ? { headers: headers(), ...(http !== undefined && { http }) } : { headers: {} }),
      ...(infer !== undefined && { infer }),
    }
    const answer = await online.score(request, client)
    const durationMs = performance.now() - arrived
    const metadata = infer === undefined ? undefined : online.metadata()
    const answered = {
      ...{ ...wanted, revision: online.revision, arrivedMs, durationMs, answer },
      ...(metadata !== undefined && { metadata }),
    }
    this.#tell(answered)
    // What a client did not wait for says nothing about the deployment.
    if (client?.aborted !== true) {
      this.rollouts.observe(answered)
      this.#variants.observe(routed, answered, request)
    }
    const { deployment: name, spec } = online.revision
    const version = spec.model?.from === 'artifacts' ? spec.model.version : undefined
    return { deployment: name, ...(version !== undefined && { modelVersion: version }), answer }
  }

  async authorise(name: string, presented: string | undefined, isKeyRequired = false): Promise<void> {
    if (!this.#isStarted) await this.#started.promise
    const { endpoint } = this.#routes.find(name)
    if (endpoint.authMode === 'none' && !isKeyRequired) return
    if (presented === undefined || !(await this.#place.keys.isValid(name, presented))) throw noValidKey(name, presented)
  }

  measure(): readonly MeasuredDeployment[] {
    return this.#routes.all().map((online) => {
      const { endpoint, deployment } = online.revision
      return { endpoint, deployment, status: online.status(), usage: online.usage() }
    })
  }

  isReady(name: string): boolean {
    if (!this.#isStarted) return false
    const { endpoint, deployments } = this.#routes.find(name)
    return [...deployments].some(([deployment, online]) => {
      return (endpoint.traffic[deployment] ?? 0) > 0 && online.isServing()
    })
  }

  names(): readonly string[] {
    return this.#routes.names()
  }

  models(name: string): readonly ServedModel[] {
    return servedModels(this.#routes.find(name))
  }

  origins(name: string): readonly string[] {
    return this.#routes.origins(name)
  }

  async logs(endpoint: string, deployment: string, offset: number): Promise<DeploymentLogChunk> {
    await this.showDeployment(endpoint, deployment)
    return readDeploymentLog(deploymentLogFile(this.#place.folder, endpoint, deployment), offset)
  }

  async logTail(endpoint: string, deployment: string, lines: number): Promise<DeploymentLogChunk> {
    await this.showDeployment(endpoint, deployment)
    return readLogTail(deploymentLogFile(this.#place.folder, endpoint, deployment), lines)
  }

  async credentials(name: string): Promise<KeyPair> {
    await this.#findLive(name)
    return this.#place.keys.read(name)
  }

  async regenerateKey(name: string, slot: keyof KeyPair, by: Principal): Promise<KeyPair> {
    await this.#findLive(name)
    return this.#place.keys.regenerate({ endpoint: name, slot, by })
  }

  async #findLive(name: string): Promise<void> {
    if ((await findEndpoint(this.#place.database.read, name)).status === 'deleting') throw noEndpoint(name)
  }

  async close(): Promise<void> {
    await this.rollouts.close()
    await this.#lifecycle.close()
    await this.#variants.close()
    this.#started.resolve()
  }

  #tell(answered: AnsweredRequest): void {
    for (const observer of this.#place.observers) {
      try {
        observer(answered)
      } catch (error) {
        this.#place.warn(`an answer of ${answered.endpoint} could not be noted: ${messageOf(error)}`)
      }
    }
  }

  #view(endpoint: Endpoint, deployments: readonly Deployment[]): EndpointView {
    return endpointView(endpoint, deployments, (name) => this.#routes.running(endpoint.name, name))
  }

  /** Stores the wish and starts to fulfil it; `done` settles when that is over. */
  async #begin(request: DeployRequest): Promise<{ readonly name: string; readonly done: Promise<void> }> {
    const { database, clock } = this.#place
    const { endpoint, deployment: name = defaultDeployment } = request
    const spec = await specOf(request, this.#place)
    const { revision, stored } = await database.write(async (tables) => {
      await this.#insert(tables, { name: endpoint, authMode: 'none', tags: {}, properties: {} })
      const found = await findEndpoint(tables, endpoint)
      if (found.status === 'deleting') throw beingDeleted(endpoint)
      await refuseDuringRollout(tables, endpoint, spec.traffic === 'all' ? undefined : name)
      const added = await addRevision(tables, { endpoint, deployment: name, spec }, clock.now())
      await this.#event(tables, 'deployment.creating', [endpoint, { deployment: name, revision: added.revision }])
      return { revision: added, stored: found }
    })
    this.#routes.setEndpoint(stored)
    return { name, done: this.#lifecycle.bringUp(revision) }
  }

  async #insert(tables: Tables, endpoint: NewEndpoint): Promise<boolean> {
    const { clock, keys } = this.#place
    if (!(await insertEndpoint(tables, endpoint, clock.now()))) return false
    await keys.create(tables, endpoint.name)
    await this.#event(tables, 'endpoint.created', [endpoint.name, { auth_mode: endpoint.authMode }])
    return true
  }

  #event(tables: Tables, kind: string, [subject, body]: readonly [string, JsonObject]): Promise<void> {
    return appendEvent(tables, { kind, subject, body, atMs: this.#place.clock.now() })
  }
}

async function liveDeployments(tables: Tables, endpoint: string): Promise<readonly Deployment[]> {
  return (await listDeployments(tables, endpoint)).filter(({ status }) => status === 'live')
}

function noValidKey(endpoint: string, presented: string | undefined): SluiceError {
  const what = presented === undefined ? 'needs a key' : 'does not accept this key'
  return new SluiceError('unauthenticated', `The endpoint "${endpoint}" ${what}.`, {
    hint: 'Send the header "Authorization: Bearer KEY"; sluice endpoint credentials shows the keys.',
  })
}

function hasTraffic(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" takes traffic.`, {
    hint: `Give its traffic to another deployment first: sluice endpoint traffic ${endpoint} OTHER=100 ${deployment}=0`,
  })
}

function isMirror(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" gets copies of requests.`, {
    hint: `Stop that first: sluice endpoint mirror ${endpoint} off`,
  })
}

/** `diabetes-3` for version 3 of the model diabetes. */
function nameAfterModel({ model }: DeploymentSpec): string {
  const text = model?.from === 'artifacts' && model.name !== undefined ? `${model.name}-${model.version ?? 1}` : ''
  const name = text.replace(/[^A-Za-z0-9]+/g, '-').replace(/^[^A-Za-z]+|-$/g, '')
  return name === '' ? 'candidate' : name.slice(-64).replace(/^[^A-Za-z]+/, '')
}

/** Throws `conflict` when the traffic was never another. */
function trafficBefore({ name, traffic, previousTraffic = {} }: Endpoint): Traffic {
  const isNone = isSameTraffic(previousTraffic, {}) || isSameTraffic(previousTraffic, traffic)
  if (!isNone) return previousTraffic
  throw new SluiceError('conflict', `The endpoint "${name}" has no earlier traffic to go back to.`, {
    hint: `Set the traffic instead: sluice endpoint traffic ${name} DEPLOYMENT=100`,
  })
}

/** Headers by their lower-case name, in whatever case they were given. */
function headerReader(headers: EndpointRequest['headers']): (name: string) => string | undefined {
  let byName: Map<string, string> | undefined
  return (name) => {
    byName ??= new Map(Object.entries(headers()).map(([given, value]) => [given.toLowerCase(), value]))
    return byName.get(name)
  }
}

function beingDeleted(endpoint: string): SluiceError {
  return new SluiceError('conflict', `The endpoint "${endpoint}" is being deleted.`, {
    hint: 'Wait until it is gone, or use another name.',
  })
}
