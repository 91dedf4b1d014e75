/** A name in SQL, whatever is in it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A value in SQL. */
export function sqlLiteral(value: string | number | boolean | null): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `'${value}'::DOUBLE`
  return `'${value.replaceAll("'", "''")}'`
}

/** A list of values in SQL. */
export function sqlList(values: readonly (string | number | boolean | null)[]): string {
  return `[${values.map(sqlLiteral).join(', ')}]`
}
