import type { Principal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import type { Page, PageWish } from '../tracking/entities.ts'
import { checkName } from '../tracking/limits.ts'
import {
  ask,
  change,
  type ChangeContext,
  existingModel,
  heldModel,
  recordMove,
  tell,
  type RegistryParts,
} from './model-change.ts'
import { checkNewModelName, checkTags } from './model-names.ts'
import { aliasesOfModels } from './model-alias-store.ts'
import { readTransitions } from './model-transition-store.ts'
import { touchVersions } from './model-version-store.ts'
import { isPrompt, type ModelTransition, type RegisteredModel, type Tags } from './registered-model.ts'
import {
  changeModel,
  findModel,
  findModelsTagged,
  insertModel,
  modelsOf,
  putModelTags,
  removeModel,
  removeModelTag,
  type ModelRow,
} from './registered-model-store.ts'
import type { RegistrySearch } from './registry-page.ts'
import { searchModels } from './search-models.ts'
import type { Tables } from '../database/database.ts'

interface NewRegisteredModel {
  readonly name: string
  readonly description?: string
  readonly tags?: Tags
  readonly by: Principal
}

/** A change of one model, by its name. */
export interface ModelAction {
  readonly name: string
  readonly by: Principal
}

/**
 * Registered models. A name that is no model's throws `not-found`, one that cannot be a model's `invalid-request`; every
 * change is one transaction and, where it decides what is in use, asks the policy first.
 */
export interface RegisteredModels {
  /** Throws `already-exists`, saying whether a model or a prompt has the name. */
  create(model: NewRegisteredModel): Promise<RegisteredModel>
  get(name: string): Promise<RegisteredModel>
  /** Sets the description, or removes it. */
  update(action: ModelAction & { readonly description?: string }): Promise<RegisteredModel>
  /** Versions, tags, aliases and history move along. Throws `already-exists`. */
  rename(action: ModelAction & { readonly newName: string }): Promise<RegisteredModel>
  /** With all versions, tags and aliases. The name is free again, and its numbers start anew. */
  delete(action: ModelAction): Promise<void>
  search(search: RegistrySearch): Promise<Page<RegisteredModel>>
  /** Models whose tag has exactly this value, by name; prompts too. */
  tagged(key: string, value: string): Promise<readonly RegisteredModel[]>
  setTag(action: ModelAction & { readonly key: string; readonly value: string }): Promise<void>
  /** Does nothing when there is no such tag. */
  deleteTag(action: ModelAction & { readonly key: string }): Promise<void>
  /** Who moved which alias and stage, when, by pages; newest first. */
  transitions(name: string, page?: PageWish): Promise<Page<ModelTransition>>
}

/** The registered models of a store. */
export function registeredModels(parts: RegistryParts): RegisteredModels {
  const { database, policy } = parts
  return {
    create: (model) => createModel(parts, model),
    get: async (name) => whole(database.read, await existingModel(database.read, name)),

    update: ({ name, description, by }) =>
      change(parts, by, async (context) => {
        const model = await heldModel(context.tables, name)
        await changeModel(context.tables, model.id, { description: description ?? null, updated_ms: context.nowMs })
        await tell(context, 'model.updated', { model: name })
        return reread(context.tables, name)
      }),

    rename: (action) => renameModel(parts, action),

    delete: ({ name, by }) =>
      change(parts, by, async (context) => {
        const model = await heldModel(context.tables, name)
        await ask(policy, context.tables, { kind: 'delete-model', model: name, by })
        const aliases = await aliasesOfModels(context.tables, [model.id])
        for (const { alias, version } of aliases.get(model.id) ?? [])
          await recordMove(context, model, { kind: 'alias', alias, fromVersion: version })
        await removeModel(context.tables, model.id)
        await tell(context, 'model.deleted', { model: name })
      }),

    search: (search) => searchModels(database, search),
    tagged: async (key, value) => {
      const rows = await findModelsTagged(database.read, key, value)
      return modelsOf(database.read, rows)
    },

    setTag: ({ name, key, value, by }) =>
      change(parts, by, async (context) => {
        checkTags({ [key]: value })
        const model = await heldModel(context.tables, name)
        await putModelTags(context.tables, model.id, { [key]: value })
        await tell(context, 'model.tag.set', { model: name, key })
      }),

    deleteTag: ({ name, key, by }) =>
      change(parts, by, async (context) => {
        checkName(key, 'key')
        const model = await heldModel(context.tables, name)
        if (await removeModelTag(context.tables, model.id, key))
          await tell(context, 'model.tag.deleted', { model: name, key })
      }),

    transitions: async (name, page = {}) =>
      readTransitions(database.read, (await existingModel(database.read, name)).id, page),
  }
}

function createModel(parts: RegistryParts, wanted: NewRegisteredModel): Promise<RegisteredModel> {
  return change(parts, wanted.by, (context) => addModel(context, wanted))
}

/** Makes a model in the caller's transaction; throws `already-exists` where the name is taken. */
export async function addModel(
  context: ChangeContext,
  { name, description, tags = {} }: Omit<NewRegisteredModel, 'by'>,
): Promise<RegisteredModel> {
  const { tables, nowMs } = context
  checkNewModelName(name)
  checkTags(tags)
  const model = await insertModel(tables, { name, nowMs, ...(description !== undefined && { description }) })
  if (model === undefined) throw nameTaken({ name, isPrompt: isPrompt(tags), by: await reread(tables, name) })
  await putModelTags(tables, model.id, tags)
  await tell(context, 'model.created', { model: name, ...(isPrompt(tags) && { is_prompt: true }) })
  return whole(tables, model)
}

function renameModel(
  parts: RegistryParts,
  { name, newName, by }: ModelAction & { readonly newName: string },
): Promise<RegisteredModel> {
  return change(parts, by, async (context) => {
    const { tables, nowMs } = context
    checkNewModelName(newName, 'new_name')
    const model = await heldModel(tables, name)
    if (newName !== name) {
      if ((await findModel(tables, newName)) !== undefined) {
        throw new SluiceError('already-exists', `Registered Model (name=${newName}) already exists.`, {
          hint: 'Choose another name, or delete that model first.',
        })
      }
      await ask(parts.policy, tables, { kind: 'rename-model', model: name, newName, by })
    }
    await changeModel(tables, model.id, { name: newName, updated_ms: nowMs })
    await touchVersions(tables, model.id, nowMs)
    if (newName !== name) await tell(context, 'model.renamed', { model: name, new_name: newName })
    return reread(tables, newName)
  })
}

async function whole(tables: Tables, row: ModelRow): Promise<RegisteredModel> {
  return (await modelsOf(tables, [row]))[0]!
}

async function reread(tables: Tables, name: string): Promise<RegisteredModel> {
  return whole(tables, await existingModel(tables, name))
}

/** MLflow's texts: a model and a prompt share their names. */
function nameTaken(attempt: {
  readonly name: string
  readonly isPrompt: boolean
  readonly by: RegisteredModel
}): SluiceError {
  const [wanted, found] = [attempt.isPrompt, isPrompt(attempt.by.tags)].map((isPromptName) =>
    isPromptName ? 'Prompt' : 'Registered Model',
  ) as [string, string]
  const text =
    wanted === found
      ? `${wanted} (name=${attempt.name}) already exists.`
      : `Tried to create a ${wanted.toLowerCase()} with name '${attempt.name}', but the name is already taken by a ` +
        `${found.toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`
  return new SluiceError('already-exists', text)
}
