/** The rows of a table as RFC 4180 writes them, at most so many; what is after the last whole row of a cut text stays. */
export function csvRows(
  text: string,
  { separator, mostRows }: { readonly separator: string; readonly mostRows: number },
): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length && rows.length < mostRows) {
    const { cell, end } = text[at] === '"' ? quoted(text, at) : plain(text, at, separator)
    row.push(cell)
    at = end
    if (text[at] === separator) at++
    else {
      if (text[at] === '\r') at++
      at++
      rows.push(row)
      row = []
    }
  }
  return rows
}

function plain(text: string, start: number, separator: string): { readonly cell: string; readonly end: number } {
  let end = start
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++
  return { cell: text.slice(start, end), end }
}

function quoted(text: string, start: number): { readonly cell: string; readonly end: number } {
  let cell = ''
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return { cell: cell + text.slice(at), end: text.length }
    cell += text.slice(at, quote)
    if (text[quote + 1] !== '"') return { cell, end: quote + 1 }
    cell += '"'
    at = quote + 2
  }
}
