import type { RecordedEvent } from '../events/event-log.ts'
import { terminalStatuses, type Job } from '../jobs/job-service.ts'
import type { TriggerSource } from '../spec/schedules/schedule-documents.ts'

/** Tells of a job what an event leaves out; undefined where there is none. */
type FindJob = (name: string) => Promise<Job | undefined>

/** Events that can fire anything: the rest is passed over without a look at the triggers. */
export const firingKinds: ReadonlySet<string> = new Set([
  'asset.created',
  'model.version.created',
  'model.alias.set',
  'job.status',
  'alert.raised',
  'monitor.breached',
])

/** What the event of a run in breach says; every one is a `${{ }}` of its triggers. */
const breachKeys = ['monitor', 'run', 'signals', 'features', 'endpoint', 'deployment', 'window_start', 'window_end']

/** What a trigger may say of an event, by the names of its `${{ }}`; undefined where the event is not for it. */
export async function matchingEvent(
  source: TriggerSource,
  event: RecordedEvent,
  findJob: FindJob,
): Promise<Readonly<Record<string, string>> | undefined> {
  const text = (key: string): string => textOf(event.body[key])
  const isKind = (kind: string, wanted?: string, key = 'name'): boolean =>
    event.kind === kind && (wanted === undefined || wanted === text(key))
  switch (source.type) {
    case 'data_version':
      if (!isKind('asset.created', source.data) || text('asset_kind') !== 'data') return undefined
      return { 'trigger.data': text('name'), 'trigger.version': text('version') }
    case 'model_registered':
      // MLflow keeps prompts as models too; they are none.
      if (!isKind('model.version.created', source.model, 'model') || event.body['is_prompt'] === true) return undefined
      return { 'trigger.model': text('model') || event.subject, 'trigger.version': text('version') }
    case 'alias_moved': {
      const isModel = source.model === undefined || source.model === event.subject
      if (!isKind('model.alias.set', source.alias, 'alias') || !isModel) return undefined
      return { 'trigger.model': event.subject, 'trigger.version': text('version'), 'trigger.alias': text('alias') }
    }
    case 'job_ended':
      return endedJob(source, event, findJob)
    case 'alert': {
      if (event.kind !== 'alert.raised') return undefined
      if (Object.entries(source.where).some(([key, value]) => text(key) !== value)) return undefined
      return bodyVariables(event.body)
    }
    case 'monitor_breached':
      if (!isKind('monitor.breached', source.monitor, 'monitor')) return undefined
      return Object.fromEntries(breachKeys.map((key) => [`trigger.${key}`, text(key)]))
    default:
      return undefined
  }
}

async function endedJob(
  source: Extract<TriggerSource, { type: 'job_ended' }>,
  event: RecordedEvent,
  findJob: FindJob,
): Promise<Readonly<Record<string, string>> | undefined> {
  const name = textOf(event.body['job'])
  const status = textOf(event.body['status'])
  // Steps end too; a job is its root.
  if (event.kind !== 'job.status' || name !== event.subject) return undefined
  if (![...terminalStatuses].some((one) => one === status) || !source.status.some((one) => one === status))
    return undefined
  const job = await findJob(name)
  if (job === undefined) return undefined
  if (source.experimentName !== undefined && source.experimentName !== job.experimentName) return undefined
  if (source.displayName !== undefined && source.displayName !== job.displayName) return undefined
  return {
    'trigger.job': name,
    'trigger.status': status,
    'trigger.experiment_name': job.experimentName,
    'trigger.display_name': job.displayName,
  }
}

/** Every single value of a body by its path: `trigger.body.pusher.name`. */
export function bodyVariables(body: unknown): Readonly<Record<string, string>> {
  const variables: [string, string][] = []
  const collect = (path: string, value: unknown, depth: number): void => {
    if (depth > 6 || variables.length >= 200) return
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        if (/^[\w-]{1,100}$/.test(key)) collect(`${path}.${key}`, inner, depth + 1)
      return
    }
    const text = textOf(value)
    if (text.length <= 1000) variables.push([path, text])
  }
  collect('trigger.body', body, 0)
  return Object.fromEntries(variables)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
