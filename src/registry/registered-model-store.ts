import type { Selectable } from 'kysely'
import type { Tables } from '../database/database.ts'
import { pieces } from '../tracking/tables.ts'
import { workspace, type RegistryTables } from './registry-tables.ts'
import { aliasesOfModels } from './model-alias-store.ts'
import { newestOfEachStage, versionsOf } from './model-version-store.ts'
import type { RegisteredModel, Tags } from './registered-model.ts'

export type ModelRow = Selectable<RegistryTables['registered_model']>

/** Inserts the model; undefined when the name is taken. */
export async function insertModel(
  tables: Tables,
  model: { readonly name: string; readonly description?: string; readonly nowMs: number },
): Promise<ModelRow | undefined> {
  return tables
    .withTables<RegistryTables>()
    .insertInto('registered_model')
    .values({
      workspace,
      name: model.name,
      description: model.description ?? null,
      last_version: 0,
      created_ms: model.nowMs,
      updated_ms: model.nowMs,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .returningAll()
    .executeTakeFirst()
}

/** The name of the model with this id; undefined where it was deleted. */
export async function modelName(tables: Tables, id: number): Promise<string | undefined> {
  const row = await tables
    .withTables<RegistryTables>()
    .selectFrom('registered_model')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.name
}

/** The model of that name. */
export async function findModel(tables: Tables, name: string): Promise<ModelRow | undefined> {
  return tables
    .withTables<RegistryTables>()
    .selectFrom('registered_model')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

/**
 * The model of that name, held by this transaction until it ends: every change of a model or of anything below it
 * begins here, so that also with several writers what was read stays true until it is changed.
 */
export async function holdModel(tables: Tables, name: string): Promise<ModelRow | undefined> {
  return tables
    .withTables<RegistryTables>()
    .updateTable('registered_model')
    .set((row) => ({ last_version: row.ref('last_version') }))
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
}

/** Changes columns of one model. */
export async function changeModel(
  tables: Tables,
  id: number,
  change: Partial<Pick<ModelRow, 'name' | 'description' | 'last_version' | 'updated_ms'>>,
): Promise<void> {
  await tables.withTables<RegistryTables>().updateTable('registered_model').set(change).where('id', '=', id).execute()
}

/** Removes the model with its versions, tags and aliases; its transitions stay. */
export async function removeModel(tables: Tables, id: number): Promise<void> {
  await tables.withTables<RegistryTables>().deleteFrom('registered_model').where('id', '=', id).execute()
}

/** Sets tags, over those of the same key. */
export async function putModelTags(tables: Tables, id: number, tags: Tags): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ workspace, registered_model_id: id, key, value }))
  for (const piece of pieces(rows)) {
    await tables
      .withTables<RegistryTables>()
      .insertInto('registered_model_tag')
      .values(piece)
      .onConflict((conflict) =>
        conflict.columns(['registered_model_id', 'key']).doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
      )
      .execute()
  }
}

/** Removes one tag; false when there was none. */
export async function removeModelTag(tables: Tables, id: number, key: string): Promise<boolean> {
  const result = await tables
    .withTables<RegistryTables>()
    .deleteFrom('registered_model_tag')
    .where('registered_model_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The rows as models, with their tags, aliases and newest versions, in the order given. */
export async function modelsOf(tables: Tables, rows: readonly ModelRow[]): Promise<readonly RegisteredModel[]> {
  const ids = rows.map((row) => row.id)
  const tags = await modelTags(tables, ids)
  const aliases = await aliasesOfModels(tables, ids)
  const newest = Map.groupBy(await versionsOf(tables, await newestOfEachStage(tables, ids)), ({ name }) => name)
  return rows.map((row) => ({
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    tags: Object.fromEntries((tags.get(row.id) ?? []).map(({ key, value }) => [key, value])),
    aliases: Object.fromEntries((aliases.get(row.id) ?? []).map(({ alias, version }) => [alias, version])),
    latestVersions: newest.get(row.name) ?? [],
  }))
}

/** The models whose tag has exactly this value, by name. */
export async function findModelsTagged(tables: Tables, key: string, value: string): Promise<readonly ModelRow[]> {
  return tables
    .withTables<RegistryTables>()
    .selectFrom('registered_model')
    .innerJoin('registered_model_tag', 'registered_model_tag.registered_model_id', 'registered_model.id')
    .selectAll('registered_model')
    .where('registered_model.workspace', '=', workspace)
    .where('registered_model_tag.key', '=', key)
    .where('registered_model_tag.value', '=', value)
    .orderBy('registered_model.name')
    .execute()
}

type TagRow = RegistryTables['registered_model_tag']

/** Model id -> its tags, keys in order. */
async function modelTags(tables: Tables, ids: readonly number[]): Promise<ReadonlyMap<number, readonly TagRow[]>> {
  const found: TagRow[] = []
  for (const piece of pieces(ids)) {
    const rows = await tables
      .withTables<RegistryTables>()
      .selectFrom('registered_model_tag')
      .selectAll()
      .where('registered_model_id', 'in', piece)
      .orderBy('key')
      .execute()
    found.push(...rows)
  }
  return Map.groupBy(found, (row) => row.registered_model_id)
}
