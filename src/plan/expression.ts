import { nearestName } from '../spec/yaml/nearest-name.ts'

/**
 * What may stand between `${{` and `}}` (Azure ML CLI v2). Names of inputs and outputs may hold dots (groups). Where
 * each kind may be used is for the caller to say; `legacy-step-output` is never valid, it is only recognised.
 */
export type Expression =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'output'; readonly name: string }
  | { readonly kind: 'search-space'; readonly name: string }
  | { readonly kind: 'parent-input'; readonly name: string }
  | { readonly kind: 'parent-output'; readonly name: string }
  | { readonly kind: 'step-output'; readonly step: string; readonly name: string }
  | { readonly kind: 'step-input'; readonly step: string; readonly name: string }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'legacy-step-output'; readonly step: string; readonly name: string }
  /** `name`, `output_name`, `default_datastore`, `creation_context.*`, or `parent.name`. */
  | { readonly kind: 'context'; readonly name: string }

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly source: string }

/** What is wrong with one expression: a sentence, and what to write instead. */
export interface ExpressionMistake {
  readonly message: string
  readonly hint: string
}

export interface ParsedText {
  readonly parts: readonly TextPart[]
  readonly mistakes: readonly ExpressionMistake[]
}

const open = '${{'
const close = '}}'

/** Every form, `*` standing for a name; the last name of a form takes the dots that follow. */
const forms = [
  'inputs.*',
  'outputs.*',
  'search_space.*',
  'parent.inputs.*',
  'parent.outputs.*',
  'parent.jobs.*.outputs.*',
  'parent.jobs.*.inputs.*',
  'parent.jobs.*',
  'name',
  'output_name',
  'default_datastore',
  'creation_context.*',
]
const formList = forms.map((form) => form.replace('.*', '.x').replace('.*', '.y')).join(', ')

/** Splits text into literal parts and expressions, in order; a mistaken expression is reported and left out. */
export function parseText(text: string): ParsedText {
  const parts: TextPart[] = []
  const mistakes: ExpressionMistake[] = []
  let position = 0
  for (;;) {
    const start = text.indexOf(open, position)
    const literal = text.slice(position, start === -1 ? text.length : start)
    if (literal !== '') parts.push({ kind: 'text', text: literal })
    if (start === -1) return { parts, mistakes }
    const end = text.indexOf(close, start)
    if (end === -1) {
      mistakes.push({ message: `"${excerpt(text.slice(start))}" is not closed.`, hint: 'End it with }}' })
      return { parts, mistakes }
    }
    const body = text.slice(start + open.length, end).trim()
    const expression = parseExpression(body)
    if (expression === undefined) mistakes.push(unknownExpression(body))
    else parts.push({ kind: 'expression', expression, source: `${open}${body}${close}` })
    position = end + close.length
  }
}

/** True for text that `parseText` would find an expression in. */
export function hasExpression(text: string): boolean {
  return text.includes(open)
}

const name = '([\\w-]+(?:\\.[\\w-]+)*)'
const step = '([\\w-]+)'
const patterns: readonly (readonly [RegExp, (first: string, second: string) => Expression])[] = [
  [RegExp(`^inputs\\.${name}$`), (name) => ({ kind: 'input', name })],
  [RegExp(`^outputs\\.${name}$`), (name) => ({ kind: 'output', name })],
  [RegExp(`^search_space\\.${name}$`), (name) => ({ kind: 'search-space', name })],
  [RegExp(`^parent\\.inputs\\.${name}$`), (name) => ({ kind: 'parent-input', name })],
  [RegExp(`^parent\\.outputs\\.${name}$`), (name) => ({ kind: 'parent-output', name })],
  [RegExp(`^parent\\.jobs\\.${step}\\.outputs\\.${name}$`), (step, name) => ({ kind: 'step-output', step, name })],
  [RegExp(`^parent\\.jobs\\.${step}\\.inputs\\.${name}$`), (step, name) => ({ kind: 'step-input', step, name })],
  [RegExp(`^parent\\.jobs\\.${step}$`), (step) => ({ kind: 'step', step })],
  [RegExp(`^jobs\\.${step}\\.outputs\\.${name}$`), (step, name) => ({ kind: 'legacy-step-output', step, name })],
  [/^(name|output_name|default_datastore|parent\.name)$/, (name) => ({ kind: 'context', name })],
  [RegExp(`^(creation_context\\.${name})$`), (name) => ({ kind: 'context', name })],
]

function parseExpression(body: string): Expression | undefined {
  for (const [pattern, build] of patterns) {
    const match = pattern.exec(body)
    if (match !== null) return build(match[1]!, match[2]!)
  }
  return undefined
}

function unknownExpression(body: string): ExpressionMistake {
  const words = body.split('.')
  // Each form filled with the names the author gave, so that `parent.input.alpha` is compared with `parent.inputs.alpha`.
  const filled = forms.flatMap((form) => {
    const pattern = form.split('.')
    if (words.length < pattern.length) return []
    const head = pattern.map((word, index) => (word === '*' ? words[index]! : word))
    const rest = words.slice(pattern.length)
    return [pattern.at(-1) === '*' ? [...head, ...rest].join('.') : head.join('.')]
  })
  const nearest = nearestName(
    body,
    filled.filter((form) => form !== body),
  )
  return {
    message: `"${open}${excerpt(body)}${close}" is not an expression.`,
    hint: nearest === undefined ? `Known: ${formList}` : `Did you mean ${open}${nearest}${close}?`,
  }
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}
