import { type RawBuilder, sql } from 'kysely'
import type { Tables } from '../database/database.ts'
import { useProperty } from './asset-properties.ts'
import type { AssetUseRow } from './asset-use.ts'
import type { UsedAsset } from './job-service.ts'
import type { JobTables } from './job-store.ts'

/** So many of the newest jobs are looked at for what they use: what a page shows must not grow with the store. */
const newestJobs = 20_000
/** So many uses of one asset are counted. */
const newestUses = 5000

/** Uses of every asset of a kind by the newest jobs, or of one asset, newest first. */
export async function findUses(
  tables: Tables,
  used: Pick<UsedAsset, 'kind'> & Partial<UsedAsset>,
): Promise<readonly AssetUseRow[]> {
  const { kind, reference } = used
  const isUsed =
    reference === undefined
      ? sql<boolean>`${containing('properties', `"${useProperty[kind]}":`)} and created_ms >= coalesce((
          select created_ms from job where workspace = 'default' order by created_ms desc limit 1 offset ${newestJobs}
        ), 0)`
      : usesAsset({ kind, reference })
  const rows = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select(['name', 'root', 'status', 'created_ms', 'started_ms', 'ended_ms', 'reused_from', 'properties'])
    .where(isUsed)
    .orderBy('created_ms', 'desc')
    .limit(reference === undefined ? newestJobs : newestUses)
    .execute()
  const titles = await titlesOf(tables, [...new Set(rows.map(({ root }) => root))])
  return rows.flatMap((row) => {
    const asset = (JSON.parse(row.properties) as Record<string, string>)[useProperty[kind]]
    if (asset === undefined) return []
    return [
      {
        asset,
        job: row.name,
        pipeline: titles.get(row.root) ?? row.root,
        status: row.status,
        createdMs: row.created_ms,
        isReused: row.reused_from !== null,
        ...(row.started_ms !== null && row.ended_ms !== null && { tookMs: row.ended_ms - row.started_ms }),
      },
    ]
  })
}

/** True for jobs that use an asset; for a `where` of the table of jobs. */
export function usesAsset({ kind, reference }: UsedAsset): RawBuilder<boolean> {
  const start = `"${useProperty[kind]}":${JSON.stringify(reference).slice(0, -1)}`
  const [all, version, address] = ['"', ':', '/'].map((end) => containing('properties', start + end))
  return sql<boolean>`(${all!} or ${version!} or ${address!})`
}

/** Whether a text column has this in it, letter by letter: `like` takes capitals for small letters in SQLite. */
function containing(column: 'properties', text: string): RawBuilder<boolean> {
  return sql<boolean>`replace(${sql.ref(column)}, ${text}, '') <> ${sql.ref(column)}`
}

async function titlesOf(tables: Tables, roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const titles = new Map<string, string>()
  for (let first = 0; first < roots.length; first += 500) {
    const rows = await tables
      .withTables<JobTables>()
      .selectFrom('job')
      .select(['name', 'display_name'])
      .where('name', 'in', roots.slice(first, first + 500) as never)
      .execute()
    for (const { name, display_name: title } of rows) titles.set(name, title)
  }
  return titles
}
