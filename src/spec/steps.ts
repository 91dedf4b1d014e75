import { isMap, isScalar } from 'yaml'
import { readCommandBody, readCompute, readRunSettings } from './command-body.ts'
import type {
  CommandComponent,
  Component,
  ComponentStep,
  IfElseStep,
  Reference,
  Step,
  StepCommon,
} from './documents.ts'
import { hasExpression, readInputValues, readOutputValues } from './inputs-and-outputs.ts'
import { commandStepKeys, componentStepKeys, ifElseKeys } from './keys.ts'
import type { ReadingScope } from './scope.ts'
import { locatedAt, readReference } from './scope.ts'
import { unsupportedTypes } from './unsupported.ts'
import { pairsOf } from './yaml/check-tree.ts'
import type { Mapping } from './yaml/mapping.ts'
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
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import {
  emptyRecord,
  readBoolean,
  readList,
  readOneOf,
  readText,
  readTexts,
  reportAt,
  wrongType,
} from './yaml/values.ts'

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
  const type = stepType(value)
  if (type === 'refused') return undefined
  if (type === 'if_else') return readIfElse(value)
  const keys = pairsOf(value.node)
  if (type !== 'pipeline' && !keys.has('component') && isInline(keys)) return readCommandStep(value, scope, path)
  return readComponentStep(value, scope, { path, type })
}

function isInline(keys: ReadonlyMap<string, unknown>): boolean {
  if (keys.has('command') || keys.has('code') || keys.has('environment')) return true
  // A misspelt key decides too: "comand" must not be answered with "has no component".
  return [...keys.keys()].some((key) => !commandStepKeys.known.has(key) && meantKey(key, commandStepKeys) === 'command')
}

type StepType = 'command' | 'pipeline' | 'if_else' | undefined
const stepTypes = ['command', 'pipeline', 'if_else'] as const

function stepType(value: Value): StepType | 'refused' {
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

const readRunIf = readOneOf(['always', 'failed', 'succeeded'])

function readStepCommon(mapping: Mapping): StepCommon {
  return {
    dependsOn: optional(mapping, 'depends_on', readStepNames) ?? [],
    runIf: optional(mapping, 'run_if', readRunIf) ?? 'succeeded',
    ...defined({ displayName: optional(mapping, 'display_name', readText) }),
  }
}

/** Step names as they are, or as Azure binds steps: `${{parent.jobs.x}}`. */
function readStepNames(value: Value): readonly string[] | undefined {
  return readTexts(value)?.map((text) => boundStep(text) ?? text)
}

function boundStep(text: string): string | undefined {
  return /^\s*\$\{\{\s*parent\.jobs\.([^\s{}.]+)\s*\}\}\s*$/.exec(text)?.[1]
}

async function readCommandStep(
  value: Value,
  scope: ReadingScope,
  path: readonly string[],
): Promise<ComponentStep | undefined> {
  const mapping = readMapping(value, commandStepKeys)
  if (mapping === undefined) return undefined
  const component: CommandComponent = {
    kind: 'command-component',
    located: locatedAt(scope.document, path),
    tags: emptyRecord(),
    properties: emptyRecord(),
    // What an inline step takes and makes is what it mentions; nothing is declared.
    inputs: emptyRecord(),
    outputs: emptyRecord(),
    ...(await readCommandBody(mapping, scope)),
  }
  return {
    kind: 'component',
    component,
    ...readStepCommon(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
    environmentVariables: emptyRecord(),
    ...defined({ compute: optional(mapping, 'compute', readCompute) }),
  }
}

async function readComponentStep(
  value: Value,
  scope: ReadingScope,
  { path, type }: { readonly path: readonly string[]; readonly type: 'command' | 'pipeline' | undefined },
): Promise<ComponentStep | undefined> {
  const mapping = readMapping(value, componentStepKeys)
  if (mapping === undefined) return undefined
  const what = type === 'pipeline' ? 'Add: component: ./pipeline.yml' : 'Add: component: ./component.yml, or a command.'
  const component = requireKey(mapping, 'component', what) ? await readComponent(mapping, scope, path) : undefined
  const step = {
    ...readStepCommon(mapping),
    inputs: readInputValues(mapping),
    outputs: readOutputValues(mapping),
    ...readRunSettings(mapping),
    ...defined({ compute: optional(mapping, 'compute', readCompute) }),
  }
  if (component === undefined) return undefined
  const isOther = type !== undefined && 'located' in component && component.kind !== `${type}-component`
  if (!isOther) return { kind: 'component', component, ...step }
  const real = component.kind === 'pipeline-component' ? 'pipeline' : 'command'
  return reportAt(given(mapping, 'type') ?? value, `${value.title} says type "${type}", but its component is a ${real}`)
}

/** `component:` of a step or of a pipeline job: a file (which is read), the component itself, or a reference. */
export async function readComponent(
  mapping: Mapping,
  scope: ReadingScope,
  path: readonly string[],
): Promise<Component | Reference | undefined> {
  const value = given(mapping, 'component')
  if (value === undefined) return undefined
  if (!isScalar(value.node)) {
    return scope.referred.inlineComponent({ ...value, title: 'the component' }, scope, [...path, 'component'])
  }
  const text = readText(value)
  const reference = text === undefined ? undefined : readReference(value, text)
  if (reference?.kind === 'local') return scope.referred.component(reference.path, value, scope)
  if (reference?.kind === 'uri') {
    return reportAt(value, `"component" cannot be ${quoted(text ?? '')}`, 'Write a path or azureml:NAME:VERSION.')
  }
  return reference
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
  const steps = items?.map((item) => {
    const text = readText(item)
    if (text === undefined) return undefined
    const near = /^[a-z_][a-z\d_]*$/.test(text) ? text : 'STEP'
    return (
      boundStep(text) ?? reportAt(item, `${item.title} cannot be ${quoted(text)}`, `Write \${{parent.jobs.${near}}}.`)
    )
  })
  return steps?.filter((step) => step !== undefined)
}
