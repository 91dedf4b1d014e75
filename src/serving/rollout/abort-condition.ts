import { SluiceError } from '../../base/errors.ts'
import { readMargin, readMetricChoice } from '../comparison/metric-choice.ts'

/** What ends a rollout; `text` is how it was written. */
export type AbortCondition =
  | { readonly kind: 'error-rate'; readonly text: string; readonly limit: Limit }
  | { readonly kind: 'latency'; readonly text: string; readonly quantile: number; readonly limit: Limit }
  | { readonly kind: 'worse'; readonly text: string; readonly metric: string; readonly margin?: string }

/** A share (error rate) or milliseconds (latency), or a multiple of what the baseline has. */
interface Limit {
  readonly value: number
  readonly isOfBaseline: boolean
}

/**
 * `error-rate>1%`, `error-rate>2x` (twice the baseline's), `p95>200ms`, `p95>1.5x`, `worse:METRIC` (by the comparison of
 * variants), `worse:METRIC>5%` (by more than that margin). Throws `invalid-request`.
 */
export function readAbortCondition(written: string): AbortCondition {
  const text = written.replace(/\s+/g, '')
  const [, subject = '', limit] = /^([^>]+)(?:>(.+))?$/.exec(text) ?? []
  if (subject.startsWith('worse:')) {
    const metric = subject.slice('worse:'.length)
    readMetricChoice(metric)
    if (limit !== undefined) readMargin(limit)
    return { kind: 'worse', text, metric, ...(limit !== undefined && { margin: limit }) }
  }
  const percentile = /^p(\d{1,2})$/.exec(subject)?.[1]
  if (subject === 'error-rate' && limit !== undefined) {
    const share = /^(\d+(?:\.\d+)?)%$/.exec(limit)?.[1]
    const found = share === undefined ? ofBaseline(limit) : { value: Number(share) / 100, isOfBaseline: false }
    if (found !== undefined) return { kind: 'error-rate', text, limit: found }
  }
  if (percentile !== undefined && Number(percentile) > 0 && limit !== undefined) {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(limit) ?? []
    const found =
      amount === undefined
        ? ofBaseline(limit)
        : { value: Number(amount) * (unit === 's' ? 1000 : 1), isOfBaseline: false }
    if (found !== undefined) return { kind: 'latency', text, quantile: Number(percentile) / 100, limit: found }
  }
  throw new SluiceError('invalid-request', `"${written}" is no condition to abort on.`, {
    hint: 'For example: error-rate>1%, error-rate>2x, p95>200ms, p95>1.5x, worse:latency, worse:revenue>1%, worse:mae:lower.',
  })
}

function ofBaseline(limit: string): Limit | undefined {
  const times = /^(\d+(?:\.\d+)?)x$/.exec(limit)?.[1]
  return times === undefined ? undefined : { value: Number(times), isOfBaseline: true }
}
