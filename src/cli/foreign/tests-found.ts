/** An object of a foreign file. */
export type Fields = Readonly<Record<string, unknown>>

/** Tests of ours, and what has no counterpart, in the other tool's words. */
export interface TestsFound {
  readonly tests: readonly Fields[]
  readonly notMapped: readonly string[]
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** A name as SQL has it. */
export function named(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`
}

/** A value as SQL has it. */
export function literal(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `'${String(value).replaceAll("'", "''")}'`
}

/** Values as a list of SQL. */
export function literals(values: readonly unknown[]): string {
  return `(${values.map(literal).join(', ')})`
}

/** `min` and `max` of what is given. */
export function limits({ min_value: min, max_value: max }: Fields): Fields {
  return { ...(min != null && { min }), ...(max != null && { max }) }
}

export function bounded(check: 'range' | 'length', column: unknown, kwargs: Fields): Fields | undefined {
  const found = limits(kwargs)
  return Object.keys(found).length === 0 ? undefined : { [check]: { column, ...found } }
}

/** Where a value is outside: SQL over it. Undefined without a bound. */
export function outside(
  value: string,
  { min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax }: Fields,
): string | undefined {
  const parts = [
    ...(min == null ? [] : [`${value} ${strictMin === true ? '<=' : '<'} ${literal(min)}`]),
    ...(max == null ? [] : [`${value} ${strictMax === true ? '>=' : '>'} ${literal(max)}`]),
  ]
  return parts.length === 0 ? undefined : parts.join(' OR ')
}

/** Python's regular expressions that DuckDB's (RE2) has not: looking around, and referring back. */
export function isForeignPattern(pattern: unknown): boolean {
  return typeof pattern !== 'string' || /\(\?(=|!|<=|<!|P=|\(|>)|\\[1-9]/.test(pattern)
}
