import { sql, type Generated, type SqlBool } from 'kysely'
import type { Digest } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Tables } from '../database/database.ts'
import type { Asset, AssetKind, AssetVersion, NamedContent, NewAssetVersion } from './asset.ts'

/** The tables `asset`, `asset_version` and `asset_label` (migration 0008). */
type AssetTables = {
  asset: {
    workspace: string
    kind: string
    name: string
    is_archived: number
    last_version: number
    created_ms: number
    updated_ms: number
  }
  asset_version: {
    id: Generated<number>
    workspace: string
    kind: string
    name: string
    version: string
    type: string
    digest: string
    definition: string
    content: string | null
    source: string | null
    description: string | null
    tags: string
    properties: string
    is_archived: number
    created_by: string
    created_ms: number
    updated_ms: number
  }
  asset_label: {
    workspace: string
    kind: string
    name: string
    label: string
    version: string
    updated_ms: number
  }
}
type AssetRow = AssetTables['asset']
type VersionRow = Omit<AssetTables['asset_version'], 'id'> & { readonly id: number }

/** A name of one kind. */
export interface AssetName {
  readonly kind: AssetKind
  readonly name: string
}

const workspace = 'default'

/** Spelt out: the index of the versions that are not archived is not used where the 0 is a parameter. */
const isNotArchived = sql<SqlBool>`is_archived = 0`

function tablesOf(tables: Tables) {
  return tables.withTables<AssetTables>()
}

function named(name: AssetName) {
  return { workspace, kind: name.kind, name: name.name }
}

/** The row of a name, made where it is missing, archived no more. */
export async function openAsset(
  tables: Tables,
  name: AssetName,
  atMs: number,
): Promise<{ readonly lastVersion: number }> {
  await tablesOf(tables)
    .insertInto('asset')
    .values({ ...named(name), is_archived: 0, last_version: 0, created_ms: atMs, updated_ms: atMs })
    .onConflict((oc) => oc.columns(['workspace', 'kind', 'name']).doUpdateSet({ is_archived: 0, updated_ms: atMs }))
    .execute()
  const row = await findAssetRow(tables, name)
  return { lastVersion: row!.last_version }
}

async function findAssetRow(tables: Tables, { kind, name }: AssetName): Promise<AssetRow | undefined> {
  return tablesOf(tables)
    .selectFrom('asset')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Writes a version that does not exist yet; `lastVersion` is the highest number given by then. */
export async function insertVersion(
  tables: Tables,
  asset: NewAssetVersion & { readonly version: string; readonly digest: Digest },
  { atMs, lastVersion }: { readonly atMs: number; readonly lastVersion: number },
): Promise<void> {
  await tablesOf(tables)
    .updateTable('asset')
    .set({ last_version: lastVersion })
    .where('workspace', '=', workspace)
    .where('kind', '=', asset.kind)
    .where('name', '=', asset.name)
    .execute()
  await tablesOf(tables)
    .insertInto('asset_version')
    .values({
      ...named(asset),
      version: asset.version,
      type: asset.type,
      digest: asset.digest,
      definition: JSON.stringify(asset.definition),
      content: asset.data === undefined ? null : JSON.stringify(asset.data),
      source: asset.source ?? null,
      description: asset.description ?? null,
      tags: JSON.stringify(asset.tags ?? {}),
      properties: JSON.stringify(asset.properties ?? {}),
      is_archived: 0,
      created_by: asset.createdBy,
      created_ms: atMs,
      updated_ms: atMs,
    })
    .execute()
}

/** Columns of a version that may change after it was created. */
export type VersionChange = Partial<Pick<VersionRow, 'description' | 'tags' | 'properties' | 'is_archived'>>

/** Changes a version; false when there is none. */
export async function changeVersion(
  tables: Tables,
  { kind, name, version }: AssetName & { readonly version: string },
  change: VersionChange & { readonly updated_ms: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tablesOf(tables)
    .updateTable('asset_version')
    .set(change)
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Archives or restores a whole name; false when there is none. */
export async function changeAsset(
  tables: Tables,
  { kind, name }: AssetName,
  change: { readonly is_archived: number; readonly updated_ms: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tablesOf(tables)
    .updateTable('asset')
    .set(change)
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Removes one version with its labels, or a name with all of them; returns how many versions went. */
export async function removeVersions(
  tables: Tables,
  { kind, name, version }: AssetName & { readonly version?: string },
): Promise<number> {
  const typed = tablesOf(tables)
  const versions = typed
    .deleteFrom('asset_version')
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
  const labels = typed
    .deleteFrom('asset_label')
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
  if (version !== undefined) {
    await labels.where('version', '=', version).execute()
    return Number((await versions.where('version', '=', version).executeTakeFirst()).numDeletedRows)
  }
  await labels.execute()
  const { numDeletedRows } = await versions.executeTakeFirst()
  await typed
    .deleteFrom('asset')
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .execute()
  return Number(numDeletedRows)
}

/** Points a label at a version, wherever it pointed before. */
export async function putLabel(
  tables: Tables,
  { kind, name, label, version }: AssetName & { readonly label: string; readonly version: string },
  atMs: number,
): Promise<void> {
  await tablesOf(tables)
    .insertInto('asset_label')
    .values({ ...named({ kind, name }), label, version, updated_ms: atMs })
    .onConflict((oc) => oc.columns(['workspace', 'kind', 'name', 'label']).doUpdateSet({ version, updated_ms: atMs }))
    .execute()
}

/** Takes a label away; false when there is none. */
export async function removeLabel(
  tables: Tables,
  { kind, name, label }: AssetName & { readonly label: string },
): Promise<boolean> {
  const { numDeletedRows } = await tablesOf(tables)
    .deleteFrom('asset_label')
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('label', '=', label)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** Labels of a name with the versions they point at. */
export async function labelsOf(tables: Tables, { kind, name }: AssetName): Promise<ReadonlyMap<string, string>> {
  const rows = await tablesOf(tables)
    .selectFrom('asset_label')
    .select(['label', 'version'])
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .orderBy('label')
    .execute()
  return new Map(rows.map(({ label, version }) => [label, version]))
}

/** One version by its own text. */
export async function findVersion(
  tables: Tables,
  { kind, name, version }: AssetName & { readonly version: string },
): Promise<AssetVersion | undefined> {
  const row = await tablesOf(tables)
    .selectFrom('asset_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && toVersion(row, await labelsOf(tables, { kind, name }))
}

/** The newest created version that is not archived. */
export async function findLatest(tables: Tables, { kind, name }: AssetName): Promise<AssetVersion | undefined> {
  const row = await tablesOf(tables)
    .selectFrom('asset_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where(isNotArchived)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toVersion(row, await labelsOf(tables, { kind, name }))
}

/** The oldest version of exactly this digest. */
export async function findByDigest(
  tables: Tables,
  { kind, name, digest }: AssetName & { readonly digest: Digest },
): Promise<AssetVersion | undefined> {
  const row = await tablesOf(tables)
    .selectFrom('asset_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('digest', '=', digest)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row && toVersion(row, await labelsOf(tables, { kind, name }))
}

/** A page of versions, newest first; goes on below the row with the number `before`. */
export async function listVersionRows(
  tables: Tables,
  { kind, name }: AssetName,
  page: { readonly limit: number; readonly before?: number; readonly withArchived: boolean },
): Promise<readonly { readonly id: number; readonly version: AssetVersion }[]> {
  let query = tablesOf(tables)
    .selectFrom('asset_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.before !== undefined) query = query.where('id', '<', page.before)
  if (!page.withArchived) query = query.where(isNotArchived)
  const rows = await query.execute()
  const labels = await labelsOf(tables, { kind, name })
  return rows.map((row) => ({ id: row.id, version: toVersion(row, labels) }))
}

/** A page of names of a kind in order; goes on after `after`. `source`: only names that have a version from there. */
export async function listAssetRows(
  tables: Tables,
  kind: AssetKind,
  page: { readonly limit: number; readonly after?: string; readonly withArchived: boolean; readonly source?: string },
): Promise<readonly Asset[]> {
  let query = tablesOf(tables)
    .selectFrom('asset')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .orderBy('name')
    .limit(page.limit)
  if (page.after !== undefined) query = query.where('name', '>', page.after)
  if (!page.withArchived) query = query.where('is_archived', '=', 0)
  const { source } = page
  if (source !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('asset_version')
          .select('asset_version.id')
          .whereRef('asset_version.name', '=', 'asset.name')
          .where('asset_version.workspace', '=', workspace)
          .where('asset_version.kind', '=', kind)
          .where('asset_version.source', '=', source),
      ),
    )
  const rows = await query.execute()
  const assets: Asset[] = []
  // Sequential: a page is short, and SQLite answers one statement at a time anyway.
  for (const row of rows) assets.push(await toAsset(tables, row))
  return assets
}

/** A name with what it has; undefined when there is none. */
export async function findAsset(tables: Tables, name: AssetName): Promise<Asset | undefined> {
  const row = await findAssetRow(tables, name)
  return row && toAsset(tables, row)
}

/** Every name of a kind, for telling what somebody may have meant; at most 5,000. */
export async function assetNames(tables: Tables, kind: AssetKind): Promise<readonly string[]> {
  const rows = await tablesOf(tables)
    .selectFrom('asset')
    .select('name')
    .where('workspace', '=', workspace)
    .where('kind', '=', kind)
    .orderBy('name')
    .limit(5000)
    .execute()
  return rows.map(({ name }) => name)
}

async function toAsset(tables: Tables, row: AssetRow): Promise<Asset> {
  const kind = row.kind as AssetKind
  const name = { kind, name: row.name }
  const latest = await findLatest(tables, name)
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from asset_version
    where workspace = ${workspace} and kind = ${kind} and name = ${row.name}
  `.execute(tables)
  return {
    ...name,
    isArchived: row.is_archived === 1,
    ...(latest !== undefined && { latest }),
    versionCount: Number(rows[0]!.count),
    labels: Object.fromEntries(await labelsOf(tables, name)),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}

function toVersion(row: VersionRow, labels: ReadonlyMap<string, string>): AssetVersion {
  return {
    kind: row.kind as AssetKind,
    name: row.name,
    version: row.version,
    type: row.type,
    digest: row.digest as Digest,
    definition: JSON.parse(row.definition) as JsonObject,
    ...(row.content !== null && { data: JSON.parse(row.content) as NamedContent }),
    ...(row.source !== null && { source: row.source }),
    ...(row.description !== null && { description: row.description }),
    tags: JSON.parse(row.tags) as Record<string, string>,
    properties: JSON.parse(row.properties) as Record<string, string>,
    labels: [...labels].filter(([, version]) => version === row.version).map(([label]) => label),
    isArchived: row.is_archived === 1,
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}

/** Versions whose source begins with one of these texts. */
export async function findVersionsFrom(
  tables: Tables,
  starts: readonly string[],
): Promise<readonly { readonly kind: string; readonly name: string; readonly version: string }[]> {
  const found: { kind: string; name: string; version: string }[] = []
  for (let first = 0; first < starts.length; first += 200)
    found.push(
      ...(await tablesOf(tables)
        .selectFrom('asset_version')
        .select(['kind', 'name', 'version'])
        .where('workspace', '=', workspace)
        .where((eb) => eb.or(starts.slice(first, first + 200).map((start) => eb('source', 'like', `${start}%`))))
        .execute()),
    )
  return found
}
