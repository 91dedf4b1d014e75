import { readCode } from './command-body.ts'
import type { MiniBatchSize, ParallelBody, ParallelSettings, ParallelTask } from './documents.ts'
import { readEnvironmentChoice } from './environment.ts'
import { miniBatchRetryKeys, parallelTaskKeys } from './keys.ts'
import { bindable, readRunSettings, readSeconds } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { readReference } from './scope.ts'
import type { Mapping } from './yaml/mapping.ts'
import { defined, given, optional, readMapping, required, requireKey } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { readLiteral, readOneOf, readText, readTexts, readWholeNumber, reportAt } from './yaml/values.ts'

/** A parallel component, or a step with its task in itself. */
export async function readParallelBody(mapping: Mapping, scope: ReadingScope): Promise<ParallelBody | undefined> {
  const task = requireKey(mapping, 'task') ? await readParallelTask(mapping, scope) : undefined
  const { environmentVariables, resources, isDeterministic } = readRunSettings(mapping)
  const settings = readParallelSettings(mapping)
  return (
    task && {
      task,
      settings,
      environmentVariables,
      resources: { instanceCount: 1, ...resources },
      isDeterministic: isDeterministic ?? true,
    }
  )
}

const readTaskType = readOneOf(['run_function', 'function', 'model'])

/** `task:` of a parallel step or component. */
export async function readParallelTask(parent: Mapping, scope: ReadingScope): Promise<ParallelTask | undefined> {
  const value = given(parent, 'task')
  const mapping = value && readMapping({ ...value, title: 'the task' }, parallelTaskKeys)
  if (mapping === undefined) return undefined
  const type = required(mapping, 'type', readTaskType)
  if (type === 'model') requireKey(mapping, 'model', 'Name the model: model: azureml:NAME:VERSION')
  else if (type !== undefined) requireKey(mapping, 'entry_script', 'Name the file: entry_script: score.py')
  const environment = await readEnvironmentChoice(mapping, scope)
  const task = defined({
    code: optional(mapping, 'code', readCode),
    entryScript: optional(mapping, 'entry_script', readText),
    // `args` is what the parallel steps of Azure's first version called them, and files that still run say so.
    programArguments: optional(mapping, 'program_arguments', readText) ?? optional(mapping, 'args', readText),
    appendRowTo: optional(mapping, 'append_row_to', readText),
    environment,
    model: optional(mapping, 'model', (item) => {
      const text = readText(item)
      return text === undefined ? undefined : readReference(item, text)
    }),
  })
  return type && { type, ...task }
}

/** Thresholds count failures; -1 tolerates any number. */
const readThreshold = bindable(readWholeNumber(-1))
const readLoggingLevel = readOneOf(['DEBUG', 'INFO', 'WARNING'], { warn: 'WARNING' })

/** How a parallel step works; fields that are not given are absent. */
export function readParallelSettings(mapping: Mapping): ParallelSettings {
  const retryValue = given(mapping, 'retry_settings')
  const retry = retryValue && readMapping(retryValue, miniBatchRetryKeys)
  return defined({
    inputData: optional(mapping, 'input_data', readText),
    miniBatchSize: optional(mapping, 'mini_batch_size', bindable(readMiniBatchSize)),
    partitionKeys: optional(mapping, 'partition_keys', readPartitionKeys),
    maxConcurrencyPerInstance: optional(mapping, 'max_concurrency_per_instance', bindable(readWholeNumber(1, 1000))),
    miniBatchRetries: retry && optional(retry, 'max_retries', bindable(readWholeNumber(0, 1000))),
    miniBatchTimeoutSeconds: retry && optional(retry, 'timeout', bindable(readSeconds)),
    errorThreshold: optional(mapping, 'error_threshold', readThreshold),
    miniBatchErrorThreshold: optional(mapping, 'mini_batch_error_threshold', readThreshold),
    loggingLevel: optional(mapping, 'logging_level', readLoggingLevel),
  })
}

const sizes: Readonly<Record<string, number>> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** A plain number counts items; with kb, mb or gb it is about so many bytes. */
function readMiniBatchSize(value: Value): MiniBatchSize | undefined {
  const text = readLiteral(value)
  if (text === undefined) return undefined
  const [, digits = '', unit = ''] = /^(\d{1,12})\s*([kmg]b)?$/i.exec(text.trim()) ?? []
  const amount = Number(digits) * sizes[unit.toLowerCase()]!
  if (amount >= 1) return { unit: unit === '' ? 'items' : 'bytes', amount }
  return reportAt(value, `"mini_batch_size" cannot be "${text}"`, 'Write how many items, e.g. 10, or a size: 10mb.')
}

/** A list, or the same as text: `["Store","Brand"]`. */
function readPartitionKeys(value: Value): readonly string[] | undefined {
  const texts = readTexts(value)
  const [only] = texts ?? []
  if (texts?.length !== 1 || !only!.trim().startsWith('[')) return texts
  const names = only!
    .trim()
    .replace(/^\[|\]$/g, '')
    .split(',')
  return names.map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2')).filter((name) => name !== '')
}
