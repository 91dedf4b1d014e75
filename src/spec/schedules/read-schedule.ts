import { isMap, isScalar } from 'yaml'
import { readAssetIdentity, readAssetName } from '../job-fields.ts'
import { scheduleKeys, triggerKeys, triggerSourceKeys } from '../keys.ts'
import type { ReadingScope } from '../scope.ts'
import { locatedAt, readReference, referenceText } from '../scope.ts'
import { pairsOf } from '../yaml/check-tree.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readMapping, required, requireKey } from '../yaml/mapping.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readLiteral,
  readLiterals,
  readOneOf,
  readText,
  readTexts,
  reportAt,
} from '../yaml/values.ts'
import { defaultPolicy, readAction, readPolicy } from './read-action.ts'
import { readPeriod } from './read-period.ts'
import { readTiming } from './read-timing.ts'
import type { ScheduleDocument, TriggerDocument, TriggerSource } from './schedule-documents.ts'
import type { ScheduleTiming } from './schedule-timing.ts'
import { firingVariables, triggerTypes } from './schedule-documents.ts'

const readTimingType = readOneOf(['cron', 'recurrence'])

/** A schedule of Azure ML: a job at certain times. */
export function readSchedule(value: Value, scope: ReadingScope): ScheduleDocument | undefined {
  const mapping = readMapping(value, scheduleKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: true })
  const timing = required(mapping, 'trigger', readScheduleTiming)
  const rest = readRest(mapping, firingVariables.schedule)
  if (identity.name === undefined || timing === undefined || rest === undefined) return undefined
  return { kind: 'schedule', located: locatedAt(scope.document), ...identity, name: identity.name, timing, ...rest }
}

/** `trigger` of a schedule or a monitor: when it fires. */
export function readScheduleTiming(trigger: Value): ScheduleTiming | undefined {
  const type = readTriggerType(trigger, readTimingType) ?? typeOfKeys(trigger)
  return type === undefined ? undefined : readTiming(trigger, type)
}

/** Dumps of the SDK leave `type` out at times: what else there is tells. */
function typeOfKeys(trigger: Value): 'cron' | 'recurrence' | undefined {
  if (!isMap(trigger.node) || pairsOf(trigger.node).has('type')) return undefined
  const keys = pairsOf(trigger.node)
  if (keys.has('expression')) return 'cron'
  if (keys.has('frequency')) return 'recurrence'
  return reportAt(trigger, '"trigger" has no "type"', 'Add: type: cron or type: recurrence')
}

function readTriggerType<Word extends string>(
  trigger: Value,
  read: (value: Value) => Word | undefined,
): Word | undefined {
  if (!isMap(trigger.node))
    return reportAt(trigger, '"trigger" must be a mapping', 'For example: {type: cron, expression: "0 9 * * *"}')
  const pair = pairsOf(trigger.node).get('type')
  if (pair === undefined) return undefined
  const { value } = pair
  if (!isScalar(value) || value.value === null)
    return reportAt(
      trigger,
      '"type" of "trigger" must be one word',
      `It is one of: cron, recurrence, ${triggerTypes.join(', ')}.`,
    )
  return read({ document: trigger.document, node: value, title: '"type" of "trigger"' })
}

function readRest(
  mapping: Mapping,
  variables: readonly string[],
): Pick<ScheduleDocument, 'action' | 'policy' | 'isEnabled'> | undefined {
  const action = required(mapping, 'create_job', (value) => readAction(value, variables))
  const policyValue = given(mapping, 'policy')
  const policy = policyValue === undefined ? defaultPolicy : readPolicy(policyValue)
  const isEnabled = optional(mapping, 'is_enabled', readBoolean) ?? true
  return action === undefined || policy === undefined ? undefined : { action, policy, isEnabled }
}

const readSourceType = readOneOf(triggerTypes)

/** Ours: a job when something happens. */
export function readTrigger(value: Value, scope: ReadingScope): TriggerDocument | undefined {
  const mapping = readMapping(value, triggerKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: true })
  requireKey(mapping, 'trigger', `Add: trigger: {type: ...}, one of ${triggerTypes.join(', ')}.`)
  const trigger = given(mapping, 'trigger')
  const type = trigger && readTriggerType(trigger, readSourceType)
  if (trigger !== undefined && isMap(trigger.node) && !pairsOf(trigger.node).has('type'))
    reportAt(trigger, '"trigger" has no "type"', `It is one of: ${triggerTypes.join(', ')}.`)
  const source = type && readSource(trigger!, type)
  const rest = readRest(mapping, type === undefined ? [] : firingVariables[type])
  if (identity.name === undefined || source === undefined || rest === undefined) return undefined
  const { debounceMs, ...what } = source
  return {
    kind: 'trigger',
    located: locatedAt(scope.document),
    ...identity,
    name: identity.name,
    debounceMs,
    source: what,
    ...rest,
  }
}

const readEnds = readOneOf(['Completed', 'Failed', 'Canceled'], { cancelled: 'Canceled' })
const readProvider = readOneOf(['github', 'gitlab', 'jenkins', 'generic'])
/** Files come one after the other: a folder that changed a moment ago is not whole yet. */
const dataDebounceMs = 10_000
const dataPollMs = 60_000

function readSource(value: Value, type: TriggerSource['type']): (TriggerSource & { debounceMs: number }) | undefined {
  const mapping = readMapping(value, triggerSourceKeys[type])
  if (mapping === undefined) return undefined
  const source = sourceOf(mapping, type)
  const debounceMs = optional(mapping, 'debounce', readPeriod) ?? (type === 'data_change' ? dataDebounceMs : 0)
  return source && { ...source, debounceMs }
}

function sourceOf(mapping: Mapping, type: TriggerSource['type']): TriggerSource | undefined {
  const texts = (key: string): readonly string[] => optional(mapping, key, readTexts) ?? []
  switch (type) {
    case 'data_change': {
      const path = required(mapping, 'path', readWatchedPath)
      const pollMs = optional(mapping, 'poll_interval', readPeriod) ?? dataPollMs
      return path === undefined ? undefined : { type, path, pollMs: Math.max(pollMs, 1000) }
    }
    case 'data_version':
      return { type, ...defined({ data: optional(mapping, 'data', readAssetName) }) }
    case 'model_registered':
      return { type, ...defined({ model: optional(mapping, 'model', readLiteral) }) }
    case 'alias_moved':
      return {
        type,
        ...defined({ model: optional(mapping, 'model', readLiteral), alias: optional(mapping, 'alias', readLiteral) }),
      }
    case 'job_ended': {
      const statusValue = given(mapping, 'status')
      const status = statusValue && readStatuses(statusValue)
      const filters = {
        experimentName: optional(mapping, 'experiment_name', readText),
        displayName: optional(mapping, 'job_display_name', readText),
      }
      return { type, status: status ?? ['Completed'], ...defined(filters) }
    }
    case 'monitor_breached':
      return { type, ...defined({ monitor: optional(mapping, 'monitor', readAssetName) }) }
    case 'alert':
      return { type, where: optional(mapping, 'where', readLiterals) ?? emptyRecord() }
    case 'webhook': {
      const provider = required(mapping, 'provider', readProvider)
      return provider && { type, provider, events: texts('events'), branches: texts('branches'), paths: texts('paths') }
    }
  }
}

function readStatuses(value: Value): readonly ('Completed' | 'Failed' | 'Canceled')[] | undefined {
  const texts = readTexts(value)
  if (texts === undefined) return undefined
  const known = texts.map((text) => ['completed', 'failed', 'canceled', 'cancelled'].indexOf(text.toLowerCase()))
  if (isScalar(value.node)) {
    const one = readEnds(value)
    return one && [one]
  }
  const wrong = texts.find((_, index) => known[index] === -1)
  if (wrong !== undefined)
    return reportAt(
      value,
      `${value.title} cannot hold ${quoted(wrong)}`,
      'It is one or more of: Completed, Failed, Canceled.',
    )
  return [...new Set(known.map((at) => (['Completed', 'Failed', 'Canceled', 'Canceled'] as const)[at]!))]
}

/** A file or folder of this machine, or a path of a datastore: places whose content can be looked at again and again. */
function readWatchedPath(value: Value): string | undefined {
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference === undefined) return undefined
  if (reference.kind === 'local' || (reference.kind === 'uri' && /^azureml:\/\/.*datastores\//i.test(reference.uri)))
    return referenceText(reference)
  const hint = 'Write a path, or azureml://datastores/NAME/paths/PATH; versions of data assets have type: data_version.'
  return reportAt(value, `${value.title} cannot be ${quoted(text!)}`, hint)
}
