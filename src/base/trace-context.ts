/** Where a request stands in a trace (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** Of what this server does for the request: 16 hex digits. */
  readonly spanId: string
  /** Of whoever called; absent where the trace begins here. */
  readonly parentId?: string
  readonly isSampled: boolean
}

/** The header's value. */
export function traceparentOf({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}

/** The caller's trace and span. Undefined for anything else than section 3.2 allows; versions to come may append to it. */
export function parseTraceparent(value: unknown): Omit<TraceContext, 'parentId'> | undefined {
  if (typeof value !== 'string' || value.length > 200) return undefined
  const [, version, traceId, spanId, flags, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(value) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return undefined
  return { traceId: traceId!, spanId: spanId!, isSampled: (parseInt(flags!, 16) & 1) === 1 }
}
