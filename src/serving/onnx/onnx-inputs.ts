import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { parsePythonJson } from '../../base/python-json.ts'
import { elementsToBytes, flatElements } from '../tensor-data.ts'
import { readTensors, type Tensor } from '../tensor-message.ts'
import type { ScoringRequest } from '../worker.ts'
import type { GraphTensor } from './graph-tensor.ts'

/*
 * Bodies to the inputs of an ONNX graph, as python/src/sluiceworks/onnx_model.py reads them (change both together):
 * MLflow's forms, Azure's input_data, CSV, and tensors of the Open Inference Protocol.
 */

/** What the graph is given, and the form it came in. */
export interface GraphInputs {
  readonly form: string
  readonly tensors: readonly Tensor[]
  /** Of tensors: the outputs that are wanted; absent: all. */
  readonly wanted?: readonly string[]
}

const forms = ['input_data', 'dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const

/** Throws `invalid-request` naming the input that does not fit, `unsupported-media-type` for other bodies. */
export function readGraphInputs(request: ScoringRequest, inputs: readonly GraphTensor[]): GraphInputs {
  if (request.infer !== undefined) {
    const wanted = request.infer['outputs']
    const tensors = named(readTensors(request.infer, 'inputs', request.body), inputs)
    const checked = inputs.map((input) => checkTensor(tensors.get(input.name)!, input))
    return { form: 'infer', tensors: checked, ...(Array.isArray(wanted) && { wanted: wanted as readonly string[] }) }
  }
  const isExact = inputs.some(({ datatype }) => datatype === 'INT64' || datatype === 'UINT64')
  const { form, value } = parseBody(request, isExact)
  const given = named(
    Object.entries(arraysOf(form, value, inputs)).map(([name, data]) => ({ name, data })),
    inputs,
  )
  return { form, tensors: inputs.map((input) => toTensor(given.get(input.name)!.data, input)) }
}

/** By the names of the graph; the only input takes any name. */
function named<Given extends { readonly name: string }>(
  given: readonly Given[],
  inputs: readonly GraphTensor[],
): ReadonlyMap<string, Given> {
  if (inputs.length === 1 && given.length === 1) return new Map([[inputs[0]!.name, given[0]!]])
  const missing = inputs.filter(({ name }) => !given.some((one) => one.name === name)).map(({ name }) => name)
  const unknown = given.filter(({ name }) => !inputs.some((input) => input.name === name)).map(({ name }) => name)
  if (missing.length === 0 && unknown.length === 0) return new Map(given.map((one) => [one.name, one]))
  const mistakes = [
    ...(missing.length > 0 ? [`is missing ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`has no input ${unknown.join(', ')}`] : []),
  ]
  throw wrong(`The model ${mistakes.join(' and ')}; its inputs are ${namesOf(inputs)}.`)
}

function checkTensor(tensor: Tensor, { name, datatype, shape }: GraphTensor): Tensor {
  if (tensor.datatype !== datatype) {
    throw wrong(`The tensor "${tensor.name}" is ${tensor.datatype}; the model takes ${datatype}.`)
  }
  checkShape(name, tensor.shape, shape)
  return { ...tensor, name }
}

function checkShape(name: string, given: readonly number[], wanted: readonly number[]): void {
  const isFitting = given.length === wanted.length && wanted.every((extent, at) => extent < 0 || extent === given[at])
  if (isFitting) return
  throw wrong(`The input "${name}" has the shape [${given.join(', ')}]; the model takes [${wanted.join(', ')}].`)
}

function toTensor(value: unknown, { name, datatype, shape }: GraphTensor): Tensor {
  const extents = shapeOf(value)
  checkShape(name, extents, shape)
  const elements = flatElements(extents.length === 0 ? [value] : value, extents, name).map((element) =>
    typeof element === 'string' && datatype !== 'BYTES' && element.trim() !== '' && !Number.isNaN(Number(element))
      ? Number(element)
      : element,
  )
  try {
    return { name, datatype, shape: extents, data: elementsToBytes(elements, datatype, name) }
  } catch (error) {
    throw wrong(`The input "${name}" cannot be read as ${datatype}: ${(error as Error).message}`)
  }
}

/** Extents along the first elements; `flatElements` finds what is ragged. */
function shapeOf(value: unknown): readonly number[] {
  const extents: number[] = []
  for (let level = value; Array.isArray(level); level = (level as readonly unknown[])[0]) extents.push(level.length)
  return extents
}

function arraysOf(form: string, value: JsonValue, inputs: readonly GraphTensor[]): JsonObject {
  const isTable = isJsonObject(value) && 'columns' in value && 'data' in value
  if (form === 'dataframe_split' || form === 'csv' || isTable) return fromTable(value, inputs)
  if (Array.isArray(value) && value.length > 0 && value.every(isJsonObject)) {
    const rows = value as readonly JsonObject[]
    const names = Object.keys(rows[0]!)
    if (rows.some((row) => Object.keys(row).length !== names.length || names.some((name) => !(name in row))))
      throw wrong(`The objects of "${form}" have different names.`)
    return fromColumns(Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name]!)])), inputs)
  }
  if (isJsonObject(value)) return value
  if (inputs.length === 1) return { [inputs[0]!.name]: value }
  throw wrong(`"${form}" must name the inputs ${namesOf(inputs)}.`)
}

function fromTable(value: JsonValue, inputs: readonly GraphTensor[]): JsonObject {
  const rows = isJsonObject(value) ? value['data'] : undefined
  if (!isJsonObject(value) || !Array.isArray(rows)) throw wrong('A table must be an object with "columns" and "data".')
  const { columns } = value
  if (!Array.isArray(columns)) return { [inputs[0]!.name]: rows }
  if (rows.some((row) => !Array.isArray(row) || row.length !== columns.length))
    throw wrong(`Each row must have ${columns.length} values.`)
  const cells = rows as readonly (readonly JsonValue[])[]
  const byName = columns.map((name, at) => [String(name), cells.map((row) => row[at]!)] as const)
  return fromColumns(Object.fromEntries(byName), inputs)
}

/** Columns that are inputs, each; or all columns in their order as the matrix that the only input is. */
function fromColumns(
  columns: Readonly<Record<string, readonly JsonValue[]>>,
  inputs: readonly GraphTensor[],
): JsonObject {
  const values = Object.values(columns)
  if (inputs.length === 1 && !(inputs[0]!.name in columns))
    return { [inputs[0]!.name]: (values[0] ?? []).map((_, row) => values.map((column) => column[row]!)) }
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      const isWide = inputs.find((input) => input.name === name)?.shape.length === 2
      return [name, isWide && !column.some(Array.isArray) ? column.map((cell) => [cell]) : column]
    }),
  )
}

function parseBody(
  { contentType, body }: ScoringRequest,
  isExact: boolean,
): { readonly form: string; readonly value: JsonValue } {
  // Windows writes a mark before the text of a file.
  const text = body.toString('utf8').replace(/^\uFEFF/, '')
  if (contentType === 'text/csv') return { form: 'csv', value: parseCsv(text) }
  if (!['application/json', 'text/json', ''].includes(contentType) && !contentType.endsWith('+json')) {
    throw new SluiceError(
      'unsupported-media-type',
      `The body is "${contentType}"; this model reads application/json, text/csv.`,
    )
  }
  let value: unknown
  try {
    value = parsePythonJson(text, { isExact })
  } catch (error) {
    throw wrong(`The body is not valid JSON: ${(error as Error).message}`)
  }
  const found = isJsonObject(value) ? forms.filter((form) => form in (value as JsonObject)) : []
  if (found.length === 1) return { form: found[0]!, value: (value as JsonObject)[found[0]!]! }
  throw wrong(`The body must be an object with exactly one of the fields ${forms.join(', ')}.`)
}

/** RFC 4180: fields may be quoted, with quotes doubled and lines broken inside. */
function parseCsv(text: string): JsonValue {
  const rows: string[][] = [[]]
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  while (field.lastIndex < text.length) {
    const match = field.exec(text)
    if (match === null) throw wrong(`The body is not a CSV table: line ${rows.length} has a quote inside a field.`)
    const [, quoted, plain = '', end] = match
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === ',' && field.lastIndex === text.length) rows.at(-1)!.push('')
    if (end !== ',' && end !== '') rows.push([])
  }
  const [columns = [], ...data] = rows.filter((row) => row.length > 1 || (row.length === 1 && row[0] !== ''))
  return { columns, data }
}

function namesOf(inputs: readonly GraphTensor[]): string {
  return inputs.map(({ name }) => name).join(', ')
}

function wrong(message: string): SluiceError {
  return new SluiceError('invalid-request', message)
}
