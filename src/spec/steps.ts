import { isMap, isScalar } from 'yaml'
import { readCommandBody } from './command-body.ts'
import { readComponent } from './component-reference.ts'
import { checkTransferPorts, readDataTransfer } from './data-transfer.ts'
import type { Component, ComponentCommon, ComponentStep, IfElseStep, Step } from './documents.ts'
import { hasExpression, readInputValues, readOutputValues } from './inputs-and-outputs.ts'
import { readIdentity, readServices } from './job-fields.ts'
import {
  commandStepKeys,
  componentStepKeys,
  dataTransferStepKeys,
  ifElseKeys,
  parallelStepKeys,
  sparkStepKeys,
} from './keys.ts'
import { readDoWhile, readParallelFor } from './loops.ts'
import { readParallelBody, readParallelSettings, readParallelTask } from './parallel.ts'
import { readCompute, readRunSettings } from './run-settings.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt } from './scope.ts'
import { readSparkBody, readSparkResources, readSparkSettings, withoutResources } from './spark.ts'
import { readBoundStep, readStepCommon } from './step-common.ts'
import { readSweepStep } from './sweep.ts'
import { unsupportedTypes } from './unsupported.ts'
import { pairsOf } from './yaml/check-tree.ts'
import type { Keys, Mapping } from './yaml/mapping.ts'
import {
  defined,
  given,
  meantKey,
  optional,
  readEntries,
  readMapping,
  recordOf,
  required,
  requireKey,
} from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import { emptyRecord, readBoolean, readList, readOneOf, readText, reportAt, wrongType } from './yaml/values.ts'

const stepNames = {
  noun: 'step',
  pattern: /^[a-z_][a-z\d_]*$/,
  rule: 'A step name has lower-case letters, digits and underscores, and starts with no digit.',
}

/** `jobs:` of a pipeline: its steps by name, in their order. `path` is where the pipeline stands in its file. */
export async function readSteps(
  parent: Mapping,
  scope: ReadingScope,
  path: readonly string[],
): Promise<Readonly<Record<string, Step>>> {
  const value = given(parent, 'jobs')
  if (value === undefined) return emptyRecord()
  const entries = readEntries(value, stepNames)
  if (entries.length === 0 && isMap(value.node) && value.node.items.length === 0) reportAt(value, '"jobs" has no steps')
  const steps: (readonly [string, Step | undefined])[] = []
  for (const { name, value: step, mark } of entries) {
    if (step === undefined) parent.document.report(mark, `step "${name}" is empty`, 'Give it a component or a command.')
    // One after the other: files are read once, and mistakes come in the order of the file.
    else steps.push([name, await readStep(step, scope, [...path, 'jobs', name])])
  }
  return recordOf(steps)
}

async function readStep(value: Value, scope: ReadingScope, path: readonly string[]): Promise<Step | undefined> {
  if (!isMap(value.node)) return wrongType(value, 'a mapping with a component or a command')
  const keys = pairsOf(value.node)
  const type = stepType(value)
  switch (type) {
    case 'refused':
      return undefined
    case 'if_else':
      return readIfElse(value)
    case 'do_while':
      return readDoWhile(value)
    case 'parallel_for':
      return readParallelFor(value)
    case 'sweep':
      return readSweepStep(value, scope, path)
    case undefined:
      if (keys.has('trial')) return readSweepStep(value, scope, path)
      break
    default:
  }
  const isPlain = type === undefined || type === 'command'
  const isInline = isPlain ? !keys.has('component') && isCommand(keys) : type !== 'pipeline' && !keys.has('component')
  return isInline
    ? readInlineStep(value, scope, { path, type: type === undefined || type === 'pipeline' ? 'command' : type })
    : readComponentStep(value, scope, { path, type })
}

function isCommand(keys: ReadonlyMap<string, unknown>): boolean {
  if (keys.has('command') || keys.has('notebook') || keys.has('code') || keys.has('environment')) return true
  // A misspelt key decides too: "comand" must not be answered with "has no component".
  return [...keys.keys()].some((key) => !commandStepKeys.known.has(key) && meantKey(key, commandStepKeys) === 'command')
}

type ComponentType = 'command' | 'pipeline' | 'parallel' | 'spark' | 'data_transfer'
const controlTypes = ['if_else', 'do_while', 'parallel_for', 'sweep'] as const
const stepTypes = ['command', 'pipeline', 'parallel', 'spark', 'data_transfer', ...controlTypes] as const

function stepType(value: Value): ComponentType | (typeof controlTypes)[number] | 'refused' | undefined {
  const pair = isMap(value.node) ? pairsOf(value.node).get('type') : undefined
  if (!isScalar(pair?.value) || pair.value.value === null) return undefined
  const type: Value = { ...value, node: pair.value, title: '"type"' }
  const text = readText(type)?.toLowerCase()
  if (text === undefined) return 'refused'
  const known = stepTypes.find((one) => one === text)
  if (known !== undefined) return known
  if (Object.hasOwn(unsupportedTypes, text)) {
    const { noun, instead } = unsupportedTypes[text]!
    reportAt(type, `${value.title} is ${noun}, which this version does not support`, instead)
  } else {
    readOneOf(stepTypes)(type)
  }
  return 'refused'
}

interface StepPlace<Type> {
  readonly path: readonly string[]
  readonly type: Type
}

const inlineKeys: Readonly<Record<Exclude<ComponentType, 'pipeline'>, Keys>> = {
  command: commandStepKeys,
  parallel: parallelStepKeys,
  spark: sparkStepKeys,
  data_transfer: dataTransferStepKeys,
}

/** A step with its command, task or entry in itself. */
async function readInlineStep(
  value: Value,
  scope: ReadingScope,
  { path, type }: StepPlace<Exclude<ComponentType, 'pipeline'>>,
): Promise<ComponentStep | undefined> {
  const mapping = readMapping(value, inlineKeys[type])
  if (mapping === undefined) return undefined
  const common: ComponentCommon = {
    located: locatedAt(scope.document, path),
    tags: emptyRecord(),
    properties: emptyRecord(),
    // What an inline step takes and makes is what it mentions; nothing is declared.
    inputs: emptyRecord(),
    outputs: emptyRecord(),
  }
  const component = await readInlineBody(mapping, scope, { type, common })
  const step = readBindings(mapping)
  if (component?.kind === 'data-transfer-component') checkTransferPorts(mapping, component.transfer, step)
  if (component === undefined) return undefined
  const own =
    component.kind === 'parallel-component' || component.kind === 'data-transfer-component'
      ? readRunSettings(mapping)
      : { environmentVariables: emptyRecord<string>() }
  return { kind: 'component', component, ...step, ...own }
}

async function readInlineBody(
  mapping: Mapping,
  scope: ReadingScope,
  { type, common }: { readonly type: Exclude<ComponentType, 'pipeline'>; readonly common: ComponentCommon },
): Promise<Component | undefined> {
  switch (type) {
    case 'command':
      return { kind: 'command-component', ...common, ...(await readCommandBody(mapping, scope)) }
    case 'parallel': {
      const body = await readParallelBody(mapping, scope)
      return body && { kind: 'parallel-component', ...common, ...body }
    }
    case 'spark': {
      const body = await readSparkBody(mapping, scope)
      return body && { kind: 'spark-component', ...common, ...body }
    }
    case 'data_transfer': {
      const transfer = readDataTransfer(mapping)
      const isDeterministic = optional(mapping, 'is_deterministic', readBoolean) ?? true
      return transfer && { kind: 'data-transfer-component', ...common, transfer, isDeterministic }
    }
  }
}

/** What every step with inputs says, whatever it runs. */
function readBindings(mapping: Mapping): Omit<ComponentStep, 'kind' | 'component' | 'environmentVariables'> {
  optional(mapping, 'identity', readIdentity)
  optional(mapping, 'services', readServices)
  return {
    ...readStepCommon(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
    ...defined({ compute: optional(mapping, 'compute', readCompute) }),
  }
}

const componentKeys: Readonly<Record<ComponentType, Keys>> = {
  command: componentStepKeys,
  pipeline: componentStepKeys,
  parallel: parallelStepKeys,
  spark: sparkStepKeys,
  data_transfer: dataTransferStepKeys,
}

async function readComponentStep(
  value: Value,
  scope: ReadingScope,
  { path, type }: StepPlace<ComponentType | undefined>,
): Promise<ComponentStep | undefined> {
  const any = readMapping(value, componentStepKeys, 'later')
  if (any === undefined) return undefined
  const what = type === 'pipeline' ? 'Add: component: ./pipeline.yml' : 'Add: component: ./component.yml, or a command.'
  const component = requireKey(any, 'component', what) ? await readComponent(any, scope, { path }) : undefined
  const real = component !== undefined && 'located' in component ? typeOf(component) : undefined
  const mapping = readMapping(value, componentKeys[type ?? real ?? 'command'])
  if (mapping === undefined) return undefined
  const isSpark = (type ?? real) === 'spark'
  const step = {
    ...readBindings(mapping),
    ...readRunSettings(isSpark ? withoutResources(mapping) : mapping),
    ...defined({
      resources: optional(mapping, 'resources', isSpark ? readSparkResources : () => undefined),
      spark: isSpark ? readSparkSettings(mapping) : undefined,
      parallel: (type ?? real) === 'parallel' ? await readParallelOverrides(mapping, scope) : undefined,
    }),
  }
  if (component === undefined) return undefined
  if (type === undefined || real === undefined || real === type) return { kind: 'component', component, ...step }
  return reportAt(given(mapping, 'type') ?? value, `${value.title} says type "${type}", but its component is a ${real}`)
}

async function readParallelOverrides(mapping: Mapping, scope: ReadingScope): Promise<ComponentStep['parallel']> {
  const settings = readParallelSettings(mapping)
  return { ...settings, ...defined({ task: await readParallelTask(mapping, scope) }) }
}

function typeOf({ kind }: Component): ComponentType {
  return kind.replace('-component', '').replace('-', '_') as ComponentType
}

function readIfElse(value: Value): IfElseStep | undefined {
  const mapping = readMapping(value, ifElseKeys)
  if (mapping === undefined) return undefined
  const condition = required(mapping, 'condition', readCondition)
  const trueBlock = optional(mapping, 'true_block', readBlock) ?? []
  const falseBlock = optional(mapping, 'false_block', readBlock) ?? []
  if (!mapping.pairs.has('true_block') && !mapping.pairs.has('false_block')) {
    reportAt(
      value,
      `${value.title} has neither "true_block" nor "false_block"`,
      'Add: true_block: ${{parent.jobs.STEP}}',
    )
  }
  if (condition === undefined) return undefined
  return { kind: 'if_else', condition, trueBlock, falseBlock, ...readStepCommon(mapping) }
}

function readCondition(value: Value): string | undefined {
  const raw = isScalar(value.node) ? value.node.value : undefined
  if (typeof raw === 'string' && hasExpression(raw)) return raw.trim()
  const literal = readBoolean(value)
  return literal === undefined ? undefined : literal ? 'True' : 'False'
}

function readBlock(value: Value): readonly string[] | undefined {
  if (isMap(value.node)) return wrongType(value, '${{parent.jobs.STEP}} or a list of such')
  const items = isScalar(value.node) ? [value] : readList(value)
  return items?.map(readBoundStep).filter((step) => step !== undefined)
}
