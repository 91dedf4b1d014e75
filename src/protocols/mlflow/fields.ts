import { SluiceError } from '../../base/errors.ts'

/**
 * How MLflow's messages are read: protobuf's JSON form with strict types. A message is a record of fields; a field that
 * is absent, null or (where it is required) "" counts as missing. Both mistakes are told in the words that MLflow's
 * clients and tests know: "Missing value for required parameter 'x'." and "Invalid value 1 for parameter 'x' supplied".
 *
 *     const setTag = message({ run_id: required(text), key: required(text), value: text })
 *     setTag.read(body, '') -> { run_id: string, key: string, value?: string }
 */
export interface Field<Value> {
  /** Gives the value, which is never undefined or null when this is called, or throws; `path` names the parameter. */
  readonly read: (value: unknown, path: string) => Value
  readonly isRequired?: boolean
  /** Set for lists: a query string repeats their key, and one that comes once is a list of one. */
  readonly isList?: true
}

export type RequiredField<Value> = Field<Value> & { readonly isRequired: true }
export type Fields = Readonly<Record<string, Field<unknown>>>
type ValueOf<Kind> = Kind extends Field<infer Value> ? Value : never

/** What a message of these fields reads as: required fields are there, others may be absent. */
export type Message<Of extends Fields> = {
  readonly [Key in keyof Of as Of[Key] extends { readonly isRequired: true } ? Key : never]: ValueOf<Of[Key]>
} & {
  readonly [Key in keyof Of as Of[Key] extends { readonly isRequired: true } ? never : Key]?: ValueOf<Of[Key]>
}

export interface MessageField<Of extends Fields> extends Field<Message<Of>> {
  readonly fields: Of
}

/** Makes a field required. */
export function required<Value>(field: Field<Value>): RequiredField<Value> {
  return { ...field, isRequired: true }
}

const apiDocs = ' See the API docs for more information about request parameters.'

export function missing(path: string): SluiceError {
  return new SluiceError('invalid-request', `Missing value for required parameter '${path}'.${apiDocs}`)
}

export function invalid(path: string, value: unknown, why?: string): SluiceError {
  const text = JSON.stringify(value)
  const shown = text.length > 300 ? `${text.slice(0, 300)}...` : text
  const hint = why ?? ` Hint: Value was of type '${pythonType(value)}'.`
  return new SluiceError(
    'invalid-request',
    `Invalid value ${shown} for parameter '${path}' supplied: ${hint}${apiDocs}`,
  )
}

/**
 * A JSON body with its whole floats (`9.0`) as they were written, for telling that one stands where it must not: read as
 * numbers they are no floats any more.
 */
export function asWritten(json: string): unknown {
  const keep = (_key: string, value: unknown, { source }: { readonly source?: string }) =>
    Number.isInteger(value) && source !== undefined && /[.e]/i.test(source) ? rawJson.rawJSON(source) : value
  return JSON.parse(json, keep as (key: string, value: unknown) => unknown)
}

// Not in TypeScript's library yet.
const rawJson = JSON as unknown as {
  readonly rawJSON: (text: string) => { readonly rawJSON: string }
  readonly isRawJSON: (value: unknown) => value is { readonly rawJSON: string }
}

function numberOf(value: unknown): unknown {
  return rawJson.isRawJSON(value) ? Number(value.rawJSON) : value
}

function pythonType(value: unknown): string {
  if (rawJson.isRawJSON(value)) return 'float'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return 'dict'
}

export const text: Field<string> = {
  read(value, path) {
    if (typeof value !== 'string') throw invalid(path, value)
    return value
  },
}

/** A whole number, also as text; beyond 2^53 it is refused, since JSON numbers are not exact there. */
export const integer: Field<number> = {
  read(given, path) {
    const value = numberOf(given)
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw invalid(path, value)
    return number
  },
}

/** A double: a number, its text, or what Python reads as one: "NaN", "inf", "-Infinity". */
export const double: Field<number> = {
  read(given, path) {
    const value = numberOf(given)
    if (typeof value === 'number') return value
    if (typeof value !== 'string') throw invalid(path, value)
    const word = /^([-+]?)(?:(nan)|inf(?:inity)?)$/i.exec(value)
    if (word !== null) return word[2] !== undefined ? Number.NaN : word[1] === '-' ? -Infinity : Infinity
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) throw invalid(path, value)
    return Number(value)
  },
}

export const boolean: Field<boolean> = {
  read(value, path) {
    if (value === true || value === 'true' || value === 'True') return true
    if (value === false || value === 'false' || value === 'False') return false
    throw invalid(path, value)
  },
}

/** One of the names, or its number. */
export function oneOf<Name extends string>(numbers: Readonly<Record<Name, number>>): Field<Name> {
  const names = Object.keys(numbers) as Name[]
  return {
    read(value, path) {
      const name = names.find(
        (known) => known === value || numbers[known] === value || String(numbers[known]) === value,
      )
      if (name === undefined) throw invalid(path, value, ` Valid values are ${names.join(', ')}.`)
      return name
    },
  }
}

export function list<Value>(item: Field<Value>): Field<readonly Value[]> {
  return {
    isList: true,
    read(value, path) {
      if (!Array.isArray(value)) throw invalid(path, value)
      return value.map((element: unknown, index) => {
        if (element === null || element === undefined) throw missing(`${path}[${index}]`)
        return item.read(element, `${path}[${index}]`)
      })
    },
  }
}

/** A message; fields it does not know are ignored, as protobuf's readers do. */
export function message<Of extends Fields>(fields: Of): MessageField<Of> {
  return {
    fields,
    read(value, path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, value)
      const given = value as Readonly<Record<string, unknown>>
      const found: Record<string, unknown> = {}
      for (const [name, field] of Object.entries(fields)) {
        const fieldPath = path === '' ? name : `${path}.${name}`
        const content = contentOf(given, name)
        const isEmpty = content === '' && field.isRequired === true && field.isList !== true
        if (content === undefined || isEmpty) {
          if (field.isRequired === true) throw missing(fieldPath)
        } else found[name] = field.read(content, fieldPath)
      }
      return found as Message<Of>
    },
  }
}

/** `run_uuid` is what the first clients called `run_id`. */
function contentOf(given: Readonly<Record<string, unknown>>, name: string): unknown {
  const own = Object.hasOwn(given, name) ? given[name] : undefined
  if (name === 'run_id' && (own === undefined || own === null || own === '')) {
    return (Object.hasOwn(given, 'run_uuid') ? given['run_uuid'] : own) ?? own ?? undefined
  }
  return own ?? undefined
}
