import { isMap } from 'yaml'
import type { JsonObject } from '../base/json.ts'
import type {
  BatchDeploymentDocument,
  BatchEndpointDocument,
  BatchJobDefinition,
  BatchSettings,
} from './asset-documents.ts'
import { readDeployedModel } from './data-and-model.ts'
import { readEnvironmentChoice } from './environment.ts'
import { readAssetIdentity } from './job-fields.ts'
import {
  batchDefaultsKeys,
  batchDeploymentKeys,
  batchEndpointKeys,
  batchPipelineKeys,
  batchResourcesKeys,
  batchSettingsKeys,
  miniBatchRetryKeys,
} from './keys.ts'
import { readScoring } from './online.ts'
import { readEnvironmentVariables, readSeconds } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt, readReference } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  emptyRecord,
  readJsonObject,
  readMatching,
  readOneOf,
  readText,
  readWholeNumber,
  reportAt,
} from './yaml/values.ts'

const nameRule =
  'A name has 3 to 64 letters, digits, "-" and "_", starts with a letter and ends with a letter or digit.'
const readBatchName = readMatching(/^(?=.{3,64}$)[a-zA-Z]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/, nameRule)

/** A batch endpoint: a stable name for deployments that score whole inputs as jobs. */
export function readBatchEndpoint(value: Value, scope: ReadingScope): BatchEndpointDocument | undefined {
  const mapping = readMapping(value, batchEndpointKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readBatchName, isNameRequired: true })
  optional(mapping, 'auth_mode', readText)
  const defaultsValue = given(mapping, 'defaults')
  const defaults = defaultsValue && readMapping(defaultsValue, batchDefaultsKeys)
  const deployment = defaults && optional(defaults, 'deployment_name', readBatchName)
  if (identity.name === undefined) return undefined
  return {
    kind: 'batch-endpoint',
    located: locatedAt(scope.document),
    ...identity,
    name: identity.name,
    ...defined({ defaultDeployment: deployment }),
  }
}

/** A batch deployment: a model with what scores mini-batches of files, or a pipeline component. */
export async function readBatchDeployment(
  value: Value,
  scope: ReadingScope,
): Promise<BatchDeploymentDocument | undefined> {
  const probe = readMapping(value, batchDeploymentKeys, 'later')
  const type = probe && optional(probe, 'type', readOneOf(['model', 'pipeline']))
  const isOfPipeline = (key: string): boolean => probe !== undefined && given(probe, key) !== undefined
  const isPipeline =
    type === 'pipeline' || (type === undefined && (isOfPipeline('component') || isOfPipeline('job_definition')))
  const mapping = readMapping(value, isPipeline ? batchPipelineKeys : batchDeploymentKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readBatchName, isNameRequired: true })
  const endpointName = optional(mapping, 'endpoint_name', readBatchName)
  const work = isPipeline ? readPipelineWork(mapping) : await readModelWork(mapping, scope)
  if (identity.name === undefined || work === undefined) return undefined
  const located = locatedAt(scope.document)
  return { kind: 'batch-deployment', located, ...identity, name: identity.name, ...defined({ endpointName }), work }
}

/** Its component and settings as they are written: a job of them is what an invocation submits. */
function readPipelineWork(mapping: Mapping): BatchDeploymentDocument['work'] | undefined {
  const component = optional(mapping, 'component', readWritten)
  const job = optional(mapping, 'job_definition', readJobDefinition)
  const settings = optional(mapping, 'settings', readJsonObject)
  const second = given(mapping, 'job_definition')
  const isBoth = given(mapping, 'component') !== undefined && second !== undefined
  if (isBoth) return reportAt(second, 'the batch deployment has both "component" and "job_definition"', 'Keep one.')
  if (given(mapping, 'component') === undefined && second === undefined) {
    mapping.document.report(
      mapping.mark,
      'the batch deployment has neither a component nor a job_definition',
      'Add component: azureml:NAME:VERSION, or job_definition: PATH.',
    )
  }
  return component === undefined && job === undefined
    ? undefined
    : { type: 'pipeline', ...defined({ component, job, settings }) }
}

/** A pipeline job as a mapping, a path, or `azureml:JOB`. */
function readJobDefinition(value: Value): BatchJobDefinition | undefined {
  if (isMap(value.node)) {
    const written = readJsonObject(value)
    const type = written?.['type'] ?? 'pipeline'
    if (type !== 'pipeline') return reportAt(value, `${value.title} is a job of type ${JSON.stringify(type)}`, jobHint)
    return written && { written }
  }
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference === undefined) return undefined
  if (reference.kind === 'local') return { file: reference.path }
  if (reference.kind === 'asset' && reference.version === undefined) return { name: reference.name }
  return reportAt(value, `${value.title} cannot be ${JSON.stringify(text)}`, jobHint)
}

const jobHint = 'Write a pipeline job, the path of its file, or azureml:JOB.'

async function readModelWork(
  mapping: Mapping,
  scope: ReadingScope,
): Promise<BatchDeploymentDocument['work'] | undefined> {
  const modelValue = given(mapping, 'model')
  const model = modelValue && (await readDeployedModel(modelValue, scope))
  const scoringValue = given(mapping, 'code_configuration')
  const scoring = scoringValue && readScoring(scoringValue)
  await readEnvironmentChoice(mapping, scope)
  const environment = optional(mapping, 'environment', readWritten)
  const settingsValue = given(mapping, 'settings')
  const nested = settingsValue && readMapping(settingsValue, batchSettingsKeys)
  const settings = readBatchSettings(mapping, nested)
  if (modelValue === undefined && scoringValue === undefined) {
    mapping.document.report(
      mapping.mark,
      'the batch deployment has neither a model nor a scoring script',
      'Add model: azureml:NAME:VERSION, or code_configuration: {code: FOLDER, scoring_script: score.py}.',
    )
    return undefined
  }
  return { type: 'model', ...defined({ model, scoring, environment }), settings }
}

/** Azure's defaults. In the older form the keys of `settings` stand at the root. */
function readBatchSettings(root: Mapping, nested: Mapping | undefined): BatchSettings {
  const read = <Result>(key: string, reader: (value: Value) => Result | undefined): Result | undefined =>
    (nested && optional(nested, key, reader)) ?? optional(root, key, reader)
  const resourcesValue = given(root, 'resources')
  const resources = resourcesValue && readMapping(resourcesValue, batchResourcesKeys)
  const retry = read('retry_settings', readRetry)
  const variables = {
    ...optional(root, 'environment_variables', readEnvironmentVariables),
    ...(nested && optional(nested, 'environment_variables', readEnvironmentVariables)),
  }
  return {
    miniBatchSize: read('mini_batch_size', readWholeNumber(1, 1_000_000_000)) ?? 10,
    maxConcurrencyPerInstance: read('max_concurrency_per_instance', readWholeNumber(1, 1000)) ?? 1,
    instanceCount: (resources && optional(resources, 'instance_count', readWholeNumber(1, 1000))) ?? 1,
    errorThreshold: read('error_threshold', readWholeNumber(-1)) ?? -1,
    maxRetries: retry?.maxRetries ?? 3,
    timeoutSeconds: retry?.timeoutSeconds ?? 30,
    outputAction: read('output_action', readOutputAction) ?? 'append_row',
    outputFileName: read('output_file_name', readFileName) ?? 'predictions.csv',
    loggingLevel: read('logging_level', readLoggingLevel) ?? 'INFO',
    environmentVariables: Object.keys(variables).length === 0 ? emptyRecord() : variables,
  }
}

const readOutputAction = readOneOf(['append_row', 'summary_only'])
const readFileName = readMatching(/^(?!\.\.?$)[^/\\\0]{1,255}$/, 'The name of a file, without folders.')
const readLevel = readOneOf(['debug', 'info', 'warning'])

function readLoggingLevel(value: Value): BatchSettings['loggingLevel'] | undefined {
  const level = readLevel(value)
  return level && (level.toUpperCase() as BatchSettings['loggingLevel'])
}

function readRetry(value: Value): { readonly maxRetries?: number; readonly timeoutSeconds?: number } | undefined {
  const retry = readMapping(value, miniBatchRetryKeys)
  return (
    retry &&
    defined({
      maxRetries: optional(retry, 'max_retries', readWholeNumber(0, 1000)),
      timeoutSeconds: optional(retry, 'timeout', readSeconds),
    })
  )
}

/** A text, or a mapping as JSON; what it means is read where it stands. */
function readWritten(value: Value): JsonObject | string | undefined {
  return isMap(value.node) ? readJsonObject(value) : readText(value)
}
