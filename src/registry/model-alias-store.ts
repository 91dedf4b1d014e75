import type { Tables } from '../database/database.ts'
import { pieces } from '../tracking/tables.ts'
import { workspace, type RegistryTables } from './registry-tables.ts'

export interface AliasRow {
  readonly alias: string
  readonly version: number
}

/** The version an alias stands for. */
export async function findAlias(tables: Tables, modelId: number, alias: string): Promise<number | undefined> {
  const row = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_alias')
    .select('version')
    .where('registered_model_id', '=', modelId)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return row?.version
}

/** Points the alias at the version, from wherever it pointed: one statement, so it never names none or two. */
export async function putAlias(tables: Tables, modelId: number, { alias, version }: AliasRow): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .insertInto('model_alias')
    .values({ workspace, registered_model_id: modelId, alias, version })
    .onConflict((conflict) => conflict.columns(['registered_model_id', 'alias']).doUpdateSet({ version }))
    .execute()
}

/** Removes the alias. */
export async function removeAlias(tables: Tables, modelId: number, alias: string): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .deleteFrom('model_alias')
    .where('registered_model_id', '=', modelId)
    .where('alias', '=', alias)
    .execute()
}

/** Model id -> its aliases, in their order. */
export async function aliasesOfModels(
  tables: Tables,
  modelIds: readonly number[],
): Promise<ReadonlyMap<number, readonly AliasRow[]>> {
  const found: (AliasRow & { readonly registered_model_id: number })[] = []
  for (const piece of pieces(modelIds)) {
    const rows = await tables
      .withTables<RegistryTables>()
      .selectFrom('model_alias')
      .select(['registered_model_id', 'alias', 'version'])
      .where('registered_model_id', 'in', piece)
      .orderBy('alias')
      .execute()
    found.push(...rows)
  }
  return Map.groupBy(found, (row) => row.registered_model_id)
}
