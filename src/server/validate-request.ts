import { FormatRegistry, type TSchema } from '@sinclair/typebox'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import type { ValueError } from '@sinclair/typebox/errors'
import { SluiceError } from '../base/errors.ts'

/** One field of a request that is not as declared; travels as the `cause` of the error for foreign protocols' words. */
export interface FieldMistake {
  readonly part: 'query' | 'body'
  /** Dotted, e.g. `metrics.0.value`; empty for the whole. */
  readonly field: string
  readonly isMissing: boolean
  readonly value: unknown
  readonly message: string
}

/** The mistakes behind an error of this file; empty for any other. */
export function fieldMistakesOf(thrown: unknown): readonly FieldMistake[] {
  return thrown instanceof SluiceError && isMistakeList(thrown.cause) ? thrown.cause : []
}

function isMistakeList(value: unknown): value is readonly FieldMistake[] {
  return (
    Array.isArray(value) && value.every((item: unknown) => typeof item === 'object' && item !== null && 'part' in item)
  )
}

/** Query text by its schema: numbers, booleans and one-element lists become what the schema says they are. */
export function coerceQuery(schema: TSchema, query: unknown): Record<string, unknown> {
  const coerced: Record<string, unknown> = {}
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, TSchema>>
  for (const [name, value] of Object.entries(query as Record<string, unknown>))
    coerced[name] = Object.hasOwn(properties, name) ? coerce(properties[name]!, value) : value
  return coerced
}

function coerce(schema: TSchema, value: unknown): unknown {
  if (schema['type'] === 'array')
    return (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) =>
      coerce(schema['items'] as TSchema, item),
    )
  if (typeof value !== 'string') return value
  // What does not read as one is left as text, so that the message shows what was sent.
  if (schema['type'] === 'integer') return /^-?\d{1,15}$/.test(value) ? Number(value) : value
  if (schema['type'] === 'number') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
  if (schema['type'] === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  return value
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i
// A format that nobody declared is one that no value has.
FormatRegistry.Set('date-time', (text) => timePattern.test(text) && !Number.isNaN(Date.parse(text)))

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>()

/**
 * Throws `invalid-request` naming every field that is wrong, its value and what was expected. A schema is compiled at
 * its first request: a server with hundreds of routes starts at once.
 */
export async function checkPart(part: FieldMistake['part'], schema: TSchema, value: unknown): Promise<void> {
  let check = compiled.get(schema)
  if (check === undefined) {
    const { TypeCompiler } = await import('@sinclair/typebox/compiler')
    check = TypeCompiler.Compile(schema)
    compiled.set(schema, check)
  }
  if (check.Check(value)) return
  const mistakes = new Map<string, FieldMistake>()
  for (const error of check.Errors(value)) {
    const mistake = mistakeFrom(part, error)
    // The first error of a field says what it is; those after it are its consequences.
    if (!mistakes.has(mistake.field)) mistakes.set(mistake.field, mistake)
    if (mistakes.size === 20) break
  }
  throw toError(part, [...mistakes.values()])
}

function toError(part: string, mistakes: readonly FieldMistake[]): SluiceError {
  if (mistakes.length === 1) return new SluiceError('invalid-request', mistakes[0]!.message, { cause: mistakes })
  return new SluiceError('invalid-request', `${mistakes.length} fields of the request's ${part} are wrong.`, {
    diagnostics: mistakes.map(({ message }) => ({ message })),
    cause: mistakes,
  })
}

function mistakeFrom(part: FieldMistake['part'], error: ValueError): FieldMistake {
  const field = error.path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
  const { value, schema } = error
  const name = field === '' ? `the request's ${part}` : `"${field}"`
  const where = field === '' ? '' : ` in the request's ${part}`
  const mistake = { part, field, value, isMissing: value === undefined }
  if (/unexpected property/i.test(error.message))
    return { ...mistake, message: `${capital(name)} is not a field of the request's ${part}.` }
  if (value === undefined) return { ...mistake, message: `${capital(name)} is missing${where}; ${expected(schema)}.` }
  return { ...mistake, message: `${capital(name)} is ${shown(value)}${where}; ${expected(schema)}.` }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function expected(schema: TSchema): string {
  return `expected ${describe(schema)}`
}

function describe(schema: TSchema): string {
  const bounds = describeBounds(schema)
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  if (Array.isArray(schema['anyOf'])) {
    const kinds = [...new Set((schema['anyOf'] as TSchema[]).map(describe))]
    return kinds.length === 1 ? kinds[0]! : `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`
  }
  if (schema['format'] === 'date-time') return 'a time, e.g. 2026-03-01T09:00:00Z'
  if (schema['type'] === 'integer') return `an integer${bounds}`
  if (schema['type'] === 'array') return `a list${bounds}`
  if (schema['type'] === 'object') return 'an object'
  return `a ${typeof schema['type'] === 'string' ? schema['type'] : 'value'}${bounds}`
}

function describeBounds(schema: TSchema): string {
  const of = (name: string): unknown => schema[name]
  const bounds: string[] = []
  if (of('minimum') !== undefined) bounds.push(`at least ${String(of('minimum'))}`)
  if (of('maximum') !== undefined) bounds.push(`at most ${String(of('maximum'))}`)
  if (of('minLength') !== undefined) bounds.push(`with at least ${String(of('minLength'))} characters`)
  if (of('maxLength') !== undefined) bounds.push(`with at most ${String(of('maxLength'))} characters`)
  if (of('minItems') !== undefined) bounds.push(`with at least ${String(of('minItems'))} items`)
  if (of('maxItems') !== undefined) bounds.push(`with at most ${String(of('maxItems'))} items`)
  if (of('pattern') !== undefined) bounds.push(`that matches ${String(of('pattern'))}`)
  return bounds.length === 0 ? '' : ` ${bounds.join(', ')}`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}
