import type { Clock } from '../base/clock.ts'
import { assert, ignoreMissing, messageOf, SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { type Job, terminalStatuses } from '../jobs/job-service.ts'
import type { JobTemplate, TemplateSubmission } from '../jobs/job-template.ts'
import { expressionsIn, withValues } from '../spec/schedules/schedule-documents.ts'
import {
  findFiring,
  type FiringPatch,
  firingsUnderWay,
  oldestPending,
  submittedSince,
  updateFiring,
} from './firing-store.ts'
import { findTemplate } from './job-trigger-store.ts'
import { type Firing, type JobTrigger, triggerText } from './job-trigger.ts'
import { timeText } from './note-times.ts'
import { shellProblem } from './pipeline-parameters.ts'
import type { PipelineRequest } from './published-pipelines.ts'

/** What submitting asks of the rest. */
export interface SubmitParts {
  readonly database: Database
  readonly clock: Clock
  readonly jobs: {
    submitTemplate(template: JobTemplate, submission: TemplateSubmission): Promise<Job>
    get(name: string): Promise<Job>
  }
  readonly pipelines: { submit(request: PipelineRequest): Promise<{ readonly job: Job }> }
}

/** Which triggers led to a job, one after the other: a trigger that is among them would go round. */
export const chainProperty = 'sluice.trigger_chain'

const queuePollMs = 2000
const firstRetryMs = 1000
const longestRetryMs = 300_000
const dayMs = 86_400_000

/**
 * Takes one pending firing as far as it goes now: to a job, to an end without one (the policy says so, or it cannot be
 * submitted), or to a later moment. The job and the end of its firing are stored in one unit, so a firing that is
 * pending has no job and one that is submitted has exactly one, whatever dies in between.
 */
export async function submitFiring(parts: SubmitParts, trigger: JobTrigger, firing: Firing): Promise<void> {
  const verdict = await judge(parts, trigger, firing)
  if (verdict !== undefined) return change(parts, firing, verdict)
  try {
    await submit(parts, trigger, firing)
  } catch (error) {
    if (error instanceof FiredMeanwhile) return
    if (error instanceof SluiceError && error.status < 500) return fail(parts, trigger, { firing, error })
    const { attempts } = firing
    const dueMs = parts.clock.now() + Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts, 20))
    await change(parts, firing, { attempts: attempts + 1, dueMs, detail: `is tried again: ${messageOf(error)}` })
  }
}

/** The values of the inputs of a firing; throws `invalid-request` for a value from outside that a shell could misread. */
export function valuesOf(trigger: JobTrigger, variables: Firing['variables']): Readonly<Record<string, string>> {
  const { action } = trigger.definition
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, text]) => {
      for (const expression of expressionsIn(text)) {
        const value = Object.hasOwn(variables, expression) ? variables[expression]! : ''
        const problem = shellProblem(value)
        if (problem === undefined) continue
        throw new SluiceError('invalid-request', `Input "${name}" cannot be \${{${expression}}}, which ${problem}.`, {
          hint: 'Values from outside become part of commands: they are held to characters that no shell gives a meaning.',
        })
      }
      return [name, withValues(text, variables)]
    }),
  )
}

async function submit(parts: SubmitParts, trigger: JobTrigger, firing: Firing): Promise<void> {
  const { action } = trigger.definition
  const values = valuesOf(trigger, firing.variables)
  const properties = {
    'sluice.firing': firing.id,
    'sluice.nominal_time': timeText(firing.nominalMs),
    [chainProperty]: [...chainOf(firing), triggerText(trigger)].join(','),
  }
  const common = {
    ...(action.experimentName !== undefined && { experimentName: action.experimentName }),
    tags: { [`sluice.${trigger.family}`]: trigger.name, ...action.tags },
  }
  const tied = {
    properties,
    submittedBy: triggerText(trigger),
    also: (tables: Tables, job: JobName) => tie(tables, { parts, trigger, firing, job }),
  }
  if (action.kind === 'published-pipeline') {
    const { name, version, displayName } = action
    await parts.pipelines.submit({
      ...{ name, inputs: values, ...common, firing: tied },
      ...(version !== undefined && { version }),
      ...(displayName !== undefined && { displayName }),
    })
    return
  }
  const template = await findTemplate(parts.database.read, trigger.id)
  assert(template !== undefined, 'a trigger that submits a job file has its template')
  await parts.jobs.submitTemplate(template, {
    values,
    ...common,
    ...tied,
    displayName: action.displayName ?? trigger.name,
  })
}

interface Tied {
  readonly parts: SubmitParts
  readonly trigger: JobTrigger
  readonly firing: Firing
  readonly job: JobName
}

/** In the unit that stores the job: the firing has it, or both are undone. */
async function tie(tables: Tables, { parts, trigger, firing, job }: Tied): Promise<void> {
  const nowMs = parts.clock.now()
  const isFirst = await updateFiring(tables, firing, { status: 'submitted', job, dueMs: nowMs, detail: null })
  if (!isFirst) throw new FiredMeanwhile()
  await appendEvent(tables, {
    kind: `${trigger.family}.fired`,
    subject: trigger.name,
    atMs: nowMs,
    body: {
      name: trigger.name,
      job,
      reason: firing.reason,
      nominal_time: timeText(firing.nominalMs),
      firing: firing.id,
    },
  })
}

/** Undoes the unit of a job whose firing is not pending any more. */
class FiredMeanwhile extends Error {}

/** What the policy makes of a firing; undefined: it is to be submitted. What people ask for by hand is not judged. */
async function judge(
  { database, clock, jobs }: SubmitParts,
  trigger: JobTrigger,
  firing: Firing,
): Promise<FiringPatch | undefined> {
  if (firing.reason === 'run') return undefined
  const { overlap, cooldownMs, maxPerDay } = trigger.definition.policy
  const nowMs = clock.now()
  if (firing.reason !== 'backfill' && (cooldownMs > 0 || maxPerDay !== undefined)) {
    const today = await submittedSince(database.read, trigger.id, nowMs - Math.max(dayMs, cooldownMs))
    const [last] = today
    if (last !== undefined && nowMs - last.dueMs < cooldownMs)
      return skipped(`cooldown: job ${last.job} was started at ${timeText(last.dueMs)}`)
    const count = today.filter(({ dueMs }) => nowMs - dueMs < dayMs).length
    if (maxPerDay !== undefined && count >= maxPerDay)
      return skipped(`max_per_day: ${count} jobs were started in the last 24 hours`)
  }
  if (overlap === 'allow') return undefined
  const busy = await jobUnderWay({ database, jobs }, trigger)
  if (busy !== undefined && overlap === 'skip' && firing.reason !== 'backfill')
    return skipped(`overlap: skip, and job ${busy.name} was ${busy.status}`)
  if (busy !== undefined) return { dueMs: nowMs + queuePollMs, detail: `waits for job ${busy.name}` }
  const first = await oldestPending(database.read, trigger.id)
  return first === undefined || first.id === firing.id
    ? undefined
    : { dueMs: nowMs + queuePollMs, detail: `waits for the firing of ${timeText(first.nominalMs)}` }
}

function skipped(detail: string): FiringPatch {
  return { status: 'skipped', detail }
}

/** A job of the trigger that has not ended; those that have are remembered to have. */
async function jobUnderWay(
  { database, jobs }: Pick<SubmitParts, 'database' | 'jobs'>,
  trigger: JobTrigger,
): Promise<Job | undefined> {
  for (const firing of await firingsUnderWay(database.read, trigger.id)) {
    // In turn: the first that runs ends the search.
    const job = await jobs.get(firing.job!).catch(ignoreMissing)
    if (job !== undefined && !terminalStatuses.has(job.status)) return job
    await database.write(async (tables) => void (await updateFiring(tables, firing, { isOver: true })))
  }
  return undefined
}

async function change({ database }: SubmitParts, firing: Firing, patch: FiringPatch): Promise<void> {
  await database.write(async (tables) => void (await updateFiring(tables, firing, patch)))
}

async function fail(
  { database, clock }: SubmitParts,
  trigger: JobTrigger,
  { firing, error }: { readonly firing: Firing; readonly error: SluiceError },
): Promise<void> {
  await database.write(async (tables) => {
    if ((await findFiring(tables, firing.id)) === undefined) return
    await updateFiring(tables, firing, { status: 'failed', detail: error.message })
    await appendEvent(tables, {
      kind: `${trigger.family}.failed`,
      subject: trigger.name,
      atMs: clock.now(),
      body: { name: trigger.name, firing: firing.id, code: error.code, message: error.message },
    })
  })
}

/** The triggers that led to the event of a firing. */
function chainOf({ variables }: Firing): readonly string[] {
  const text = variables['trigger.chain'] ?? ''
  return text === '' ? [] : text.split(',')
}
