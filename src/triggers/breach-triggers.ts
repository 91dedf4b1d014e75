import { type Principal, principalText } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { latestEventSeq } from '../events/event-log.ts'
import type { BreachActions, BreachFiring, PreparedBreach } from '../monitoring/breach-actions.ts'
import type { OnBreach } from '../spec/monitors/monitor-document.ts'
import { type CapturedAction, captureAction, type CaptureParts } from './capture-action.ts'
import { deleteFirings, listFirings } from './firing-store.ts'
import type { Firing, JobTrigger, TriggerDefinition } from './job-trigger.ts'
import type { JobTriggers } from './job-triggers.ts'
import { deleteTrigger, findTrigger, insertTrigger, updateTrigger } from './job-trigger-store.ts'
import type { TriggerRunner } from './trigger-runner.ts'

export interface BreachTriggerParts extends CaptureParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  readonly runner: Pick<TriggerRunner, 'wake'>
  readonly triggers: Pick<JobTriggers, 'run' | 'test'>
}

/**
 * `on_breach` of monitors as triggers of a family of their own, each under its monitor's name: what makes the firings of
 * triggers exactly once, with cooldown and a limit a day, makes these so too.
 */
export function breachTriggers(parts: BreachTriggerParts): BreachActions {
  const { database, runner, triggers } = parts
  return {
    async prepare(monitor, onBreach) {
      const captured = await captureAction(parts, { name: monitor, action: onBreach.action })
      return {
        put: (tables, by) => putBreach(tables, parts, { monitor, onBreach, captured, by }),
      } satisfies PreparedBreach
    },
    async remove(tables, monitor) {
      const trigger = await findTrigger(tables, { family: 'monitor', name: monitor })
      if (trigger === undefined) return
      await deleteTrigger(tables, trigger.id)
      await deleteFirings(tables, trigger.id)
    },
    async history(monitor, limit) {
      const trigger = await findTrigger(database.read, { family: 'monitor', name: monitor })
      const firings = trigger === undefined ? [] : await listFirings(database.read, trigger.id, limit)
      return Promise.all(firings.map((firing) => toBreachFiring(parts, firing)))
    },
    async preview(monitor) {
      const { trigger, variables } = await newestBreach(database, monitor)
      const { values } = await triggers.test({ family: 'monitor', name: monitor }, variables)
      return { action: trigger.definition.action, values }
    },
    async retrain(monitor, by) {
      const { variables } = await newestBreach(database, monitor)
      return toBreachFiring(parts, await triggers.run({ family: 'monitor', name: monitor, by }, variables))
    },
    wake: () => runner.wake(),
  }
}

/** What a breach of a monitor starts, and what the newest one said; nothing of it where there was none. */
async function newestBreach(
  database: Database,
  monitor: string,
): Promise<{ readonly trigger: JobTrigger; readonly variables: Firing['variables'] }> {
  const trigger = await findTrigger(database.read, { family: 'monitor', name: monitor })
  if (trigger === undefined)
    throw new SluiceError('invalid-request', `The monitor "${monitor}" does not say what a breach starts.`, {
      hint: 'Add to its file: on_breach: {run: JOB FILE OR PIPELINE}, or start a published pipeline.',
    })
  const firings = await listFirings(database.read, trigger.id, lookedAt)
  // A person's wish begins a chain of its own.
  const { 'trigger.chain': _, ...variables } = firings.find(({ reason }) => reason === 'event')?.variables ?? {}
  return { trigger, variables }
}

/** Those by hand in a row are fewer. */
const lookedAt = 100

interface NewBreach {
  readonly monitor: string
  readonly onBreach: OnBreach
  readonly captured: CapturedAction
  readonly by: Principal
}

async function putBreach(
  tables: Tables,
  { clock, random }: BreachTriggerParts,
  { monitor, onBreach, captured, by }: NewBreach,
): Promise<void> {
  const nowMs = clock.now()
  const { cooldownMs, maxPerDay } = onBreach
  const { parameters, template } = captured
  const definition: TriggerDefinition = {
    tags: {},
    source: { type: 'monitor_breached', monitor },
    debounceMs: 0,
    action: captured.action,
    policy: {
      missedRuns: 'last',
      missedLimit: 1,
      overlap: 'allow',
      cooldownMs,
      ...(maxPerDay !== undefined && { maxPerDay }),
    },
  }
  const all = { definition, parameters, ...(template !== undefined && { template }) }
  const before = await findTrigger(tables, { family: 'monitor', name: monitor })
  if (before !== undefined) {
    await updateTrigger(tables, before, { definition: all, updatedMs: nowMs })
    return
  }
  await insertTrigger(tables, {
    ...all,
    id: randomHex(random, 8),
    family: 'monitor',
    name: monitor,
    status: 'enabled',
    watch: { changes: 0 },
    hasSecret: false,
    createdBy: principalText(by),
    createdMs: nowMs,
    updatedMs: nowMs,
    sinceSeq: await latestEventSeq(tables),
    afterMs: nowMs,
  })
}

async function toBreachFiring(
  { jobs }: Pick<BreachTriggerParts, 'jobs'>,
  { reason, status, nominalMs, job, detail, variables }: Firing,
): Promise<BreachFiring> {
  const jobStatus = job === undefined ? undefined : await statusOf(jobs, job)
  return {
    reason: reason === 'run' ? 'run' : 'breach',
    status,
    atMs: nominalMs,
    run: variables['trigger.run'] ?? '',
    ...(job !== undefined && { job }),
    ...(jobStatus !== undefined && { jobStatus }),
    ...(detail !== undefined && { detail }),
  }
}

/** A job may be gone. */
async function statusOf(jobs: CaptureParts['jobs'], name: string): Promise<string | undefined> {
  try {
    return (await jobs.get(name)).status
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}
