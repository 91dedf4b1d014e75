/**
 * Monitors as people see them: made from a document, changed, paused, run, looked at; their alerts acknowledged and muted.
 * A change says in one unit what holds from now on; what it is to cause, the runner does (monitor-runner.ts).
 */
import { type Principal, principalText } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { assert, SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { checkOutboundUrl } from '../access/outbound-request.ts'
import type { MonitorDocument } from '../spec/monitors/monitor-document.ts'
import { dueTimes } from '../spec/schedules/due-times.ts'
import { fireTimes } from '../spec/schedules/fire-times.ts'
import { firesAtOnce } from '../spec/schedules/schedule-timing.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'
import { type AlertDelivery, deleteDeliveries, listDeliveries } from './alert-delivery-store.ts'
import { deleteAlerts, listAlerts, updateAlert } from './alert-store.ts'
import type { BreachActions, BreachFiring, Retraining } from './breach-actions.ts'
import {
  deleteRuns,
  findRun,
  insertRun,
  listRuns,
  skipPendingRuns,
  type TimedVerdict,
  type VerdictFilter,
  verdictHistory,
  verdictsOfRun,
} from './monitor-run-store.ts'
import {
  deleteMonitor,
  findMonitor,
  insertMonitor,
  listMonitors,
  listMutes,
  type MonitorPatch,
  putMute,
  removeMutes,
  updateMonitor,
} from './monitor-store.ts'
import type { MonitorRunner } from './monitor-runner.ts'
import type { Alert, Monitor, MonitorDefinition, MonitorRun, Mute, Verdict } from './monitor.ts'

export interface MonitorsParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  readonly breach: BreachActions
  readonly runner: Pick<MonitorRunner, 'wake' | 'settle'>
  readonly allowedHosts: readonly string[]
  /** Whether mails can be sent. */
  readonly hasMailer: boolean
}

/** A monitor with what is to be known at a glance. */
export interface MonitorView extends Monitor {
  readonly lastRun?: MonitorRun
  readonly alerts: readonly Alert[]
  readonly mutes: readonly Mute[]
}

/** A change of a monitor, and by whom. */
export interface MonitorChange {
  readonly name: string
  readonly by: Principal
}

/** Which of a monitor's signals; absent: all. */
interface SignalChange extends MonitorChange {
  readonly signal?: string
}

/** Monitors of one store. Unknown names throw `not-found`. */
export class Monitors {
  readonly #parts: MonitorsParts

  constructor(parts: MonitorsParts) {
    this.#parts = parts
  }

  /** Makes a monitor. Throws `already-exists`, and `invalid-document` for what could not work. */
  async create(document: MonitorDocument, by: Principal): Promise<MonitorView> {
    const { database, random, clock, breach } = this.#parts
    const { name } = document
    if ((await findMonitor(database.read, name)) !== undefined) throw taken(name)
    const { onBreach } = this.#checked(document)
    const prepared = onBreach && (await breach.prepare(name, onBreach))
    const nowMs = clock.now()
    const definition = definitionOf(document)
    await database.write(async (tables) => {
      const monitor: Monitor = {
        ...{ id: randomHex(random, 8), name, definition },
        status: document.isEnabled ? 'enabled' : 'paused',
        createdBy: principalText(by),
        ...{ createdMs: nowMs, updatedMs: nowMs },
        ...startOf(definition, { nowMs, createdMs: nowMs, isNew: true }),
      }
      if (!(await insertMonitor(tables, monitor))) throw taken(name)
      await prepared?.put(tables, by)
      await this.#tell(tables, 'created', { name, by })
    })
    return this.#woken(name)
  }

  /** Replaces what a monitor says; its runs and alerts stay. */
  async update(document: MonitorDocument, by: Principal): Promise<MonitorView> {
    const { clock, breach } = this.#parts
    const { name } = document
    const before = await this.#find(name)
    const { onBreach } = this.#checked(document)
    const prepared = onBreach && (await breach.prepare(name, onBreach))
    const nowMs = clock.now()
    const definition = definitionOf(document)
    const { afterMs, nextMs } = startOf(definition, { nowMs, createdMs: before.createdMs, isNew: false })
    const patch = { definition, updatedMs: nowMs, afterMs, nextMs: nextMs ?? null }
    const also = async (tables: Tables): Promise<void> => {
      if (prepared === undefined) await breach.remove(tables, name)
      else await prepared.put(tables, by)
    }
    await this.#change(before, { name, by, word: 'updated', also }, patch)
    return this.#woken(name)
  }

  async get(name: string): Promise<MonitorView> {
    return this.#view(await this.#find(name))
  }

  /** All monitors, by name. */
  async list(): Promise<readonly MonitorView[]> {
    const all = await listMonitors(this.#parts.database.read)
    return Promise.all(all.map((monitor) => this.#view(monitor)))
  }

  /** Has it run no more by itself until it is resumed; what is noted and not yet computed is left out. */
  async pause({ name, by }: MonitorChange): Promise<MonitorView> {
    const monitor = await this.#find(name)
    if (monitor.status === 'enabled') {
      const nowMs = this.#parts.clock.now()
      const also = (tables: Tables): Promise<void> =>
        skipPendingRuns(tables, monitor.id, { detail: 'the monitor was paused', nowMs })
      await this.#change(monitor, { name, by, word: 'paused', also }, { status: 'paused', updatedMs: nowMs })
    }
    return this.get(name)
  }

  /** Lets it run again; times that came while it was paused do not count. */
  async resume({ name, by }: MonitorChange): Promise<MonitorView> {
    const monitor = await this.#find(name)
    if (monitor.status === 'enabled') return this.#view(monitor)
    const nowMs = this.#parts.clock.now()
    const { definition, createdMs } = monitor
    const { afterMs, nextMs } = startOf(definition, { nowMs, createdMs, isNew: false })
    const patch = { status: 'enabled', updatedMs: nowMs, afterMs, nextMs: nextMs ?? null } as const
    await this.#change(monitor, { name, by, word: 'resumed' }, patch)
    return this.#woken(name)
  }

  /** Forgets a monitor with its runs, verdicts and alerts; jobs that it started stay. */
  async delete(change: MonitorChange): Promise<void> {
    const { database, breach } = this.#parts
    const { id, name } = await this.#find(change.name)
    await database.write(async (tables) => {
      await breach.remove(tables, name)
      await deleteRuns(tables, id)
      await deleteAlerts(tables, id)
      await deleteDeliveries(tables, id)
      await deleteMonitor(tables, id)
      await this.#tell(tables, 'deleted', change)
    })
  }

  /**
   * Computes the signals now, paused or not. Resolves with the run as soon as it has ended, or waits for a job.
   * `atMs`: as if it were then, for windows that have passed. `fromMs`: production windows begin there. Throws
   * `invalid-request` for a beginning that is not before the end.
   */
  async run(
    change: MonitorChange,
    { atMs, fromMs }: { readonly atMs?: number; readonly fromMs?: number } = {},
  ): Promise<MonitorRun> {
    const { database, random, clock, runner } = this.#parts
    const monitor = await this.#find(change.name)
    const id = randomHex(random, 8)
    const nowMs = clock.now()
    const nominalMs = atMs ?? nowMs
    if (fromMs !== undefined && fromMs >= nominalMs)
      throw new SluiceError('invalid-request', emptySpan(fromMs, nominalMs), {
        hint: 'Name a time since which there are production data, or leave it out.',
      })
    await database.write(async (tables) => {
      const run = { id, monitorId: monitor.id, key: `run:${id}`, reason: 'run', notedMs: nowMs } as const
      await insertRun(tables, { ...run, nominalMs, ...(fromMs !== undefined && { fromMs }) })
      await this.#tell(tables, 'run', change)
    })
    await runner.settle()
    const run = await findRun(database.read, id)
    assert(run !== undefined, 'a run that was noted is there')
    return run
  }

  /** The newest runs. */
  async runs(name: string, limit: number): Promise<readonly MonitorRun[]> {
    const { id } = await this.#find(name)
    return listRuns(this.#parts.database.read, id, limit)
  }

  /** A run with its verdicts. Throws `not-found` for one that is not of this monitor. */
  async runOf(
    name: string,
    runId: string,
  ): Promise<{ readonly run: MonitorRun; readonly verdicts: readonly Verdict[] }> {
    const { database } = this.#parts
    const { id } = await this.#find(name)
    const run = await findRun(database.read, runId)
    if (run?.monitorId !== id)
      throw new SluiceError('not-found', `The monitor "${name}" has no run "${runId}".`, {
        hint: `List its runs with: sluice monitor history ${name}`,
      })
    return { run, verdicts: await verdictsOfRun(database.read, runId) }
  }

  /** Verdicts over time, the newest first. */
  async verdicts(name: string, filter: VerdictFilter): Promise<readonly TimedVerdict[]> {
    const monitor = await this.#find(name)
    if (filter.signal !== undefined) checkSignal(monitor, filter.signal)
    return verdictHistory(this.#parts.database.read, monitor.id, filter)
  }

  /** Alerts of a monitor, or of all; the newest first. */
  async alerts(filter: {
    readonly name?: string
    readonly isOpen?: boolean
    readonly limit: number
  }): Promise<readonly Alert[]> {
    const { name, ...rest } = filter
    const monitor = name === undefined ? undefined : await this.#find(name)
    return listAlerts(this.#parts.database.read, { ...rest, ...(monitor && { monitorId: monitor.id }) })
  }

  /** Says that somebody has seen the open alerts. Throws `not-found` where there is none. */
  async acknowledge({ name, by, signal, note }: SignalChange & { readonly note?: string }): Promise<readonly Alert[]> {
    const { database, clock } = this.#parts
    const monitor = await this.#find(name)
    if (signal !== undefined) checkSignal(monitor, signal)
    const filter = { monitorId: monitor.id, isOpen: true, limit: 1000, ...(signal !== undefined && { signal }) }
    const nowMs = clock.now()
    await database.write(async (tables) => {
      const open = await listAlerts(tables, filter)
      if (open.length === 0)
        throw new SluiceError('not-found', `The monitor "${name}" has no open alert${ofSignal(signal)}.`)
      for (const alert of open) {
        await updateAlert(tables, alert.id, {
          status: 'acknowledged',
          acknowledgedBy: principalText(by),
          acknowledgedMs: nowMs,
          updatedMs: nowMs,
          ...(note !== undefined && { note }),
        })
        const body = { alert: alert.id, monitor: name, signal: alert.signal, by: principalText(by) }
        await appendEvent(tables, { kind: 'alert.acknowledged', subject: name, atMs: nowMs, body })
      }
    })
    return listAlerts(database.read, filter)
  }

  /** Has nobody told, and nothing started, of a signal or of all; it is computed and kept as before. */
  async mute({ name, by, signal, forMs }: SignalChange & { readonly forMs?: number }): Promise<MonitorView> {
    const { database, clock } = this.#parts
    const monitor = await this.#find(name)
    if (signal !== undefined) checkSignal(monitor, signal)
    const nowMs = clock.now()
    await database.write(async (tables) => {
      await putMute(tables, {
        ...{ monitorId: monitor.id, signal: signal ?? '', mutedBy: principalText(by), mutedMs: nowMs },
        ...(forMs !== undefined && { untilMs: nowMs + forMs }),
      })
      await this.#tell(tables, 'muted', { name, by, ...(signal !== undefined && { signal }) })
    })
    return this.get(name)
  }

  /** Takes the mute of a signal, or without one all mutes, away. */
  async unmute({ name, by, signal }: SignalChange): Promise<MonitorView> {
    const { database } = this.#parts
    const monitor = await this.#find(name)
    if (signal !== undefined) checkSignal(monitor, signal)
    await database.write(async (tables) => {
      if (await removeMutes(tables, monitor.id, signal)) await this.#tell(tables, 'unmuted', { name, by })
    })
    return this.get(name)
  }

  /** What `retrain` would start. Throws `invalid-request` for a monitor without `on_breach`. */
  async previewRetraining(name: string): Promise<Retraining> {
    await this.#find(name)
    return this.#parts.breach.preview(name)
  }

  /** Starts what a breach would start, now. Throws `invalid-request` for a monitor without `on_breach`. */
  async retrain({ name, by }: MonitorChange): Promise<BreachFiring> {
    await this.#find(name)
    return this.#parts.breach.retrain(name, by)
  }

  /** Jobs that breaches started, and why others were not. */
  async breaches(name: string, limit: number): Promise<readonly BreachFiring[]> {
    await this.#find(name)
    return this.#parts.breach.history(name, limit)
  }

  /** Mails and calls, the newest first. */
  async deliveries(name: string, limit: number): Promise<readonly AlertDelivery[]> {
    const { id } = await this.#find(name)
    return listDeliveries(this.#parts.database.read, id, limit)
  }

  /** The times to come. */
  next({ status, definition, createdMs, afterMs }: Monitor, count: number): readonly number[] {
    if (status === 'paused') return []
    const times = fireTimes(definition.timing, createdMs)
    return times.between({ afterMs: Math.min(afterMs, this.#parts.clock.now()), untilMs: Infinity, limit: count })
  }

  async #find(name: string): Promise<Monitor> {
    const { database } = this.#parts
    const found = await findMonitor(database.read, name)
    if (found !== undefined) return found
    const near = nearestName(
      name,
      (await listMonitors(database.read)).map((one) => one.name),
    )
    throw new SluiceError('not-found', `There is no monitor "${name}".`, {
      hint: near === undefined ? 'List them with: sluice monitor list' : `Did you mean ${near}?`,
    })
  }

  async #view(monitor: Monitor): Promise<MonitorView> {
    const { read } = this.#parts.database
    const [lastRun] = await listRuns(read, monitor.id, 1)
    const alerts = await listAlerts(read, { monitorId: monitor.id, isOpen: true, limit: 100 })
    const mutes = await listMutes(read, monitor.id, this.#parts.clock.now())
    return { ...monitor, alerts, mutes, ...(lastRun !== undefined && { lastRun }) }
  }

  async #woken(name: string): Promise<MonitorView> {
    const { runner, breach } = this.#parts
    const view = await this.get(name)
    runner.wake()
    breach.wake()
    return view
  }

  /** What can be said before anything is stored: whether those who are to be told can be reached. */
  #checked({ monitor }: MonitorDocument): MonitorDocument['monitor'] {
    const { allowedHosts, hasMailer } = this.#parts
    for (const url of monitor.notify.webhooks) checkOutboundUrl(url, allowedHosts)
    if (monitor.notify.emails.length > 0 && !hasMailer)
      throw new SluiceError('invalid-setting', 'The monitor is to send mails, and no mail server is set.', {
        hint: 'Set smtp_url in the config file, or SLUICE_SMTP_URL=smtps://USER:PASSWORD@HOST, or leave the emails out.',
      })
    return monitor
  }

  async #change(
    monitor: Monitor,
    {
      word,
      also,
      ...change
    }: MonitorChange & {
      readonly word: string
      readonly also?: (tables: Tables) => Promise<void>
    },
    patch: MonitorPatch,
  ): Promise<void> {
    await this.#parts.database.write(async (tables) => {
      if (!(await updateMonitor(tables, monitor, patch)))
        throw new SluiceError('conflict', `The monitor "${monitor.name}" was changed by somebody else.`, {
          hint: 'Look at it and try again.',
        })
      await also?.(tables)
      await this.#tell(tables, word, change)
    })
  }

  async #tell(tables: Tables, word: string, { name, by, signal }: SignalChange): Promise<void> {
    const body: JsonObject = { name, by: principalText(by), ...(signal !== undefined && { signal }) }
    await appendEvent(tables, { kind: `monitor.${word}`, subject: name, body, atMs: this.#parts.clock.now() })
  }
}

function definitionOf(document: MonitorDocument): MonitorDefinition {
  const { displayName, description, tags, properties, timing, policy, monitor } = document
  return {
    ...(displayName !== undefined && { displayName }),
    ...(description !== undefined && { description }),
    ...{ tags, properties, timing, policy, monitor },
  }
}

/** From when on its times count, and when it runs first. */
function startOf(
  { timing, policy }: MonitorDefinition,
  { nowMs, createdMs, isNew }: { readonly nowMs: number; readonly createdMs: number; readonly isNew: boolean },
): Pick<Monitor, 'afterMs' | 'nextMs'> {
  const afterMs = isNew && firesAtOnce(timing) ? nowMs - 1 : nowMs
  const { nextMs } = dueTimes(fireTimes(timing, createdMs), { afterMs, nowMs: afterMs, policy })
  return { afterMs, ...(nextMs !== undefined && { nextMs }) }
}

function checkSignal({ name, definition }: Monitor, signal: string): void {
  const names = definition.monitor.signals.map((one) => one.name)
  if (names.includes(signal)) return
  const near = nearestName(signal, names)
  throw new SluiceError('not-found', `The monitor "${name}" has no signal "${signal}".`, {
    hint: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`,
  })
}

function emptySpan(fromMs: number, endMs: number): string {
  return `The production data are to begin at ${new Date(fromMs).toISOString()}, and end at ${new Date(endMs).toISOString()}.`
}

function ofSignal(signal: string | undefined): string {
  return signal === undefined ? '' : ` of the signal ${signal}`
}

function taken(name: string): SluiceError {
  return new SluiceError('already-exists', `There is a monitor "${name}" already.`, {
    hint: 'Change it with: sluice monitor update FILE',
  })
}
