import { timeZone, zonedText } from '../../../base/time-zone.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { FiringPolicy, JobAction, TriggerSource } from '../../../spec/schedules/schedule-documents.ts'
import { timingText, timingWire } from '../../../spec/schedules/schedule-timing.ts'
import type { FiringWithJob, NextTime } from '../../../triggers/job-triggers.ts'
import type { JobTrigger } from '../../../triggers/job-trigger.ts'
import { wireTime } from '../translate.ts'
import type { FiringMessage, TriggerMessage } from './trigger-messages.ts'

/** A schedule or trigger as the wire has it, with its next times. */
export function toTriggerMessage(
  trigger: JobTrigger,
  {
    next,
    url,
    firesByItself,
  }: { readonly next: readonly NextTime[]; readonly url: string; readonly firesByItself: boolean },
): TriggerMessage {
  const { definition, watch, family, name } = trigger
  const { timing, source, action, policy, displayName, description, tags } = definition
  const hasEnded = trigger.status === 'enabled' && timing !== undefined && next.length === 0
  return {
    name,
    kind: family,
    status: hasEnded ? 'ended' : trigger.status,
    ...(displayName !== undefined && { display_name: displayName }),
    ...(description !== undefined && { description }),
    tags: { ...tags },
    when: timing === undefined ? sourceText(source!) : `${timingText(timing)}, ${timing.timeZone}`,
    trigger: timing === undefined ? sourceWire(source!, definition.debounceMs) : timingWire(timing),
    create_job: actionWire(action),
    policy: policyWire(policy),
    next: trigger.status === 'paused' ? [] : next.map((one) => toNextTime(trigger, one)),
    fires_by_itself: firesByItself,
    ...(watch.problem !== undefined && { problem: watch.problem }),
    ...(trigger.hasSecret && { webhook_url: webhookUrl(url, name) }),
    created_by: trigger.createdBy,
    created_at: wireTime(trigger.createdMs),
    updated_at: wireTime(trigger.updatedMs),
  }
}

/** A time to come, in UTC and on the wall. */
export function toNextTime(trigger: JobTrigger, { atMs, note }: NextTime): TriggerMessage['next'][number] {
  return { time: wireTime(atMs), local_time: localTime(trigger, atMs), ...(note !== undefined && { note }) }
}

/** What the clocks of a schedule show at a moment. */
export function localTime({ definition: { timing } }: JobTrigger, atMs: number): string {
  const zone = timeZone(timing?.timeZone ?? 'UTC')
  return zone === undefined ? wireTime(atMs) : zonedText(zone, atMs)
}

export function webhookUrl(url: string, name: string): string {
  return `${url}/api/v1/triggers/${encodeURIComponent(name)}/webhook`
}

export function toFiringMessage(firing: FiringWithJob): FiringMessage {
  const { id, reason, status, nominalMs, notedMs, times, job, jobStatus, detail, variables } = firing
  return {
    ...{ id, reason, status, times },
    nominal_time: wireTime(nominalMs),
    noted_at: wireTime(notedMs),
    ...(job !== undefined && { job }),
    ...(jobStatus !== undefined && { job_status: jobStatus }),
    ...(detail !== undefined && { detail }),
    variables: { ...variables },
  }
}

function sourceText(source: TriggerSource): string {
  const any = (noun: string, name?: string): string => (name === undefined ? `any ${noun}` : `${noun} ${name}`)
  switch (source.type) {
    case 'data_change':
      return `${source.path} changes`
    case 'data_version':
      return `a version of ${any('data asset', source.data)}`
    case 'model_registered':
      return `a version of ${any('model', source.model)}`
    case 'alias_moved':
      return `${any('alias', source.alias)} of ${any('model', source.model)} moves`
    case 'job_ended':
      return `${source.experimentName === undefined ? 'a job' : `a job of ${source.experimentName}`} is ${source.status.join(' or ')}`
    case 'monitor_breached':
      return `${any('monitor', source.monitor)} is in breach`
    case 'alert':
      return `an alert${Object.entries(source.where)
        .map(([key, value]) => ` ${key}=${value}`)
        .join('')}`
    case 'webhook':
      return `${source.provider} calls${source.branches.length === 0 ? '' : ` about ${source.branches.join(', ')}`}`
  }
}

function sourceWire(source: TriggerSource, debounceMs: number): JsonObject {
  const wire: Record<string, JsonObject[string]> = {}
  for (const [key, value] of Object.entries(source)) {
    if (key === 'pollMs') wire['poll_interval'] = value / 1000
    else if (key === 'experimentName') wire['experiment_name'] = value
    else if (key === 'displayName') wire['job_display_name'] = value
    else wire[key] = value
  }
  return { ...wire, debounce: debounceMs / 1000 }
}

function actionWire(action: JobAction): JsonObject {
  const { inputs, tags, experimentName, displayName } = action
  const what =
    action.kind === 'published-pipeline'
      ? { pipeline: action.version === undefined ? action.name : `${action.name}:${action.version}` }
      : { job: 'file' in action.job ? action.job.file : `azureml:${action.job.name}` }
  return {
    ...what,
    ...(Object.keys(inputs).length > 0 && { inputs }),
    ...(action.kind === 'job' && Object.keys(action.changes).length > 0 && { changes: action.changes }),
    ...(experimentName !== undefined && { experiment_name: experimentName }),
    ...(displayName !== undefined && { display_name: displayName }),
    ...(Object.keys(tags).length > 0 && { tags }),
  }
}

function policyWire({ missedRuns, missedLimit, overlap, cooldownMs, maxPerDay }: FiringPolicy): JsonObject {
  return {
    missed_runs: missedRuns,
    missed_limit: missedLimit,
    overlap,
    cooldown: cooldownMs / 1000,
    ...(maxPerDay !== undefined && { max_per_day: maxPerDay }),
  }
}
