import { readCode, readIncludes } from './command-body.ts'
import type { ComponentStep, SparkBody } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { sparkEntryKeys, sparkResourcesKeys } from './keys.ts'
import { bindable, readRunSettings } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, recordOf, requireKey } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  readJsonObject,
  readLiteral,
  readLiterals,
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
  const body: Omit<SparkBody, 'entry'> = {
    pyFiles: [],
    jars: [],
    files: [],
    archives: [],
    conf: {},
    ...rest,
    ...run,
    additionalIncludes: optional(mapping, 'additional_includes', readIncludes) ?? [],
    resources: optional(mapping, 'resources', readSparkResources) ?? { instanceCount: 1 },
    isDeterministic: isDeterministic ?? true,
    ...defined({
      code: optional(mapping, 'code', readCode),
      environment: await readEnvironmentChoice(mapping, scope),
    }),
  }
  return entry && { entry, ...body }
}

/** What a step may say on top of its Spark component. */
export function readSparkSettings(mapping: Mapping): NonNullable<ComponentStep['spark']> {
  return defined({
    entry: optional(mapping, 'entry', readEntry),
    pyFiles: optional(mapping, 'py_files', readDistinct),
    jars: optional(mapping, 'jars', readDistinct),
    files: optional(mapping, 'files', readDistinct),
    archives: optional(mapping, 'archives', readDistinct),
    conf: optional(mapping, 'conf', readConf),
    args: optional(mapping, 'args', readText),
  })
}

/** `resources:` of Spark have keys of their own; the runtime is the environment's. */
export function readSparkResources(value: Value): SparkBody['resources'] | undefined {
  const mapping = readMapping(value, sparkResourcesKeys)
  if (mapping === undefined) return undefined
  const count = optional(mapping, 'instance_count', bindable(readWholeNumber(1, 10_000)))
  optional(mapping, 'runtime_version', readLiteral)
  return {
    instanceCount: typeof count === 'number' ? count : 1,
    ...defined({
      expressions: typeof count === 'object' ? recordOf([['instance_count', count.expression]]) : undefined,
      instanceType: optional(mapping, 'instance_type', readText),
      properties: optional(mapping, 'properties', readJsonObject),
    }),
  }
}

/** Spark's `resources` are read by `readSparkResources`; the common reader must not judge their keys. */
export function withoutResources(mapping: Mapping): Mapping {
  return { ...mapping, pairs: new Map([...mapping.pairs].filter(([key]) => key !== 'resources')) }
}

function readEntry(value: Value): SparkBody['entry'] | undefined {
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
