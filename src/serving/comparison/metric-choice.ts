import { SluiceError } from '../../base/errors.ts'
import type { MeasuredMetric } from './request-store.ts'

/** A metric with which direction is good. */
export interface MetricChoice {
  readonly name: string
  readonly metric: MeasuredMetric
  readonly better: 'higher' | 'lower'
}

/** The smallest difference that matters: in the metric's unit, or as a share of the baseline's value. */
export interface Margin {
  readonly value: number
  readonly isRelative: boolean
}

const outcomePattern = /^[A-Za-z_][-.\w]{0,63}$/

/** True for what outcomes can be reported as; `latency` and `error` are measured here. */
export function isOutcomeName(name: string): boolean {
  return outcomePattern.test(name) && name !== 'latency' && name !== 'error'
}

/** `latency`, `error`, or an outcome with its good direction: `revenue`, `mae:lower`. Throws `invalid-request`. */
export function readMetricChoice(text: string): MetricChoice {
  const [name = '', direction = 'higher', ...rest] = text.split(':')
  const isKnown = rest.length === 0 && (direction === 'higher' || direction === 'lower')
  if (isKnown && text === 'latency') return { name, metric: { kind: 'latency' }, better: 'lower' }
  if (isKnown && text === 'error') return { name, metric: { kind: 'error' }, better: 'lower' }
  if (isKnown && isOutcomeName(name)) return { name, metric: { kind: 'outcome', name }, better: direction }
  throw new SluiceError('invalid-request', `"${text}" is no metric.`, {
    hint: 'A metric is latency, error, or an outcome with what is better: revenue (higher), or mae:lower.',
  })
}

/** `0.5`, or `5%` of the baseline's value. Throws `invalid-request`. */
export function readMargin(text: string): Margin {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? []
  if (digits === undefined) {
    throw new SluiceError('invalid-request', `"${text}" is no margin.`, {
      hint: 'A margin is a number in the metric’s unit (0.5), or a share of the baseline’s value (5%).',
    })
  }
  return percent === '%'
    ? { value: Number(digits) / 100, isRelative: true }
    : { value: Number(digits), isRelative: false }
}

/** What counts where nothing is declared: a tenth of the latency, one failure in a hundred, any difference else. */
export function usualMargin({ metric }: MetricChoice): Margin {
  if (metric.kind === 'latency') return { value: 0.1, isRelative: true }
  return { value: metric.kind === 'error' ? 0.01 : 0, isRelative: false }
}
