import { SluiceError } from '../base/errors.ts'
import { elementBytes, type Datatype } from './tensor-message.ts'

/*
 * Elements of tensors as JSON has them, to bytes and back. JSON has no NaN and no infinities: null stands for NaN in
 * floating-point tensors, in both directions (an infinity becomes null as well).
 */

/** What an element of a tensor is in JSON. */
type Element = number | bigint | boolean | string | null

interface Writer {
  readonly what: string
  readonly isElement: (element: unknown) => boolean
  readonly write: (view: DataView, at: number, element: never) => void
  readonly read: (view: DataView, at: number) => Element
}

const isFloat = (element: unknown): boolean => typeof element === 'number' || element === null
const isWhole =
  (low: number, high: number) =>
  (element: unknown): boolean =>
    Number.isInteger(element) && (element as number) >= low && (element as number) <= high
const isWide =
  (low: bigint, high: bigint) =>
  (element: unknown): boolean => {
    if (!Number.isInteger(element) && typeof element !== 'bigint') return false
    const value = BigInt(element as number | bigint)
    return value >= low && value <= high
  }

const writers: Readonly<Record<Exclude<Datatype, 'BYTES'>, Writer>> = {
  BOOL: {
    what: 'true or false',
    isElement: (element) => typeof element === 'boolean',
    write: (view, at, element: boolean) => view.setUint8(at, element ? 1 : 0),
    read: (view, at) => view.getUint8(at) !== 0,
  },
  UINT8: {
    what: 'a whole number from 0 to 255',
    isElement: isWhole(0, 0xff),
    write: (view, at, element: number) => view.setUint8(at, element),
    read: (view, at) => view.getUint8(at),
  },
  UINT16: {
    what: 'a whole number from 0 to 65535',
    isElement: isWhole(0, 0xffff),
    write: (view, at, element: number) => view.setUint16(at, element, true),
    read: (view, at) => view.getUint16(at, true),
  },
  UINT32: {
    what: 'a whole number from 0 to 4294967295',
    isElement: isWhole(0, 0xffffffff),
    write: (view, at, element: number) => view.setUint32(at, element, true),
    read: (view, at) => view.getUint32(at, true),
  },
  UINT64: {
    what: 'a whole number from 0 to 18446744073709551615',
    isElement: isWide(0n, 2n ** 64n - 1n),
    write: (view, at, element: number | bigint) => view.setBigUint64(at, BigInt(element), true),
    read: (view, at) => view.getBigUint64(at, true),
  },
  INT8: {
    what: 'a whole number from -128 to 127',
    isElement: isWhole(-0x80, 0x7f),
    write: (view, at, element: number) => view.setInt8(at, element),
    read: (view, at) => view.getInt8(at),
  },
  INT16: {
    what: 'a whole number from -32768 to 32767',
    isElement: isWhole(-0x8000, 0x7fff),
    write: (view, at, element: number) => view.setInt16(at, element, true),
    read: (view, at) => view.getInt16(at, true),
  },
  INT32: {
    what: 'a whole number from -2147483648 to 2147483647',
    isElement: isWhole(-0x80000000, 0x7fffffff),
    write: (view, at, element: number) => view.setInt32(at, element, true),
    read: (view, at) => view.getInt32(at, true),
  },
  INT64: {
    what: 'a whole number from -9223372036854775808 to 9223372036854775807',
    isElement: isWide(-(2n ** 63n), 2n ** 63n - 1n),
    write: (view, at, element: number | bigint) => view.setBigInt64(at, BigInt(element), true),
    read: (view, at) => view.getBigInt64(at, true),
  },
  FP16: {
    what: 'a number',
    isElement: isFloat,
    write: (view, at, element: number | null) => view.setUint16(at, toHalf(element ?? NaN), true),
    read: (view, at) => fromHalf(view.getUint16(at, true)),
  },
  FP32: {
    what: 'a number',
    isElement: isFloat,
    write: (view, at, element: number | null) => view.setFloat32(at, element ?? NaN, true),
    read: (view, at) => view.getFloat32(at, true),
  },
  FP64: {
    what: 'a number',
    isElement: isFloat,
    write: (view, at, element: number | null) => view.setFloat64(at, element ?? NaN, true),
    read: (view, at) => view.getFloat64(at, true),
  },
}

/** The bytes of elements in row-major order. Throws `invalid-request` naming the first that the datatype cannot hold. */
export function elementsToBytes(elements: readonly unknown[], datatype: Datatype, name: string): Buffer {
  if (datatype === 'BYTES') return Buffer.concat(elements.flatMap((element, at) => lengthAndBytes(element, at, name)))
  const { what, isElement, write } = writers[datatype]
  const size = elementBytes[datatype]
  const bytes = Buffer.allocUnsafe(elements.length * size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  // What most models take, without two calls for each element.
  const isDouble = datatype === 'FP64'
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at]
    if (isDouble && typeof element === 'number') view.setFloat64(at * 8, element, true)
    else if (isElement(element)) write(view, at * size, element as never)
    else throw wrongElement(name, { at, element, what: `${datatype}: ${what}` })
  }
  return bytes
}

function lengthAndBytes(element: unknown, at: number, name: string): readonly Buffer[] {
  if (typeof element !== 'string' && !Buffer.isBuffer(element))
    throw wrongElement(name, { at, element, what: 'BYTES: text' })
  const bytes = Buffer.from(element as string)
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(bytes.length)
  return [length, bytes]
}

function wrongElement(
  name: string,
  { at, element, what }: { readonly at: number; readonly element: unknown; readonly what: string },
): SluiceError {
  const shown = typeof element === 'bigint' ? String(element) : (JSON.stringify(element) ?? String(element))
  const short = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown
  return new SluiceError('invalid-request', `Element ${at} of the tensor "${name}" is ${short}, not ${what}.`)
}

/**
 * `data` of a tensor as its elements in row-major order. Flat or nested as the shape says; throws `invalid-request` for
 * any other number of elements or form: answering something to a wrong shape is the classic bug.
 */
export function flatElements(data: unknown, shape: readonly number[], name: string): readonly unknown[] {
  const wanted = elementCount(shape)
  if (!Array.isArray(data)) throw new SluiceError('invalid-request', `The tensor "${name}" has no array "data".`)
  const isNested = data.some(Array.isArray)
  const elements = isNested ? unnest(data, { shape, name }) : data
  if (elements.length === wanted) return elements
  throw new SluiceError(
    'invalid-request',
    `The tensor "${name}" has ${elements.length} elements; its shape [${shape.join(', ')}] has ${wanted}.`,
  )
}

/** The number of elements of a shape; an empty shape is one element. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1)
}

function unnest(
  data: readonly unknown[],
  { shape, name }: { readonly shape: readonly number[]; readonly name: string },
): readonly unknown[] {
  let level: readonly unknown[] = [data]
  for (const extent of shape) {
    for (const part of level) {
      if (!Array.isArray(part) || part.length !== extent) throw otherNesting(name, shape)
    }
    level = (level as readonly (readonly unknown[])[]).flat()
  }
  if (level.some(Array.isArray)) throw otherNesting(name, shape)
  return level
}

function otherNesting(name: string, shape: readonly number[]): SluiceError {
  return new SluiceError(
    'invalid-request',
    `The nested "data" of the tensor "${name}" does not have its shape [${shape.join(', ')}].`,
    { hint: 'Nest it exactly as the shape says, or give all elements in one flat array, row by row.' },
  )
}

/** The elements as JSON text, flat. Throws `invalid-request` for BYTES that are no UTF-8. */
export function bytesToJson(data: Buffer, datatype: Datatype, name: string): string {
  if (datatype === 'BYTES') return JSON.stringify(splitBytes(data, name).map((bytes) => textOf(bytes, name)))
  const elements = readElements(data, datatype)
  const size = elementBytes[datatype]
  // JSON.stringify cannot write the 64-bit numbers; it writes NaN and infinities as null.
  return size === 8 && datatype !== 'FP64' ? `[${elements.join(',')}]` : JSON.stringify(elements)
}

/** The elements themselves: 64-bit whole numbers as BigInts, BYTES as Buffers. Throws as `splitBytes` does. */
export function bytesToElements(data: Buffer, datatype: Datatype, name: string): readonly (Element | Buffer)[] {
  return datatype === 'BYTES' ? splitBytes(data, name) : readElements(data, datatype)
}

function readElements(data: Buffer, datatype: Exclude<Datatype, 'BYTES'>): readonly Element[] {
  const { read } = writers[datatype]
  const size = elementBytes[datatype]
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const elements: Element[] = []
  const isDouble = datatype === 'FP64'
  for (let at = 0; at + size <= data.length; at += size)
    elements.push(isDouble ? view.getFloat64(at, true) : read(view, at))
  return elements
}

function textOf(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new SluiceError(
      'invalid-request',
      `The tensor "${name}" holds bytes that are no text; JSON has no way to say them.`,
      {
        hint: 'Ask for it as binary: parameters {"binary_data": true}.',
        cause: error,
      },
    )
  }
}

/** The elements of a BYTES tensor. Throws `invalid-request` when the lengths do not add up. */
export function splitBytes(data: Buffer, name: string): readonly Buffer[] {
  const elements: Buffer[] = []
  let at = 0
  while (at < data.length) {
    const length = at + 4 <= data.length ? data.readUInt32LE(at) : Infinity
    if (at + 4 + length > data.length)
      throw new SluiceError('invalid-request', `The bytes of the tensor "${name}" end in the middle of an element.`, {
        hint: 'Each element of BYTES is its length as 4 bytes, little endian, and then its bytes.',
      })
    elements.push(data.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return elements
}

/** IEEE 754 binary16, rounded to nearest even. */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24)
  const exponent = Math.floor(Math.log2(size))
  const exact = size >= 2 ** (exponent + 1) ? exponent + 1 : size < 2 ** exponent ? exponent - 1 : exponent
  // A mantissa that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exact + 15) << 10) + roundEven((size / 2 ** exact - 1) * 1024))
}

function roundEven(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
}

function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}
