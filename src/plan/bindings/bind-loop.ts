import { didYouMean } from '../did-you-mean.ts'
import { parseItems, type PlannedLiteral } from '../loop-items.ts'
import { placeOf, type BoundValue, type LoopItems, type LoopNode } from '../scope.ts'
import { evaluateText, type EvaluateOptions } from './evaluate.ts'
import { draftOf, findOutput, outputNames, outputType } from './settle-outputs.ts'

/** Checks what a loop says of its body, and binds what it iterates over. The body's own inputs are bound before. */
export function bindLoop(loop: LoopNode, options: EvaluateOptions): void {
  if (loop.body === undefined) return
  if (loop.step.kind === 'do_while') checkDoWhile(loop, loop.step, options)
  else if (loop.step.items.kind === 'items') checkItems(loop, options)
  else bindItems(loop, loop.step.items.text, options)
}

function checkItems(loop: LoopNode, { mistakes }: EvaluateOptions): void {
  const body = loop.body!
  const declared = Object.keys(body.component.inputs)
  if (declared.length === 0) return
  for (const { name: item, given } of listItems(loop) ?? []) {
    for (const input of Object.keys(given)) {
      if (declared.includes(input)) continue
      const message = `Item ${item} of step "${loop.key}" gives input "${input}", which its body "${body.key}" does not have.`
      mistakes.report(placeOf(loop, 'items', item, input), message, () => didYouMean(input, declared))
    }
  }
}

function checkDoWhile(
  loop: LoopNode,
  { condition, mapping }: Extract<LoopNode['step'], { kind: 'do_while' }>,
  { mistakes }: EvaluateOptions,
): void {
  const body = loop.body!
  const declared = Object.keys(body.component.inputs)
  const outputs = outputNames(body)
  const unknown = (name: string, path: readonly string[]): boolean => {
    if (findOutput(body, name) !== 'unknown') return false
    const message = `Step "${loop.key}" reads output "${name}" of its body "${body.key}", which has none of that name.`
    mistakes.report(placeOf(loop, ...path), message, () => didYouMean(name, outputs))
    return true
  }
  for (const [output, inputs] of Object.entries(mapping)) {
    unknown(output, ['mapping', output])
    for (const input of inputs) {
      if (declared.length === 0 || declared.includes(input)) continue
      const message = `Step "${loop.key}" gives input "${input}" of its body "${body.key}", which has none of that name.`
      mistakes.report(placeOf(loop, 'mapping', output), message, () => didYouMean(input, declared))
    }
  }
  if (condition === undefined || unknown(condition, ['condition'])) return
  const leaf = findOutput(body, condition)
  if (typeof leaf === 'string' || draftOf(leaf).type === 'boolean') return
  mistakes.report(
    placeOf(loop, 'condition'),
    `The condition of step "${loop.key}" needs a boolean, but output "${condition}" of step "${body.key}" is ${draftOf(leaf).type}.`,
    `Declare it there: outputs: {${condition}: {type: boolean}}`,
  )
}

/** Items that are JSON text: known now if they come from an input, after a step has run if from its output. */
function bindItems(loop: LoopNode, text: string, options: EvaluateOptions): void {
  const place = placeOf(loop, 'items')
  const label = `The items of step "${loop.key}"`
  const value = evaluateText(text, { scope: loop.scope, place, label, node: loop }, options)
  const refuse = (problem: string): void =>
    options.mistakes.report(place, `${label} ${problem}.`, 'Write a list of inputs, or JSON text of such.')
  if (value.kind === 'literal') {
    const { items, problems } = parseItems(value.value, {
      types: Object.fromEntries(loop.open),
      hasDefault: new Set(loop.firsts.keys()),
    })
    for (const problem of problems) refuse(`cannot be used: ${problem}`)
    const file = loop.scope.located.file
    loop.items = {
      kind: 'list',
      items: items.map(({ key, inputs }) => ({
        name: key,
        given: {},
        inputs: new Map([...loop.firsts, ...Object.entries(inputs).map(literalAt(file))]),
      })),
    }
  } else if (value.kind === 'output') {
    if (outputType(value.from) === 'string') loop.items = { kind: 'output', from: value.from }
    else refuse(`are an output of type ${outputType(value.from)}; only a string can hold them`)
  } else if (value.kind === 'data') refuse(`are data (${value.type})`)
  else if (value.kind === 'round' || value.kind === 'parameter')
    refuse('change from round to round of a loop around it')
  else if (value.kind === 'absent') refuse('are an optional input without a value')
}

function literalAt(file: string): (entry: readonly [string, PlannedLiteral]) => readonly [string, BoundValue] {
  return ([name, literal]) => [name, { ...literal, file }]
}

/** The items of a list, filled in as the body's inputs are bound. */
export function listItems(loop: LoopNode): Extract<LoopItems, { kind: 'list' }>['items'] | undefined {
  if (loop.step.kind !== 'parallel_for' || loop.step.items.kind !== 'items') return undefined
  if (loop.items === undefined) {
    const items = loop.step.items.items.map(({ name, inputs: given }) => ({
      name,
      given,
      inputs: new Map<string, BoundValue>(),
    }))
    loop.items = { kind: 'list', items }
  }
  return loop.items.kind === 'list' ? loop.items.items : undefined
}
