import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'

/** What a URL last answered with (table `web_file`). */
export interface WebFileRecord {
  readonly url: string
  readonly etag?: string
  readonly lastModified?: string
  readonly digest: Digest
  readonly sizeBytes: number
  readonly baseName: string
  readonly fetchedMs: number
}

type WebFileTables = {
  web_file: {
    workspace: string
    url: string
    etag: string | null
    last_modified: string | null
    digest: string
    size_bytes: number
    base_name: string
    fetched_ms: number
  }
}

const workspace = 'default'

/** The record of exactly this URL. */
export async function findWebFile(tables: Tables, url: string): Promise<WebFileRecord | undefined> {
  const row = await tables
    .withTables<WebFileTables>()
    .selectFrom('web_file')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('url', '=', url)
    .executeTakeFirst()
  return (
    row && {
      url: row.url,
      ...(row.etag !== null && { etag: row.etag }),
      ...(row.last_modified !== null && { lastModified: row.last_modified }),
      digest: row.digest as Digest,
      sizeBytes: row.size_bytes,
      baseName: row.base_name,
      fetchedMs: row.fetched_ms,
    }
  )
}

/** Writes a record, over an earlier one of the URL. */
export async function putWebFile(tables: Tables, record: WebFileRecord): Promise<void> {
  const answer = {
    etag: record.etag ?? null,
    last_modified: record.lastModified ?? null,
    digest: record.digest,
    size_bytes: record.sizeBytes,
    base_name: record.baseName,
    fetched_ms: record.fetchedMs,
  }
  await tables
    .withTables<WebFileTables>()
    .insertInto('web_file')
    .values({ workspace, url: record.url, ...answer })
    .onConflict((oc) => oc.columns(['workspace', 'url']).doUpdateSet(answer))
    .execute()
}
