import { isScalar } from 'yaml'
import { parseByteSize } from '../base/byte-size.ts'
import { parseDuration } from '../base/duration.ts'
import type { Bindable, Distribution, Isolation, Priority, Resources, RetryPolicy } from './document-parts.ts'
import type { RunSettings } from './documents.ts'
import { hasExpression } from './inputs-and-outputs.ts'
import { distributionKeys, limitsKeys, queueSettingsKeys, resourcesKeys, retryKeys } from './keys.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, keyTable, optional, readMapping, recordOf, required } from './yaml/mapping.ts'
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

const readIsolation = readOneOf<Isolation>(['process', 'warm'])

/** How something runs, apart from what it runs; what is not said is absent. */
export function readRunSettings(mapping: Mapping): RunSettings {
  const limits = optional(mapping, 'limits', readLimits)
  return {
    environmentVariables: optional(mapping, 'environment_variables', readEnvironmentVariables) ?? emptyRecord(),
    ...defined({
      resources: optional(mapping, 'resources', readResources),
      distribution: optional(mapping, 'distribution', readDistribution),
      timeoutSeconds: limits?.timeoutSeconds,
      limits: limits?.limits,
      retry: optional(mapping, 'retry', readRetry),
      priority: optional(mapping, 'queue_settings', readQueueSettings),
      isolation: optional(mapping, 'isolation', readIsolation),
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

/** `resources:` of whatever runs. */
export function readResources(value: Value): Partial<Resources> | undefined {
  const mapping = readMapping(value, resourcesKeys)
  if (mapping === undefined) return undefined
  const count = optional(mapping, 'instance_count', bindable(readWholeNumber(1, 10_000)))
  return defined({
    instanceCount: typeof count === 'number' ? count : undefined,
    expressions: typeof count === 'object' ? recordOf([['instance_count', count.expression]]) : undefined,
    instanceType: optional(mapping, 'instance_type', (item) => readTexts(item)?.join(',')),
    shmSize: optional(mapping, 'shm_size', readShmSize),
    properties: optional(mapping, 'properties', readJsonObject),
  })
}

function readShmSize(value: Value): string | undefined {
  const size = bindable(readMatching(/^\d+[bkmg]?$/i, 'Write a size such as 2g or 512m.'))(value)
  return typeof size === 'object' ? size.expression : size
}

/** A reader of what may be bound to an input of the pipeline around it; the text of an expression is kept. */
export function bindable<Result>(read: Reader<Result>): Reader<Bindable<Result>> {
  return (value) => {
    const text = isScalar(value.node) ? value.node.value : undefined
    return typeof text === 'string' && hasExpression(text) ? { expression: text.trim() } : read(value)
  }
}

const readPriority = readOneOf<Priority>(['low', 'medium', 'high'])

/** `queue_settings:` of whatever runs: its priority. */
export function readQueueSettings(value: Value): Priority | undefined {
  const mapping = readMapping(value, queueSettingsKeys)
  return mapping && optional(mapping, 'priority', readPriority)
}

type DistributionType = keyof typeof distributionKeys
const readDistributionType = readOneOf(Object.keys(distributionKeys) as DistributionType[])
/** More processes than this on one machine are a mistake. */
const mostProcesses = 1000

function readDistribution(value: Value): Distribution | undefined {
  const any = readOpen(value)
  const type = any && required(any, 'type', readDistributionType)
  const mapping = type && readMapping(value, distributionKeys[type])
  if (type === undefined || mapping === undefined) return undefined
  const processes = (key: string, least: number): Bindable<number> | undefined =>
    optional(mapping, key, bindable(readWholeNumber(least, mostProcesses)))
  switch (type) {
    case 'pytorch':
    case 'mpi':
      return { type, processCountPerInstance: processes('process_count_per_instance', 1) ?? 1 }
    case 'tensorflow': {
      const parameterServerCount = processes('parameter_server_count', 0) ?? 0
      return { type, parameterServerCount, ...defined({ workerCount: processes('worker_count', 1) }) }
    }
    case 'ray':
      return { type, ...readRay(mapping) }
  }
}

const typeKey = keyTable('type')

/** A mapping whose keys are judged later, when its type is known. */
export function readOpen(value: Value): Mapping | undefined {
  return readMapping(value, typeKey, 'later')
}

function readRay(mapping: Mapping): Omit<Extract<Distribution, { type: 'ray' }>, 'type'> {
  const readPort = readWholeNumber(1, 65_535)
  return defined({
    port: optional(mapping, 'port', readPort),
    address: optional(mapping, 'address', readText),
    includeDashboard: optional(mapping, 'include_dashboard', readBoolean),
    dashboardPort: optional(mapping, 'dashboard_port', readPort),
    headNodeAdditionalArgs: optional(mapping, 'head_node_additional_args', readText),
    workerNodeAdditionalArgs: optional(mapping, 'worker_node_additional_args', readText),
  })
}

/** `limits:`, Azure's `timeout` apart from ours: `memory` and `processes`. */
function readLimits(value: Value): Pick<RunSettings, 'timeoutSeconds' | 'limits'> | undefined {
  const mapping = readMapping(value, limitsKeys)
  if (mapping === undefined) return undefined
  const limits = defined({
    memoryBytes: optional(mapping, 'memory', readMemory),
    processes: optional(mapping, 'processes', readWholeNumber(1, 1_000_000)),
  })
  return defined({
    timeoutSeconds: optional(mapping, 'timeout', readSeconds),
    limits: Object.keys(limits).length > 0 ? limits : undefined,
  })
}

/** Less is not enough for a shell and what it starts. */
const leastMemoryBytes = 16 * 1024 ** 2

/** A size that a limit of memory can be. */
export function readMemory(value: Value): number | undefined {
  const bytes = parseByteSize(isScalar(value.node) ? String(value.node.value) : '')
  if (bytes !== undefined && bytes >= leastMemoryBytes) return bytes
  return wrongType(value, 'a size of at least 16MB, such as 512MB or 2GB')
}

/** Seconds as a number or a duration such as 90s, 10m, 1h30m. */
export function readSeconds(value: Value): number | undefined {
  const text = isScalar(value.node) ? String(value.node.value) : ''
  const durationMs = parseDuration(text.trim())
  if (durationMs !== undefined && durationMs > 0) return durationMs / 1000
  return wrongType(value, 'a time in seconds, or such as 90s, 10m, 1h30m')
}

const defaultDelaySeconds = 1
const defaultBackoff = 2

/** `retry:` of a step (ours): a number of tries, or the whole policy. */
export function readRetry(value: Value): RetryPolicy | undefined {
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
