import { isMap, isScalar } from 'yaml'
import { readAssetIdentity, readAssetName } from '../job-fields.ts'
import { alertNotificationKeys, createMonitorKeys, monitorKeys, monitoringTargetKeys, onBreachKeys } from '../keys.ts'
import { readBreachAction } from '../schedules/read-action.ts'
import { defaultPolicy, readPolicy } from '../schedules/read-action.ts'
import { readPeriod } from '../schedules/read-period.ts'
import { readScheduleTiming } from '../schedules/read-schedule.ts'
import type { ReadingScope } from '../scope.ts'
import { locatedAt } from '../scope.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readEntries, readMapping, required } from '../yaml/mapping.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import { emptyRecord, readBoolean, readOneOf, readText, readTexts, readWholeNumber, reportAt } from '../yaml/values.ts'
import {
  type AlertTargets,
  type MonitorDocument,
  type MonitoringTarget,
  type MonitorSpec,
  monitoringTasks,
  type OnBreach,
  type SignalSpec,
} from './monitor-document.ts'
import { readSignal } from './read-signal.ts'

/** A schedule of Azure ML that creates a monitor. */
export function readMonitor(value: Value, scope: ReadingScope): MonitorDocument | undefined {
  const mapping = readMapping(value, monitorKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: true })
  const timing = required(mapping, 'trigger', readScheduleTiming)
  const monitor = required(mapping, 'create_monitor', readSpec)
  const policyValue = given(mapping, 'policy')
  const policy = policyValue === undefined ? defaultPolicy : readPolicy(policyValue)
  const isEnabled = optional(mapping, 'is_enabled', readBoolean) ?? true
  if (identity.name === undefined || timing === undefined || monitor === undefined || policy === undefined)
    return undefined
  const { missedRuns, missedLimit } = policy
  return {
    kind: 'monitor',
    located: locatedAt(scope.document),
    ...identity,
    name: identity.name,
    timing,
    policy: { missedRuns, missedLimit },
    isEnabled,
    monitor,
  }
}

function readSpec(value: Value): MonitorSpec | undefined {
  const mapping = readMapping(value, createMonitorKeys)
  if (mapping === undefined) return undefined
  const target = optional(mapping, 'monitoring_target', readTarget)
  const signalsValue = given(mapping, 'monitoring_signals')
  const signals = signalsValue === undefined ? outOfTheBox : readSignals(signalsValue)
  const notify = optional(mapping, 'alert_notification', readTargets) ?? { emails: [], webhooks: [] }
  const onBreach = optional(mapping, 'on_breach', readOnBreach)
  // A target that is misspelt is reported where it stands.
  if (target !== undefined || given(mapping, 'monitoring_target') === undefined) checkTarget(mapping, target, signals)
  return { target: target ?? {}, signals, notify, ...defined({ onBreach }) }
}

/** What is computed where nobody says: this period against the one before. */
const outOfTheBox: readonly SignalSpec[] = (['data_drift', 'prediction_drift', 'data_quality'] as const).map(
  (type) => ({
    name: type,
    type,
    production: [],
    features: { kind: 'all' },
    featureTypes: emptyRecord(),
    thresholds: [],
    isAlertEnabled: true,
    mode: 'exact',
  }),
)

const signalNames = {
  noun: 'signal',
  pattern: /^[A-Za-z0-9][\w.-]{0,99}$/,
  rule: 'Names are letters, digits, _, - and ., up to 100 of them.',
}

function readSignals(value: Value): readonly SignalSpec[] {
  const entries = readEntries(value, signalNames)
  if (isMap(value.node) && entries.length === 0)
    reportAt(value, `${value.title} is empty`, 'Leave it out for data drift, prediction drift and data quality.')
  return entries.flatMap(({ name, value: item, mark }) => {
    if (item === undefined) {
      value.document.report(mark, `signal ${quoted(name)} is empty`, 'Give it a type, for example: {type: data_drift}')
      return []
    }
    return readSignal(name, item) ?? []
  })
}

/** A signal without data of its own looks at what a deployment collected: then there must be a deployment. */
function checkTarget(mapping: Mapping, target: MonitoringTarget | undefined, signals: readonly SignalSpec[]): void {
  if (target?.endpoint !== undefined) return
  const lacking = signals.filter(({ type, production, custom }) => {
    if (type === 'endpoint_performance') return true
    if (custom !== undefined) return Object.values(custom.data).some(({ source }) => source === undefined)
    return production.length === 0 || production.some(({ source }) => source === undefined)
  })
  if (lacking.length === 0) return
  const names = lacking.map(({ name }) => name).join(', ')
  mapping.document.report(
    mapping.mark,
    `it is not clear which data is to be monitored (${names})`,
    'Add: monitoring_target: {endpoint_deployment_id: azureml:ENDPOINT:DEPLOYMENT}, or production_data with input_data.',
  )
}

const readKnownTask = readOneOf(monitoringTasks)

/** `QuestionAnswering` is how the service spells it. */
function readTask(value: Value): MonitoringTarget['task'] {
  const text = isScalar(value.node) ? String(value.node.value) : ''
  return text.toLowerCase() === 'questionanswering' ? 'question_answering' : readKnownTask(value)
}

function readTarget(value: Value): MonitoringTarget | undefined {
  const mapping = readMapping(value, monitoringTargetKeys)
  if (mapping === undefined) return undefined
  const endpointValue = given(mapping, 'endpoint_deployment_id')
  const endpoint = endpointValue && readDeployment(endpointValue)
  const rest = defined({
    task: optional(mapping, 'ml_task', readTask),
    model: optional(mapping, 'model_id', readText),
  })
  if (endpointValue !== undefined && endpoint === undefined) return undefined
  return { ...rest, ...defined({ endpoint }) }
}

function readDeployment(value: Value): MonitoringTarget['endpoint'] {
  const text = readText(value)
  if (text === undefined) return undefined
  const [, name, deployment] = /^(?:azureml:)?([A-Za-z0-9][\w-]*)[:/]([A-Za-z0-9][\w-]*)$/.exec(text.trim()) ?? []
  if (name !== undefined && deployment !== undefined) return { name, deployment }
  return reportAt(value, `${value.title} cannot be ${quoted(text)}`, 'Write azureml:ENDPOINT:DEPLOYMENT.')
}

/** `azmonitoring` is Azure's own service: its events are ours already. */
function readTargets(value: Value): AlertTargets | undefined {
  if (isScalar(value.node)) {
    const text = readText(value)
    if (text === undefined || text.toLowerCase() === 'azmonitoring') return { emails: [], webhooks: [] }
    return reportAt(value, `${value.title} cannot be ${quoted(text)}`, 'Write {emails: [...], webhooks: [...]}.')
  }
  const mapping = readMapping(value, alertNotificationKeys)
  if (mapping === undefined) return undefined
  return {
    emails: optional(mapping, 'emails', (emails) => readEach(emails, isEmail)) ?? [],
    webhooks: optional(mapping, 'webhooks', (urls) => readEach(urls, isUrl)) ?? [],
  }
}

interface Wanted {
  readonly pattern: RegExp
  readonly rule: string
}

const isEmail: Wanted = { pattern: /^[^\s@<>"]+@[^\s@<>"]+$/, rule: 'Write an address, for example: ada@example.com' }
const isUrl: Wanted = {
  pattern: /^https?:\/\/[^\s]+$/,
  rule: 'Write an address, for example: https://example.com/hook',
}

function readEach(value: Value, { pattern, rule }: Wanted): readonly string[] {
  const texts = readTexts(value) ?? []
  return texts.filter((text) => {
    const isValid = pattern.test(text)
    if (!isValid) reportAt(value, `${value.title} cannot hold ${quoted(text)}`, rule)
    return isValid
  })
}

/** Where neither says how often: once a day. */
const usualCooldownMs = 86_400_000

function readOnBreach(value: Value): OnBreach | undefined {
  const mapping = readMapping(value, onBreachKeys)
  if (mapping === undefined) return undefined
  const action = readBreachAction(mapping)
  const cooldownMs = optional(mapping, 'cooldown', readPeriod)
  const maxPerDay = optional(mapping, 'max_per_day', readWholeNumber(1, 100_000))
  const cooldown = cooldownMs ?? (maxPerDay === undefined ? usualCooldownMs : 0)
  return action && { action, cooldownMs: cooldown, ...defined({ maxPerDay }) }
}
