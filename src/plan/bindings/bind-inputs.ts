import type { DataType, InputDeclaration, InputValue, PrimitiveType } from '../../spec/document-parts.ts'
import type { PipelineJob } from '../../spec/documents.ts'
import { parameterNames } from '../loops.ts'
import { bindLoop, listItems } from './bind-loop.ts'
import { evaluateText, type EvaluateOptions, type TextSite } from './evaluate.ts'
import { hasExpression, parseText } from '../expression.ts'
import { fitCondition, fitValue, type FitOptions } from './fit-value.ts'
import { isPrimitive } from './data-types.ts'
import { findCycles, topologicalOrder } from '../graph.ts'
import { bothBounds, parseBoolean } from './literal.ts'
import { nearestName } from '../../spec/yaml/nearest-name.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Overrides } from './overrides.ts'
import { outputType } from './settle-outputs.ts'
import { bindSearchSpace } from '../sweeps/bind-search-space.ts'
import {
  labelOf,
  placeOf,
  type BoundValue,
  type CommandNode,
  type GroupNode,
  type IfElseNode,
  type LoopNode,
  type Scope,
} from '../scope.ts'

export interface BindOptions extends EvaluateOptions, FitOptions {
  readonly overrides: Overrides
}

/**
 * Gives the inputs of a pipeline job their values: `--set`, else what the document says. A job that runs a pipeline
 * component is held to its declarations.
 */
export function bindJobInputs(document: PipelineJob, scope: Scope, options: BindOptions): void {
  const declared =
    document.component !== undefined && 'inputs' in document.component ? document.component.inputs : undefined
  for (const name of new Set([...Object.keys(document.inputs), ...Object.keys(declared ?? {})])) {
    const place = { located: scope.located, path: ['inputs', name] }
    const label = `Input "${name}" of the pipeline`
    const given = own(document.inputs, name)
    const declaration = declared && own(declared, name)
    if (declared !== undefined && declaration === undefined) {
      const message = `${label} is not an input of its component.`
      options.mistakes.report(place, message, () => didYouMean(name, Object.keys(declared)))
    }
    const site = { scope: { ...scope, isPipeline: false }, place, label }
    const override = options.overrides.forJob(name)
    const type = declaration?.type ?? given?.type
    const mode = given?.mode ?? declaration?.mode
    const value = give(
      { ...(given && { given }), ...(override !== undefined && { override }), ...(type && { type }) },
      site,
      options,
    )
    if (value.kind === 'absent' && declaration?.optional !== true) {
      options.mistakes.report(place, `${label} (${type}) needs a value and gets none.`, `Give it under inputs: ${name}`)
    }
    const wanted = { ...declaration, ...(type && { type }), ...(mode && { mode }), isDirect: true }
    scope.inputs.set(name, fitValue(value, wanted, { site, options }))
  }
}

/** Binds every input of every step in a pipeline and in the pipelines inside, checked against its declaration. */
export function bindInputs(scope: Scope, options: BindOptions): void {
  const tasks = [...scope.nodes.values()].flatMap((node) =>
    node.kind === 'command' || node.kind === 'group' ? tasksOf(node, options) : [],
  )
  for (const task of inOrder(tasks, options)) task.node.inputs.set(task.name, bindOne(task, options))
  for (const node of scope.nodes.values()) {
    if (node.kind === 'if_else') node.inputs.set('condition', bindCondition(node, options))
    if (node.kind === 'loop') bindLoop(node, options)
    if (node.kind === 'group') bindInputs(node.inner, options)
  }
}

interface Task {
  readonly node: CommandNode | GroupNode
  readonly name: string
  readonly given?: InputValue
  readonly override?: string
  readonly declaration?: InputDeclaration
  /** A misspelled name was reported that most likely means this input. */
  readonly isExcused: boolean
}

function tasksOf(node: CommandNode | GroupNode, options: BindOptions): readonly Task[] {
  const { step, component } = node
  const declared = component.inputs
  const isDeclaredByUse = node.kind === 'command' && node.isInline && Object.keys(declared).length === 0
  const overrides = options.overrides.forStep(node.path)
  const chosen = node.kind === 'command' ? bindSearchSpace(node, { isDeclaredByUse, options }) : new Set<string>()
  refuseChosen(chosen, overrides, options)
  const loop = node.scope.loops.get(node.key)
  const rounds = loop === undefined ? new Set<string>() : parameterNames(loop)
  const written = [...Object.keys(step.inputs), ...overrides.keys(), ...rounds]
  const given = new Set(written.filter((name) => !chosen.has(name)))
  const excused = new Set<string>()
  if (!isDeclaredByUse) {
    for (const name of given) {
      if (Object.hasOwn(declared, name)) continue
      given.delete(name)
      // Whoever gives it is told: bindLoop.
      if (rounds.has(name) && !Object.hasOwn(step.inputs, name)) continue
      const meant = reportUnknown(node, { name, overrides, options })
      if (meant !== undefined) excused.add(meant)
    }
  }
  const names = new Set([...Object.keys(declared), ...given].filter((name) => !chosen.has(name)))
  return [...names].map((name) => {
    const override = overrides.get(name)
    return {
      node,
      name,
      isExcused: excused.has(name),
      ...(Object.hasOwn(step.inputs, name) && { given: step.inputs[name]! }),
      ...(override !== undefined && { override }),
      ...(Object.hasOwn(declared, name) && { declaration: declared[name]! }),
    }
  })
}

/** A value of `--set` for an input that the search space gives would be lost. */
function refuseChosen(
  chosen: ReadonlySet<string>,
  overrides: ReadonlyMap<string, string>,
  { mistakes }: BindOptions,
): void {
  for (const [name, value] of overrides) {
    if (!chosen.has(name)) continue
    mistakes.report(
      undefined,
      `--set ${name}=${value}: the search space gives "${name}".`,
      'Change the search space in the file.',
    )
  }
}

function reportUnknown(
  node: CommandNode | GroupNode,
  { name, overrides, options }: { name: string; overrides: ReadonlyMap<string, string>; options: BindOptions },
): string | undefined {
  const declared = Object.keys(node.component.inputs)
  const place = overrides.has(name) ? undefined : placeOf(node, 'inputs', name)
  const title = node.component.name === undefined ? 'its component' : `component "${node.component.name}"`
  const message = `Input "${name}" of ${labelOf(node)} is not an input of ${title}.`
  const meant = nearestName(name, declared)
  // Azure ML ignores what a pipeline component does not declare, and its own examples rely on it.
  if (node.kind === 'group' && meant === undefined && place !== undefined)
    options.mistakes.warn(place, message, 'It is ignored.')
  else options.mistakes.report(place, message, () => didYouMean(name, declared))
  return meant
}

/** Tasks in an order in which `${{parent.jobs.a.inputs.x}}` is bound before what refers to it; circles are reported. */
function inOrder(tasks: readonly Task[], { mistakes }: BindOptions): readonly Task[] {
  const referring = tasks.filter(
    ({ given, override }) => override === undefined && given?.kind === 'text' && hasExpression(given.text),
  )
  const links = referring.map((task) => [task, linksOf(task)] as const).filter(([, names]) => names.length > 0)
  if (links.length === 0) return tasks
  const later = new Map(links.map(([task], index) => [inputPath(task), index]))
  const parents = links.map(([, names]) => names.map((name) => later.get(name)).filter((index) => index !== undefined))
  for (const cycle of findCycles(parents)) {
    const named = cycle.map((index) => links[index]![0])
    const circle = [...named, named[0]!].map(inputPath).join(' -> ')
    mistakes.report(
      placeOf(named[0]!.node, 'inputs', named[0]!.name),
      `Inputs take their values from each other: ${circle}.`,
    )
  }
  const sorted = topologicalOrder(parents)
  const isSorted = new Set(sorted)
  // What stands in a circle, or waits for one, is reported already and stays without a value.
  for (const [index, [{ node, name }]] of links.entries())
    if (!isSorted.has(index)) node.inputs.set(name, { kind: 'invalid' })
  return [...tasks.filter((task) => !later.has(inputPath(task))), ...sorted.map((index) => links[index]![0])]
}

function inputPath({ node, name }: Task): string {
  return `${node.key}.inputs.${name}`
}

function linksOf({ given }: Task): readonly string[] {
  const { parts } = parseText(given?.kind === 'text' ? given.text : '')
  return parts.flatMap((part) => {
    if (part.kind === 'text' || part.expression.kind !== 'step-input') return []
    return [`${part.expression.step}.inputs.${part.expression.name}`]
  })
}

function bindOne(task: Task, options: BindOptions): BoundValue {
  const loop = task.node.scope.loops.get(task.node.key)
  const isParameter = loop !== undefined && parameterNames(loop).has(task.name)
  return isParameter ? bindParameter(loop, task, options) : bindValue(task, options)
}

/** An input of a loop's body that each round gives: what the rounds give is bound, and the input stays open. */
function bindParameter(loop: LoopNode, task: Task, options: BindOptions): BoundValue {
  const { name, given, declaration } = task
  const type = declaration?.type ?? given?.type
  const mode = given?.mode ?? declaration?.mode
  const items = listItems(loop)
  if (loop.step.kind === 'do_while')
    loop.firsts.set(name, bindValue(isOwnOutput(task) ? withoutValue(task) : task, options))
  else if (items === undefined) return bindOpenParameter(loop, task, options)
  else {
    let shared: BoundValue | undefined
    for (const item of items) {
      const value = own(item.given, name)
      const wanted = { ...declaration, ...(type && { type }), ...(mode && { mode }), isDirect: value?.kind === 'data' }
      const place = placeOf(loop, 'items', item.name, name)
      const site = { scope: loop.scope, place, label: `Input "${name}" of item ${item.name} of ${labelOf(loop)}` }
      // An item without it takes what the step says for all.
      if (value === undefined) item.inputs.set(name, (shared ??= bindValue(task, options)))
      else
        item.inputs.set(
          name,
          fitValue(give({ given: value, ...(type && { type }) }, site, options), wanted, { site, options }),
        )
    }
  }
  // Items were checked; what a round of a do_while wrote is known only then.
  const bounds = loop.step.kind === 'do_while' ? bothBounds(declaration, undefined) : undefined
  return { kind: 'round', loop, name, ...(type && { type }), ...(mode && { mode }), ...(bounds && { bounds }) }
}

/**
 * An input of a body whose items are known only later. A value that the body's step gives is what items take that give
 * none; data stay as the step says, since no JSON holds them.
 */
function bindOpenParameter(loop: LoopNode, task: Task, options: BindOptions): BoundValue {
  const { name, given, override, declaration } = task
  const isGiven = given !== undefined || override !== undefined
  const type = declaration?.type ?? given?.type
  const mode = given?.mode ?? declaration?.mode
  let valueType = type ?? 'string'
  if (isGiven || declaration?.default !== undefined || declaration?.optional === true) {
    const value = bindValue(task, options)
    if (value.kind === 'invalid' || value.kind === 'data' || value.kind === 'parameter') return value
    if (value.kind === 'output') valueType = value.type ?? outputType(value.from)
    if (value.kind === 'round') valueType = value.type ?? valueType
    if (!isPrimitive(valueType)) return value
    loop.firsts.set(name, value)
  }
  loop.open.set(name, valueType)
  const bounds = bothBounds(declaration, undefined)
  return { kind: 'round', loop, name, type: valueType, ...(mode && { mode }), ...(bounds && { bounds }) }
}

/** In Azure's DSL the body of a do_while may take its own output: what `mapping` says once more, and nothing at first. */
function isOwnOutput({ node, given }: Task): boolean {
  const [part, ...rest] = parseText(given?.kind === 'text' ? given.text.trim() : '').parts
  if (part?.kind !== 'expression' || rest.length > 0) return false
  return part.expression.kind === 'step-output' && part.expression.step === node.key
}

function withoutValue({ given: _, ...task }: Task): Task {
  return task
}

function bindValue(task: Task, options: BindOptions): BoundValue {
  const { node, name, given, declaration } = task
  const place = placeOf(node, 'inputs', name)
  const site = { scope: node.scope, place, label: `Input "${name}" of ${labelOf(node)}`, node }
  const type = declaration?.type ?? given?.type
  const value = give({ ...task, ...(type && { type }) }, site, options)
  if (value.kind !== 'absent') {
    const mode = given?.mode ?? declaration?.mode
    const wanted = { ...declaration, ...(type && { type }), ...(mode && { mode }), isDirect: given?.kind === 'data' }
    return fitValue(value, wanted, { site, options })
  }
  if (declaration?.default !== undefined)
    return bindDefault(node, { name, declaration, fallback: declaration.default, options })
  if (declaration?.optional === true) return { kind: 'absent' }
  if (task.isExcused) return { kind: 'invalid' }
  const gets = given === undefined ? 'gets none' : 'is bound to an optional input without one'
  options.mistakes.report(
    place,
    `${site.label}${type ? ` (${type})` : ''} needs a value and ${gets}.`,
    `Give it under inputs: ${name}`,
  )
  return { kind: 'invalid' }
}

function bindDefault(
  node: CommandNode | GroupNode,
  {
    name,
    declaration,
    fallback,
    options,
  }: { name: string; declaration: InputDeclaration; fallback: string; options: BindOptions },
): BoundValue {
  const { located } = node.component
  const place = { located, path: ['inputs', name, 'default'] }
  const site = { scope: node.scope, place, label: `The default of input "${name}"` }
  const { file } = located
  return fitValue({ kind: 'literal', value: fallback, file }, { ...declaration, isDirect: true }, { site, options })
}

interface Given {
  readonly given?: InputValue
  readonly override?: string
  readonly type?: DataType | PrimitiveType
}

/** What is written for an input, before it is checked: the `--set` value verbatim, else text or data, else nothing. */
function give({ given, override, type }: Given, site: TextSite, options: BindOptions): BoundValue {
  if (override !== undefined) {
    const { file } = site.scope.located
    // `--set flag=true` means what `flag: true` means in YAML, which Azure renders as Python spells it.
    const flag = parseBoolean(override)
    const isFlag = type === 'boolean' || (given?.kind === 'text' && parseBoolean(given.text) !== undefined)
    if (flag !== undefined && isFlag) return { kind: 'literal', value: flag ? 'True' : 'False', file }
    return { kind: 'literal', value: override, file }
  }
  if (given === undefined) return { kind: 'absent' }
  return given.kind === 'data' ? given : evaluateText(given.text, site, options)
}

function bindCondition(node: IfElseNode, options: BindOptions): BoundValue {
  const place = placeOf(node, 'condition')
  const site = { scope: node.scope, place, label: `The condition of ${labelOf(node)}`, node }
  return fitCondition(evaluateText(node.step.condition, site, options), site, options)
}

/** Names of inputs are an author's: `constructor` is one only if it was written. */
function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
