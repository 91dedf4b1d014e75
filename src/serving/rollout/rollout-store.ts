import { SluiceError } from '../../base/errors.ts'
import type { Tables } from '../../database/database.ts'
import type { Traffic } from '../router.ts'
import type { AbortCondition } from './abort-condition.ts'

/**
 * The story of a rollout.
 *
 *   deploying --the candidate is ready--> stepping (step 0, 1, ...) --the last step held--> promoted
 *       |                                    |-- a condition is broken ------------------> rolled-back
 *       | it cannot be built or loaded       |-- somebody says so -----------------------> aborted, promoted
 *       v
 *     failed
 *
 * Every move is one transaction: the rollout's row (by its old status and step), the endpoint's traffic, the events.
 * Requests are routed by it afterwards. A server that dies before the transaction has changed nothing; one that dies
 * after it leaves the new state, which the next server routes by and goes on from: a step holds from when it was stored.
 * How requests went is kept in memory only, so the next server counts a step's requests anew.
 */
type RolloutStatus = 'deploying' | 'stepping' | 'promoted' | 'rolled-back' | 'aborted' | 'failed'

/** What a rollout was asked, and what it began from. */
export interface RolloutPlan {
  /** Percents of the candidate, ascending; the last is 100. */
  readonly steps: readonly number[]
  readonly holdMs: number
  /** Requests of the candidate that a step needs, where there are conditions. */
  readonly minRequests: number
  readonly abortOn: readonly AbortCondition[]
  /** What a rollback returns to. */
  readonly trafficBefore: Traffic
  /** What the endpoint's own rollback returned to before. */
  readonly previousBefore?: Traffic
  /** The deployment that the candidate is measured by; absent where nobody else had traffic. */
  readonly baseline?: string
}

export interface Rollout {
  readonly id: string
  readonly endpoint: string
  readonly status: RolloutStatus
  readonly candidate: string
  /** The revision that is brought up for it. */
  readonly candidateRevision?: number
  readonly plan: RolloutPlan
  /** Place in `plan.steps`; -1 before the first. */
  readonly step: number
  readonly stepSinceMs: number
  /** Why it ended as it did. */
  readonly reason?: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly endedMs?: number
}

type RolloutTables = {
  rollout: {
    workspace: string
    rollout_id: string
    endpoint: string
    status: RolloutStatus
    candidate: string
    candidate_revision: number | null
    plan: string
    step: number
    step_since_ms: number
    reason: string | null
    created_ms: number
    updated_ms: number
    ended_ms: number | null
  }
}

const workspace = 'default'

/** Adds a rollout. Throws `conflict` while another one of the endpoint is under way. */
export async function insertRollout(tables: Tables, rollout: Rollout): Promise<void> {
  await refuseDuringRollout(tables, rollout.endpoint)
  await tables
    .withTables<RolloutTables>()
    .insertInto('rollout')
    .values({
      workspace,
      rollout_id: rollout.id,
      endpoint: rollout.endpoint,
      status: rollout.status,
      candidate: rollout.candidate,
      candidate_revision: rollout.candidateRevision ?? null,
      plan: JSON.stringify(rollout.plan),
      step: rollout.step,
      step_since_ms: rollout.stepSinceMs,
      reason: null,
      created_ms: rollout.createdMs,
      updated_ms: rollout.updatedMs,
      ended_ms: null,
    })
    .execute()
}

/** What a move changes. */
export interface RolloutMove {
  readonly status: RolloutStatus
  readonly step?: number
  readonly reason?: string
}

/** Moves a rollout on from the state it was read in; undefined, and nothing done, when it is in another by now. */
export async function moveRollout(
  tables: Tables,
  read: Rollout,
  { move, nowMs }: { readonly move: RolloutMove; readonly nowMs: number },
): Promise<Rollout | undefined> {
  const { status, step = read.step, reason } = move
  const isOver = status !== 'deploying' && status !== 'stepping'
  const stepSinceMs = step === read.step ? read.stepSinceMs : nowMs
  const result = await tables
    .withTables<RolloutTables>()
    .updateTable('rollout')
    .set({
      ...{ status, step, reason: reason ?? null, step_since_ms: stepSinceMs, updated_ms: nowMs },
      ended_ms: isOver ? nowMs : null,
    })
    .where('workspace', '=', workspace)
    .where('rollout_id', '=', read.id)
    .where('status', '=', read.status)
    .where('step', '=', read.step)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) return undefined
  return {
    ...read,
    ...{ status, step, stepSinceMs, updatedMs: nowMs },
    ...(reason !== undefined && { reason }),
    ...(isOver && { endedMs: nowMs }),
  }
}

/** Rollouts under way, of one endpoint or of all. */
export async function rolloutsUnderWay(tables: Tables, endpoint?: string): Promise<readonly Rollout[]> {
  let query = tables
    .withTables<RolloutTables>()
    .selectFrom('rollout')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('ended_ms', 'is', null)
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
  return (await query.orderBy('created_ms').execute()).map(toRollout)
}

/** An endpoint's rollouts, newest first, at most a hundred. */
export async function listRollouts(tables: Tables, endpoint: string): Promise<readonly Rollout[]> {
  const rows = await tables
    .withTables<RolloutTables>()
    .selectFrom('rollout')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('created_ms', 'desc')
    .orderBy('rollout_id', 'desc')
    .limit(100)
    .execute()
  return rows.map(toRollout)
}

/**
 * Throws `conflict` while a rollout of the endpoint is under way: it owns the traffic, and what it measures must stay.
 * With `deployment`, only if that is its candidate or one that it may return to.
 */
export async function refuseDuringRollout(tables: Tables, endpoint: string, deployment?: string): Promise<void> {
  const [rollout] = await rolloutsUnderWay(tables, endpoint)
  if (rollout === undefined) return
  const { candidate, plan } = rollout
  const isPart = deployment === undefined || deployment === candidate || (plan.trafficBefore[deployment] ?? 0) > 0
  if (!isPart) return
  throw new SluiceError('conflict', `A rollout of "${candidate}" is under way at the endpoint "${endpoint}".`, {
    hint: `Look at it with: sluice endpoint rollout-status ${endpoint}; end it with rollout-abort or rollout-promote.`,
  })
}

/** Forgets the rollouts of an endpoint that goes away. */
export async function forgetRollouts(tables: Tables, endpoint: string): Promise<void> {
  await tables
    .withTables<RolloutTables>()
    .deleteFrom('rollout')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .execute()
}

function toRollout(row: RolloutTables['rollout']): Rollout {
  return {
    id: row.rollout_id,
    endpoint: row.endpoint,
    status: row.status,
    candidate: row.candidate,
    ...(row.candidate_revision !== null && { candidateRevision: row.candidate_revision }),
    plan: JSON.parse(row.plan) as RolloutPlan,
    step: row.step,
    stepSinceMs: row.step_since_ms,
    ...(row.reason !== null && { reason: row.reason }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.ended_ms !== null && { endedMs: row.ended_ms }),
  }
}
