import { isMap, isScalar } from 'yaml'
import { hasExpression, readInputValues } from '../inputs-and-outputs.ts'
import { createJobKeys, firingPolicyKeys } from '../keys.ts'
import { readReference, referenceText } from '../scope.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readMapping, recordOf, required } from '../yaml/mapping.ts'
import { nearestName } from '../yaml/nearest-name.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import {
  emptyRecord,
  readJsonObject,
  readLiterals,
  readOneOf,
  readText,
  readWholeNumber,
  reportAt,
} from '../yaml/values.ts'
import type { FiringPolicy, JobAction } from './schedule-documents.ts'
import { expressionsIn, firingVariables, missedRunPolicies, overlapPolicies } from './schedule-documents.ts'
import { readPeriod } from './read-period.ts'

const jobHint = 'Write a path to a job file, azureml:JOB, or a mapping with "job" (ours: or "pipeline").'

/** `create_job`: a path, a job of the store, or a mapping that says either differently; ours: a published pipeline. */
export function readAction(value: Value, variables: readonly string[]): JobAction | undefined {
  if (isScalar(value.node)) {
    const job = readJob(value)
    return job && { kind: 'job', job, inputs: emptyRecord(), changes: emptyRecord(), tags: emptyRecord() }
  }
  const mapping = isMap(value.node)
    ? readMapping(value, createJobKeys)
    : reportAt(value, `${value.title} cannot be a list`, jobHint)
  if (mapping === undefined) return undefined
  const common = commonOf(mapping, variables)
  const [jobValue, pipelineValue] = [given(mapping, 'job'), given(mapping, 'pipeline')]
  if (jobValue !== undefined && pipelineValue !== undefined)
    return reportAt(
      pipelineValue,
      `${value.title} has both "job" and "pipeline"`,
      'Keep the one that is to be submitted.',
    )
  if (pipelineValue !== undefined) {
    const pipeline = readPipelineName(pipelineValue)
    return pipeline && { kind: 'published-pipeline', ...pipeline, ...common }
  }
  if (jobValue === undefined) return reportAt(value, `${value.title} does not say which job`, jobHint)
  const job = readJob(jobValue)
  return job && { kind: 'job', job, changes: readChanges(mapping), ...common }
}

/** `on_breach` of a monitor: `run` is a path, a job of the store, or the name of a published pipeline. */
export function readBreachAction(mapping: Mapping): JobAction | undefined {
  const run = required(mapping, 'run', readText)
  const value = given(mapping, 'run')
  if (run === undefined || value === undefined) return undefined
  const common = commonOf(mapping, firingVariables.monitor_breached)
  const isPlain = /^[A-Za-z0-9][\w.-]*(:[\w.-]+)?$/.test(run.trim()) && !/^azureml:|\.(ya?ml|json)$/i.test(run.trim())
  if (isPlain) {
    const pipeline = readPipelineName(value)
    return pipeline && { kind: 'published-pipeline', ...pipeline, ...common }
  }
  const job = readJob(value, 'Write a path to a job file, azureml:JOB, or the name of a published pipeline.')
  return job && { kind: 'job', job, changes: emptyRecord(), ...common }
}

function commonOf(mapping: Mapping, variables: readonly string[]): Pick<JobAction, 'inputs' | 'tags'> {
  return {
    inputs: readInputs(mapping, variables),
    tags: optional(mapping, 'tags', readLiterals) ?? emptyRecord<string>(),
    ...defined({
      experimentName: optional(mapping, 'experiment_name', readText),
      displayName: optional(mapping, 'display_name', readText),
    }),
  }
}

function readJob(value: Value, hint = jobHint): Extract<JobAction, { kind: 'job' }>['job'] | undefined {
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference === undefined) return undefined
  if (reference.kind === 'local') return { file: reference.path }
  if (reference.kind === 'asset' && reference.version === undefined && reference.label === 'default')
    return { name: reference.name }
  const [, named] =
    reference.kind === 'uri' ? (/^azureml:\/subscriptions\/.*\/jobs\/([^/]+)$/i.exec(reference.uri) ?? []) : []
  if (named !== undefined) return { name: named }
  return reportAt(value, `${value.title} cannot be ${quoted(text!)}`, hint)
}

const pipelineHint = 'Write its name, or NAME:VERSION; list them with: sluice pipeline list'

function readPipelineName(value: Value): { readonly name: string; readonly version?: string } | undefined {
  const text = readText(value)
  if (text === undefined) return undefined
  const [, name, version] = /^([A-Za-z0-9][\w.-]*)(?::([A-Za-z0-9][\w.-]*))?$/.exec(text.trim()) ?? []
  if (name === undefined) return reportAt(value, `${value.title} cannot be ${quoted(text)}`, pipelineHint)
  return { name, ...defined({ version }) }
}

/** Inputs as texts, their `${{ }}` checked against what there will be. */
function readInputs(mapping: Mapping, variables: readonly string[]): Readonly<Record<string, string>> {
  const value = given(mapping, 'inputs')
  const inputs = Object.entries(readInputValues(mapping)).map(([name, input]) => {
    const text = input.kind === 'text' ? input.text : referenceText(input.source)
    if (value !== undefined && hasExpression(text)) checkExpressions(value, { name, text, variables })
    return [name, text] as const
  })
  return recordOf(inputs)
}

function checkExpressions(
  value: Value,
  { name, text, variables }: { readonly name: string; readonly text: string; readonly variables: readonly string[] },
): void {
  for (const expression of expressionsIn(text)) {
    const isOpen = variables.includes('trigger.body.*') && /^trigger\.body\.[\w.-]+$/.test(expression)
    if (isOpen || variables.includes(expression)) continue
    const near = nearestName(expression, variables)
    const meant = near === undefined ? '' : `, did you mean ${quoted(near)}?`
    const hint = `There is: ${variables.map((one) => `\${{${one}}}`).join(', ')}.`
    reportAt(value, `input "${name}" has an unknown expression ${quoted(expression)}${meant}`, hint)
  }
}

/** What `create_job` says differently from the job file, as dotted paths into that. */
function readChanges(mapping: Mapping): Readonly<Record<string, string>> {
  const changes = emptyRecord<string>()
  for (const key of ['settings', 'outputs', 'limits', 'resources', 'environment_variables'] as const) {
    const value = optional(mapping, key, readJsonObject) ?? {}
    const collect = (path: string, item: unknown): void => {
      if (typeof item === 'object' && item !== null && !Array.isArray(item))
        for (const [name, inner] of Object.entries(item)) collect(`${path}.${name}`, inner)
      else if (item !== null) changes[path] = typeof item === 'string' ? item : JSON.stringify(item)
    }
    collect(key, value)
  }
  return changes
}

const readMissedRuns = readOneOf(missedRunPolicies)
const readOverlap = readOneOf(overlapPolicies)
export const defaultPolicy: FiringPolicy = { missedRuns: 'last', missedLimit: 100, overlap: 'allow', cooldownMs: 0 }

/** `policy`, ours; what it leaves out is the default. */
export function readPolicy(value: Value): FiringPolicy | undefined {
  const mapping = readMapping(value, firingPolicyKeys)
  if (mapping === undefined) return undefined
  return {
    missedRuns: optional(mapping, 'missed_runs', readMissedRuns) ?? defaultPolicy.missedRuns,
    missedLimit: optional(mapping, 'missed_limit', readWholeNumber(1, 1000)) ?? defaultPolicy.missedLimit,
    overlap: optional(mapping, 'overlap', readOverlap) ?? defaultPolicy.overlap,
    cooldownMs: optional(mapping, 'cooldown', readPeriod) ?? defaultPolicy.cooldownMs,
    ...defined({ maxPerDay: optional(mapping, 'max_per_day', readWholeNumber(1, 100_000)) }),
  }
}
