import { sql } from 'kysely'
import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { Artifact, ArtifactListing } from './artifact-store.ts'

/** The table `artifact`: names for stored content. Everything below a folder is one range of the primary key. */

type ArtifactTables = {
  artifact: { workspace: string; path: string; digest: string; size_bytes: number; created_ms: number }
}

const workspace = 'default'
const rowsAtOnce = 500
const pageSize = 1000

/** All paths below a folder: from `folder/` up to, not including, `folder0`, for '0' follows '/'. */
interface PathRange {
  readonly from: string
  readonly to: string
}

function below(folder: string): PathRange | undefined {
  return folder === '' ? undefined : { from: `${folder}/`, to: `${folder}0` }
}

function select(tables: Tables, range: PathRange | undefined) {
  const all = tables.withTables<ArtifactTables>().selectFrom('artifact').where('workspace', '=', workspace)
  return range === undefined ? all : all.where('path', '>=', range.from).where('path', '<', range.to)
}

function toArtifact(row: ArtifactTables['artifact']): Artifact {
  return { path: row.path, digest: row.digest as Digest, sizeBytes: row.size_bytes, createdMs: row.created_ms }
}

/** The file of exactly this name. */
export async function findArtifact(tables: Tables, path: string): Promise<Artifact | undefined> {
  const row = await select(tables, undefined).selectAll().where('path', '=', path).executeTakeFirst()
  return row && toArtifact(row)
}

/** Everything below a folder, in byte order of the paths. */
export async function artifactsBelow(tables: Tables, folder: string): Promise<readonly Artifact[]> {
  return (await select(tables, below(folder)).selectAll().orderBy('path').execute()).map(toArtifact)
}

/**
 * Direct entries of a folder, sorted by name. Reads a page of rows at a time and jumps over what is deeper inside, so
 * a folder of ten folders with 100,000 files each costs ten pages.
 */
export async function listArtifacts(tables: Tables, folder: string): Promise<readonly ArtifactListing[]> {
  const range = below(folder)
  const start = range?.from.length ?? 0
  const found = new Map<string, ArtifactListing>()
  let next = range?.from ?? ''
  for (;;) {
    // Sequential: where the next page begins depends on this one.
    const rows = await select(tables, range && { ...range, from: next })
      .select(['path', 'size_bytes'])
      .where('path', '>=', next)
      .orderBy('path')
      .limit(pageSize)
      .execute()
    for (const row of rows) {
      const slash = row.path.indexOf('/', start)
      const name = slash < 0 ? row.path.slice(start) : row.path.slice(start, slash)
      if (slash < 0) found.set(name, { kind: 'file', name, sizeBytes: row.size_bytes })
      else if (!found.has(name)) found.set(name, { kind: 'folder', name })
    }
    if (rows.length < pageSize) break
    const last = rows.at(-1)!.path
    const slash = last.indexOf('/', start)
    next = slash < 0 ? `${last}\u0001` : `${last.slice(0, slash)}0`
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

/** Inserts names, or gives them new content. */
export async function putArtifacts(tables: Tables, artifacts: readonly Artifact[]): Promise<void> {
  for (let start = 0; start < artifacts.length; start += rowsAtOnce) {
    // Sequential: statements of one unit of work share a connection.
    await tables
      .withTables<ArtifactTables>()
      .insertInto('artifact')
      .values(
        artifacts.slice(start, start + rowsAtOnce).map((artifact) => ({
          workspace,
          path: artifact.path,
          digest: artifact.digest,
          size_bytes: artifact.sizeBytes,
          created_ms: artifact.createdMs,
        })),
      )
      .onConflict((oc) =>
        oc.columns(['workspace', 'path']).doUpdateSet((eb) => ({
          digest: eb.ref('excluded.digest'),
          size_bytes: eb.ref('excluded.size_bytes'),
          created_ms: eb.ref('excluded.created_ms'),
        })),
      )
      .execute()
  }
}

/** Copies everything below each `from` to below its `to`, one statement for up to 200 pairs. */
export async function copyArtifacts(
  tables: Tables,
  pairs: readonly { readonly from: string; readonly to: string }[],
  createdMs: number,
): Promise<void> {
  for (let start = 0; start < pairs.length; start += 200) {
    const values = pairs.slice(start, start + 200).map(
      // The casts tell PostgreSQL the types; SQLite takes them too.
      ({ from, to }) => sql`(cast(${`${from}/`} as text), cast(${`${from}0`} as text), cast(${`${to}/`} as text))`,
    )
    await sql`
      with pair (lower_path, upper_path, target) as (values ${sql.join(values)})
      insert into artifact (workspace, path, digest, size_bytes, created_ms)
      select source.workspace, pair.target || substr(source.path, length(pair.lower_path) + 1),
        source.digest, source.size_bytes, cast(${createdMs} as bigint)
      from pair join artifact as source
        on source.workspace = ${workspace} and source.path >= pair.lower_path and source.path < pair.upper_path
      where true
      on conflict (workspace, path) do update set
        digest = excluded.digest, size_bytes = excluded.size_bytes, created_ms = excluded.created_ms
    `.execute(tables)
  }
}

/** Removes a file or everything below a folder; returns how many files went. */
export async function removeArtifacts(tables: Tables, path: string): Promise<number> {
  const remove = tables.withTables<ArtifactTables>().deleteFrom('artifact').where('workspace', '=', workspace)
  const file = await remove.where('path', '=', path).executeTakeFirst()
  const { from, to } = below(path)!
  const folder = await remove.where('path', '>=', from).where('path', '<', to).executeTakeFirst()
  return Number(file.numDeletedRows + folder.numDeletedRows)
}

/** A file that stands where a name at or below `path` needs a folder, or the other way round; undefined if all is well. */
export async function findOverlap(tables: Tables, path: string): Promise<string | undefined> {
  const above = [...path.matchAll(/\//g)].map((slash) => path.slice(0, slash.index))
  if (above.length > 0) {
    const file = await select(tables, undefined).select('path').where('path', 'in', above).executeTakeFirst()
    if (file !== undefined) return file.path
  }
  const { rows } = await sql<{ path: string }>`
    select file.path from artifact as file
    where file.workspace = ${workspace}
      and (file.path = ${path} or (file.path >= ${`${path}/`} and file.path < ${`${path}0`}))
      and exists (
        select 1 from artifact as deeper
        where deeper.workspace = ${workspace} and deeper.path >= file.path || '/' and deeper.path < file.path || '0')
    limit 1
  `.execute(tables)
  return rows[0]?.path
}
