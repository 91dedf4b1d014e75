import { parseText, type Expression, type TextPart } from '../expression.ts'
import type { Reference } from '../../spec/document-parts.ts'
import type { Mistakes, Place } from '../mistakes.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { BoundValue, Node, Scope } from '../scope.ts'
import { searchParameter } from '../sweeps/search-parameter.ts'
import { findOutput, outputNames } from './settle-outputs.ts'

/** Where a text with expressions stands: what `parent.` means in it, and how a message calls it. */
export interface TextSite {
  readonly scope: Scope
  readonly place: Place
  /** The subject of a message's sentence: `Input "alpha" of step "train"`. */
  readonly label: string
  /** The step it belongs to; may not use its own outputs. */
  readonly node?: Node
}

export interface EvaluateOptions {
  readonly mistakes: Mistakes
  /** Values of `name`, `default_datastore`, `creation_context.*`, as far as they are known. */
  readonly context: Readonly<Record<string, string>>
}

/**
 * What a text comes to: itself, the value of its only expression, or literals joined. Everything wrong in it is
 * reported, and then it is `invalid`.
 */
export function evaluateText(text: string, site: TextSite, options: EvaluateOptions): BoundValue {
  const { parts, mistakes } = parseText(text)
  for (const { message, hint } of mistakes) options.mistakes.report(site.place, `${site.label}: ${message}`, hint)
  if (mistakes.length > 0) return { kind: 'invalid' }
  const expressions = parts.filter((part) => part.kind === 'expression')
  const { file } = site.place.located
  if (expressions.length === 0) return { kind: 'literal', value: text, file }
  const isAlone =
    expressions.length === 1 && parts.every((part) => part.kind === 'expression' || part.text.trim() === '')
  if (isAlone) return evaluateExpression(expressions[0]!, site, options)
  return placeInside(parts, site, options) ?? joinParts(parts, site, options)
}

/** `${{parent.inputs.folder}}/part/file.csv`: a place inside data of the pipeline, where that is data with a path. */
function placeInside(
  [first, ...rest]: readonly TextPart[],
  site: TextSite,
  options: EvaluateOptions,
): BoundValue | undefined {
  if (first?.kind !== 'expression' || first.expression.kind !== 'parent-input') return undefined
  if (!(rest[0]?.kind === 'text' && rest[0].text.startsWith('/'))) return undefined
  const data = site.scope.inputs.get(first.expression.name)
  if (data?.kind !== 'data' || (data.source.kind !== 'local' && data.source.kind !== 'uri')) return undefined
  const tail = joinParts(rest, site, options)
  if (tail.kind !== 'literal') return tail
  const segments = tail.value.split('/').filter((segment) => segment !== '' && segment !== '.')
  // What is joined may come with a request: it names something of this data, and nothing around it.
  if (segments.includes('..')) {
    const message = `${site.label} leaves ${first.source}: "${tail.value}" has ".." in it.`
    options.mistakes.report(site.place, message, 'Name a place inside it.')
    return { kind: 'invalid' }
  }
  const path = segments.map((segment) => `/${segment}`).join('')
  const { source } = data
  const inside: Reference =
    source.kind === 'local'
      ? { kind: 'local', path: `${source.path}${path}` }
      : { kind: 'uri', uri: `${source.uri.replace(/\/+$/, '')}${path}` }
  const type = /\.[^./]+$/.test(path) ? 'uri_file' : 'uri_folder'
  return { kind: 'data', type, source: inside, isInside: true, ...(data.mode !== undefined && { mode: data.mode }) }
}

function joinParts(parts: readonly TextPart[], site: TextSite, options: EvaluateOptions): BoundValue {
  let joined = ''
  let isValid = true
  for (const part of parts) {
    if (part.kind === 'text') {
      joined += part.text
      continue
    }
    const value = evaluateExpression(part, site, options)
    if (value.kind === 'literal') joined += value.value
    else {
      isValid = false
      const problem = notText(value)
      if (problem === undefined) continue
      options.mistakes.report(
        site.place,
        `${site.label} mixes text with ${part.source}, which ${problem}.`,
        'Only literals can stand inside text: give the input on its own and join in the command.',
      )
    }
  }
  return isValid ? { kind: 'literal', value: joined, file: site.place.located.file } : { kind: 'invalid' }
}

function notText(value: Exclude<BoundValue, { kind: 'literal' }>): string | undefined {
  switch (value.kind) {
    case 'data':
      return `is data (${value.type})`
    case 'output':
      return `is an output of step "${value.from.node.key}", not known before it ran`
    case 'parameter':
      return 'differs from trial to trial'
    case 'round':
      return `changes with each round of step "${value.loop.key}"`
    case 'absent':
      return 'is optional and has no value'
    case 'invalid':
      return undefined
  }
}

type ExpressionPart = Extract<TextPart, { kind: 'expression' }>

function evaluateExpression(
  { expression, source }: ExpressionPart,
  site: TextSite,
  options: EvaluateOptions,
): BoundValue {
  const fail = (problem: string, hint?: string | (() => string | undefined)): BoundValue => {
    options.mistakes.report(site.place, `${site.label} refers to ${source}, ${problem}`, hint)
    return { kind: 'invalid' }
  }
  switch (expression.kind) {
    case 'parent-input':
    case 'step-output':
    case 'step-input':
    case 'parent-output':
    case 'step':
      if (!site.scope.isPipeline) return fail('but no pipeline is around the job.', 'Write the value itself.')
      return evaluateParent(expression, site, fail)
    case 'context': {
      const { context } = options
      if (Object.hasOwn(context, expression.name))
        return { kind: 'literal', value: context[expression.name]!, file: site.place.located.file }
      // The job has no name before it is submitted, and with it among its inputs no step would ever be reused.
      if (expression.name === 'parent.name')
        return fail('which has no value before the job runs.', 'Its command finds it as $AZUREML_ROOT_RUN_ID.')
      return fail('which has no value here.', 'It can be used in the path of an output.')
    }
    case 'input':
      return fail('which belongs into a command.', `Write \${{parent.inputs.${expression.name}}}`)
    case 'legacy-step-output':
      return fail('an old form.', `Write \${{parent.jobs.${expression.step}.outputs.${expression.name}}}`)
    case 'output':
      return fail(
        'which belongs into a command.',
        `Write \${{parent.jobs.STEP.outputs.${expression.name}}} with the step that writes it.`,
      )
    case 'search-space':
      return searchParameter(site.node, expression.name) ?? fail('which exists only in the trials of a sweep.')
  }
}

type ParentExpression = Extract<
  Expression,
  { kind: 'parent-input' | 'step-output' | 'step-input' | 'parent-output' | 'step' }
>
type Fail = (problem: string, hint?: string | (() => string | undefined)) => BoundValue

function evaluateParent(expression: ParentExpression, { scope, node }: TextSite, fail: Fail): BoundValue {
  if (expression.kind === 'parent-output') return fail('which belongs under outputs: of a step.')
  if (expression.kind === 'parent-input') {
    const { name } = expression
    const value = scope.inputs.get(name)
    return value ?? fail(`but the pipeline has no input "${name}".`, () => didYouMean(name, [...scope.inputs.keys()]))
  }
  const other = scope.nodes.get(expression.step)
  if (other === undefined) {
    return fail(`but there is no step "${expression.step}".`, () =>
      didYouMean(expression.step, [...scope.nodes.keys()]),
    )
  }
  if (expression.kind === 'step') {
    return fail('which is a step, not a value.', `Write \${{parent.jobs.${expression.step}.outputs.NAME}}`)
  }
  const { name } = expression
  if (other.kind === 'unknown') return { kind: 'invalid' }
  if (expression.kind === 'step-input') {
    const value = other.inputs.get(name)
    if (value?.kind === 'parameter') return fail('which differs from trial to trial.', 'Use an output of the sweep.')
    return (
      value ?? fail(`but step "${other.key}" has no input "${name}".`, () => didYouMean(name, [...other.inputs.keys()]))
    )
  }
  if (other === node) return fail('an output of its own step.')
  const from = findOutput(other, name)
  if (from === 'invalid') return { kind: 'invalid' }
  if (from === 'unwritten') return fail(`but no step inside step "${other.key}" writes its output "${name}".`)
  if (from !== 'unknown') return { kind: 'output', from }
  return fail(`but step "${other.key}" has no output "${name}".`, () => didYouMean(name, outputNames(other)))
}
