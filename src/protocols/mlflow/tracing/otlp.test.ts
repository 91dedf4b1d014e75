import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { SluiceError } from '../../../base/errors.ts'
import { readJsonExportRequest } from './otlp-json.ts'
import { readExportRequest } from './otlp-protobuf.ts'
import { emptySpan, toSpan } from './otlp-span.ts'

type Fill = (writer: BinaryWriter) => unknown

function inside(writer: BinaryWriter, number: number, fill: Fill): BinaryWriter {
  writer.tag(number, WireType.LengthDelimited).fork()
  fill(writer)
  return writer.join()
}

function exported(fill: Fill): Uint8Array {
  return inside(new BinaryWriter(), 1, (request) => inside(request, 2, (scope) => inside(scope, 2, fill))).finish()
}

const ids: Fill = (writer) =>
  writer
    .tag(1, WireType.LengthDelimited)
    .bytes(new Uint8Array(16).fill(7))
    .tag(2, WireType.LengthDelimited)
    .bytes(new Uint8Array(8).fill(9))

test('a span is read with exact times and typed values; what is not known is passed over', () => {
  const bytes = exported((span) => {
    ids(span)
    span.tag(5, WireType.LengthDelimited).string('name')
    span.tag(7, WireType.Bit64).fixed64(1700000000123456789n)
    span.tag(99, WireType.LengthDelimited).string('from the future')
    span.tag(6, WireType.Bit64).fixed64(1n)
    inside(span, 9, (pair) => {
      pair.tag(1, WireType.LengthDelimited).string('n')
      inside(pair, 2, (value) => value.tag(3, WireType.Varint).int64(9007199254740993n))
    })
    inside(span, 9, (pair) => {
      pair.tag(1, WireType.LengthDelimited).string('nan')
      inside(pair, 2, (value) => value.tag(4, WireType.Bit64).double(NaN))
    })
    inside(span, 15, (status) => status.tag(3, WireType.Varint).int32(2))
  })
  const [{ resource, spans }] = readExportRequest(bytes) as [ReturnType<typeof readExportRequest>[number]]
  const span = toSpan(spans[0]!, resource)!
  assert.deepEqual(span, {
    traceId: `tr-${'07'.repeat(16)}`,
    spanId: '09'.repeat(8),
    name: 'name',
    kind: 0,
    startNs: '1700000000123456789',
    status: 'ERROR',
    attributes: { n: '9007199254740993', nan: 'NaN' },
    events: [],
    links: [],
  })
})

test('values nested without end are refused before the stack ends', () => {
  const nest = (depth: number, writer: BinaryWriter): unknown =>
    depth === 0
      ? writer.tag(2, WireType.Varint).bool(true)
      : inside(writer, 5, (array) => inside(array, 1, (value) => nest(depth - 1, value)))
  const deep = (depth: number) =>
    exported((span) => inside(span, 9, (pair) => inside(pair, 2, (value) => nest(depth, value))))
  assert.equal(readExportRequest(deep(40)).length, 1)
  assert.throws(() => readExportRequest(deep(100)), /nests deeper/)
})

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readExportRequest(bytes)
      } catch (error) {
        assert.ok(error instanceof SluiceError, String(error))
      }
    }),
  )
  const whole = exported(ids)
  for (let length = 1; length < whole.length; length++) {
    assert.throws(() => readExportRequest(whole.subarray(0, length)), /Invalid OpenTelemetry format/)
  }
})

test("OTLP's JSON says the same", () => {
  const span = {
    traceId: '5B8EFFF798038103D269B633813FC60C',
    spanId: 'EEE19B7EC3C1B174',
    parentSpanId: '',
    name: 'a\0b',
    kind: 'SPAN_KIND_SERVER',
    startTimeUnixNano: '1544712660000000001',
    endTimeUnixNano: 1544712661,
    attributes: [
      { key: 'i', value: { intValue: '5' } },
      { key: 'j', value: { intValue: 6 } },
      { key: 'd', value: { doubleValue: 'NaN' } },
      { key: 'b', value: { boolValue: false } },
      { key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }, {}] } } },
      { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { bytesValue: 'AA==' } }] } } },
      { key: 'none' },
    ],
    events: [{ name: 'e', timeUnixNano: '7', attributes: [] }],
    links: [{ traceId: 'ff', spanId: '01' }],
    status: { code: 'STATUS_CODE_OK', message: 'fine' },
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  const [found] = readJsonExportRequest({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
  assert.deepEqual(toSpan(found!.spans[0]!, found!.resource), {
    traceId: 'tr-5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'a\uFFFDb',
    kind: 2,
    startNs: '1544712660000000001',
    endNs: '1544712661',
    status: 'OK',
    statusMessage: 'fine',
    attributes: { i: 5, j: 6, d: 'NaN', b: false, a: ['x', null], m: { k: 'AA==' }, none: null },
    events: [{ name: 'e', timeNs: '7', attributes: {} }],
    links: [{ traceId: `tr-${'ff'.padStart(32, '0')}`, spanId: '01'.padStart(16, '0'), attributes: {} }],
    resource: { 'service.name': 'shop' },
  })
})

test('JSON that says something else is refused by name', () => {
  const wrong = [
    [],
    { resourceSpans: {} },
    { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 5 }] }] }] },
    { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'xyz' }] }] }] },
    { resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: '-1' }] }] }] },
    { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key: 'a', value: { intValue: 'x' } }] }] }] }] },
  ]
  for (const body of wrong) assert.throws(() => readJsonExportRequest(body), /Invalid OpenTelemetry format/)
  assert.equal(
    toSpan({ ...readJsonExportRequest({ resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] })[0]!.spans[0]! }, []),
    undefined,
  )
})

test('the root of a trace says which known program made it', () => {
  const span = (parentSpanId: string) => ({ ...emptySpan(), traceId: '01', spanId: '02', parentSpanId })
  const made = (parentSpanId: string, program: string) =>
    toSpan(span(parentSpanId), [{ key: 'service.name', value: program }])?.attributes
  assert.deepEqual(made('', 'gemini-cli'), { 'service.name': 'gemini-cli' })
  assert.deepEqual(made('03', 'gemini-cli'), {})
  assert.deepEqual(made('', 'somebody'), {})
})
