import { didYouMean } from './did-you-mean.ts'
import { parseText } from './expression.ts'
import type { Mistakes, Place } from './mistakes.ts'
import { keepOptionalSpans, renderCommand, spanMistake, withoutOptionalSpans } from './render-command.ts'
import type { BoundValue, CommandNode } from './scope.ts'

/**
 * A text with its `$[[ ]]` decided and `${{inputs.x}}`, `${{outputs.x}}` in their canonical form; reports what of it the
 * step's own inputs and outputs do not answer.
 */
export function planTemplate(node: CommandNode, text: string, site: TemplateSite): string {
  const { mistakes, place, label } = site
  const unclosed = spanMistake(text)
  if (unclosed !== undefined) mistakes.report(place, `${label}: ${unclosed.message}`, unclosed.hint)
  checkTemplate(node, text, site)
  for (const name of usedInputs(withoutOptionalSpans(text))) {
    const problem = absenceOf(node.inputs.get(name))
    if (problem === undefined) continue
    mistakes.report(
      place,
      `${label} uses \${{inputs.${name}}}, ${problem}.`,
      `Write it as an optional part: $[[--${name} \${{inputs.${name}}}]]`,
    )
  }
  return renderCommand(
    keepOptionalSpans(text, (name) => {
      const value = node.inputs.get(name)
      return mayBeAbsent(value) ? 'in some rounds' : value?.kind !== 'absent'
    }),
    {},
  )
}

/** Why a text cannot count on an input, as the end of a sentence. */
export function absenceOf(value: BoundValue | undefined): string | undefined {
  if (value?.kind === 'absent') return 'which is optional and has no value'
  return mayBeAbsent(value)
    ? `which is optional and has no value in some rounds of step "${value.loop.key}"`
    : undefined
}

/** Whether rounds of a loop give the input, and not all of them do. */
function mayBeAbsent(value: BoundValue | undefined): value is Extract<BoundValue, { kind: 'round' }> {
  if (value?.kind !== 'round') return false
  const { loop, name } = value
  const isMissing = (given: BoundValue | undefined): boolean => given?.kind === 'absent' || mayBeAbsent(given)
  if (loop.items?.kind === 'list') return loop.items.items.some(({ inputs }) => isMissing(inputs.get(name)))
  return isMissing(loop.firsts.get(name))
}

/** Where a text with `${{inputs.x}}` stands, and how a message calls it. */
export interface TemplateSite {
  readonly mistakes: Mistakes
  readonly place: Place
  readonly label: string
}

/** Reports every expression that the step's own inputs and outputs do not answer. */
export function checkTemplate(node: CommandNode, text: string, { mistakes, place, label }: TemplateSite): void {
  const parsed = parseText(text)
  for (const { message, hint } of parsed.mistakes) mistakes.report(place, `${label}: ${message}`, hint)
  for (const part of parsed.parts) {
    if (part.kind === 'text') continue
    const { expression, source } = part
    if (expression.kind === 'input' || expression.kind === 'output') {
      const known: ReadonlyMap<string, unknown> = expression.kind === 'input' ? node.inputs : node.outputs
      if (known.has(expression.name)) continue
      const message = `${label} uses ${source}, but there is no ${expression.kind} "${expression.name}".`
      mistakes.report(place, message, () => didYouMean(expression.name, [...known.keys()]))
    } else if (expression.kind === 'search-space' && node.sweep !== undefined) {
      const parameters = Object.keys(node.sweep.searchSpace)
      const message = `${label} uses ${source}, but the search space has no parameter "${expression.name}".`
      mistakes.report(place, message, () => didYouMean(expression.name, parameters))
    } else {
      const message = `${label} uses ${source}, which has no meaning there.`
      mistakes.report(place, message, `Give it to an input and write \${{inputs.NAME}}: inputs: {NAME: ${source}}`)
    }
  }
}

/** The inputs that a text mentions. */
export function usedInputs(text: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const part of parseText(text).parts) {
    if (part.kind === 'expression' && part.expression.kind === 'input') names.add(part.expression.name)
  }
  return names
}
