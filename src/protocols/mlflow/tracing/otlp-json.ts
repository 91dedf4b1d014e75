import { SluiceError } from '../../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts'
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

/** OTLP's JSON encoding: protobuf's, but for ids, which are hex (OTLP specification, "JSON Protobuf Encoding"). */

/** Throws `invalid-request` for JSON that is no ExportTraceServiceRequest. */
export function readJsonExportRequest(value: unknown): readonly OtlpResourceSpans[] {
  if (!isJsonObject(value)) throw malformed('the body is not an object')
  return objects(value, 'resourceSpans').map((resourceSpans) => ({
    resource: attributes(isJsonObject(resourceSpans['resource']) ? resourceSpans['resource'] : {}),
    spans: objects(resourceSpans, 'scopeSpans').flatMap((scope) => objects(scope, 'spans').map(spanMessage)),
  }))
}

function malformed(why: string): SluiceError {
  return new SluiceError('invalid-request', `Invalid OpenTelemetry format: ${why}.`)
}

function objects(parent: JsonObject, name: string): readonly JsonObject[] {
  const list = parent[name] ?? []
  if (!Array.isArray(list) || !list.every(isJsonObject)) throw malformed(`"${name}" is not a list of objects`)
  return list
}

function spanMessage(given: JsonObject): OtlpSpan {
  const status = isJsonObject(given['status']) ? given['status'] : {}
  return {
    ...emptySpan(),
    traceId: id(given, 'traceId'),
    spanId: id(given, 'spanId'),
    parentSpanId: id(given, 'parentSpanId'),
    name: text(given, 'name'),
    kind: enumNumber(given['kind'], 'SPAN_KIND_', [
      'UNSPECIFIED',
      'INTERNAL',
      'SERVER',
      'CLIENT',
      'PRODUCER',
      'CONSUMER',
    ]),
    startNs: nanoseconds(given, 'startTimeUnixNano'),
    endNs: nanoseconds(given, 'endTimeUnixNano'),
    attributes: attributes(given),
    events: objects(given, 'events').map((event) => ({
      name: text(event, 'name'),
      timeNs: nanoseconds(event, 'timeUnixNano'),
      attributes: attributes(event),
    })),
    links: objects(given, 'links').map((link) => ({
      traceId: id(link, 'traceId'),
      spanId: id(link, 'spanId'),
      attributes: attributes(link),
    })),
    status: {
      code: enumNumber(status['code'], 'STATUS_CODE_', ['UNSET', 'OK', 'ERROR']),
      message: text(status, 'message'),
    },
  }
}

function text(parent: JsonObject, name: string): string {
  const value = parent[name] ?? ''
  if (typeof value !== 'string') throw malformed(`"${name}" is not a text`)
  return storable(value)
}

function id(parent: JsonObject, name: string): string {
  const value = text(parent, name).toLowerCase()
  if (!/^([0-9a-f]{2}){0,32}$/.test(value)) throw malformed(`"${name}" is not hexadecimal`)
  return value
}

function nanoseconds(parent: JsonObject, name: string): string {
  const value = String(parent[name] ?? '0')
  if (!/^\d{1,20}$/.test(value)) throw malformed(`"${name}" is not a whole number of nanoseconds`)
  return String(BigInt(value))
}

function enumNumber(value: JsonValue | undefined, prefix: string, names: readonly string[]): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? Math.max(0, names.indexOf(value.replace(prefix, ''))) : 0
}

function attributes(parent: JsonObject): OtlpAttribute[] {
  return objects(parent, 'attributes').map((pair) => ({ key: text(pair, 'key'), value: anyValue(pair['value']) }))
}

/** The JSON reader limits nesting before this does. */
function anyValue(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null
  if (typeof value['stringValue'] === 'string') return storable(value['stringValue'])
  if (typeof value['boolValue'] === 'boolean') return value['boolValue']
  if (value['intValue'] !== undefined) return integer(value['intValue'])
  if (value['doubleValue'] !== undefined) return wireNumber(Number(value['doubleValue']))
  if (isJsonObject(value['arrayValue'])) return objects(value['arrayValue'], 'values').map(anyValue)
  if (isJsonObject(value['kvlistValue'])) {
    const pairs = objects(value['kvlistValue'], 'values')
    return attributesOf(pairs.map((pair) => ({ key: text(pair, 'key'), value: anyValue(pair['value']) })))
  }
  return typeof value['bytesValue'] === 'string' ? value['bytesValue'] : null
}

function integer(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) throw malformed('"intValue" is not a whole number')
  return wireInteger(value)
}
