/** Rows in columns of equal width, two spaces between them, headings in the first line; for people. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column] ?? ''))),
  )
  return [headings, ...rows].map((row) => `${lineOf(row, widths)}\n`).join('')
}

/** Names and values, one a line, the values under one another; absent values are left out. */
export function textFields(fields: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined)
  const widest = Math.max(0, ...shown.map(([name]) => width(name)))
  return shown.map(([name, value]) => `${padded(`${name}:`, widest + 1)}  ${value}\n`).join('')
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((columns, index) => padded(row[index] ?? '', columns))
  return cells.join('  ').trimEnd()
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)))
}

function width(text: string): number {
  return [...text].length
}
