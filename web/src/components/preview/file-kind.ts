/** How a file is shown, told from its name alone. */
export type FileKind = 'image' | 'json' | 'yaml' | 'html' | 'text' | 'table' | 'other'

const kinds: Readonly<Record<string, FileKind>> = {
  ...of('image', 'png jpg jpeg gif webp bmp'),
  ...of('json', 'json'),
  ...of('yaml', 'yml yaml mlmodel'),
  ...of('html', 'html htm'),
  ...of('table', 'csv tsv'),
  ...of('text', 'txt log err md rst py r js ts sh sql xml toml ini cfg conf jsonl mlproject svg'),
}

/** `conda.yaml` is YAML, `MLmodel` too; what has no known ending is `other`. */
export function fileKind(path: string): FileKind {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return kinds[name.slice(name.lastIndexOf('.') + 1)] ?? 'other'
}

function of(kind: FileKind, endings: string): Readonly<Record<string, FileKind>> {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, kind]))
}

/**
 * The first rows of a table in text (RFC 4180: quoted fields may hold separators, quotes and line ends); at most
 * `maxRows` besides the first, which has the names.
 */
export function parseTable(text: string, separator: string, maxRows: number): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let isQuoted = false
  for (let index = 0; index < text.length && rows.length <= maxRows; index++) {
    const character = text[index]!
    if (isQuoted) {
      if (character !== '"') field += character
      else if (text[index + 1] === '"') field += text[index++]!
      else isQuoted = false
    } else if (character === '"' && field === '') isQuoted = true
    else if (character === separator) (row.push(field), (field = ''))
    else if (character === '\n') {
      rows.push([...row, field.replace(/\r$/, '')])
      row = []
      field = ''
    } else field += character
  }
  if ((field !== '' || row.length > 0) && rows.length <= maxRows) rows.push([...row, field])
  return rows
}
