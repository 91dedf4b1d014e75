import { readCode, readIncludes } from './command-body.ts'
import type { SparkBody, SparkSubmission } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { sparkEntryKeys, sparkResourcesKeys } from './keys.ts'
import { bindable, readRunSettings } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, recordOf, requireKey } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  readJsonObject,
  readLiterals,
  readMatching,
  readText,
  readTexts,
  readWholeNumber,
  reportAt,
} from './yaml/values.ts'

/** The SDK's short names of some of Spark's settings. */
const shortNames: Readonly<Record<string, string>> = {
  driver_cores: 'spark.driver.cores',
  driver_memory: 'spark.driver.memory',
  executor_cores: 'spark.executor.cores',
  executor_memory: 'spark.executor.memory',
  executor_instances: 'spark.executor.instances',
  dynamic_allocation_enabled: 'spark.dynamicAllocation.enabled',
  dynamic_allocation_min_executors: 'spark.dynamicAllocation.minExecutors',
  dynamic_allocation_max_executors: 'spark.dynamicAllocation.maxExecutors',
}

/** What `spark-submit` runs, as it stands in a Spark job or component, or in a step with its entry in itself. */
export async function readSparkBody(mapping: Mapping, scope: ReadingScope): Promise<SparkBody | undefined> {
  requireKey(mapping, 'entry', 'Name the script: entry: {file: main.py}')
  const { entry, ...rest } = readSparkSettings(mapping)
  const { resources: _, distribution: __, isDeterministic, ...run } = readRunSettings(withoutResources(mapping))
  const spark: Omit<SparkSubmission, 'entry'> = { pyFiles: [], jars: [], files: [], archives: [], conf: {}, ...rest }
  const body: Omit<SparkBody, 'spark'> = {
    ...run,
    additionalIncludes: optional(mapping, 'additional_includes', readIncludes) ?? [],
    resources: { instanceCount: 1, ...optional(mapping, 'resources', readSparkResources) },
    isDeterministic: isDeterministic ?? true,
    ...defined({
      code: optional(mapping, 'code', readCode),
      environment: await readEnvironmentChoice(mapping, scope),
    }),
  }
  if (entry !== undefined && 'className' in entry && spark.jars.length === 0) {
    const hint = 'Name the jar that has it first: jars: [main.jar]'
    return reportAt(given(mapping, 'entry')!, '"entry" names a class, but there are no "jars"', hint)
  }
  return entry && { ...body, spark: { ...spark, entry } }
}

/** What a step may say on top of its Spark component. */
export function readSparkSettings(mapping: Mapping): Partial<SparkSubmission> {
  return defined({
    entry: optional(mapping, 'entry', readEntry),
    pyFiles: optional(mapping, 'py_files', readDistinct),
    jars: optional(mapping, 'jars', readDistinct),
    files: optional(mapping, 'files', readDistinct),
    archives: optional(mapping, 'archives', readDistinct),
    conf: optional(mapping, 'conf', readConf),
    args: optional(mapping, 'args', readText),
    runtimeVersion: optional(mapping, 'resources', readRuntimeVersion),
  })
}

/** `resources:` of Spark have keys of their own; the runtime is the environment's. */
export function readSparkResources(value: Value): Partial<SparkBody['resources']> | undefined {
  const mapping = readMapping(value, sparkResourcesKeys)
  if (mapping === undefined) return undefined
  const count = optional(mapping, 'instance_count', bindable(readWholeNumber(1, 10_000)))
  return defined({
    instanceCount: typeof count === 'number' ? count : undefined,
    expressions: typeof count === 'object' ? recordOf([['instance_count', count.expression]]) : undefined,
    instanceType: optional(mapping, 'instance_type', readText),
    properties: optional(mapping, 'properties', readJsonObject),
  })
}

const readVersion = readMatching(/^\d{1,3}(\.\d{1,3}){1,2}$/, 'Write a version of Spark such as 3.5.')

function readRuntimeVersion(value: Value): string | undefined {
  const mapping = readMapping(value, sparkResourcesKeys, 'later')
  return mapping && optional(mapping, 'runtime_version', readVersion)
}

/** Spark's `resources` are read by `readSparkResources`; the common reader must not judge their keys. */
export function withoutResources(mapping: Mapping): Mapping {
  return { ...mapping, pairs: new Map([...mapping.pairs].filter(([key]) => key !== 'resources')) }
}

function readEntry(value: Value): SparkSubmission['entry'] | undefined {
  const mapping = readMapping(value, sparkEntryKeys)
  if (mapping === undefined) return undefined
  const file = optional(mapping, 'file', readText)
  const className = optional(mapping, 'class_name', readText)
  const isGiven = (key: string): boolean => given(mapping, key) !== undefined
  if (isGiven('file') !== isGiven('class_name')) {
    if (file !== undefined) return { file }
    return className === undefined ? undefined : { className }
  }
  return reportAt(value, '"entry" needs either "file" or "class_name"', 'E.g. entry: {file: main.py}')
}

function readDistinct(value: Value): readonly string[] | undefined {
  const texts = readTexts(value)
  const twice = texts?.find((text, index) => texts.indexOf(text) !== index)
  if (twice === undefined) return texts
  return reportAt(value, `${value.title} names "${twice}" twice`, 'Remove one of them.')
}

function readConf(value: Value): Readonly<Record<string, string>> | undefined {
  const conf = readLiterals(value)
  if (conf === undefined) return undefined
  return recordOf(
    Object.entries(conf).map(([name, text]) => {
      const full = Object.hasOwn(shortNames, name) ? shortNames[name]! : name
      if (!/^[^\s=]+$/.test(full)) reportAt(value, `"${name}" cannot be the name of a Spark setting`)
      // Spark reads true and false in lower case only.
      return [full, /^(True|False)$/.test(text) ? text.toLowerCase() : text] as const
    }),
  )
}
