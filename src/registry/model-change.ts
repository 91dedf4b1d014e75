import { principalText, type Principal } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import type { ChangePolicy, ModelChange } from './change-policy.ts'
import { checkModelName } from './model-names.ts'
import type { ModelOrigins } from './model-origins.ts'
import { insertTransition } from './model-transition-store.ts'
import type { ModelTransition } from './registered-model.ts'
import { findModel, holdModel, type ModelRow } from './registered-model-store.ts'
import { enqueueDeliveries } from './webhooks/enqueue-deliveries.ts'

/** What every part of the registry works with. */
export interface RegistryParts {
  readonly database: Database
  readonly clock: Clock
  readonly policy: ChangePolicy
  readonly origins: ModelOrigins
  /** Called when a change is durable: there may be webhooks to call. */
  readonly afterChange?: () => void
}

/** A change under way: one transaction, one moment, one author. */
export interface ChangeContext {
  readonly tables: Tables
  readonly nowMs: number
  readonly by: Principal
}

/** Runs a change in one transaction: all of it happens, or nothing. */
export async function change<Result>(
  { database, clock, afterChange }: RegistryParts,
  by: Principal,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  const result = await database.write((tables) => work({ tables, nowMs: clock.now(), by }))
  afterChange?.()
  return result
}

/** Asks the gate; throws `permission-denied` with its reason. */
export async function ask(policy: ChangePolicy, tables: Tables, wanted: ModelChange): Promise<void> {
  const verdict = await policy.allow(tables, wanted)
  if (verdict.isAllowed) return
  throw new SluiceError('permission-denied', verdict.reason, verdict.hint === undefined ? {} : { hint: verdict.hint })
}

/** The model, held until the transaction ends; throws `not-found`. */
export async function heldModel(tables: Tables, name: string): Promise<ModelRow> {
  checkModelName(name)
  return (await holdModel(tables, name)) ?? throwNoModel(name)
}

/** The model, for reading; throws `not-found`. */
export async function existingModel(tables: Tables, name: string): Promise<ModelRow> {
  checkModelName(name)
  return (await findModel(tables, name)) ?? throwNoModel(name)
}

function throwNoModel(name: string): never {
  throw new SluiceError('not-found', `Registered Model with name=${name} not found`, {
    hint: 'List the models with: sluice model list',
  })
}

/** The error for a version that does not exist, or no longer. */
export function noVersion(name: string, version: number): SluiceError {
  return new SluiceError('not-found', `Model Version (name=${name}, version=${version}) not found`, {
    hint: `List the versions with: sluice model show ${name}`,
  })
}

/** Tells of the change to whoever reads events and to webhooks; the subject is the model's name. */
export async function tell(
  { tables, nowMs, by }: ChangeContext,
  kind: `model.${string}`,
  { model, ...body }: JsonObject & { readonly model: string },
): Promise<void> {
  await appendEvent(tables, { kind, subject: model, body: { ...body, by: principalText(by) }, atMs: nowMs })
  await enqueueDeliveries(tables, { kind, model, body, nowMs })
}

type Moved<Kind> = Kind extends 'alias'
  ? Omit<Extract<ModelTransition, { kind: 'alias' }>, 'by' | 'atMs'>
  : Omit<Extract<ModelTransition, { kind: 'stage' }>, 'by' | 'atMs'>

/** Records a move in the model's history and tells of it. */
export async function recordMove(
  context: ChangeContext,
  model: Pick<ModelRow, 'id' | 'name'>,
  moved: Moved<'alias'> | Moved<'stage'>,
): Promise<void> {
  const { tables, nowMs, by } = context
  await insertTransition(tables, model, { ...moved, by: principalText(by), atMs: nowMs })
  if (moved.kind === 'stage') {
    const { version, fromStage, toStage } = moved
    await tell(context, 'model.stage.changed', {
      model: model.name,
      version: String(version),
      from_stage: fromStage,
      to_stage: toStage,
    })
    return
  }
  const { alias, fromVersion, toVersion } = moved
  await tell(context, toVersion === undefined ? 'model.alias.deleted' : 'model.alias.set', {
    model: model.name,
    alias,
    ...(fromVersion !== undefined && { from_version: String(fromVersion) }),
    ...(toVersion !== undefined && { version: String(toVersion) }),
  })
}
