import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Datatype } from './tensor-message.ts'
import { bytesToJson, elementsToBytes, flatElements, splitBytes } from './tensor-data.ts'

const wide = (low: bigint, high: bigint) => fc.bigInt(low, high)
const elements: Readonly<Record<Exclude<Datatype, 'FP16'>, fc.Arbitrary<unknown>>> = {
  BOOL: fc.boolean(),
  UINT8: fc.integer({ min: 0, max: 0xff }),
  UINT16: fc.integer({ min: 0, max: 0xffff }),
  UINT32: fc.integer({ min: 0, max: 0xffffffff }),
  UINT64: wide(0n, 2n ** 64n - 1n),
  INT8: fc.integer({ min: -0x80, max: 0x7f }),
  INT16: fc.integer({ min: -0x8000, max: 0x7fff }),
  INT32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  INT64: wide(-(2n ** 63n), 2n ** 63n - 1n),
  FP32: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  FP64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  BYTES: fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
}

/** JSON whose whole numbers are BigInts, which JSON.stringify has no words for. */
function textOf(values: readonly unknown[]): string {
  return typeof values[0] === 'bigint' ? `[${values.join(',')}]` : JSON.stringify(values)
}

for (const [datatype, element] of Object.entries(elements)) {
  test(`elements of ${datatype} come back from their bytes`, () => {
    fc.assert(
      fc.property(fc.array(element), (values) => {
        const bytes = elementsToBytes(values, datatype as Datatype, 'x')
        assert.equal(bytesToJson(bytes, datatype as Datatype, 'x'), textOf(values))
      }),
    )
  })
}

test('FP16 is rounded to the nearest half, to even where two are as near, and reads every half there is', () => {
  const bits = (value: number) => elementsToBytes([value], 'FP16', 'x').readUInt16LE()
  // From the tables of IEEE 754: the least subnormal, the least normal, the next after one, the greatest.
  const known = { '0': 0, '1': 0x3c00, '-2': 0xc000, '65504': 0x7bff, '65520': 0x7c00, '0.333251953125': 0x3555 }
  for (const [value, expected] of Object.entries(known)) assert.equal(bits(Number(value)), expected, value)
  assert.deepEqual([bits(2 ** -24), bits(2 ** -14), bits(1 + 2 ** -10)], [1, 0x0400, 0x3c01])
  assert.deepEqual([bits(1 + 2 ** -11), bits(1 + 3 * 2 ** -11), bits(2048.9999)], [0x3c00, 0x3c02, 0x6800])
  assert.equal(bits(-0), 0x8000)
  for (let half = 0; half < 0x10000; half++) {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16LE(half)
    const [value] = JSON.parse(bytesToJson(bytes, 'FP16', 'x')) as [number | null]
    if (value !== null) assert.equal(bits(half === 0x8000 ? -0 : value), half)
    else assert.equal(half & 0x7c00, 0x7c00, 'only infinities and NaN are null')
  }
})

test('null stands for NaN, and for what JSON cannot say, in floating-point tensors only', () => {
  assert.equal(bytesToJson(elementsToBytes([1, null], 'FP64', 'x'), 'FP64', 'x'), '[1,null]')
  assert.equal(bytesToJson(elementsToBytes([Infinity], 'FP32', 'x'), 'FP32', 'x'), '[null]')
  assert.throws(() => elementsToBytes([null], 'INT32', 'x'), /Element 0 of the tensor "x" is null, not INT32/)
})

test('an element that its datatype cannot hold is named', () => {
  const cases: readonly (readonly [Datatype, unknown, RegExp])[] = [
    ['UINT8', 256, /is 256, not UINT8: a whole number from 0 to 255/],
    ['INT32', 1.5, /is 1.5, not INT32/],
    ['INT64', 2n ** 63n, /is 9223372036854775808, not INT64/],
    ['UINT64', -1, /is -1, not UINT64/],
    ['BOOL', 1, /is 1, not BOOL: true or false/],
    ['BYTES', 5, /is 5, not BYTES: text/],
    ['FP32', 'x'.repeat(100), /is "x{56}\.\.\., not FP32/],
  ]
  for (const [datatype, element, message] of cases) {
    assert.throws(() => elementsToBytes([element], datatype, 't'), message)
  }
})

test('data is flat, or nested exactly as the shape says', () => {
  assert.deepEqual(flatElements([1, 2, 3, 4], [2, 2], 'x'), [1, 2, 3, 4])
  assert.deepEqual(
    flatElements(
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      'x',
    ),
    [1, 2, 3, 4],
  )
  assert.deepEqual(flatElements([], [0, 3], 'x'), [])
  assert.deepEqual(flatElements([5], [], 'x'), [5])
  const wrong: readonly (readonly [unknown, readonly number[]])[] = [
    [[[1, 2, 3, 4]], [2, 2]],
    [
      [[1, 2], [3]],
      [2, 2],
    ],
    [
      [[1], 2],
      [2, 1],
    ],
    [[[[1]]], [1, 1]],
    [
      [1, 2, 3],
      [2, 2],
    ],
    ['1', [1]],
  ]
  for (const [data, shape] of wrong) {
    assert.throws(() => flatElements(data, shape, 'x'), { code: 'invalid-request' }, JSON.stringify(data))
  }
})

test('bytes that end within an element, or are no text, are told', () => {
  assert.throws(() => splitBytes(Buffer.from([5, 0, 0, 0, 1]), 'x'), /end in the middle of an element/)
  assert.throws(() => splitBytes(Buffer.from([5, 0]), 'x'), /end in the middle of an element/)
  const noText = Buffer.from([1, 0, 0, 0, 0xff])
  assert.throws(() => bytesToJson(noText, 'BYTES', 'x'), /bytes that are no text/)
})
