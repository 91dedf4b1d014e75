import { parseTraceparent, traceparentOf, type TraceContext } from '../base/trace-context.ts'
import type { HttpRequest } from './route.ts'

/** Reads and continues the traces of requests. */
export interface RequestTraces {
  /** Call once, before the handler: the header `traceparent` then names this server's span. */
  begin(request: Pick<HttpRequest, 'headers'>): TraceContext | undefined
  /** A span of this server in the trace that a `traceparent` names; undefined where the request is not traced. */
  continued(traceparent: string | undefined): TraceContext | undefined
}

const known = new WeakMap<Pick<HttpRequest, 'headers'>, TraceContext>()

/** The trace of a request, as a part of what is told of it: empty for one without. */
export function traced(request: Pick<HttpRequest, 'headers'>): { readonly trace?: TraceContext } {
  const trace = known.get(request)
  return trace === undefined ? {} : { trace }
}

/**
 * Traces that callers began are continued; with `isAlways` requests without one begin their own. A header that is no
 * `traceparent` is left out, as the standard wants it, and never refused.
 */
export function requestTraces({
  random,
  isAlways,
}: {
  /** That many random bytes. */
  readonly random: (bytes: number) => Buffer
  readonly isAlways: boolean
}): RequestTraces {
  const continued: RequestTraces['continued'] = (traceparent) => {
    const given = parseTraceparent(traceparent)
    if (given === undefined && !isAlways) return undefined
    return {
      traceId: given?.traceId ?? random(16).toString('hex'),
      spanId: random(8).toString('hex'),
      ...(given !== undefined && { parentId: given.spanId }),
      isSampled: given?.isSampled ?? true,
    }
  }
  return {
    continued,
    begin(request) {
      const { headers } = request
      const given = headers['traceparent']
      const context = continued(typeof given === 'string' ? given : undefined)
      if (context === undefined) {
        delete headers['traceparent']
        return undefined
      }
      known.set(request, context)
      headers['traceparent'] = traceparentOf(context)
      return context
    },
  }
}
