import type { Verdict, VerdictDetail } from './monitor.ts'

/** A verdict in one sentence: metric, effect, threshold, binning, by how much it moved and since when. */
export function verdictSentence(
  verdict: Pick<Verdict, 'feature' | 'metric' | 'effect' | 'threshold' | 'sinceMs' | 'detail'>,
): string {
  const { feature, metric, effect, threshold, sinceMs, detail } = verdict
  const { breachesWhen, binning, moved, note } = detail
  const subject = feature === '' ? metric : `${feature}: ${metric}`
  const size = effect === null ? (note ?? 'nothing to compare') : short(effect)
  const bound = threshold === undefined ? '' : ` (${boundTexts[breachesWhen ?? 'reaches'](short(threshold))})`
  const parts = [
    `${subject} ${size}${bound}`,
    ...(binning === undefined ? [] : [`by ${binning}`]),
    ...(moved === undefined ? [] : [movedText(moved)]),
    ...(sinceMs === undefined ? [] : [`since ${timeText(sinceMs)}`]),
  ]
  return parts.join(', ')
}

/** From when on an effect is in breach. */
const boundTexts = {
  reaches: (threshold: string): string => `threshold ${threshold}`,
  exceeds: (threshold: string): string => `more than ${threshold}`,
  below: (threshold: string): string => `less than ${threshold}`,
} as const

/** `mean 0.5 -> 1.2 (+0.7 sd)` */
function movedText({ of, from, to, deviations }: NonNullable<VerdictDetail['moved']>): string {
  const by = deviations === undefined ? '' : ` (${deviations >= 0 ? '+' : ''}${short(deviations)} sd)`
  return `${of} ${short(from)} -> ${short(to)}${by}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
