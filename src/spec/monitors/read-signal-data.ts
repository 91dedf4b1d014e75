import { isMap, isScalar, isSeq } from 'yaml'
import { inputDataKeys, signalDataKeys } from '../keys.ts'
import { readReference, referenceText } from '../scope.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readEntries, readMapping, recordOf } from '../yaml/mapping.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import { emptyRecord, readList, readLiterals, readOneOf, readText, reportAt } from '../yaml/values.ts'
import { dataContexts, type DataWindow, type SignalData } from './monitor-document.ts'
import { readDataWindow, readSize } from './read-window.ts'

const readContext = readOneOf(dataContexts)

/** The value of a key, or of the name that earlier versions of Azure ML had for it, which is worth a warning. */
export function renamed(mapping: Mapping, key: string, ...older: readonly string[]): Value | undefined {
  for (const name of older) {
    const value = given(mapping, name)
    if (value === undefined) continue
    mapping.document.warn(mapping.mark, `${quoted(name)} of ${mapping.title} is an older name`, `Write ${quoted(key)}.`)
    return given(mapping, key) ?? value
  }
  return given(mapping, key)
}

/** `production_data` or `reference_data`. */
export function readSignalData(value: Value): SignalData | undefined {
  const mapping = readMapping(value, signalDataKeys)
  if (mapping === undefined) return undefined
  const input = renamed(mapping, 'input_data', 'input_dataset', 'dataset')
  const context = renamed(mapping, 'data_context', 'dataset_context')
  const target = given(mapping, 'target_column_name')
  const columns = {
    ...optional(mapping, 'data_column_names', readLiterals),
    ...(target !== undefined && defined({ target_column: readText(target) })),
  }
  return {
    columns: Object.assign(emptyRecord<string>(), columns),
    ...defined({
      source: input && readInputData(input),
      context: context && readContext(context),
      preprocess: optional(mapping, 'pre_processing_component', readComponentName),
      window: readWindow(mapping),
    }),
  }
}

/** One, or a list of them, as the signals have it that join several. */
export function readOneOrMoreData(value: Value): readonly SignalData[] {
  const items = isSeq(value.node) ? (readList(value) ?? []) : [value]
  return items.map(readSignalData).filter((one) => one !== undefined)
}

/** Data by the name of the component's input. */
export function readNamedData(value: Value): Readonly<Record<string, SignalData>> {
  const names = { noun: 'input', pattern: /^[A-Za-z_]\w*$/, rule: 'Names are letters, digits and _.' }
  return recordOf(
    readEntries(value, names).map(({ name, value: item }) => [name, item && readSignalData(item)] as const),
  )
}

/** `data_window`, or the size alone as `data_window_size` beside it. */
function readWindow(mapping: Mapping): DataWindow | undefined {
  const size = optional(mapping, 'data_window_size', readSize)
  const window = optional(mapping, 'data_window', readDataWindow)
  return window ?? (size === undefined ? undefined : { kind: 'trailing', sizeMs: size })
}

/** `input_data`: a path or a reference, alone or with its type. */
function readInputData(value: Value): string | undefined {
  if (isScalar(value.node)) return readSource(value)
  const mapping = isMap(value.node)
    ? readMapping(value, inputDataKeys)
    : reportAt(value, `${value.title} cannot be a list`, 'For example: {type: mltable, path: azureml:NAME:1}')
  if (mapping === undefined) return undefined
  const path = given(mapping, 'path')
  return path === undefined
    ? reportAt(value, `${value.title} has no "path"`, 'For example: {type: mltable, path: azureml:NAME:1}')
    : readSource(path)
}

function readSource(value: Value): string | undefined {
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  return reference && referenceText(reference)
}

/** A registered component: a monitor runs when nobody's files are there. */
export function readComponentName(value: Value): string | undefined {
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference === undefined || reference.kind === 'asset') return reference && referenceText(reference)
  return reportAt(
    value,
    `${value.title} cannot be ${quoted(text!)}`,
    'Write azureml:NAME:VERSION; register it with: sluice component create FILE',
  )
}
