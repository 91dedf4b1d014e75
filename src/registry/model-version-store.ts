import { sql, type Expression, type RawBuilder, type Selectable, type SelectQueryBuilder, type SqlBool } from 'kysely'
import type { Tables } from '../database/database.ts'
import { pieces } from '../tracking/tables.ts'
import { aliasesOfModels } from './model-alias-store.ts'
import { modelStages, type ModelStage, type ModelVersion, type Tags } from './registered-model.ts'
import { workspace, type RegistryTables } from './registry-tables.ts'

/** A version's row with its model's name. */
export type VersionRow = Selectable<RegistryTables['model_version']> & { readonly name: string }

/** Inserts a version; its number must come from the held model's `last_version`. */
export async function insertVersion(
  tables: Tables,
  row: Omit<Selectable<RegistryTables['model_version']>, 'workspace'>,
): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .insertInto('model_version')
    .values({ workspace, ...row })
    .execute()
}

/** One version by its model's name. */
export async function findVersion(tables: Tables, name: string, version: number): Promise<VersionRow | undefined> {
  return versionRows(tables)
    .where('registered_model.workspace', '=', workspace)
    .where('registered_model.name', '=', name)
    .where('model_version.version', '=', version)
    .executeTakeFirst()
}

/** The highest version that exists. */
export async function findNewestVersion(tables: Tables, name: string): Promise<VersionRow | undefined> {
  return versionRows(tables)
    .where('registered_model.workspace', '=', workspace)
    .where('registered_model.name', '=', name)
    .orderBy('model_version.version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The versions whose tag has exactly this value: by model name, newest version first. */
export async function findVersionsTagged(
  tables: Tables,
  { key, value, name }: { readonly key: string; readonly value: string; readonly name?: string },
): Promise<readonly VersionRow[]> {
  const query = versionRows(tables)
    .where('registered_model.workspace', '=', workspace)
    .orderBy('registered_model.name')
    .orderBy('model_version.version', 'desc')
  if (name === undefined)
    return query
      .innerJoin('model_version_tag', (join) =>
        join
          .onRef('model_version_tag.registered_model_id', '=', 'model_version.registered_model_id')
          .onRef('model_version_tag.version', '=', 'model_version.version'),
      )
      .where('model_version_tag.key', '=', key)
      .where('model_version_tag.value', '=', value)
      .execute()
  // From the tag to its versions, never from every version of the model to its tags.
  return query
    .where('registered_model.name', '=', name)
    .where('model_version.version', 'in', (from) =>
      from
        .selectFrom('model_version_tag')
        .select('version')
        .where('registered_model_id', '=', (outer) =>
          outer.selectFrom('registered_model').select('id').where('workspace', '=', workspace).where('name', '=', name),
        )
        .where('key', '=', key)
        .where(isTagValue(value)),
    )
    .execute()
}

/** Long values are no keys of an index. In two parts, since from `value = ?` SQLite would put the value into `substr`. */
function isTagValue(value: string): Expression<SqlBool> {
  const letters = [...value]
  const [start, rest] = [letters.slice(0, 64).join(''), letters.slice(64).join('')]
  return sql<SqlBool>`substr(value, 1, 64) = ${start} and substr(value, 65) = ${rest}`
}

/** Versions with their model's name, for others to narrow down. */
export function versionRows(
  tables: Tables,
): SelectQueryBuilder<RegistryTables, 'model_version' | 'registered_model', VersionRow> {
  return tables
    .withTables<RegistryTables>()
    .selectFrom('model_version')
    .innerJoin('registered_model', 'registered_model.id', 'model_version.registered_model_id')
    .selectAll('model_version')
    .select('registered_model.name')
}

/** Of every model the newest version in each stage, oldest version first. */
export async function newestOfEachStage(tables: Tables, modelIds: readonly number[]): Promise<readonly VersionRow[]> {
  const newest: (readonly [number, number])[] = []
  for (const piece of pieces(modelIds)) newest.push(...(await newestVersions(tables, piece)))
  const rows: VersionRow[] = []
  for (const piece of pieces(newest))
    rows.push(
      ...(await versionRows(tables)
        .where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple('model_version.registered_model_id', 'model_version.version'),
            'in',
            piece.map(([modelId, version]) => tuple(modelId, version)),
          ),
        )
        .execute()),
    )
  return rows.sort((one, other) => one.version - other.version)
}

/**
 * Model id and number of the newest version in each stage. One look into an index by model and stage: grouping would read
 * every version that a model ever had.
 */
async function newestVersions(
  tables: Tables,
  modelIds: readonly number[],
): Promise<readonly (readonly [number, number])[]> {
  const newestIn = (stage: ModelStage): RawBuilder<number | null> => sql`(
    select max(version) from model_version
    where model_version.registered_model_id = registered_model.id and stage = ${stage})`
  const models = await tables
    .withTables<RegistryTables>()
    .selectFrom('registered_model')
    .select('id')
    .select(modelStages.map((stage) => newestIn(stage).as(stage)))
    .where('id', 'in', modelIds)
    .execute()
  return models.flatMap(({ id, ...versions }) =>
    Object.values(versions).flatMap((version) => (version === null ? [] : [[id, Number(version)] as const])),
  )
}

/** The versions of one model in one stage, but for one, lowest first. */
export async function othersInStage(
  tables: Tables,
  modelId: number,
  { stage, except }: { readonly stage: ModelStage; readonly except: number },
): Promise<readonly number[]> {
  const rows = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_version')
    .select('version')
    .where('registered_model_id', '=', modelId)
    .where('stage', '=', stage)
    .where('version', '!=', except)
    .orderBy('version')
    .execute()
  return rows.map((row) => row.version)
}

/** Changes columns of one version. */
export async function changeVersion(
  tables: Tables,
  { registered_model_id, version }: Pick<VersionRow, 'registered_model_id' | 'version'>,
  change: Partial<Pick<VersionRow, 'stage' | 'description' | 'updated_ms'>>,
): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .updateTable('model_version')
    .set(change)
    .where('registered_model_id', '=', registered_model_id)
    .where('version', '=', version)
    .execute()
}

/** Says of every version of a model that it changed now. */
export async function touchVersions(tables: Tables, modelId: number, nowMs: number): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .updateTable('model_version')
    .set({ updated_ms: nowMs })
    .where('registered_model_id', '=', modelId)
    .execute()
}

/** Removes a version with its tags and aliases. */
export async function removeVersion(
  tables: Tables,
  { registered_model_id, version }: Pick<VersionRow, 'registered_model_id' | 'version'>,
): Promise<void> {
  await tables
    .withTables<RegistryTables>()
    .deleteFrom('model_version')
    .where('registered_model_id', '=', registered_model_id)
    .where('version', '=', version)
    .execute()
}

/** Sets tags, over those of the same key. */
export async function putVersionTags(
  tables: Tables,
  { registered_model_id, version }: Pick<VersionRow, 'registered_model_id' | 'version'>,
  tags: Tags,
): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ workspace, registered_model_id, version, key, value }))
  for (const piece of pieces(rows)) {
    await tables
      .withTables<RegistryTables>()
      .insertInto('model_version_tag')
      .values(piece)
      .onConflict((conflict) =>
        conflict
          .columns(['registered_model_id', 'version', 'key'])
          .doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
      )
      .execute()
  }
}

/** Removes one tag; false when there was none. */
export async function removeVersionTag(
  tables: Tables,
  { registered_model_id, version }: Pick<VersionRow, 'registered_model_id' | 'version'>,
  key: string,
): Promise<boolean> {
  const result = await tables
    .withTables<RegistryTables>()
    .deleteFrom('model_version_tag')
    .where('registered_model_id', '=', registered_model_id)
    .where('version', '=', version)
    .where('key', '=', key)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The rows as versions, with their tags and aliases, in the order given. */
export async function versionsOf(tables: Tables, rows: readonly VersionRow[]): Promise<readonly ModelVersion[]> {
  const aliases = await aliasesOfModels(tables, [...new Set(rows.map((row) => row.registered_model_id))])
  const versions: ModelVersion[] = []
  for (const some of pieces(rows)) {
    const tags = await versionTags(tables, some)
    for (const row of some) {
      const aliasesOfVersion = (aliases.get(row.registered_model_id) ?? []).filter(
        (alias) => alias.version === row.version,
      )
      versions.push({
        ...versionOf(row),
        tags: Object.fromEntries((tags.get(keyOf(row)) ?? []).map(({ key, value }) => [key, value])),
        aliases: aliasesOfVersion.map((alias) => alias.alias),
      })
    }
  }
  return versions
}

function versionOf(row: VersionRow): Omit<ModelVersion, 'tags' | 'aliases'> {
  return {
    name: row.name,
    version: row.version,
    // Written by this folder only, through `parseStage`.
    stage: row.stage as ModelStage,
    source: row.source,
    storageLocation: row.storage_location,
    ...(row.run_id !== '' && { runId: row.run_id }),
    ...(row.run_link !== '' && { runLink: row.run_link }),
    ...(row.logged_model_id !== '' && { loggedModelId: row.logged_model_id }),
    ...(row.description !== null && { description: row.description }),
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}

async function versionTags(
  tables: Tables,
  rows: readonly VersionRow[],
): Promise<ReadonlyMap<string, readonly RegistryTables['model_version_tag'][]>> {
  const found = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_version_tag')
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('registered_model_id', 'version'),
        'in',
        rows.map((row) => tuple(row.registered_model_id, row.version)),
      ),
    )
    .orderBy('key')
    .execute()
  return Map.groupBy(found, keyOf)
}

function keyOf(row: Pick<VersionRow, 'registered_model_id' | 'version'>): string {
  return `${row.registered_model_id}/${row.version}`
}

/** Whether any version's files lie below this location, which ends in a slash. */
export async function isStoredBelow(tables: Tables, location: string): Promise<boolean> {
  const row = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_version')
    .select('version')
    .where('storage_location', '>=', location)
    // '0' follows '/'.
    .where('storage_location', '<', `${location.slice(0, -1)}0`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Versions that were made of these runs, or whose files lie in what they left. */
export async function findVersionsOfRuns(
  tables: Tables,
  runIds: readonly string[],
): Promise<readonly Pick<VersionRow, 'name' | 'version'>[]> {
  const found: VersionRow[] = []
  for (const piece of pieces(runIds))
    found.push(
      ...(await versionRows(tables)
        .where((eb) =>
          eb.or([
            eb('model_version.run_id', 'in', piece),
            // An id's _ stands for any character here: at worst one version too many is named.
            ...piece.map((id) => eb('model_version.storage_location', 'like', `%/${id}/%`)),
          ]),
        )
        .execute()),
    )
  return found
}
