/**
 * Schedules and triggers as people see them: made from a document, changed, paused, looked at. A change says in one unit
 * what holds from now on; what it is to cause, the runner does (trigger-runner.ts tells how a firing goes).
 */
import type { SecretBox } from '../access/secret-box.ts'
import { principalText } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { assert, ignoreMissing, SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent, latestEventSeq } from '../events/event-log.ts'
import type { Job } from '../jobs/job-service.ts'
import { fireTimes } from '../spec/schedules/fire-times.ts'
import { firesAtOnce } from '../spec/schedules/schedule-timing.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'
import { type BackfillTime, noteBackfill, planBackfill } from './backfill.ts'
import { type CapturedAction, captureAction, type CaptureParts, checkValues } from './capture-action.ts'
import { deleteFirings, findFiring, insertFiring, listFirings, skipPending } from './firing-store.ts'
import type {
  DocumentWish,
  Firing,
  FiringDocument,
  JobTrigger,
  NewFiring,
  TriggerChange,
  TriggerDefinition,
  TriggerSelection,
  TriggerWithTemplate,
  WatchState,
  WrittenDocument,
} from './job-trigger.ts'
import {
  deleteTrigger,
  findSealedSecret,
  findTemplate,
  findTrigger,
  insertTrigger,
  listTriggers,
  type TriggerPatch,
  updateTrigger,
} from './job-trigger-store.ts'
import { commonVariables, noteTimes, timeText } from './note-times.ts'
import { noteFiring } from './note-events.ts'
import { captureRemoteAction } from './remote-action.ts'
import { valuesOf } from './submit-firing.ts'
import type { TriggerRunner } from './trigger-runner.ts'
import { checkSender, readWebhook, refusedSender, type WebhookRequest } from './webhook-in.ts'

export interface JobTriggerParts extends CaptureParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  readonly box: SecretBox
  readonly runner: Pick<TriggerRunner, 'wake' | 'settle'>
  readonly digestOf: (path: string) => Promise<string | undefined>
}

/** A firing with its job as it is now. */
export interface FiringWithJob extends Firing {
  readonly status: Firing['status']
  readonly jobStatus?: Job['status']
}

/** One of the times to come, with what summer time does to it. */
export interface NextTime {
  readonly atMs: number
  readonly note?: string
}

/** Schedules and triggers of one store. Unknown names throw `not-found`. */
export class JobTriggers {
  readonly #parts: JobTriggerParts

  constructor(parts: JobTriggerParts) {
    this.#parts = parts
  }

  /** Makes a schedule or trigger. Throws `already-exists`, and `invalid-document` for a job that would not start. */
  async create(document: FiringDocument, { by, written, isRemote = false }: DocumentWish): Promise<JobTrigger> {
    const { database, random, clock, box } = this.#parts
    const { kind: family, name } = document
    if ((await findTrigger(database.read, { family, name })) !== undefined) throw taken({ family, name })
    const captured = await (isRemote ? captureRemoteAction : captureAction)(this.#parts, document)
    const nowMs = clock.now()
    const id = randomHex(random, 8)
    const definition = definitionOf(document, captured, written)
    const watch = await this.#firstLook(definition)
    const secret = definition.source?.type === 'webhook' ? newSecret(random) : undefined
    return database
      .write(async (tables) => {
        const trigger: TriggerWithTemplate = {
          ...{ id, family, name, definition, watch },
          parameters: captured.parameters,
          ...(captured.template !== undefined && { template: captured.template }),
          status: document.isEnabled ? 'enabled' : 'paused',
          hasSecret: secret !== undefined,
          createdBy: principalText(by),
          ...{ createdMs: nowMs, updatedMs: nowMs },
          sinceSeq: await latestEventSeq(tables),
          ...startOf(definition, { nowMs, isNew: true }),
        }
        const sealed = secret === undefined ? undefined : box.seal(secret, sealOf(id))
        if (!(await insertTrigger(tables, trigger, sealed))) throw taken({ family, name })
        await this.#tell(tables, 'created', { family, name, by })
        return trigger
      })
      .then((trigger) => this.#woken(trigger))
  }

  /** Replaces what a schedule or trigger says; its history, its secret and whether it is paused stay. */
  async update(document: FiringDocument, { by, written, isRemote = false }: DocumentWish): Promise<JobTrigger> {
    const { clock } = this.#parts
    const selection = { family: document.kind, name: document.name }
    const before = await this.get(selection)
    const captured = isRemote
      ? await captureRemoteAction(this.#parts, document, before)
      : await captureAction(this.#parts, document)
    const definition = definitionOf(document, captured, written)
    if ((definition.source?.type === 'webhook') !== before.hasSecret)
      throw new SluiceError('conflict', `The trigger "${document.name}" cannot become one of another kind.`, {
        hint: `Delete it first: sluice trigger delete ${document.name}`,
      })
    const isSamePlace = JSON.stringify(definition.source) === JSON.stringify(before.definition.source)
    const watch = isSamePlace ? before.watch : await this.#firstLook(definition)
    const nowMs = clock.now()
    const { afterMs, nextMs } = startOf(definition, { nowMs, isNew: false, createdMs: before.createdMs })
    await this.#change(
      before,
      { ...selection, by, word: 'updated' },
      {
        definition: {
          definition,
          parameters: captured.parameters,
          ...(captured.template && { template: captured.template }),
        },
        ...{ watch, updatedMs: nowMs, afterMs, nextMs: nextMs ?? null },
      },
    )
    return this.#woken(await this.get(selection))
  }

  async get(selection: TriggerSelection): Promise<JobTrigger> {
    const found = await findTrigger(this.#parts.database.read, selection)
    if (found !== undefined) return found
    const { family, name } = selection
    const near = nearestName(
      name,
      (await this.list(family)).map((one) => one.name),
    )
    throw new SluiceError('not-found', `There is no ${family} "${name}".`, {
      hint: near === undefined ? `List them with: sluice ${family} list` : `Did you mean ${near}?`,
    })
  }

  /** All of a family, by name. */
  list(family: TriggerSelection['family']): Promise<readonly JobTrigger[]> {
    return listTriggers(this.#parts.database.read, family)
  }

  /** Has it fire no more until it is resumed; what is noted and not yet submitted is left out. */
  async pause(change: TriggerChange): Promise<JobTrigger> {
    const trigger = await this.get(change)
    if (trigger.status === 'paused') return trigger
    const also = (tables: Tables): Promise<void> => skipPending(tables, trigger.id, `${trigger.family} was paused`)
    const patch = { status: 'paused', updatedMs: this.#parts.clock.now() } as const
    await this.#change(trigger, { ...change, word: 'paused', also }, patch)
    return this.get(change)
  }

  /** Lets it fire again; what came while it was paused does not count. */
  async resume(change: TriggerChange): Promise<JobTrigger> {
    const { database, clock } = this.#parts
    const trigger = await this.get(change)
    if (trigger.status === 'enabled') return trigger
    const nowMs = clock.now()
    const { afterMs, nextMs } = startOf(trigger.definition, { nowMs, isNew: false, createdMs: trigger.createdMs })
    const watch = await this.#firstLook(trigger.definition)
    const sinceSeq = await latestEventSeq(database.read)
    await this.#change(
      trigger,
      { ...change, word: 'resumed' },
      {
        ...{ status: 'enabled', updatedMs: nowMs, watch: { ...watch, changes: trigger.watch.changes } },
        ...{ afterMs, nextMs: nextMs ?? null, sinceSeq },
      },
    )
    return this.#woken(await this.get(change))
  }

  /** Forgets it and its history; jobs that it started stay. */
  async delete(change: TriggerChange): Promise<void> {
    const trigger = await this.get(change)
    await this.#parts.database.write(async (tables) => {
      await deleteTrigger(tables, trigger.id)
      await deleteFirings(tables, trigger.id)
      await this.#tell(tables, 'deleted', change)
    })
  }

  /** Starts a job now, paused or not, whatever the policy. `variables` stand for what an event would say. */
  async run(change: TriggerChange, variables: Readonly<Record<string, string>> = {}): Promise<FiringWithJob> {
    const { database, random, clock, runner } = this.#parts
    const trigger = await this.get(change)
    const id = randomHex(random, 8)
    const nowMs = clock.now()
    await database.write(async (tables) => {
      const firing = {
        ...({ key: `run:${id}`, reason: 'run', nominalMs: nowMs, dueMs: nowMs } as const),
        variables: { ...exampleVariables(trigger, nowMs), ...variables },
      }
      await insertFiring(tables, { id, triggerId: trigger.id, notedMs: nowMs }, firing)
      // The `run` of a monitor is that it computes.
      await this.#tell(tables, trigger.family === 'monitor' ? 'retrained' : 'run', change)
    })
    await runner.settle()
    const firing = await findFiring(database.read, id)
    assert(firing !== undefined, 'a firing that was noted is there')
    return this.#withJob(firing)
  }

  /** What a firing now would give the job's inputs; starts nothing. Throws what submitting it would throw. */
  async test(
    selection: TriggerSelection,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<{
    readonly values: Readonly<Record<string, string>>
    readonly variables: Readonly<Record<string, string>>
  }> {
    const trigger = await this.get(selection)
    const given = { ...exampleVariables(trigger, this.#parts.clock.now()), ...variables }
    const values = valuesOf(trigger, given)
    const template = await findTemplate(this.#parts.database.read, trigger.id)
    const { definition, parameters } = trigger
    await checkValues(this.#parts, { action: definition.action, parameters, values, ...(template && { template }) })
    return { values, variables: given }
  }

  /** The times to come. */
  next(trigger: JobTrigger, count: number): readonly NextTime[] {
    const { timing } = trigger.definition
    if (timing === undefined) return []
    const times = fireTimes(timing, trigger.createdMs)
    const afterMs = Math.min(trigger.afterMs, this.#parts.clock.now())
    return times.between({ afterMs, untilMs: Infinity, limit: count }).map((atMs) => {
      const note = times.noteOf(atMs)
      return { atMs, ...(note !== undefined && { note }) }
    })
  }

  /** The newest firings with their jobs. */
  async history(selection: TriggerSelection, limit: number): Promise<readonly FiringWithJob[]> {
    const trigger = await this.get(selection)
    const firings = await listFirings(this.#parts.database.read, trigger.id, limit)
    return Promise.all(firings.map((firing) => this.#withJob(firing)))
  }

  /** What `backfill` would submit. */
  async previewBackfill(
    selection: TriggerSelection,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly BackfillTime[]> {
    return planBackfill(this.#parts, await this.get(selection), span)
  }

  /** Starts a job for every nominal time of a span that has none, the oldest first. */
  async backfill(
    change: TriggerChange,
    span: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly BackfillTime[]> {
    const noted = await noteBackfill(this.#parts, await this.get(change), span)
    this.#parts.runner.wake()
    return noted
  }

  /** The secret of a webhook in the clear. Throws `invalid-request` for a trigger that has none. */
  async secret(selection: TriggerSelection): Promise<string> {
    const trigger = await this.get(selection)
    const sealed = await findSealedSecret(this.#parts.database.read, trigger.id)
    if (sealed !== undefined) return this.#parts.box.open(sealed, sealOf(trigger.id))
    throw new SluiceError('invalid-request', `The ${trigger.family} "${trigger.name}" is no webhook: it has no secret.`)
  }

  /** A new secret; the one before is refused from now on. */
  async rotateSecret(change: TriggerChange): Promise<string> {
    const { random, box, clock } = this.#parts
    const trigger = await this.get(change)
    await this.secret(change)
    const secret = newSecret(random)
    await this.#change(
      trigger,
      { ...change, word: 'secret.rotated' },
      { sealedSecret: box.seal(secret, sealOf(trigger.id)), updatedMs: clock.now() },
    )
    return secret
  }

  /** Takes the call of a webhook. Throws `unauthenticated` for an unknown name as for a wrong secret. */
  async receive(
    name: string,
    request: WebhookRequest,
  ): Promise<{ readonly status: 'accepted' | 'known' | 'ignored'; readonly detail?: string }> {
    const { database, clock, random, runner } = this.#parts
    const trigger = await findTrigger(database.read, { family: 'trigger', name })
    const source = trigger?.definition.source
    if (trigger === undefined || source?.type !== 'webhook') throw refusedSender()
    const nowMs = clock.now()
    const proof = checkSender(source, request, { secret: await this.secret(trigger), nowMs })
    const news = readWebhook(source, request, { proof, newId: () => randomHex(random, 16) })
    if ('ignored' in news) return { status: 'ignored', detail: news.ignored }
    if (trigger.status === 'paused') return { status: 'ignored', detail: 'the trigger is paused' }
    const { key, variables } = news
    const firing: NewFiring = {
      ...{ key, reason: 'event', nominalMs: nowMs, dueMs: nowMs },
      variables: { ...commonVariables(name, nowMs), ...variables },
    }
    const isNew = await database.write((tables) => noteFiring(tables, { clock, random }, { trigger, firing }))
    runner.wake()
    return isNew ? { status: 'accepted' } : { status: 'known', detail: 'this call was received before' }
  }

  async #withJob(firing: Firing): Promise<FiringWithJob> {
    if (firing.job === undefined) return firing
    const job = await this.#parts.jobs.get(firing.job).catch(ignoreMissing)
    return job === undefined ? firing : { ...firing, jobStatus: job.status }
  }

  #woken(trigger: JobTrigger): JobTrigger {
    this.#parts.runner.wake()
    return trigger
  }

  async #change(
    trigger: JobTrigger,
    {
      word,
      also,
      ...change
    }: TriggerChange & { readonly word: string; readonly also?: (tables: Tables) => Promise<void> },
    patch: TriggerPatch,
  ): Promise<void> {
    await this.#parts.database.write(async (tables) => {
      if (!(await updateTrigger(tables, trigger, patch)))
        throw new SluiceError('conflict', `The ${trigger.family} "${trigger.name}" was changed by somebody else.`, {
          hint: 'Look at it and try again.',
        })
      await also?.(tables)
      await this.#tell(tables, word, change)
    })
  }

  /** What lies there now is not new. */
  async #firstLook({ source }: TriggerDefinition): Promise<WatchState> {
    if (source?.type !== 'data_change') return { changes: 0 }
    const digest = await this.#parts.digestOf(source.path)
    return { changes: 0, ...(digest !== undefined && { digest }) }
  }

  async #tell(tables: Tables, word: string, { family, name, by }: TriggerChange): Promise<void> {
    const body: JsonObject = { name, by: principalText(by) }
    await appendEvent(tables, { kind: `${family}.${word}`, subject: name, body, atMs: this.#parts.clock.now() })
  }
}

function definitionOf(
  document: FiringDocument,
  { action }: CapturedAction,
  written: WrittenDocument | undefined,
): TriggerDefinition {
  const { displayName, description, tags, policy } = document
  return {
    ...(displayName !== undefined && { displayName }),
    ...(description !== undefined && { description }),
    ...{ tags, policy, action },
    ...(document.kind === 'schedule' ? { timing: document.timing } : { source: document.source }),
    debounceMs: document.kind === 'schedule' ? 0 : document.debounceMs,
    ...(written !== undefined && { written }),
  }
}

/** From when on its times count, and when it is to be looked at first. */
function startOf(
  { timing, source, policy }: TriggerDefinition,
  { nowMs, isNew, createdMs = nowMs }: { readonly nowMs: number; readonly isNew: boolean; readonly createdMs?: number },
): Pick<JobTrigger, 'afterMs' | 'nextMs'> {
  if (source?.type === 'data_change') return { afterMs: nowMs, nextMs: nowMs + source.pollMs }
  if (timing === undefined) return { afterMs: nowMs }
  // As in Azure ML: a recurrence without a start begins with a run at once.
  const afterMs = isNew && firesAtOnce(timing) ? nowMs - 1 : nowMs
  const { nextMs } = noteTimes({ name: '', createdMs, afterMs, definition: { policy } }, timing, afterMs)
  return { afterMs, ...(nextMs !== undefined && { nextMs }) }
}

/** What the expressions of a firing by hand stand for, where nobody says. */
function exampleVariables(
  { name, definition: { timing } }: JobTrigger,
  nowMs: number,
): Readonly<Record<string, string>> {
  const common = commonVariables(name, nowMs)
  if (timing === undefined) return common
  const now = timeText(nowMs)
  return { ...common, 'trigger.nominal_time': now, 'trigger.window_start': now, 'trigger.window_end': now }
}

function newSecret(random: RandomBytes): string {
  return randomHex(random, 32)
}

function sealOf(id: string): string {
  return `job-trigger/${id}/secret`
}

function taken({ family, name }: TriggerSelection): SluiceError {
  return new SluiceError('already-exists', `There is a ${family} "${name}" already.`, {
    hint: `Change it with: sluice ${family} update FILE`,
  })
}
