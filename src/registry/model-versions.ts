import { principalText, type Principal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import type { Page } from '../tracking/entities.ts'
import { checkName } from '../tracking/limits.ts'
import { aliasesOfModels } from './model-alias-store.ts'
import { takeAlias } from './model-aliases.ts'
import {
  ask,
  change,
  existingModel,
  heldModel,
  noVersion,
  recordMove,
  tell,
  type ChangeContext,
  type RegistryParts,
} from './model-change.ts'
import { checkModelName, checkTags, parseStage } from './model-names.ts'
import {
  changeVersion,
  findVersion,
  findVersionsTagged,
  insertVersion,
  newestOfEachStage,
  othersInStage,
  putVersionTags,
  removeVersion,
  removeVersionTag,
  versionsOf,
  type VersionRow,
} from './model-version-store.ts'
import {
  isPrompt,
  modelStages,
  type ModelStage,
  type ModelVersion,
  type Tags,
  type VersionReference,
} from './registered-model.ts'
import { changeModel, holdModel, type ModelRow } from './registered-model-store.ts'
import type { RegistrySearch } from './registry-page.ts'
import { searchVersions } from './search-versions.ts'
import { versionSource, type VersionSource } from './version-source.ts'

interface NewModelVersion {
  readonly name: string
  /** A URI, checked as `model-source.ts` tells. */
  readonly source: string
  readonly runId?: string
  /** The logged model (`m-...`) that becomes this version. */
  readonly loggedModelId?: string
  readonly runLink?: string
  readonly description?: string
  readonly tags?: Tags
  readonly by: Principal
}

interface VersionAction extends VersionReference {
  readonly by: Principal
}

/**
 * Versions of registered models. A version that does not exist, or no longer does, throws `not-found`; every change is
 * one transaction and, where it decides what is in use, asks the policy first.
 */
export interface ModelVersions {
  /** Gives the next number: one more than was ever given for this name. Ready at once. */
  create(version: NewModelVersion): Promise<ModelVersion>
  get(reference: VersionReference): Promise<ModelVersion>
  /** Sets the description, or removes it. */
  update(action: VersionAction & { readonly description?: string }): Promise<ModelVersion>
  /** With its tags and aliases; the number is not given again. */
  delete(action: VersionAction): Promise<void>
  /** Moves it to a stage (any case); `archiveExisting` moves the others of an active stage to Archived with it. */
  changeStage(
    action: VersionAction & { readonly stage: string; readonly archiveExisting?: boolean },
  ): Promise<ModelVersion>
  /** The newest version in each of these stages (all, when none are given), oldest version first. */
  latest(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]>
  search(search: RegistrySearch): Promise<Page<ModelVersion>>
  /** Versions whose tag has exactly this value, newest of each model first, optionally of one model. */
  tagged(tag: {
    readonly key: string
    readonly value: string
    readonly name?: string
  }): Promise<readonly ModelVersion[]>
  setTag(action: VersionAction & { readonly key: string; readonly value: string }): Promise<void>
  /** Does nothing when there is no such tag. */
  deleteTag(action: VersionAction & { readonly key: string }): Promise<void>
}

/** The versions of a store's models. */
export function modelVersions(parts: RegistryParts): ModelVersions {
  const { database } = parts
  return {
    create: (version) => createVersion(parts, version),
    async get({ name, version }) {
      checkModelName(name)
      const row = await findVersion(database.read, name, version)
      if (row === undefined) throw noVersion(name, version)
      return (await versionsOf(database.read, [row]))[0]!
    },

    update: ({ name, version, description, by }) =>
      change(parts, by, async (context) => {
        const { row } = await heldVersion(context, { name, version })
        await changeVersion(context.tables, row, { description: description ?? null, updated_ms: context.nowMs })
        await tell(context, 'model.version.updated', { model: name, version: String(version) })
        return reread(context, { name, version })
      }),

    delete: (action) => deleteVersion(parts, action),
    changeStage: (action) => changeStage(parts, action),

    async latest(name, stages = []) {
      const model = await existingModel(database.read, name)
      const wanted: readonly ModelStage[] = stages.length === 0 ? modelStages : stages.map(parseStage)
      const rows = await newestOfEachStage(database.read, [model.id])
      return versionsOf(
        database.read,
        rows.filter((row) => (wanted as readonly string[]).includes(row.stage)),
      )
    },

    search: (search) => searchVersions(database, search),
    tagged: async (tag) => versionsOf(database.read, await findVersionsTagged(database.read, tag)),

    setTag: ({ name, version, key, value, by }) =>
      change(parts, by, async (context) => {
        checkTags({ [key]: value })
        const { row } = await heldVersion(context, { name, version })
        await putVersionTags(context.tables, row, { [key]: value })
        await tell(context, 'model.version.tag.set', { model: name, version: String(version), key })
      }),

    deleteTag: ({ name, version, key, by }) =>
      change(parts, by, async (context) => {
        checkName(key, 'key')
        const { row } = await heldVersion(context, { name, version })
        if (await removeVersionTag(context.tables, row, key))
          await tell(context, 'model.version.tag.deleted', { model: name, version: String(version), key })
      }),
  }
}

/** The source is checked before the transaction: it asks tracking, which answers from what is committed. */
async function createVersion(parts: RegistryParts, wanted: NewModelVersion): Promise<ModelVersion> {
  const { name, tags = {}, by } = wanted
  checkTags(tags)
  const source = await versionSource(parts, wanted)
  checkModelName(name)
  return change(parts, by, (context) => addVersion(parts, context, { ...wanted, ...source }))
}

/**
 * Adds a version whose source is known to be fine. Number, row, tags, the logged model's note and the event are one
 * transaction, so a crash loses the version or keeps all of it. `number`, where given, is above every one given so far.
 */
export async function addVersion(
  parts: RegistryParts,
  context: ChangeContext,
  wanted: NewModelVersion & VersionSource & { readonly number?: number },
): Promise<ModelVersion> {
  const { name, tags = {}, by, source, storageLocation, runId, loggedModelId } = wanted
  const { tables, nowMs } = context
  const model = await heldModel(tables, name)
  await ask(parts.policy, tables, {
    kind: 'create-version',
    model: name,
    source,
    tags,
    by,
    ...(runId !== '' && { runId }),
  })
  const version = wanted.number ?? model.last_version + 1
  await changeModel(tables, model.id, { last_version: version, updated_ms: nowMs })
  await insertVersion(tables, {
    registered_model_id: model.id,
    version,
    stage: 'None',
    source,
    storage_location: storageLocation,
    run_id: runId,
    run_link: wanted.runLink ?? '',
    logged_model_id: loggedModelId,
    description: wanted.description ?? null,
    created_by: principalText(by),
    created_ms: nowMs,
    updated_ms: nowMs,
  })
  await putVersionTags(tables, { registered_model_id: model.id, version }, tags)
  if (loggedModelId !== '') await parts.origins.noteRegistration(tables, loggedModelId, { name, version })
  await tell(context, 'model.version.created', {
    model: name,
    version: String(version),
    source,
    ...(runId !== '' && { run_id: runId }),
    ...(isPrompt(tags) && { is_prompt: true }),
  })
  return reread(context, { name, version })
}

function deleteVersion(parts: RegistryParts, { name, version, by }: VersionAction): Promise<void> {
  return change(parts, by, async (context) => {
    const { tables, nowMs } = context
    const { model, row } = await heldVersion(context, { name, version })
    await ask(parts.policy, tables, { kind: 'delete-version', model: name, version, by })
    const aliases = (await aliasesOfModels(tables, [model.id])).get(model.id) ?? []
    for (const { alias } of aliases.filter((candidate) => candidate.version === version))
      await takeAlias(parts, context, { model, alias, from: version })
    await removeVersion(tables, row)
    await changeModel(tables, model.id, { updated_ms: nowMs })
    await tell(context, 'model.version.deleted', { model: name, version: String(version) })
  })
}

function changeStage(
  parts: RegistryParts,
  action: VersionAction & { readonly stage: string; readonly archiveExisting?: boolean },
): Promise<ModelVersion> {
  const { name, version, by } = action
  return change(parts, by, async (context) => {
    const { tables, nowMs } = context
    const stage = parseStage(action.stage)
    if (action.archiveExisting === true && stage !== 'Staging' && stage !== 'Production') {
      throw new SluiceError(
        'invalid-request',
        'Model version transition cannot archive existing model versions because ' +
          `'${action.stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
      )
    }
    const { model, row } = await heldVersion(context, { name, version })
    const others =
      action.archiveExisting === true ? await othersInStage(tables, model.id, { stage, except: version }) : []
    const moves = [
      ...others.map((other) => ({ version: other, fromStage: stage, toStage: 'Archived' as const })),
      { version, fromStage: row.stage as ModelStage, toStage: stage },
    ]
    for (const move of moves) await moveStage(parts, context, { model, move })
    await changeModel(tables, model.id, { updated_ms: nowMs })
    return reread(context, { name, version })
  })
}

interface StageMove {
  readonly version: number
  readonly fromStage: ModelStage
  readonly toStage: ModelStage
}

async function moveStage(
  { policy }: RegistryParts,
  context: ChangeContext,
  { model, move }: { readonly model: ModelRow; readonly move: StageMove },
): Promise<void> {
  const { tables, nowMs, by } = context
  const { version, fromStage, toStage } = move
  if (fromStage !== toStage) {
    await ask(policy, tables, { kind: 'change-stage', model: model.name, ...move, by })
    await recordMove(context, model, { kind: 'stage', ...move })
  }
  await changeVersion(tables, { registered_model_id: model.id, version }, { stage: toStage, updated_ms: nowMs })
}

/** The version and its model, held until the transaction ends. */
async function heldVersion(
  { tables }: ChangeContext,
  { name, version }: VersionReference,
): Promise<{ readonly model: ModelRow; readonly row: VersionRow }> {
  checkModelName(name)
  const model = await holdModel(tables, name)
  const row = model === undefined ? undefined : await findVersion(tables, name, version)
  if (model === undefined || row === undefined) throw noVersion(name, version)
  return { model, row }
}

async function reread({ tables }: ChangeContext, { name, version }: VersionReference): Promise<ModelVersion> {
  const row = await findVersion(tables, name, version)
  if (row === undefined) throw noVersion(name, version)
  return (await versionsOf(tables, [row]))[0]!
}
