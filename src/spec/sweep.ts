import { isScalar } from 'yaml'
import { readComponent } from './component-reference.ts'
import type { Reference } from './document-parts.ts'
import type { CommandComponent, SweepJob, SweepStep } from './documents.ts'
import { readInputValues, readOutputValues } from './inputs-and-outputs.ts'
import { readJobIdentity } from './job-fields.ts'
import { objectiveKeys, policyKeys, samplingKeys, sweepJobKeys, sweepLimitsKeys, sweepStepKeys } from './keys.ts'
import {
  bindable,
  readCompute,
  readEnvironmentVariables,
  readOpen,
  readQueueSettings,
  readResources,
  readRetry,
  readSeconds,
} from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt } from './scope.ts'
import { readSearchSpace } from './search-space.ts'
import { readStepCommon } from './step-common.ts'
import type { EarlyTermination, SamplingAlgorithm, WrittenSweepLimits, WrittenSweepSettings } from './sweep-settings.ts'
import { mostTrials } from './sweep-settings.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, required, requireKey } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readNumber,
  readOneOf,
  readText,
  readWholeNumber,
  reportAt,
  wrongType,
} from './yaml/values.ts'

/** A sweep as a job of its own. */
export async function readSweepJob(value: Value, scope: ReadingScope): Promise<SweepJob | undefined> {
  const mapping = readMapping(value, sweepJobKeys)
  if (mapping === undefined) return undefined
  const trial = await readTrial(mapping, scope, [])
  const settings = readSweepSettings(mapping)
  const job = {
    ...readJobIdentity(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
    ...defined({
      resources: optional(mapping, 'resources', readResources),
      priority: optional(mapping, 'queue_settings', readQueueSettings),
    }),
  }
  if (trial === undefined || settings === undefined) return undefined
  return { kind: 'sweep-job', located: locatedAt(scope.document), ...job, trial, ...settings }
}

/** A sweep as a step; `path` is where it stands in its file. */
export async function readSweepStep(
  value: Value,
  scope: ReadingScope,
  path: readonly string[],
): Promise<SweepStep | undefined> {
  const mapping = readMapping(value, sweepStepKeys)
  if (mapping === undefined) return undefined
  const trial = await readTrial(mapping, scope, path)
  const settings = readSweepSettings(mapping)
  const step = {
    ...readStepCommon(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
    environmentVariables: optional(mapping, 'environment_variables', readEnvironmentVariables) ?? emptyRecord(),
    ...defined({
      compute: optional(mapping, 'compute', readCompute),
      resources: optional(mapping, 'resources', readResources),
      retry: optional(mapping, 'retry', readRetry),
      priority: optional(mapping, 'queue_settings', readQueueSettings),
      isDeterministic: optional(mapping, 'is_deterministic', readBoolean),
    }),
  }
  return trial === undefined || settings === undefined ? undefined : { kind: 'sweep', ...step, trial, ...settings }
}

async function readTrial(
  mapping: Mapping,
  scope: ReadingScope,
  path: readonly string[],
): Promise<CommandComponent | Reference | undefined> {
  if (!requireKey(mapping, 'trial', 'Write the command: trial: {command: ..., environment: ...}')) return undefined
  const trial = await readComponent(mapping, scope, { path, key: 'trial' })
  if (trial === undefined || !('located' in trial) || trial.kind === 'command-component') return trial
  const hint = 'Name a command component, or write the command: trial: {command: ..., environment: ...}'
  return reportAt(given(mapping, 'trial')!, `the trial of ${mapping.title} must be a command`, hint)
}

function readSweepSettings(mapping: Mapping): WrittenSweepSettings | undefined {
  const searchSpace = required(mapping, 'search_space', readSearchSpace)
  const objective = required(mapping, 'objective', readObjective)
  const samplingValue = given(mapping, 'sampling_algorithm')
  const sampling = samplingValue === undefined ? defaultSampling : readSampling(samplingValue)
  const earlyTermination = optional(mapping, 'early_termination', readEarlyTermination)
  const limits = required(mapping, 'limits', readLimits)
  if (searchSpace !== undefined && sampling?.type === 'grid') {
    for (const [name, { type }] of Object.entries(searchSpace)) {
      if (type === 'choice') continue
      const hint = 'Use a choice, or sampling_algorithm: random.'
      const message = `parameter "${name}" is ${type}, which a grid cannot list`
      reportAt(given(mapping, 'search_space')!, message, hint)
    }
  }
  if (searchSpace === undefined || objective === undefined || sampling === undefined || limits === undefined) {
    return undefined
  }
  return { searchSpace, objective, sampling, limits, ...defined({ earlyTermination }) }
}

const readGoal = readOneOf(['minimize', 'maximize'])

function readObjective(value: Value): WrittenSweepSettings['objective'] | undefined {
  const mapping = readMapping(value, objectiveKeys)
  if (mapping === undefined) return undefined
  const goal = required(mapping, 'goal', readGoal)
  const primaryMetric = required(mapping, 'primary_metric', bindable(readText))
  return goal === undefined || primaryMetric === undefined ? undefined : { goal, primaryMetric }
}

/** Azure's default: random, pseudo-random numbers, no seed. */
const defaultSampling: SamplingAlgorithm = { type: 'random', rule: 'random' }
const readSamplingType = readOneOf(Object.keys(samplingKeys) as (keyof typeof samplingKeys)[])
const readRule = readOneOf(['random', 'sobol'])

function readSampling(value: Value): SamplingAlgorithm | undefined {
  if (isScalar(value.node)) {
    const type = readSamplingType(value)
    return type === 'random' ? defaultSampling : type && { type }
  }
  const any = readOpen(value)
  const type = any && required(any, 'type', readSamplingType)
  const mapping = type && readMapping(value, samplingKeys[type])
  if (type === undefined || mapping === undefined) return undefined
  if (type !== 'random') return { type }
  const rule = optional(mapping, 'rule', readRule) ?? 'random'
  const seed = optional(mapping, 'seed', readWholeNumber(0))
  const logbase = optional(mapping, 'logbase', readLogbase)
  return { type, rule, ...defined({ seed, logbase }) }
}

/** A number above 0 that is not 1, or `e`, which is the default. */
function readLogbase(value: Value): number | undefined {
  if (isScalar(value.node) && value.node.value === 'e') return Math.E
  const base = readNumber(value)
  if (base === undefined || (base > 0 && base !== 1 && Number.isFinite(base))) return base
  return wrongType(value, 'a number above 0 other than 1, or e')
}

const readPolicyType = readOneOf(Object.keys(policyKeys) as (keyof typeof policyKeys)[])

function readEarlyTermination(value: Value): EarlyTermination | undefined {
  const any = readOpen(value)
  const type = any && required(any, 'type', readPolicyType)
  const mapping = type && readMapping(value, policyKeys[type])
  if (type === undefined || mapping === undefined) return undefined
  const common = {
    // The SDK writes 0 for an interval that nobody gave.
    evaluationInterval: Math.max(1, optional(mapping, 'evaluation_interval', readWholeNumber(0)) ?? 1),
    delayEvaluation: optional(mapping, 'delay_evaluation', readWholeNumber(0)) ?? 0,
  }
  switch (type) {
    case 'bandit': {
      const slack = readSlack(value, mapping)
      return slack && { type, ...common, slack }
    }
    case 'median_stopping':
      return { type, ...common }
    case 'truncation_selection': {
      const truncationPercentage = required(mapping, 'truncation_percentage', readWholeNumber(1, 99))
      return truncationPercentage === undefined ? undefined : { type, ...common, truncationPercentage }
    }
  }
}

/** Exactly one of the two; the SDK's dump has both, and 0 for the one that is not meant. */
function readSlack(
  value: Value,
  mapping: Mapping,
): { readonly kind: 'factor' | 'amount'; readonly value: number } | undefined {
  const factor = optional(mapping, 'slack_factor', readSlackNumber)
  const amount = optional(mapping, 'slack_amount', readSlackNumber)
  const isGiven = (key: string): boolean => given(mapping, key) !== undefined
  if (isGiven('slack_factor') && isGiven('slack_amount')) {
    if (factor === undefined || amount === undefined) return undefined
    if (factor > 0 !== amount > 0) {
      return factor > 0 ? { kind: 'factor', value: factor } : { kind: 'amount', value: amount }
    }
    return reportAt(value, 'a bandit has either "slack_factor" or "slack_amount"', 'Remove one of them.')
  }
  if (factor !== undefined) return { kind: 'factor', value: factor }
  if (amount !== undefined) return { kind: 'amount', value: amount }
  if (isGiven('slack_factor') || isGiven('slack_amount')) return undefined
  return reportAt(value, 'a bandit needs "slack_factor" or "slack_amount"', 'E.g. slack_factor: 0.1')
}

function readSlackNumber(value: Value): number | undefined {
  const number = readNumber(value)
  if (number === undefined || (number >= 0 && Number.isFinite(number))) return number
  return wrongType(value, 'a number of at least 0')
}

function readLimits(value: Value): WrittenSweepLimits | undefined {
  const mapping = readMapping(value, sweepLimitsKeys)
  if (mapping === undefined) return undefined
  const readTrials = bindable(readWholeNumber(1, mostTrials))
  const maxTotalTrials = required(mapping, 'max_total_trials', readTrials)
  const limits = defined({
    maxConcurrentTrials: optional(mapping, 'max_concurrent_trials', readTrials),
    timeoutSeconds: optional(mapping, 'timeout', readSeconds),
    trialTimeoutSeconds: optional(mapping, 'trial_timeout', readSeconds),
  })
  return maxTotalTrials === undefined ? undefined : { maxTotalTrials, ...limits }
}
