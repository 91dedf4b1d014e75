import type { JobName, StepPath } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import type { JobPatch } from './job-store.ts'
import type { LiveJob } from './live-job.ts'
import type { ResolvedStep } from './pipeline-state.ts'
import { decideSteps, isShareable, type KeyedStep, type ResolveDeps, reuseSteps } from './resolve-steps.ts'
import type { SingleFlight } from './single-flight.ts'

interface ReadySteps {
  readonly keyed: readonly KeyedStep[]
  /** Which job computes a key now. */
  readonly flights: SingleFlight
  readonly isPrepared: (step: KeyedStep['step']) => Promise<boolean>
}

interface Decided {
  readonly resolved: readonly ResolvedStep[]
  /** Columns of the rows that come with it. */
  readonly patches: ReadonlyMap<StepPath, JobPatch>
}

/**
 * What becomes of steps that are ready: reused, run, or waiting for an equal one. Leaders first, then the look-up: a key
 * that nobody computes now is either stored already or ours to compute. What another one leads is looked up as well: it may
 * only be taking up a stored result, as all do that followed the job which computed that; were each to follow the one before
 * it, many equal steps would take the square of their number.
 */
export async function decideReady(
  { database, ...parts }: Omit<ResolveDeps, 'tables'> & { readonly database: Database },
  live: LiveJob,
  { keyed, flights, isPrepared }: ReadySteps,
): Promise<Decided> {
  const { submission, plan } = live.stored
  const isForced = plan.forceRerun
  const resolved: ResolvedStep[] = []
  const patches = new Map<StepPath, JobPatch>()
  const leaders = new Map<KeyedStep, JobName>()
  for (const item of keyed) {
    const name = live.nameOf(item.step.path)
    leaders.set(item, isShareable(item) && !isForced ? flights.lead(item.key, name) : name)
  }
  const isLeading = (item: KeyedStep): boolean => leaders.get(item) === live.nameOf(item.step.path)
  const deps = { ...parts, tables: database.read }
  const { experimentId } = submission
  const context = { experimentId, root: live.root, isForced, previousKeys: live.previousKeys }
  const decisions = await decideSteps(deps, keyed.filter(isLeading), context)
  const others = keyed.filter((item) => !isLeading(item))
  const known = await reuseSteps(deps, others, context)
  for (const { keyed: item, verdict, source } of [...decisions, ...known]) {
    const { step, key } = item
    const common = { step: step.path, key }
    patches.set(step.path, { ...reuseColumns(item), verdict: JSON.stringify(verdict) })
    if (source !== undefined)
      resolved.push({ ...common, outcome: { kind: 'reuse', from: source.name, outputs: source.outputs } })
    else resolved.push({ ...common, outcome: { kind: 'run', isPrepared: await isPrepared(step) } })
  }
  const isKnown = new Set(known.map((decision) => decision.keyed))
  for (const item of others) {
    if (isKnown.has(item)) continue
    patches.set(item.step.path, reuseColumns(item))
    const outcome = { kind: 'follow', leader: leaders.get(item)! } as const
    resolved.push({ step: item.step.path, key: item.key, outcome })
  }
  return { resolved, patches }
}

/** What later jobs compare theirs with. */
function reuseColumns({ key, fields }: KeyedStep): JobPatch {
  return { reuse_key: key, reuse_fields: JSON.stringify(fields) }
}
