import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { messageOf, SluiceError } from '../../../base/errors.ts'
import type { JsonValue } from '../../../base/json.ts'
import {
  attributesOf,
  emptySpan,
  storable,
  wireInteger,
  wireNumber,
  type OtlpAttribute,
  type OtlpResourceSpans,
  type OtlpSpan,
} from './otlp-span.ts'

/**
 * OTLP's binary encoding (opentelemetry-proto 1.x: collector/trace/v1/trace_service.proto, trace/v1/trace.proto,
 * common/v1/common.proto). The field numbers of the messages stand beside what each field is read into; everything else
 * is skipped, as protobuf asks of readers.
 */
type FieldReaders = Readonly<Record<number, readonly [WireType, (reader: BinaryReader) => void]>>

/** Values nest: deeper than anyone means, and short of the end of the stack. */
const maxDepth = 64
const { LengthDelimited, Varint, Bit64 } = WireType

/** Throws `invalid-request` for bytes that are no ExportTraceServiceRequest. */
export function readExportRequest(bytes: Uint8Array): readonly OtlpResourceSpans[] {
  const found: OtlpResourceSpans[] = []
  try {
    const reader = new BinaryReader(bytes)
    readFields(reader, reader.len, { 1: [LengthDelimited, (r) => found.push(resourceSpans(r))] })
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw new SluiceError('invalid-request', `Invalid OpenTelemetry format: ${messageOf(error)}.`)
  }
  return found
}

/** Reads fields until `end`; one of another wire type than expected is skipped like an unknown one. */
function readFields(reader: BinaryReader, end: number, fields: FieldReaders): void {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag()
    const field = fields[number]
    if (field?.[0] === wireType) field[1](reader)
    else reader.skip(wireType, number)
  }
  if (reader.pos !== end) throw new SluiceError('invalid-request', 'Invalid OpenTelemetry format: a message is cut.')
}

/** The message at the reader's place, whose length comes first. */
function readMessage(reader: BinaryReader, fields: FieldReaders): void {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new SluiceError('invalid-request', 'Invalid OpenTelemetry format: a message is cut.')
  readFields(reader, end, fields)
}

function resourceSpans(reader: BinaryReader): OtlpResourceSpans {
  const found: OtlpResourceSpans = { resource: [], spans: [] }
  const scope = (r: BinaryReader) =>
    readMessage(r, { 2: [LengthDelimited, (inner) => found.spans.push(spanMessage(inner))] })
  readMessage(reader, {
    1: [LengthDelimited, (r) => readMessage(r, { 1: attributesInto(found.resource) })],
    2: [LengthDelimited, scope],
  })
  return found
}

function spanMessage(reader: BinaryReader): OtlpSpan {
  const span = emptySpan()
  readMessage(reader, {
    1: [LengthDelimited, (r) => (span.traceId = hex(r))],
    2: [LengthDelimited, (r) => (span.spanId = hex(r))],
    4: [LengthDelimited, (r) => (span.parentSpanId = hex(r))],
    5: [LengthDelimited, (r) => (span.name = r.string())],
    6: [Varint, (r) => (span.kind = r.int32())],
    7: [Bit64, (r) => (span.startNs = String(r.fixed64()))],
    8: [Bit64, (r) => (span.endNs = String(r.fixed64()))],
    9: attributesInto(span.attributes),
    11: [LengthDelimited, (r) => span.events.push(eventMessage(r))],
    13: [LengthDelimited, (r) => span.links.push(linkMessage(r))],
    15: [LengthDelimited, (r) => readStatus(r, span)],
  })
  return span
}

function eventMessage(reader: BinaryReader): OtlpSpan['events'][number] {
  const event: OtlpSpan['events'][number] = { name: '', timeNs: '0', attributes: [] }
  readMessage(reader, {
    1: [Bit64, (r) => (event.timeNs = String(r.fixed64()))],
    2: [LengthDelimited, (r) => (event.name = storable(r.string()))],
    3: attributesInto(event.attributes),
  })
  return event
}

function linkMessage(reader: BinaryReader): OtlpSpan['links'][number] {
  const link: OtlpSpan['links'][number] = { traceId: '', spanId: '', attributes: [] }
  readMessage(reader, {
    1: [LengthDelimited, (r) => (link.traceId = hex(r))],
    2: [LengthDelimited, (r) => (link.spanId = hex(r))],
    4: attributesInto(link.attributes),
  })
  return link
}

function readStatus(reader: BinaryReader, { status }: OtlpSpan): void {
  readMessage(reader, {
    2: [LengthDelimited, (r) => (status.message = r.string())],
    3: [Varint, (r) => (status.code = r.int32())],
  })
}

function attributesInto(list: OtlpAttribute[], depth = 0): FieldReaders[number] {
  return [LengthDelimited, (reader) => list.push(keyValue(reader, depth))]
}

function keyValue(reader: BinaryReader, depth: number): OtlpAttribute {
  const pair: OtlpAttribute = { key: '', value: null }
  readMessage(reader, {
    1: [LengthDelimited, (r) => (pair.key = r.string())],
    2: [LengthDelimited, (r) => (pair.value = anyValue(r, depth + 1))],
  })
  return pair
}

function anyValue(reader: BinaryReader, depth: number): JsonValue {
  if (depth > maxDepth) throw new SluiceError('limit-exceeded', `A value nests deeper than ${maxDepth}.`)
  let value: JsonValue = null
  readMessage(reader, {
    1: [LengthDelimited, (r) => (value = storable(r.string()))],
    2: [Varint, (r) => (value = r.bool())],
    3: [Varint, (r) => (value = wireInteger(r.int64()))],
    4: [Bit64, (r) => (value = wireNumber(r.double()))],
    5: [LengthDelimited, (r) => (value = arrayValue(r, depth))],
    6: [LengthDelimited, (r) => (value = pairsValue(r, depth))],
    7: [LengthDelimited, (r) => (value = Buffer.from(r.bytes()).toString('base64'))],
  })
  return value
}

function arrayValue(reader: BinaryReader, depth: number): JsonValue {
  const items: JsonValue[] = []
  readMessage(reader, { 1: [LengthDelimited, (r) => items.push(anyValue(r, depth + 1))] })
  return items
}

function pairsValue(reader: BinaryReader, depth: number): JsonValue {
  const pairs: OtlpAttribute[] = []
  readMessage(reader, { 1: attributesInto(pairs, depth) })
  return attributesOf(pairs)
}

function hex(reader: BinaryReader): string {
  return Buffer.from(reader.bytes()).toString('hex')
}
