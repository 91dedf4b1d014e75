import { isJsonObject } from '../../base/json.ts'

/** A value of a table; what is nested in a payload is its JSON text. */
export type PayloadCell = string | number | boolean | null

/** A payload as columns: every row has one cell per column. */
export interface PayloadTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly PayloadCell[])[]
}

/** Which side of a request: it names the columns that have no name of their own (`input`, `input_0`, `prediction`). */
export type PayloadSide = 'input' | 'prediction'

/**
 * The rows of a request's or an answer's body, one per scored row; undefined when it is no table. Understood are MLflow's
 * forms (dataframe_split, dataframe_records, instances, inputs, predictions, csv), Azure ML's (input_data, data), the
 * tensors of Open Inference V2, lists of rows, and an object of plain values as one row. Never throws.
 */
export function tableOfBody(contentType: string, body: Buffer, side: PayloadSide): PayloadTable | undefined {
  if (body.length === 0) return undefined
  const text = body.toString('utf8')
  try {
    return contentType === 'text/csv' ? tableOfCsv(text) : tableOf(JSON.parse(text), side)
  } catch {
    return undefined
  }
}

/** Keys that hold the rows of a request, or of an answer, in the order in which they are looked for. */
const rowKeys: Readonly<Record<PayloadSide, readonly string[]>> = {
  input: ['dataframe_split', 'dataframe_records', 'input_data', 'instances', 'inputs', 'data'],
  prediction: ['predictions', 'outputs', 'result'],
}

function tableOf(value: unknown, side: PayloadSide): PayloadTable | undefined {
  // score.py often returns json.dumps(...): JSON as the text of JSON.
  if (typeof value === 'string') return tableOfText(value, side)
  if (Array.isArray(value)) return tableOfList(value, side)
  if (!isJsonObject(value)) return value === null ? undefined : { columns: [side], rows: [[value as PayloadCell]] }
  for (const key of rowKeys[side]) {
    const held = Object.hasOwn(value, key) ? value[key] : undefined
    const found = held === undefined || held === null ? undefined : tableOfRows(held, side)
    if (found !== undefined) return found
  }
  const entries = Object.entries(value)
  const isPlain = entries.length > 0 && entries.every(([, cell]) => typeof cell !== 'object' || cell === null)
  if (!isPlain) return undefined
  return { columns: entries.map(([name]) => name), rows: [entries.map(([, cell]) => cell as PayloadCell)] }
}

function tableOfText(text: string, side: PayloadSide): PayloadTable | undefined {
  if (!/^\s*[[{]/.test(text)) return { columns: [side], rows: [[text]] }
  return tableOf(JSON.parse(text), side)
}

/** What stands under one of the keys of rows. */
function tableOfRows(held: unknown, side: PayloadSide): PayloadTable | undefined {
  if (Array.isArray(held)) return held.some(isTensor) ? tableOfTensors(held) : tableOfList(held, side)
  if (!isJsonObject(held)) return undefined
  const { columns, data } = held
  if (Array.isArray(data) && Array.isArray(columns)) {
    return {
      columns: columns.map(String),
      rows: data.map((row) => filled(Array.isArray(row) ? row : [row], columns.length)),
    }
  }
  if (Array.isArray(data) && columns === undefined) return tableOfList(data, side)
  return tableOfColumns(held)
}

/** Columns by name, each a list of the same length; plain values are one row. */
function tableOfColumns(columns: Readonly<Record<string, unknown>>): PayloadTable | undefined {
  const entries = Object.entries(columns).map(
    ([name, cells]) => [name, Array.isArray(cells) ? cells : [cells]] as const,
  )
  const length = entries[0]?.[1].length ?? 0
  if (length === 0 || entries.some(([, cells]) => cells.length !== length)) return undefined
  const rows = Array.from({ length }, (_, row) => entries.map(([, cells]) => cellOf(cells[row])))
  return { columns: entries.map(([name]) => name), rows }
}

function tableOfList(list: readonly unknown[], side: PayloadSide): PayloadTable | undefined {
  if (list.length === 0) return undefined
  if (list.every(isJsonObject)) return tableOfRecords(list)
  if (list.every(Array.isArray)) {
    const rows = list as readonly (readonly unknown[])[]
    const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0)
    const columns = width === 1 ? [side] : Array.from({ length: width }, (_, index) => `${side}_${index}`)
    return { columns, rows: rows.map((row) => filled(row, width)) }
  }
  if (list.some((item) => typeof item === 'object' && item !== null)) return undefined
  return { columns: [side], rows: list.map((item) => [item as PayloadCell]) }
}

function tableOfRecords(records: readonly Readonly<Record<string, unknown>>[]): PayloadTable | undefined {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  if (columns.length === 0) return undefined
  const rows = records.map((record) =>
    columns.map((name) => (Object.hasOwn(record, name) ? cellOf(record[name]) : null)),
  )
  return { columns, rows }
}

interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: readonly unknown[]
}

/** With or without data: binary tensors have none, and such a request is then no table. */
function isTensor(value: unknown): boolean {
  return isJsonObject(value) && typeof value['name'] === 'string' && Array.isArray(value['shape'])
}

/** Tensors of Open Inference V2, flat or nested: the first dimension counts the rows. */
function tableOfTensors(list: readonly unknown[]): PayloadTable | undefined {
  const columns: string[] = []
  const parts: { readonly flat: readonly unknown[]; readonly width: number }[] = []
  let length: number | undefined
  for (const item of list) {
    if (!isTensor(item) || !Array.isArray((item as Partial<Tensor>).data)) return undefined
    const { name, shape, data } = item as Tensor
    const flat = data.flat(Infinity) as readonly unknown[]
    const rows = shape[0] ?? 1
    const width = rows === 0 ? 0 : flat.length / rows
    if ((length ??= rows) !== rows || !Number.isInteger(width) || width === 0) return undefined
    columns.push(...(width === 1 ? [name] : Array.from({ length: width }, (_, index) => `${name}_${index}`)))
    parts.push({ flat, width })
  }
  const rows = Array.from({ length: length ?? 0 }, (_, row) =>
    parts.flatMap(({ flat, width }) => flat.slice(row * width, (row + 1) * width).map(cellOf)),
  )
  return rows.length === 0 ? undefined : { columns, rows }
}

/** A row of exactly so many cells. */
function filled(row: readonly unknown[], width: number): readonly PayloadCell[] {
  if (row.length === width && row.every((cell) => typeof cell !== 'object' || cell === null)) {
    return row as readonly PayloadCell[]
  }
  return Array.from({ length: width }, (_, index) => cellOf(row[index]))
}

function cellOf(value: unknown): PayloadCell {
  if (value === undefined || value === null) return null
  return typeof value === 'object' ? JSON.stringify(value) : (value as PayloadCell)
}

/** The first line names the columns; numbers become numbers, nothing becomes null. */
function tableOfCsv(text: string): PayloadTable | undefined {
  const [columns, ...lines] = csvLines(text)
  if (columns === undefined || lines.length === 0) return undefined
  const rows = lines.map((line) => columns.map((_, index) => csvCell(line[index])))
  return { columns, rows }
}

function csvCell(text: string | undefined): PayloadCell {
  if (text === undefined || text === '') return null
  const number = Number(text)
  return text.trim() !== '' && Number.isFinite(number) ? number : text
}

/** RFC 4180, in one pass. */
function csvLines(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\r|$)/y
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text)
    if (found === null) return []
    const [, raw = '', end] = found
    line.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (end === ',') {
      // Nothing after the last comma is a cell too.
      if (cell.lastIndex === text.length) line.push('')
      continue
    }
    if (line.length > 1 || line[0] !== '') lines.push(line)
    line = []
  }
  if (line.length > 0) lines.push(line)
  return lines
}
