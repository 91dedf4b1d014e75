import type { Bindable } from '../spec/document-parts.ts'
import type { MiniBatchSize, ParallelBody } from '../spec/documents.ts'
import { referenceText } from '../spec/scope.ts'
import { evaluateText, type EvaluateOptions } from './bindings/evaluate.ts'
import { didYouMean } from './did-you-mean.ts'
import { parseText } from './expression.ts'
import type { ParallelWork } from './hosted-work.ts'
import type { Place } from './mistakes.ts'
import { planTemplate } from './plan-template.ts'
import { spanMistake } from './render-command.ts'
import type { PlannedInput } from './planned-pipeline.ts'
import { labelOf, placeOf, type CommandNode } from './scope.ts'
import { splitWords } from './shell-words.ts'

/** Azure's defaults (azureml-yaml.md 7). */
const defaults = { maxRetries: 2, timeoutSeconds: 60, miniBatchErrorThreshold: -1, loggingLevel: 'INFO' } as const
/** No input of a user's can be called so: it would be a group and a member. */
const modelInput = 'task.model'

/** A parallel step as its host runs it, and the input that holds its model, if its task is one. */
export interface PlannedParallel {
  readonly work: ParallelWork
  readonly inputs: Readonly<Record<string, PlannedInput>>
}

/** Plans what a parallel step does with each mini-batch; everything wrong is reported. */
export function planParallel(
  node: CommandNode,
  { task, settings }: Pick<ParallelBody, 'task' | 'settings'>,
  options: EvaluateOptions,
): PlannedParallel {
  const site: ParallelSite = { node, options }
  const numbers = {
    concurrencyPerInstance: numberOf(site, 'max_concurrency_per_instance', settings.maxConcurrencyPerInstance),
    maxRetries: numberOf(site, 'retry_settings', settings.miniBatchRetries),
    timeoutSeconds: numberOf(site, 'retry_settings', settings.miniBatchTimeoutSeconds),
    errorThreshold: numberOf(site, 'error_threshold', settings.errorThreshold),
    miniBatchErrorThreshold: numberOf(site, 'mini_batch_error_threshold', settings.miniBatchErrorThreshold),
  }
  const miniBatchSize = sizeOf(site, settings.miniBatchSize)
  const { programArguments, appendRowTo } = task
  const model = task.type === 'model' ? modelOf(site, task.model) : undefined
  return {
    work: {
      kind: 'parallel',
      entry: model === undefined ? scriptOf(site, task) : { kind: 'model', input: model.name },
      arguments: programArguments === undefined ? [] : argumentsOf(site, programArguments),
      inputData: inputDataOf(site, settings.inputData),
      ...(miniBatchSize !== undefined && { miniBatchSize }),
      partitionKeys: settings.partitionKeys ?? [],
      ...defaults,
      ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
      ...(settings.loggingLevel !== undefined && { loggingLevel: settings.loggingLevel }),
      ...(appendRowTo !== undefined && { appendRowTo: templateOf(site, 'append_row_to', appendRowTo) }),
    },
    inputs: model?.inputs ?? {},
  }
}

interface ParallelSite {
  readonly node: CommandNode
  readonly options: EvaluateOptions
}

/** Where a field stands: in the step if it says it, else in its component. */
function fieldPlace({ node }: ParallelSite, ...path: string[]): Place {
  const { located } = node.component
  return node.isInline || located.at(path) === undefined ? placeOf(node, ...path) : { located, path }
}

type Complaint = readonly [message: string, hint?: string | (() => string)]

function report(site: ParallelSite, path: readonly string[], ...[message, hint]: Complaint): void {
  site.options.mistakes.report(fieldPlace(site, ...path), message, hint)
}

function scriptOf(site: ParallelSite, { code, entryScript }: ParallelBody['task']): ParallelWork['entry'] {
  if (code === undefined) {
    const message = `The task of ${labelOf(site.node)} has no code.`
    report(site, ['task'], message, `Name the folder that holds ${entryScript}: code: ./src`)
  }
  return { kind: 'script', path: entryScript ?? '' }
}

function modelOf(
  { node }: ParallelSite,
  model: ParallelBody['task']['model'],
): { readonly name: string; readonly inputs: Readonly<Record<string, PlannedInput>> } | undefined {
  if (model === undefined) return undefined
  const bound = /\$\{\{\s*inputs\.([\w.-]+)\s*\}\}$/.exec(referenceText(model))?.[1]
  if (bound !== undefined && node.inputs.has(bound)) return { name: bound, inputs: {} }
  return {
    name: modelInput,
    inputs: { [modelInput]: { kind: 'data', type: 'mlflow_model', mode: 'ro_mount', source: model } },
  }
}

function templateOf(site: ParallelSite, field: string, text: string): string {
  const label = `"${field}" of ${labelOf(site.node)}`
  const { mistakes } = site.options
  const place = fieldPlace(site, 'task', field)
  const planned = planTemplate(site.node, text, { mistakes, place, label })
  if (spanMistake(text) === undefined && spanMistake(planned.replaceAll(']]', '')) !== undefined)
    mistakes.report(
      place,
      `${label} has an optional part whose inputs have values in some rounds only.`,
      'Give them a value in every round.',
    )
  return planned
}

function argumentsOf(site: ParallelSite, text: string): readonly string[] {
  // Split before values are put in: one with a space stays one argument.
  const words = splitWords(templateOf(site, 'program_arguments', text))
  if (words !== undefined) return words
  const message = `"program_arguments" of ${labelOf(site.node)} has a quote that is not closed: ${text.trim()}`
  report(site, ['task', 'program_arguments'], message)
  return []
}

/** The name of the input that `input_data` binds; without it the only input that is data. */
function inputDataOf(site: ParallelSite, text: string | undefined): string {
  const { node } = site
  const data = [...node.inputs].filter(([, { kind }]) => kind !== 'literal' && kind !== 'absent')
  if (text === undefined) {
    if (data.length === 1) return data[0]![0]
    const message = `${upperFirst(labelOf(node))} does not say which input is cut into mini-batches.`
    report(site, [], message, 'Add: input_data: ${{inputs.NAME}}')
    return ''
  }
  const [part, ...more] = parseText(text).parts.filter((one) => one.kind === 'expression' || one.text.trim() !== '')
  const expression = part?.kind === 'expression' && more.length === 0 ? part.expression : undefined
  if (expression?.kind !== 'input') {
    const message = `"input_data" of ${labelOf(node)} cannot be "${text}".`
    report(site, ['input_data'], message, 'Name one of the inputs: input_data: ${{inputs.NAME}}')
    return ''
  }
  const { name } = expression
  const input = node.inputs.get(name)
  if (input === undefined) {
    const message = `"input_data" of ${labelOf(node)} names input "${name}", which there is not.`
    report(site, ['input_data'], message, () => didYouMean(name, [...node.inputs.keys()]) ?? '')
  } else if (input.kind === 'literal' || input.kind === 'absent') {
    const problem = input.kind === 'absent' ? 'has no value' : `is the text "${input.value}"`
    const message = `"input_data" of ${labelOf(node)} is input "${name}", which ${problem}.`
    report(site, ['input_data'], message, 'Give it a file, a folder or an mltable.')
  }
  return name
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** The text of an expression in a setting: of the step's own inputs or of its pipeline's. */
function boundText(site: ParallelSite, field: string, expression: string): string | undefined {
  const { node, options } = site
  const own = /^\s*\$\{\{\s*inputs\.([\w.-]+)\s*\}\}\s*$/.exec(expression)?.[1]
  const label = `"${field}" of ${labelOf(node)}`
  const place = fieldPlace(site, field)
  const value =
    own === undefined
      ? evaluateText(expression, { scope: node.scope, place, label, node }, options)
      : (node.inputs.get(own) ?? { kind: 'absent' as const })
  if (value.kind === 'literal') return value.value
  if (value.kind !== 'invalid') {
    options.mistakes.report(place, `${label} is bound to "${expression}", which is not a literal.`)
  }
  return undefined
}

function numberOf(site: ParallelSite, field: string, value: Bindable<number> | undefined): number | undefined {
  if (typeof value !== 'object') return value
  const text = boundText(site, field, value.expression)
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number) && number >= -1) return number
  report(site, [field], `"${field}" of ${labelOf(site.node)} must be a whole number, but is "${text}".`)
  return undefined
}

const units: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

function sizeOf(site: ParallelSite, value: Bindable<MiniBatchSize> | undefined): MiniBatchSize | undefined {
  if (value === undefined || !('expression' in value)) return value
  const text = boundText(site, 'mini_batch_size', value.expression)
  if (text === undefined) return undefined
  const [, digits = '', unit] = /^\s*(\d{1,12})\s*([kmg]b)?\s*$/i.exec(text) ?? []
  const amount = Number(digits) * (unit === undefined ? 1 : units[unit.toLowerCase()]!)
  if (amount >= 1) return { unit: unit === undefined ? 'items' : 'bytes', amount }
  report(site, ['mini_batch_size'], `"mini_batch_size" of ${labelOf(site.node)} cannot be "${text}".`)
  return undefined
}
