import type { ExpressionMistake } from './expression.ts'
import { parseText } from './expression.ts'

/** Text by input and output name: a literal as Azure spells it, a path, or a URI. */
export interface RenderValues {
  readonly inputs?: Readonly<Record<string, string>>
  readonly outputs?: Readonly<Record<string, string>>
}

/**
 * Puts values in the place of `${{inputs.x}}` and `${{outputs.x}}`, verbatim and unquoted as Azure ML does (the author
 * quotes). One pass: a value that itself holds `${{ }}` is never expanded. What has no value stays, without inner white
 * space, so that rendering with no values at all gives the canonical template. Serves commands and environment variables.
 */
export function renderCommand(template: string, values: RenderValues): string {
  return template.replace(
    /\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g,
    (_, kind: 'inputs' | 'outputs', name: string) => {
      const known = values[kind]
      return known !== undefined && Object.hasOwn(known, name) ? known[name]! : `\${{${kind}.${name}}}`
    },
  )
}

/**
 * Decides the `$[[ ... ]]` spans of a command: one that mentions an input without a value is dropped whole, one whose
 * inputs have values only in some rounds of a loop stays for each round to decide, any other keeps what is inside.
 * Decided before values are put in, so a value's own brackets mean nothing.
 */
export function keepOptionalSpans(command: string, hasValue: (input: string) => boolean | 'in some rounds'): string {
  return command.replace(optionalSpan, (span, inside: string) => {
    const answers = mentionedInputs(inside).map(hasValue)
    if (answers.includes(false)) return ''
    return answers.includes('in some rounds') ? span : inside
  })
}

/** A command without its `$[[ ... ]]` spans: what it always needs. */
export function withoutOptionalSpans(command: string): string {
  return command.replace(optionalSpan, '')
}

/** A `$[[` that is never closed, if there is one. */
export function spanMistake(command: string): ExpressionMistake | undefined {
  const rest = withoutOptionalSpans(command)
  const start = rest.indexOf('$[[')
  if (start === -1) return undefined
  return { message: `"${rest.slice(start, start + 40)}" is not closed.`, hint: 'End the optional part with ]]' }
}

const optionalSpan = /\$\[\[([\s\S]*?)\]\]/g

function mentionedInputs(text: string): readonly string[] {
  const names: string[] = []
  for (const part of parseText(text).parts) {
    if (part.kind === 'expression' && part.expression.kind === 'input') names.push(part.expression.name)
  }
  return names
}
