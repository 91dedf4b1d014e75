import type { Clock } from '../base/clock.ts'
import { assert } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { deleteDeliveries, insertDelivery } from './alert-delivery-store.ts'
import { insertAlert, listAlerts, updateAlert } from './alert-store.ts'
import { type AlertChange, decideAlerts } from './decide-alerts.ts'
import { breachesBefore, breachKey, deleteRuns, insertVerdicts, updatePendingRun } from './monitor-run-store.ts'
import { findMonitorById, listMutes } from './monitor-store.ts'
import type { Alert, Finding, Monitor, MonitorRun, SignalOutcome, Verdict } from './monitor.ts'
import type { NewVerdict, SignalResult } from './signals/signal-result.ts'

export interface StoreRunParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
}

/** A signal of a run, computed or not. */
export type ComputedSignal = { readonly name: string; readonly type: SignalOutcome['type']; readonly job?: string } & (
  { readonly result: SignalResult } | { readonly failure: string }
)

/** More runs of a monitor are forgotten, the oldest first. */
const keptRuns = 5000
const keptDeliveriesMs = 30 * 86_400_000

/**
 * Stores a computed run in one unit: its verdicts, what they do to the alerts, who is to be told, and the events. False,
 * and nothing stored, where the run is not pending any more: another server, or an earlier try, has stored it.
 */
export async function storeRun(
  parts: StoreRunParts,
  run: MonitorRun,
  signals: readonly ComputedSignal[],
): Promise<boolean> {
  const nowMs = parts.clock.now()
  const isFailed = signals.some((signal) => 'failure' in signal)
  try {
    await parts.database.write(async (tables) => {
      const monitor = await findMonitorById(tables, run.monitorId)
      const verdicts = await datedVerdicts(tables, run, signals)
      const outcomes = signals.map((signal) => outcomeOf(signal, verdicts))
      const failures = signals.flatMap((signal) => ('failure' in signal ? [`${signal.name}: ${signal.failure}`] : []))
      const isFirst = await updatePendingRun(tables, run.id, {
        status: isFailed ? 'failed' : 'completed',
        endedMs: nowMs,
        signals: outcomes,
        detail: failures.length === 0 ? null : failures.join('; '),
      })
      if (!isFirst || monitor === undefined) throw new StoredMeanwhile()
      await insertVerdicts(tables, run, verdicts)
      await changeAlerts(tables, parts, { monitor, run, outcomes, verdicts, nowMs })
      await deleteRuns(tables, monitor.id, keptRuns)
      await deleteDeliveries(tables, monitor.id, nowMs - keptDeliveriesMs)
    })
    return true
  } catch (error) {
    if (error instanceof StoredMeanwhile) return false
    throw error
  }
}

/** Undoes the unit of a run that is not pending any more. */
class StoredMeanwhile extends Error {}

/** Verdicts with since when each has been in breach: a window after another, without one between that was well. */
async function datedVerdicts(
  tables: Tables,
  run: MonitorRun,
  signals: readonly ComputedSignal[],
): Promise<readonly Verdict[]> {
  const all: Verdict[] = []
  for (const signal of signals) {
    if (!('result' in signal)) continue
    const { verdicts, window, referenceWindow } = signal.result
    const since = await breachesBefore(tables, { ...run, signal: signal.name })
    const dated = (verdict: NewVerdict): Verdict => ({
      ...verdict,
      signal: signal.name,
      detail: { ...verdict.detail, ...(window && { window }), ...(referenceWindow && { referenceWindow }) },
      ...(verdict.isBreach && {
        sinceMs: since.get(breachKey(verdict)) ?? verdict.detail.sinceMs ?? window?.startMs ?? run.nominalMs,
      }),
    })
    all.push(...verdicts.map(dated))
  }
  return all
}

function outcomeOf(signal: ComputedSignal, verdicts: readonly Verdict[]): SignalOutcome {
  const { name, type, job } = signal
  const common = { name, type, ...(job !== undefined && { job }) }
  if ('failure' in signal)
    return { ...common, status: 'failed', detail: signal.failure, breachCount: 0, verdictCount: 0 }
  const own = verdicts.filter((verdict) => verdict.signal === name)
  const { verdicts: _, ...told } = signal.result
  return { ...common, ...told, verdictCount: own.length, breachCount: own.filter(({ isBreach }) => isBreach).length }
}

interface Computed {
  readonly monitor: Monitor
  readonly run: MonitorRun
  readonly outcomes: readonly SignalOutcome[]
  readonly verdicts: readonly Verdict[]
  readonly nowMs: number
}

async function changeAlerts(
  tables: Tables,
  parts: StoreRunParts,
  { monitor, run, outcomes, verdicts, nowMs }: Computed,
): Promise<void> {
  const { signals } = monitor.definition.monitor
  const open = await listAlerts(tables, { monitorId: monitor.id, isOpen: true, limit: 1000 })
  const mutes = await listMutes(tables, monitor.id, nowMs)
  const isMuted = (signal: string): boolean => mutes.some((mute) => mute.signal === '' || mute.signal === signal)
  const breaching: { readonly signal: string; readonly findings: readonly Finding[] }[] = []
  for (const change of decideAlerts({ open, signals, outcomes, verdicts })) {
    const alert = await applyChange(tables, parts, { change, monitor, run, nowMs })
    const word = wordOf(change)
    const muted = isMuted(alert.signal)
    if (change.kind !== 'resolve' && !muted) breaching.push(alert)
    if (word === undefined) continue
    const about = { word, alert, monitor, outcome: outcomes.find(({ name }) => name === alert.signal) }
    const body = alertBody(about, { isMuted: muted })
    await appendEvent(tables, { kind: `alert.${word}`, subject: monitor.name, atMs: nowMs, body })
    if (!muted) await noteDeliveries(tables, parts, { ...about, body, nowMs })
  }
  await tellOfRun(tables, { monitor, run, outcomes, verdicts, nowMs }, breaching)
}

/** What is told of a change, which is also the last word of its event; nothing of an alert that goes on as it was. */
function wordOf(change: AlertChange): 'raised' | 'worsened' | 'resolved' | undefined {
  if (change.kind === 'raise') return 'raised'
  if (change.kind === 'resolve') return 'resolved'
  return change.isWorse ? 'worsened' : undefined
}

async function applyChange(
  tables: Tables,
  { random }: StoreRunParts,
  { change, monitor, run, nowMs }: Pick<Computed, 'monitor' | 'run' | 'nowMs'> & { readonly change: AlertChange },
): Promise<Alert> {
  if (change.kind === 'raise') {
    const alert: Alert = {
      id: randomHex(random, 8),
      monitorId: monitor.id,
      monitor: monitor.name,
      signal: change.signal,
      status: 'open',
      runId: run.id,
      raisedMs: nowMs,
      updatedMs: nowMs,
      sinceMs: Math.min(...change.findings.map(({ sinceMs }) => sinceMs)),
      findings: change.findings,
    }
    await insertAlert(tables, alert)
    return alert
  }
  const { alert } = change
  const patch =
    change.kind === 'resolve'
      ? ({ status: 'resolved', resolvedMs: nowMs, updatedMs: nowMs, runId: run.id } as const)
      : // What is worse than somebody has seen has not been seen.
        {
          findings: change.findings,
          updatedMs: nowMs,
          runId: run.id,
          ...(change.isWorse && { status: 'open' as const }),
        }
  const isChanged = await updateAlert(tables, alert.id, patch)
  assert(isChanged, 'an alert that was read as open in this unit is open')
  return { ...alert, ...patch }
}

interface AlertNews {
  readonly word: string
  readonly alert: Alert
  readonly monitor: Monitor
  readonly outcome: SignalOutcome | undefined
}

/** What an alert says to programs: single values, so that triggers can filter by them. */
function alertBody(
  { word, alert, monitor, outcome }: AlertNews,
  { isMuted }: { readonly isMuted: boolean },
): JsonObject {
  const [worst] = alert.findings
  return {
    alert: alert.id,
    change: word,
    monitor: monitor.name,
    signal: alert.signal,
    ...(outcome !== undefined && { signal_type: outcome.type }),
    run: alert.runId,
    muted: isMuted,
    since: timeText(alert.sinceMs),
    features: featuresOf(alert.findings).join(','),
    breaches: alert.findings.length,
    ...targetBody(monitor),
    ...windowBody(outcome),
    ...(worst !== undefined && {
      feature: worst.feature,
      metric: worst.metric,
      effect: worst.effect,
      ...(worst.threshold !== undefined && { threshold: worst.threshold }),
      sentence: worst.sentence,
    }),
  }
}

function featuresOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ feature }) => feature))].filter((feature) => feature !== '')
}

function targetBody({ definition: { monitor } }: Monitor): JsonObject {
  const { endpoint, model } = monitor.target
  return {
    ...(endpoint !== undefined && { endpoint: endpoint.name, deployment: endpoint.deployment }),
    ...(model !== undefined && { model }),
  }
}

function windowBody(outcome: SignalOutcome | undefined): JsonObject {
  const { window } = outcome ?? {}
  return window === undefined ? {} : { window_start: timeText(window.startMs), window_end: timeText(window.endMs) }
}

async function noteDeliveries(
  tables: Tables,
  { random }: StoreRunParts,
  { word, alert, monitor, body, nowMs }: AlertNews & { readonly body: JsonObject; readonly nowMs: number },
): Promise<void> {
  const { emails, webhooks } = monitor.definition.monitor.notify
  const subject = `${monitor.name}: ${alert.signal} ${subjectWords[word] ?? word}`
  const common = { monitorId: monitor.id, alertId: alert.id, subject, createdMs: nowMs }
  const call = JSON.stringify({
    type: `alert.${word}`,
    timestamp: new Date(nowMs).toISOString(),
    data: { ...body, findings: alert.findings.map(({ sentence }) => sentence) },
  })
  for (const target of emails)
    await insertDelivery(tables, {
      ...common,
      id: randomHex(random, 8),
      channel: 'email',
      target,
      body: mailText(word, alert, monitor),
    })
  for (const target of webhooks)
    await insertDelivery(tables, { ...common, id: randomHex(random, 8), channel: 'webhook', target, body: call })
}

const subjectWords: Readonly<Record<string, string>> = {
  raised: 'is in breach',
  worsened: 'got worse',
  resolved: 'is well again',
}
const mostLines = 50

function mailText(word: string, alert: Alert, monitor: Monitor): string {
  const { endpoint } = monitor.definition.monitor.target
  const about = endpoint === undefined ? '' : ` of ${endpoint.name}/${endpoint.deployment}`
  const lines = alert.findings.slice(0, mostLines).map(({ sentence }) => `- ${sentence}`)
  const more = alert.findings.length - lines.length
  return [
    `The signal ${alert.signal} of the monitor ${monitor.name}${about} ${subjectWords[word] ?? word}.`,
    '',
    ...(word === 'resolved' ? ['It had found:'] : []),
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
    '',
    `Look at it with:  sluice monitor show ${monitor.name}`,
    ...(word === 'resolved'
      ? []
      : [`Say that you have seen it:  sluice monitor ack ${monitor.name} --signal ${alert.signal}`]),
    '',
  ].join('\n')
}

/** The events of a run: that it was, and that it is in breach, which is what `on_breach` and triggers wait for. */
async function tellOfRun(
  tables: Tables,
  { monitor, run, outcomes, verdicts, nowMs }: Computed,
  breaching: readonly { readonly signal: string; readonly findings: readonly Finding[] }[],
): Promise<void> {
  const said = {
    monitor: monitor.name,
    run: run.id,
    nominal_time: timeText(run.nominalMs),
    ...targetBody(monitor),
    ...windowBody(outcomes.find(({ window }) => window !== undefined)),
  }
  const told = { subject: monitor.name, atMs: nowMs }
  await appendEvent(tables, {
    ...told,
    kind: 'monitor.computed',
    body: {
      ...said,
      status: outcomes.some(({ status }) => status === 'failed') ? 'failed' : 'completed',
      verdicts: verdicts.length,
      breaches: verdicts.filter(({ isBreach }) => isBreach).length,
    },
  })
  if (breaching.length === 0) return
  await appendEvent(tables, {
    ...told,
    kind: 'monitor.breached',
    body: {
      ...said,
      signals: breaching.map(({ signal }) => signal).join(','),
      features: featuresOf(breaching.flatMap(({ findings }) => findings)).join(','),
    },
  })
}

function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
