import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { AnswerObserver } from '../answered-request.ts'

const flushMs = 1000
const batchSpans = 512
/** More are dropped, and counted: a collector that is away must not fill the memory. */
const maxHeld = 8192
const sendTimeoutMs = 10_000
/** Of the OpenTelemetry protocol: SPAN_KIND_INTERNAL, SPAN_KIND_SERVER, STATUS_CODE_ERROR. */
const [internalKind, serverKind, errorStatus] = [1, 2, 2]

/** Sends a span for every traced request, and one for its time in the model, to an OpenTelemetry collector. */
export interface SpanExport {
  readonly observer: AnswerObserver
  /** Spans that were dropped: too many at once, or a collector that did not take them. */
  readonly dropped: () => number
  /** Sends what is held; waits no longer than a request to the collector may take. */
  close(): Promise<void>
}

/**
 * OTLP over HTTP with JSON (opentelemetry.io/docs/specs/otlp), to `<endpoint>/v1/traces`. Spans go out together, once a
 * second, after their requests were answered.
 */
export function spanExport({
  endpoint,
  clock,
  random,
  warn,
}: {
  /** e.g. `http://127.0.0.1:4318`. */
  readonly endpoint: string
  readonly clock: Clock
  readonly random: (bytes: number) => Buffer
  readonly warn: (message: string) => void
}): SpanExport {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  let held: JsonObject[] = []
  let dropped = 0
  let isWarned = false
  let cancel: (() => void) | undefined
  let sending: Promise<void> = Promise.resolve()
  const fail = (count: number, why: string): void => {
    dropped += count
    if (!isWarned) warn(`spans cannot be sent to ${url}: ${why}`)
    isWarned = true
  }
  const send = async (spans: readonly JsonObject[]): Promise<void> => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(requestOf(spans)),
        signal: AbortSignal.timeout(sendTimeoutMs),
      })
      await response.arrayBuffer()
      if (!response.ok) return fail(spans.length, `it answers ${response.status}`)
      isWarned = false
    } catch (error) {
      fail(spans.length, messageOf(error))
    }
  }
  const flush = (): void => {
    cancel?.()
    cancel = undefined
    const spans = held
    held = []
    if (spans.length > 0) sending = sending.then(() => send(spans))
  }
  return {
    observer(answered) {
      if (answered.trace?.isSampled !== true) return
      if (held.length >= maxHeld) return void (dropped += 2)
      held.push(...spansOf(answered, random))
      if (held.length >= batchSpans) flush()
      else cancel ??= clock.after(flushMs, flush)
    },
    dropped: () => dropped,
    async close() {
      flush()
      await sending
    },
  }
}

function requestOf(spans: readonly JsonObject[]): JsonObject {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', 'sluiceworks')] },
        scopeSpans: [{ scope: { name: 'sluiceworks.serving' }, spans: [...spans] }],
      },
    ],
  }
}

/** The request, and within it the model; when it began to work is not known, but when it was done and how long it took. */
function spansOf(answered: Parameters<AnswerObserver>[0], random: (bytes: number) => Buffer): readonly JsonObject[] {
  const { trace, endpoint, revision, requestId, arrivedMs, durationMs, answer } = answered
  const { traceId, spanId, parentId } = trace!
  const endMs = arrivedMs + durationMs
  const isFailed = answer.kind === 'refused'
  const status = isFailed ? answer.error.status : 200
  const request = {
    ...{ traceId, spanId, ...(parentId !== undefined && { parentSpanId: parentId }) },
    ...{ name: `score ${endpoint}`, kind: serverKind },
    ...{ startTimeUnixNano: nanoseconds(arrivedMs), endTimeUnixNano: nanoseconds(endMs) },
    attributes: [
      attribute('sluice.endpoint', endpoint),
      attribute('sluice.deployment', revision.deployment),
      attribute('sluice.revision', revision.revision),
      attribute('sluice.request_id', requestId),
      attribute('http.response.status_code', status),
      ...(isFailed ? [attribute('error.type', answer.error.code)] : []),
    ],
    ...(isFailed && status >= 500 ? { status: { code: errorStatus, message: answer.error.message } } : {}),
  }
  if (answer.executionMs === undefined) return [request]
  const model = {
    ...{ traceId, spanId: random(8).toString('hex'), parentSpanId: spanId, name: 'predict', kind: internalKind },
    startTimeUnixNano: nanoseconds(Math.max(arrivedMs, endMs - answer.executionMs)),
    endTimeUnixNano: nanoseconds(endMs),
  }
  return [request, model]
}

function attribute(key: string, value: string | number): JsonObject {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } }
}

/** As the JSON form has 64-bit numbers: text. Milliseconds times a million are more than a double can count. */
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms)
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)))
}
