import type { JsonObject } from '../../base/json.ts'
import { signatureFields, type SignatureField } from '../model-signature.ts'
import { bytesToElements } from '../tensor-data.ts'
import { readTensors, type Tensor } from '../tensor-message.ts'
import type { PayloadCell, PayloadSide, PayloadTable } from './payload-table.ts'

/** Tensors as they went to a worker, or came from it: what they are, and their bytes one after another. */
export interface TensorPayload {
  readonly about: JsonObject | undefined
  readonly body: Buffer
  /** The content of the model's `MLmodel`: its signature names what the tensors leave unnamed. */
  readonly metadata: JsonObject | undefined
}

const sides = { input: 'inputs', prediction: 'outputs' } as const

/**
 * Tensors as the rows that the same payload has in JSON, so that both are watched together: a tensor `[rows]` is a
 * column of its name, `[rows, n]` is n columns, and what is deeper is JSON in one; one matrix with a column for each of
 * the signature has their names, and what the signature does not name is `input` or `prediction`. Undefined when the
 * tensors have different numbers of rows. Never throws.
 */
export function tableOfTensors(payload: TensorPayload, side: PayloadSide): PayloadTable | undefined {
  const { about, body, metadata } = payload
  try {
    const tensors = readTensors(about, sides[side], body)
    const names = namesOf(tensors, signatureFields(metadata, sides[side]), side)
    return joined(tensors.map((tensor, at) => tableOfTensor(tensor, names[at]!)))
  } catch {
    return undefined
  }
}

/** The same tensors as the JSON that they could have been sent as: `{"inputs": [{name, datatype, shape, data}]}`. */
export function jsonOfTensors({ about, body }: TensorPayload, side: PayloadSide): string | null {
  try {
    const tensors = readTensors(about, sides[side], body)
    const written = tensors.map(({ name, datatype, shape, ...tensor }) => {
      return { name, datatype, shape, data: cellsOf({ name, datatype, shape, ...tensor }) }
    })
    return JSON.stringify({ [sides[side]]: written })
  } catch {
    return null
  }
}

/** Of each tensor the name of its columns, or one for each column. */
function namesOf(
  tensors: readonly Tensor[],
  fields: readonly SignatureField[],
  side: PayloadSide,
): readonly (string | readonly string[])[] {
  const [first] = tensors
  const isTable = fields.length > 0 && fields.every((field) => field['tensor-spec'] === undefined)
  const fieldNames = fields.map(({ name }, at) => name ?? (fields.length === 1 ? side : `${side}_${at}`))
  const isMatrix = tensors.length === 1 && first!.shape.length === 2 && first!.shape[1] === fields.length
  const isOfAll = isMatrix && (fields.length > 1 || first!.name !== fields[0]!.name)
  if (isTable && isOfAll) return [fieldNames]
  // The only one is called anything by who asks, and `output-0` by us.
  if (tensors.length === 1 && fields.length === 1 && fields[0]!.name === undefined) return [side]
  if (tensors.length === 1 && first!.name === 'output-0' && fieldNames[0] !== 'output-0') return [side]
  const isNamed = fields.length === 0 || fields.some(({ name }) => name !== undefined)
  return tensors.map(({ name }) => {
    const [, at] = isNamed ? [] : (/^(?:input-|output-)?(\d+)$/.exec(name) ?? [])
    return at === undefined ? name : `${side}_${at}`
  })
}

function tableOfTensor(tensor: Tensor, names: string | readonly string[]): PayloadTable {
  const [rows = 1, width = 1] = tensor.shape
  const cells = cellsOf(tensor)
  if (tensor.shape.length > 2) {
    const size = rows === 0 ? 0 : cells.length / rows
    const nested = Array.from({ length: rows }, (_, row) => {
      return [JSON.stringify(nest(cells.slice(row * size, (row + 1) * size), tensor.shape.slice(1)))]
    })
    return { columns: typeof names === 'string' ? [names] : names, rows: nested }
  }
  const columns =
    typeof names !== 'string'
      ? names
      : width === 1
        ? [names]
        : Array.from({ length: width }, (_, column) => `${names}_${column}`)
  return { columns, rows: Array.from({ length: rows }, (_, row) => cells.slice(row * width, (row + 1) * width)) }
}

/** Elements as JSON has them: whole numbers that a double cannot hold and bytes that are no text become text. */
function cellsOf({ data, datatype, name }: Tensor): readonly PayloadCell[] {
  return bytesToElements(data, datatype, name).map((element) => {
    if (typeof element === 'bigint') return wholeNumber(element)
    if (typeof element === 'number') return Number.isFinite(element) ? element : null
    return Buffer.isBuffer(element) ? textOf(element) : (element as PayloadCell)
  })
}

function wholeNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('base64')
}

function nest(cells: readonly PayloadCell[], shape: readonly number[]): unknown {
  const [extent = 0, ...rest] = shape
  if (rest.length === 0) return cells
  const size = extent === 0 ? 0 : cells.length / extent
  return Array.from({ length: extent }, (_, at) => nest(cells.slice(at * size, (at + 1) * size), rest))
}

/** Side by side; undefined when their rows are not as many, or there are none. */
function joined(tables: readonly PayloadTable[]): PayloadTable | undefined {
  const [first] = tables
  if (first === undefined || first.rows.length === 0) return undefined
  if (tables.some(({ rows }) => rows.length !== first.rows.length)) return undefined
  const columns = tables.flatMap((table) => table.columns)
  if (columns.length === 0) return undefined
  if (tables.length === 1) return first
  return { columns, rows: first.rows.map((_, row) => tables.flatMap(({ rows }) => rows[row]!)) }
}
