import { isScalar } from 'yaml'
import { parseDuration } from '../base/duration.ts'
import type { JsonObject } from '../base/json.ts'
import type { CommandBody, Reference, Resources, RetryPolicy } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { hasExpression } from './inputs-and-outputs.ts'
import { distributionKeys, limitsKeys, resourcesKeys, retryKeys } from './keys.ts'
import type { ReadingScope } from './scope.ts'
import { readReference, referenceText } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, optional, readMapping, recordOf, required } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Reader, Value } from './yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readJsonObject,
  readLiterals,
  readMatching,
  readNumber,
  readOneOf,
  readText,
  readTexts,
  readWholeNumber,
  reportAt,
  wrongType,
} from './yaml/values.ts'

/** What a command runs and with what, as it stands in a command job, a command component or an inline step. */
export async function readCommandBody(mapping: Mapping, scope: ReadingScope): Promise<CommandBody> {
  const run = readRunSettings(mapping)
  return {
    command: required(mapping, 'command', readCommand) ?? '',
    additionalIncludes: optional(mapping, 'additional_includes', readIncludes) ?? [],
    isDeterministic: run.isDeterministic ?? true,
    environmentVariables: run.environmentVariables,
    resources: run.resources ?? { instanceCount: 1 },
    ...defined({
      code: optional(mapping, 'code', readCode),
      environment: await readEnvironmentChoice(mapping, scope),
      distribution: run.distribution,
      timeoutSeconds: run.timeoutSeconds,
      retry: run.retry,
    }),
  }
}

/** What a step may say on top of its component. */
export interface RunSettings {
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources?: Resources
  readonly distribution?: JsonObject
  readonly timeoutSeconds?: number
  readonly retry?: RetryPolicy
  readonly isDeterministic?: boolean
}

/** How something runs, apart from what it runs; what is not said is absent. */
export function readRunSettings(mapping: Mapping): RunSettings {
  return {
    environmentVariables: optional(mapping, 'environment_variables', readEnvironmentVariables) ?? emptyRecord(),
    ...defined({
      resources: optional(mapping, 'resources', readResources),
      distribution: optional(mapping, 'distribution', readDistribution),
      timeoutSeconds: optional(mapping, 'limits', readTimeout),
      retry: optional(mapping, 'retry', readRetry),
      isDeterministic: optional(mapping, 'is_deterministic', readBoolean),
    }),
  }
}

/** Names and values of environment variables; numbers and booleans become text as in inputs. */
export function readEnvironmentVariables(value: Value): Readonly<Record<string, string>> | undefined {
  const variables = readLiterals(value)
  if (variables === undefined) return undefined
  for (const name of Object.keys(variables)) {
    if (!/^[^=\0]+$/.test(name)) reportAt(value, `${quoted(name)} cannot be the name of an environment variable`)
  }
  return variables
}

/** The compute by its bare name: `azureml:cpu-cluster` and long ids are reduced to it; expressions stay as they are. */
export function readCompute(value: Value): string | undefined {
  return readText(value)
    ?.trim()
    .replace(/^azureml:\/subscriptions\/.*\/(?:computes|virtualclusters)\/([^/]+)$/i, '$1')
    .replace(/^azureml:/i, '')
}

function readCommand(value: Value): string | undefined {
  const text = readText(value)
  return text?.trim() === '' ? reportAt(value, '"command" is empty', 'Write what to run.') : text
}

function readCode(value: Value): Reference | undefined {
  const text = readText(value)
  return text === undefined ? undefined : readReference(value, text)
}

function readIncludes(value: Value): readonly string[] | undefined {
  return readTexts(value)
    ?.map((text) => readReference(value, text))
    .filter((reference) => reference !== undefined)
    .map(referenceText)
}

function readResources(value: Value): Resources | undefined {
  const mapping = readMapping(value, resourcesKeys)
  if (mapping === undefined) return undefined
  const count = optional(mapping, 'instance_count', orExpression(readWholeNumber(1, 10_000)))
  return {
    instanceCount: typeof count === 'number' ? count : 1,
    ...defined({
      expressions: typeof count === 'string' ? recordOf([['instance_count', count]]) : undefined,
      instanceType: optional(mapping, 'instance_type', (item) => readTexts(item)?.join(',')),
      shmSize: optional(mapping, 'shm_size', readShmSize),
      properties: optional(mapping, 'properties', readJsonObject),
    }),
  }
}

const readShmSize: Reader<string> = (value) =>
  orExpression(readMatching(/^\d+[bkmg]?$/i, 'Write a size such as 2g or 512m.'))(value)

/** Settings of steps inside a pipeline component may be bound to its inputs; the text is kept. */
function orExpression<Result>(read: Reader<Result>): Reader<Result | string> {
  return (value) => {
    const text = isScalar(value.node) ? value.node.value : undefined
    return typeof text === 'string' && hasExpression(text) ? text.trim() : read(value)
  }
}

type DistributionType = keyof typeof distributionKeys
const readDistributionType = readOneOf(Object.keys(distributionKeys) as DistributionType[])

function readDistribution(value: Value): JsonObject | undefined {
  const raw = readJsonObject(value)
  if (raw === undefined) return undefined
  const any = readMapping(value, { known: new Set(['type']), ignored: new Set(Object.keys(raw)), isOpen: true })
  const type = any && required(any, 'type', readDistributionType)
  const mapping = type && readMapping(value, distributionKeys[type])
  if (mapping === undefined) return undefined
  for (const key of ['process_count_per_instance', 'worker_count', 'parameter_server_count']) {
    optional(mapping, key, orExpression(readWholeNumber(0)))
  }
  return { ...raw, type }
}

function readTimeout(value: Value): number | undefined {
  const mapping = readMapping(value, limitsKeys)
  return mapping && optional(mapping, 'timeout', readSeconds)
}

/** Seconds as a number or a duration such as 90s, 10m, 1h30m. */
function readSeconds(value: Value): number | undefined {
  const text = isScalar(value.node) ? String(value.node.value) : ''
  const durationMs = parseDuration(text.trim())
  if (durationMs !== undefined && durationMs > 0) return durationMs / 1000
  return wrongType(value, 'a time in seconds, or such as 90s, 10m, 1h30m')
}

const defaultDelaySeconds = 1
const defaultBackoff = 2

function readRetry(value: Value): RetryPolicy | undefined {
  if (isScalar(value.node)) {
    const maxRetries = readWholeNumber(0, 1000)(value)
    return maxRetries === undefined
      ? undefined
      : { maxRetries, delaySeconds: defaultDelaySeconds, backoff: defaultBackoff }
  }
  const mapping = readMapping(value, retryKeys)
  if (mapping === undefined) return undefined
  const maxRetries = required(mapping, 'max_retries', readWholeNumber(0, 1000))
  const delaySeconds = optional(mapping, 'delay', readDelay) ?? defaultDelaySeconds
  const backoff = optional(mapping, 'backoff', readBackoff) ?? defaultBackoff
  const maxDelaySeconds = optional(mapping, 'max_delay', readSeconds)
  return maxRetries === undefined ? undefined : { maxRetries, delaySeconds, backoff, ...defined({ maxDelaySeconds }) }
}

function readDelay(value: Value): number | undefined {
  return isScalar(value.node) && Number(value.node.value) === 0 ? 0 : readSeconds(value)
}

function readBackoff(value: Value): number | undefined {
  const factor = readNumber(value)
  if (factor === undefined || (factor >= 1 && factor <= 100)) return factor
  return wrongType(value, 'a factor from 1 to 100')
}
