import type { JsonObject, JsonValue } from '../../../base/json.ts'
import type { Span } from '../../../tracking/traces/trace.ts'

/** A span as OTLP has it, whichever of its two encodings it came in; ids as hex, times as decimal digits. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
  startNs: string
  endNs: string
  attributes: OtlpAttribute[]
  events: { name: string; timeNs: string; attributes: OtlpAttribute[] }[]
  links: { traceId: string; spanId: string; attributes: OtlpAttribute[] }[]
  status: { code: number; message: string }
}

export interface OtlpAttribute {
  key: string
  value: JsonValue
}

/** Spans that have a resource in common: what the program that made them says about itself. */
export interface OtlpResourceSpans {
  resource: OtlpAttribute[]
  spans: OtlpSpan[]
}

export function emptySpan(): OtlpSpan {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startNs: '0',
    endNs: '0',
    attributes: [],
    events: [],
    links: [],
    status: { code: 0, message: '' },
  }
}

const statusNames = ['UNSET', 'OK', 'ERROR'] as const

/** Programs that MLflow's pages know by name: their traces say at the root which of them made it. */
const knownPrograms: ReadonlySet<JsonValue> = new Set([
  'claude-code',
  'codex_cli_rs',
  'codex_vscode',
  'gemini-cli',
  'qwen-code',
])

/** `undefined` for a span without ids, which cannot be stored; ids of nothing but zeros are taken, as by MLflow. */
export function toSpan(span: OtlpSpan, resource: readonly OtlpAttribute[]): Span | undefined {
  if (span.traceId === '' || span.spanId === '') return undefined
  const isRoot = isZero(span.parentSpanId)
  const program = resource.find(({ key }) => key === 'service.name')?.value ?? null
  return {
    traceId: traceIdOf(span.traceId),
    spanId: span.spanId.padStart(16, '0'),
    ...(!isRoot && { parentSpanId: span.parentSpanId.padStart(16, '0') }),
    name: storable(span.name),
    kind: span.kind,
    startNs: span.startNs,
    ...(span.endNs !== '0' && { endNs: span.endNs }),
    status: statusNames[span.status.code] ?? 'UNSET',
    ...(span.status.message !== '' && { statusMessage: storable(span.status.message) }),
    attributes: {
      ...attributesOf(span.attributes),
      ...(isRoot && knownPrograms.has(program) && { 'service.name': program }),
    },
    events: span.events.map((event) => ({ ...event, attributes: attributesOf(event.attributes) })),
    links: span.links
      .filter((link) => link.traceId.length <= 32 && link.spanId.length <= 16)
      .map((link) => ({
        traceId: traceIdOf(link.traceId),
        spanId: link.spanId.padStart(16, '0'),
        attributes: attributesOf(link.attributes),
      })),
    ...(resource.length > 0 && { resource: attributesOf(resource) }),
  }
}

function isZero(id: string): boolean {
  return /^0*$/.test(id)
}

function traceIdOf(hex: string): string {
  return `tr-${hex.padStart(32, '0')}`
}

export function attributesOf(attributes: readonly OtlpAttribute[]): JsonObject {
  return Object.fromEntries(attributes.map(({ key, value }) => [storable(key), value]))
}

/** PostgreSQL can hold no U+0000, not even escaped within JSON that it looks into. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

/** A double that JSON has no number for is its word. */
export function wireNumber(value: number): JsonValue {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** A 64-bit integer: a number where that is exact, else its digits. */
export function wireInteger(value: bigint | string): JsonValue {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
