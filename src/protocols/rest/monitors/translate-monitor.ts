import type { AlertDelivery } from '../../../monitoring/alert-delivery-store.ts'
import type { BreachFiring, Retraining } from '../../../monitoring/breach-actions.ts'
import type { Alert, MonitorRun, Mute, SignalOutcome, TimeWindow, Verdict } from '../../../monitoring/monitor.ts'
import type { MonitorView } from '../../../monitoring/monitors.ts'
import { verdictSentence } from '../../../monitoring/verdict-sentence.ts'
import type { OnBreach } from '../../../spec/monitors/monitor-document.ts'
import type { JobAction } from '../../../spec/schedules/schedule-documents.ts'
import { timingText, timingWire } from '../../../spec/schedules/schedule-timing.ts'
import { wireTime } from '../translate.ts'
import type {
  AlertMessage,
  BreachMessage,
  DeliveryMessage,
  MonitorMessage,
  MonitorRunMessage,
  RetrainingMessage,
  VerdictMessage,
} from './monitor-messages.ts'

/** A monitor as the wire has it, with its next times. */
export function toMonitorMessage(
  view: MonitorView,
  { next, runsByItself }: { readonly next: readonly number[]; readonly runsByItself: boolean },
): MonitorMessage {
  const { displayName, description, tags, timing, monitor } = view.definition
  const { target, signals, notify, onBreach } = monitor
  const { endpoint, model } = target
  return {
    name: view.name,
    status: view.status === 'enabled' && next.length === 0 ? 'ended' : view.status,
    ...(displayName !== undefined && { display_name: displayName }),
    ...(description !== undefined && { description }),
    tags: { ...tags },
    when: `${timingText(timing)}, ${timing.timeZone}`,
    trigger: timingWire(timing),
    next: next.map(wireTime),
    ...(endpoint !== undefined && { endpoint: endpoint.name, deployment: endpoint.deployment }),
    ...(model !== undefined && { model }),
    signals: signals.map(({ name, type, isAlertEnabled }) => ({ name, type, alert_enabled: isAlertEnabled })),
    emails: [...notify.emails],
    webhooks: [...notify.webhooks],
    ...(onBreach !== undefined && { on_breach: breachWire(onBreach) }),
    ...(view.lastRun !== undefined && { last_run: toRunMessage(view.lastRun) }),
    alerts: view.alerts.map(toAlertMessage),
    mutes: view.mutes.map(muteWire),
    runs_by_itself: runsByItself,
    created_by: view.createdBy,
    created_at: wireTime(view.createdMs),
    updated_at: wireTime(view.updatedMs),
  }
}

function breachWire({ action, cooldownMs, maxPerDay }: OnBreach): NonNullable<MonitorMessage['on_breach']> {
  return {
    run: actionText(action),
    inputs: { ...action.inputs },
    cooldown: cooldownMs / 1000,
    ...(maxPerDay !== undefined && { max_per_day: maxPerDay }),
  }
}

/** What a person's wish to retrain would start, as the wire has it. */
export function toRetrainingMessage({ action, values }: Retraining): RetrainingMessage {
  return { run: actionText(action), inputs: { ...values } }
}

function actionText(action: JobAction): string {
  if (action.kind === 'published-pipeline')
    return action.version === undefined ? action.name : `${action.name}:${action.version}`
  return 'file' in action.job ? action.job.file : `azureml:${action.job.name}`
}

function muteWire({ signal, untilMs, mutedBy, mutedMs }: Mute): MonitorMessage['mutes'][number] {
  return {
    ...(signal !== '' && { signal }),
    ...(untilMs !== undefined && { until: wireTime(untilMs) }),
    muted_by: mutedBy,
    muted_at: wireTime(mutedMs),
  }
}

export function toRunMessage(run: MonitorRun): MonitorRunMessage {
  return {
    id: run.id,
    reason: run.reason,
    status: run.status,
    nominal_time: wireTime(run.nominalMs),
    noted_at: wireTime(run.notedMs),
    ...(run.endedMs !== undefined && { ended_at: wireTime(run.endedMs) }),
    times: run.times,
    ...(run.detail !== undefined && { detail: run.detail }),
    signals: run.signals.map(outcomeWire),
  }
}

function outcomeWire(outcome: SignalOutcome): MonitorRunMessage['signals'][number] {
  const { name, type, status, detail, window, referenceWindow, rows, job, breachCount, verdictCount } = outcome
  return {
    ...{ name, type, status },
    ...(detail !== undefined && { detail }),
    ...windowsWire({ ...(window && { window }), ...(referenceWindow && { referenceWindow }) }),
    ...(rows !== undefined && { rows }),
    verdict_count: verdictCount,
    breach_count: breachCount,
    ...(job !== undefined && { job }),
  }
}

function windowsWire({
  window,
  referenceWindow,
}: {
  readonly window?: TimeWindow
  readonly referenceWindow?: TimeWindow
}): Pick<VerdictMessage, 'window' | 'reference_window'> {
  return {
    ...(window !== undefined && { window: windowWire(window) }),
    ...(referenceWindow !== undefined && { reference_window: windowWire(referenceWindow) }),
  }
}

function windowWire({ startMs, endMs }: TimeWindow): NonNullable<VerdictMessage['window']> {
  return { start: wireTime(startMs), end: wireTime(endMs) }
}

export function toVerdictMessage(verdict: Verdict): VerdictMessage {
  const { signal, feature, metric, effect, threshold, isBreach, sinceMs, detail } = verdict
  const { breachesWhen, kind, binning, interval, pValue, effectIs, note, rows, moved, newCategories } = detail
  const { distribution } = detail
  return {
    ...{ signal, feature, metric, effect, is_breach: isBreach, sentence: verdictSentence(verdict) },
    ...(threshold !== undefined && { threshold }),
    ...(sinceMs !== undefined && { since: wireTime(sinceMs) }),
    ...(breachesWhen !== undefined && { breaches_when: breachesWhen }),
    ...(kind !== undefined && { kind }),
    ...(binning !== undefined && { binning }),
    ...(interval !== undefined && { interval }),
    ...(pValue !== undefined && { p_value: pValue }),
    ...(effectIs !== undefined && { effect_is: effectIs }),
    ...(note !== undefined && { note }),
    ...windowsWire(detail),
    ...(rows !== undefined && { rows }),
    ...(moved !== undefined && { moved }),
    ...(newCategories !== undefined && { new_categories: [...newCategories] }),
    ...(distribution !== undefined && {
      distribution: {
        ...(distribution.edges !== undefined && { edges: [...distribution.edges] }),
        ...(distribution.categories !== undefined && { categories: [...distribution.categories] }),
        reference: [...distribution.reference],
        production: [...distribution.production],
      },
    }),
  }
}

export function toAlertMessage(alert: Alert): AlertMessage {
  return {
    id: alert.id,
    monitor: alert.monitor,
    signal: alert.signal,
    status: alert.status,
    run: alert.runId,
    since: wireTime(alert.sinceMs),
    raised_at: wireTime(alert.raisedMs),
    updated_at: wireTime(alert.updatedMs),
    ...(alert.resolvedMs !== undefined && { resolved_at: wireTime(alert.resolvedMs) }),
    ...(alert.acknowledgedBy !== undefined && { acknowledged_by: alert.acknowledgedBy }),
    ...(alert.acknowledgedMs !== undefined && { acknowledged_at: wireTime(alert.acknowledgedMs) }),
    ...(alert.note !== undefined && { note: alert.note }),
    findings: alert.findings.map(({ sinceMs, threshold, ...finding }) => ({
      ...finding,
      ...(threshold !== undefined && { threshold }),
      since: wireTime(sinceMs),
    })),
  }
}

export function toBreachMessage({ reason, status, atMs, run, job, jobStatus, detail }: BreachFiring): BreachMessage {
  return {
    ...{ reason, status, time: wireTime(atMs), run },
    ...(job !== undefined && { job }),
    ...(jobStatus !== undefined && { job_status: jobStatus }),
    ...(detail !== undefined && { detail }),
  }
}

export function toDeliveryMessage(delivery: AlertDelivery): DeliveryMessage {
  const { id, alertId, channel, target, subject, state, attempts, error, createdMs, updatedMs } = delivery
  return {
    ...{ id, alert: alertId, channel, target, subject, state, attempts },
    ...(error !== undefined && { error }),
    created_at: wireTime(createdMs),
    updated_at: wireTime(updatedMs),
  }
}
