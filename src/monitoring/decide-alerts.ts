import { breachKey } from './monitor-run-store.ts'
import type { Alert, Finding, SignalOutcome, Verdict } from './monitor.ts'
import { verdictSentence } from './verdict-sentence.ts'

/** What a run does to the alerts of its monitor. */
export type AlertChange =
  | { readonly kind: 'raise'; readonly signal: string; readonly findings: readonly Finding[] }
  /** It goes on; `isWorse` where something came that was not in breach before. */
  | { readonly kind: 'go-on'; readonly alert: Alert; readonly findings: readonly Finding[]; readonly isWorse: boolean }
  | { readonly kind: 'resolve'; readonly alert: Alert }

export interface AlertSituation {
  readonly open: readonly Alert[]
  /** Signals of the monitor as it is now. */
  readonly signals: readonly { readonly name: string; readonly isAlertEnabled: boolean }[]
  readonly outcomes: readonly Pick<SignalOutcome, 'name' | 'status'>[]
  readonly verdicts: readonly Verdict[]
}

/**
 * The changes of a run. A signal without data, or that could not be computed, changes nothing: its alert stays until
 * somebody looks or a run finds it well. One that is gone or raises no alerts any more is resolved.
 */
export function decideAlerts({ open, signals, outcomes, verdicts }: AlertSituation): readonly AlertChange[] {
  const changes: AlertChange[] = open
    .filter((alert) => signals.find(({ name }) => name === alert.signal)?.isAlertEnabled !== true)
    .map((alert) => ({ kind: 'resolve', alert }))
  for (const { name, isAlertEnabled } of signals) {
    if (!isAlertEnabled || outcomes.find((one) => one.name === name)?.status !== 'computed') continue
    const alert = open.find(({ signal }) => signal === name)
    const findings = findingsOf(verdicts.filter(({ signal, isBreach }) => signal === name && isBreach))
    if (findings.length > 0 && alert === undefined) changes.push({ kind: 'raise', signal: name, findings })
    else if (alert !== undefined && findings.length === 0) changes.push({ kind: 'resolve', alert })
    else if (alert !== undefined) {
      const known = new Set(alert.findings.map(breachKey))
      const isWorse = findings.some((finding) => !known.has(breachKey(finding)))
      changes.push({ kind: 'go-on', alert, findings, isWorse })
    }
  }
  return changes
}

/** The worst first. */
function findingsOf(verdicts: readonly Verdict[]): readonly Finding[] {
  return [...verdicts]
    .sort((one, other) => severity(other) - severity(one) || (one.feature < other.feature ? -1 : 1))
    .map((verdict) => ({
      feature: verdict.feature,
      metric: verdict.metric,
      effect: verdict.effect,
      sinceMs: verdict.sinceMs!,
      sentence: verdictSentence(verdict),
      ...(verdict.threshold !== undefined && { threshold: verdict.threshold }),
    }))
}

/** How far the effect lies beyond its threshold; what cannot be compared at all is worst. */
function severity({ effect, threshold, detail }: Verdict): number {
  if (effect === null || threshold === undefined) return Infinity
  const [over, under] = detail.breachesWhen === 'below' ? [threshold, effect] : [effect, threshold]
  return under === 0 ? Number.MAX_VALUE : over / under
}
