import { randomUUID } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { Database, Tables } from '../../database/database.ts'
import { appendEvent } from '../../events/event-log.ts'
import type { Verdict } from '../../statistics/verdict.ts'
import type { AnsweredRequest } from '../answered-request.ts'
import type { Comparisons } from '../comparison/comparisons.ts'
import { readMargin, readMetricChoice } from '../comparison/metric-choice.ts'
import type { DeploymentSpec } from '../deployment-spec.ts'
import { addRevision, listDeployments, noDeployment, type Revision } from '../deployment-store.ts'
import { changeEndpoint, findEndpoint, noEndpoint, type Endpoint } from '../endpoint-store.ts'
import type { RoutingTable } from '../routing-table.ts'
import { AnswerCounts } from './answer-counts.ts'
import type { RolloutCrashPoint } from './crash-points.ts'
import { decideRollout, type RolloutDecision } from './decide-rollout.ts'
import {
  insertRollout,
  listRollouts,
  moveRollout,
  rolloutsUnderWay,
  type Rollout,
  type RolloutMove,
  type RolloutPlan,
} from './rollout-store.ts'
import { trafficWith } from './rollout-traffic.ts'

/** What rollouts stand on. */
export interface RolloutPlace {
  readonly database: Database
  readonly clock: Clock
  readonly routes: Pick<RoutingTable, 'setEndpoint'>
  readonly comparisons: Pick<Comparisons, 'compare'>
  /** Brings up a stored revision; settles when it serves or cannot. */
  readonly bringUp: (revision: Revision) => Promise<void>
  readonly warn: (message: string) => void
  /** Called between storing and acting; does nothing but in the kill test. */
  readonly reach: (point: RolloutCrashPoint) => void
}

/** What a rollout is asked. */
export interface RolloutRequest extends Pick<RolloutPlan, 'steps' | 'holdMs' | 'minRequests' | 'abortOn'> {
  /** The candidate: a deployment that is ready, or one that is to be made of `spec`. */
  readonly candidate: string
  readonly spec?: DeploymentSpec
  /** The version that the endpoint must have. */
  readonly version?: number
}

/** A rollout as everybody sees it. */
export interface RolloutView extends Rollout {
  /** What it waits for; absent when it is over. */
  readonly waitsFor?: string
  /** Requests of this step, since this server started. */
  readonly counts?: Readonly<
    Record<string, { readonly requests: number; readonly errors: number; readonly p95?: number }>
  >
}

/** Rollouts of endpoints: one at a time each. Unknown names throw `not-found`. */
export interface Rollouts {
  /** Stores the rollout and takes its first step; resolves at once while the candidate is still brought up. */
  begin(endpoint: string, request: RolloutRequest): Promise<RolloutView>
  /** The newest of an endpoint. */
  show(endpoint: string): Promise<RolloutView>
  list(endpoint: string): Promise<readonly RolloutView[]>
  /** Back to the traffic it began from. Throws `conflict` when none is under way. */
  abort(endpoint: string, reason?: string): Promise<RolloutView>
  /** All traffic to the candidate now. */
  promote(endpoint: string, reason?: string): Promise<RolloutView>
}

const tickMs = 1000
/** A comparison scans the requests of a rollout: not at every tick. */
const compareEveryMs = 10_000

interface Live {
  rollout: Rollout
  counts: Map<string, AnswerCounts>
  verdicts: ReadonlyMap<string, Verdict>
  comparedMs: number
  waitsFor: string
}

export class RolloutController implements Rollouts {
  readonly #place: RolloutPlace
  readonly #live = new Map<string, Live>()
  #ticking: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #isClosed = false

  constructor(place: RolloutPlace) {
    this.#place = place
  }

  /** Goes on with what an earlier server left. */
  async start(): Promise<void> {
    for (const rollout of await rolloutsUnderWay(this.#place.database.read)) this.#follow(rollout)
    this.#tickLater()
  }

  /** Told of every answer; costs a look into a map where nothing is rolled out. */
  observe({ endpoint, revision, arrivedMs, durationMs, answer }: AnsweredRequest): void {
    const live = this.#live.get(endpoint)
    if (live === undefined || arrivedMs < live.rollout.stepSinceMs) return
    countsOf(live, revision.deployment).add(answer.kind === 'answered', durationMs)
  }

  /** The endpoint is being deleted: its rollout goes with it. */
  forget(endpoint: string): void {
    this.#live.delete(endpoint)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer?.()
    await this.#ticking
  }

  async begin(name: string, request: RolloutRequest): Promise<RolloutView> {
    const { database, clock, bringUp } = this.#place
    checkPlan(request)
    const { rollout, revision } = await database.write(async (tables) => {
      const endpoint = await findEndpoint(tables, name)
      if (endpoint.status === 'deleting') throw noEndpoint(name)
      if (request.version !== undefined && request.version !== endpoint.version) throw changedMeanwhile(name)
      const nowMs = clock.now()
      const made = await this.#candidateOf(tables, endpoint, request)
      const begun = newRollout(endpoint, { request, nowMs, revision: made })
      await insertRollout(tables, begun)
      await this.#event(tables, begun, 'rollout.started')
      return { rollout: begun, revision: made }
    })
    this.#place.reach('rollout-stored')
    this.#follow(rollout)
    if (revision === undefined) await this.#tick()
    else void this.#deploy(revision, bringUp)
    this.#tickLater()
    return this.show(name)
  }

  async show(endpoint: string): Promise<RolloutView> {
    const [newest] = await this.list(endpoint)
    if (newest !== undefined) return newest
    throw new SluiceError('not-found', `The endpoint "${endpoint}" has had no rollout.`, {
      hint: `Start one with: sluice endpoint rollout ${endpoint} --to DEPLOYMENT`,
    })
  }

  async list(endpoint: string): Promise<readonly RolloutView[]> {
    const { read } = this.#place.database
    await findEndpoint(read, endpoint)
    return (await listRollouts(read, endpoint)).map((rollout) => this.#view(rollout))
  }

  abort(endpoint: string, reason = 'aborted by request'): Promise<RolloutView> {
    return this.#end(endpoint, () => ({ status: 'aborted', reason }))
  }

  promote(endpoint: string, reason = 'promoted by request'): Promise<RolloutView> {
    return this.#end(endpoint, ({ status, candidate, plan }) => {
      if (status === 'stepping') return { status: 'promoted', step: plan.steps.length - 1, reason }
      throw new SluiceError('conflict', `The candidate "${candidate}" is not ready yet.`, {
        hint: `Wait until it is, or end the rollout with: sluice endpoint rollout-abort ${endpoint}`,
      })
    })
  }

  /** Moves the rollout as it is stored: it may have made a step meanwhile, and is to end all the same. */
  async #end(endpoint: string, moveOf: (read: Rollout) => RolloutMove): Promise<RolloutView> {
    let isEnded = false
    while (!isEnded) {
      await findEndpoint(this.#place.database.read, endpoint)
      const [rollout] = await rolloutsUnderWay(this.#place.database.read, endpoint)
      if (rollout === undefined) throw noneUnderWay(endpoint)
      isEnded = await this.#move(rollout, moveOf(rollout))
    }
    return this.show(endpoint)
  }

  /** The revision that is to be brought up, or nothing for a deployment that serves. */
  async #candidateOf(tables: Tables, endpoint: Endpoint, request: RolloutRequest): Promise<Revision | undefined> {
    const { candidate, spec } = request
    const found = (await listDeployments(tables, endpoint.name)).find(({ name }) => name === candidate)
    if (spec === undefined) {
      if (found === undefined || found.status === 'deleting') throw noDeployment(endpoint.name, candidate)
      if (found.active === undefined) throw notReady(endpoint.name, candidate)
      if (endpoint.traffic[candidate] === 100) throw hasAll(endpoint.name, candidate)
      return undefined
    }
    if ((endpoint.traffic[candidate] ?? 0) > 0) throw takesTraffic(endpoint.name, candidate)
    const revision = { endpoint: endpoint.name, deployment: candidate, spec: { ...spec, traffic: 'none' as const } }
    return addRevision(tables, revision, this.#place.clock.now())
  }

  async #deploy(revision: Revision, bringUp: RolloutPlace['bringUp']): Promise<void> {
    // Why it failed is stored with the revision, where the tick reads it.
    await bringUp(revision).catch(() => undefined)
    this.#place.reach('rollout-deployed')
    await this.#tick()
  }

  #follow(rollout: Rollout): void {
    const counts = new Map<string, AnswerCounts>()
    const waitsFor = rollout.status === 'deploying' ? `brings up ${rollout.candidate}` : ''
    this.#live.set(rollout.endpoint, { rollout, counts, verdicts: new Map(), comparedMs: 0, waitsFor })
  }

  #tickLater(): void {
    if (this.#isClosed || this.#live.size === 0) return
    this.#cancelTimer ??= this.#place.clock.after(tickMs, () => {
      this.#cancelTimer = undefined
      void this.#tick().then(() => this.#tickLater())
    })
  }

  /** Looks at every rollout until each waits; one tick at a time. */
  async #tick(): Promise<void> {
    while (this.#ticking !== undefined) await this.#ticking
    if (this.#isClosed) return
    this.#ticking = this.#lookAtAll().finally(() => (this.#ticking = undefined))
    await this.#ticking
  }

  async #lookAtAll(): Promise<void> {
    // Sequential: rollouts are few, and a move is a transaction.
    for (const endpoint of this.#live.keys()) {
      try {
        while (await this.#lookAt(endpoint)) continue
      } catch (error) {
        this.#place.warn(`the rollout at ${endpoint} could not go on, and will be tried again: ${messageOf(error)}`)
      }
    }
  }

  /** True when it moved, and may move again. */
  async #lookAt(endpoint: string): Promise<boolean> {
    const live = this.#live.get(endpoint)
    if (live === undefined || this.#isClosed) return false
    const { rollout } = live
    if (rollout.status === 'deploying') return this.#lookAtCandidate(rollout)
    // One time for both: a step that ends between two looks at the clock would end without its last comparison.
    const nowMs = this.#place.clock.now()
    await this.#compare(live, nowMs)
    const decision = decideRollout(rollout, this.#evidence(live), nowMs)
    if (decision.kind === 'wait') {
      live.waitsFor = decision.why
      return false
    }
    await this.#move(rollout, moveOf(decision, rollout))
    return decision.kind === 'step'
  }

  async #lookAtCandidate(rollout: Rollout): Promise<boolean> {
    const deployments = await listDeployments(this.#place.database.read, rollout.endpoint)
    const found = deployments.find(({ name }) => name === rollout.candidate)
    const wanted = rollout.candidateRevision ?? 0
    if (found?.status === 'live' && (found.active?.revision ?? 0) >= wanted) {
      await this.#move(rollout, { status: 'stepping' })
      return true
    }
    const isGone = found?.status !== 'live'
    if (!isGone && found.newest.status !== 'failed') return false
    const reason = isGone ? `${rollout.candidate} was deleted` : (found.newest.error?.message ?? 'it did not start')
    await this.#move(rollout, { status: 'failed', reason })
    return false
  }

  #evidence(live: Live): Parameters<typeof decideRollout>[1] {
    const { candidate, plan } = live.rollout
    const baseline = plan.baseline === undefined ? new AnswerCounts() : countsOf(live, plan.baseline)
    return { candidate: countsOf(live, candidate), baseline, verdicts: live.verdicts }
  }

  /** Asks for the verdicts that conditions want: now and then, and whenever a step is about to end. */
  async #compare(live: Live, nowMs: number): Promise<void> {
    const { rollout } = live
    const { plan, candidate, endpoint, step } = rollout
    const wanted = plan.abortOn.filter((condition) => condition.kind === 'worse')
    const endMs = rollout.stepSinceMs + plan.holdMs
    const isEnding = nowMs >= endMs && live.comparedMs < endMs
    const isDue = nowMs - live.comparedMs >= compareEveryMs || isEnding
    if (wanted.length === 0 || plan.baseline === undefined || step < 0 || !isDue) return
    live.comparedMs = nowMs
    const { metrics } = await this.#place.comparisons.compare(endpoint, {
      ...{ baseline: plan.baseline, candidate, sinceMs: rollout.createdMs },
      metrics: wanted.map(({ metric }) => readMetricChoice(metric)),
      margins: Object.fromEntries(
        wanted.flatMap(({ metric, margin }) => (margin === undefined ? [] : [[nameOf(metric), readMargin(margin)]])),
      ),
    })
    const byName = new Map(metrics.map(({ name, verdict }) => [name, verdict]))
    live.verdicts = new Map(wanted.map(({ text, metric }) => [text, byName.get(nameOf(metric)) ?? 'undecided']))
  }

  /** Stores the move with the traffic it means, then routes by it. False when somebody else's came in between. */
  async #move(read: Rollout, move: RolloutMove): Promise<boolean> {
    const { database, clock, routes } = this.#place
    const moved = await database.write(async (tables) => {
      const nowMs = clock.now()
      const rollout = await moveRollout(tables, read, { move, nowMs })
      if (rollout === undefined) return undefined
      const endpoint = await this.#setTraffic(tables, rollout, nowMs)
      await this.#event(tables, rollout, `rollout.${rollout.status === 'stepping' ? 'step' : rollout.status}`)
      return { rollout, endpoint }
    })
    if (moved === undefined) {
      await this.#readAgain(read.endpoint)
      return false
    }
    this.#place.reach('rollout-moved')
    if (moved.endpoint !== undefined) routes.setEndpoint(moved.endpoint)
    if (moved.rollout.endedMs === undefined) this.#follow(moved.rollout)
    else this.#live.delete(read.endpoint)
    return true
  }

  async #readAgain(endpoint: string): Promise<void> {
    const [rollout] = await rolloutsUnderWay(this.#place.database.read, endpoint)
    if (rollout === undefined) this.#live.delete(endpoint)
    else this.#follow(rollout)
  }

  /** The endpoint with the traffic of the rollout's state; undefined where that state means none of its own. */
  async #setTraffic(tables: Tables, rollout: Rollout, nowMs: number): Promise<Endpoint | undefined> {
    const wanted = trafficOf(rollout)
    if (wanted === undefined) return undefined
    const endpoint = await findEndpoint(tables, rollout.endpoint)
    const change = await changeEndpoint(tables, endpoint, { change: wanted, nowMs })
    const reason = rollout.reason ?? `rollout of ${rollout.candidate}`
    const body = { traffic: wanted.traffic, reason, rollout: rollout.id }
    await appendEvent(tables, { kind: 'endpoint.traffic', subject: rollout.endpoint, body, atMs: nowMs })
    return change
  }

  #event(tables: Tables, rollout: Rollout, kind: string): Promise<void> {
    const { id, candidate, step, plan, reason, endpoint, updatedMs } = rollout
    const percent = plan.steps[step]
    return appendEvent(tables, {
      kind,
      subject: endpoint,
      body: {
        rollout: id,
        candidate,
        ...(percent !== undefined && { percent }),
        ...(reason !== undefined && { reason }),
      },
      atMs: updatedMs,
    })
  }

  #view(rollout: Rollout): RolloutView {
    const live = this.#live.get(rollout.endpoint)
    if (live === undefined || live.rollout.id !== rollout.id) return rollout
    const counts = [...live.counts].map(([name, found]) => {
      const p95 = found.latency(0.95)
      return [name, { requests: found.requests, errors: found.errors, ...(p95 !== undefined && { p95 }) }] as const
    })
    return { ...rollout, waitsFor: live.waitsFor, counts: Object.fromEntries(counts) }
  }
}

function countsOf(live: Live, deployment: string): AnswerCounts {
  let counts = live.counts.get(deployment)
  if (counts === undefined) live.counts.set(deployment, (counts = new AnswerCounts()))
  return counts
}

/** The metric without its direction, as comparisons name it. */
function nameOf(metric: string): string {
  return readMetricChoice(metric).name
}

function moveOf(decision: Exclude<RolloutDecision, { kind: 'wait' }>, { plan }: Rollout): RolloutMove {
  if (decision.kind === 'roll-back') return { status: 'rolled-back', reason: decision.why }
  if (decision.kind === 'promote') {
    return {
      status: 'promoted',
      reason: plan.abortOn.length === 0 ? 'every step held' : 'every step held and no condition was broken',
    }
  }
  return { status: 'stepping', step: decision.step }
}

type TrafficChange = Required<Pick<Endpoint, 'traffic'>> & Pick<Endpoint, 'previousTraffic'>

function trafficOf({ status, plan, step, candidate }: Rollout): TrafficChange | undefined {
  const { trafficBefore, previousBefore = {} } = plan
  const percent = status === 'promoted' ? 100 : plan.steps[step]
  if (status === 'deploying' || status === 'failed' || percent === undefined) return undefined
  if (status === 'rolled-back' || status === 'aborted')
    return { traffic: trafficBefore, previousTraffic: previousBefore }
  return { traffic: trafficWith(trafficBefore, candidate, percent), previousTraffic: trafficBefore }
}

function newRollout(
  endpoint: Endpoint,
  begun: { readonly request: RolloutRequest; readonly nowMs: number; readonly revision: Revision | undefined },
): Rollout {
  const { request, nowMs, revision } = begun
  const { candidate, steps, holdMs, minRequests, abortOn } = request
  const { traffic, previousTraffic } = endpoint
  const [baseline] = Object.entries(traffic)
    .filter(([name, weight]) => name !== candidate && weight > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name)
  return {
    id: randomUUID(),
    endpoint: endpoint.name,
    status: revision === undefined ? 'stepping' : 'deploying',
    candidate,
    ...(revision !== undefined && { candidateRevision: revision.revision }),
    plan: {
      ...{ steps, holdMs, minRequests, abortOn, trafficBefore: traffic },
      ...(previousTraffic !== undefined && { previousBefore: previousTraffic }),
      ...(baseline !== undefined && { baseline }),
    },
    ...{ step: -1, stepSinceMs: nowMs, createdMs: nowMs, updatedMs: nowMs },
  }
}

/** Throws `invalid-request` naming what is wrong with the steps or numbers. */
function checkPlan({ steps, holdMs, minRequests }: Pick<RolloutPlan, 'steps' | 'holdMs' | 'minRequests'>): void {
  const isAscending = steps.every((step, index) => Number.isInteger(step) && step > (steps[index - 1] ?? 0))
  const mistake =
    !isAscending || steps.at(-1) !== 100 || steps.length > 20
      ? `the steps are ${steps.join(',') || 'empty'}`
      : !Number.isFinite(holdMs) || holdMs < 0 || holdMs > 30 * 86_400_000
        ? `a step would hold ${holdMs} ms`
        : !Number.isInteger(minRequests) || minRequests < 0
          ? `a step would need ${minRequests} requests`
          : undefined
  if (mistake === undefined) return
  throw new SluiceError('invalid-request', `The rollout cannot be planned: ${mistake}.`, {
    hint: 'Steps are whole percents that ascend to 100 (5,25,50,100); a step holds 0 s to 30 days (10m).',
  })
}

function noneUnderWay(endpoint: string): SluiceError {
  return new SluiceError('conflict', `No rollout of the endpoint "${endpoint}" is under way.`, {
    hint: `See what became of the last one: sluice endpoint rollout-status ${endpoint}`,
  })
}

function changedMeanwhile(endpoint: string): SluiceError {
  return new SluiceError('conflict', `The endpoint "${endpoint}" was changed by somebody else.`, {
    hint: 'Look at it again (sluice endpoint show) and repeat the rollout.',
  })
}

function notReady(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" is not ready.`, {
    hint: `See why with: sluice deployment show ${deployment} --endpoint ${endpoint}`,
  })
}

function hasAll(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" takes all traffic already.`)
}

function takesTraffic(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" takes traffic already.`, {
    hint: 'Give the new one a name of its own, with --deployment.',
  })
}
