import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'

/** The tables `artifact_upload` and `artifact_upload_part`. */
type UploadTables = {
  artifact_upload: { upload_id: string; workspace: string; path: string; created_ms: number }
  artifact_upload_part: {
    upload_id: string
    workspace: string
    part_number: number
    digest: string
    size_bytes: number
  }
}

/** A part of a file that has arrived whole. */
export interface UploadPart {
  /** From 1 on. */
  readonly number: number
  readonly digest: Digest
  readonly sizeBytes: number
}

const workspace = 'default'

const uploadTables = (tables: Tables) => tables.withTables<UploadTables>()

export async function insertUpload(
  tables: Tables,
  upload: { readonly uploadId: string; readonly path: string; readonly createdMs: number },
): Promise<void> {
  const row = { upload_id: upload.uploadId, workspace, path: upload.path, created_ms: upload.createdMs }
  await uploadTables(tables).insertInto('artifact_upload').values(row).execute()
}

/** The path that an upload is for; undefined where there is no such upload. */
export async function findUploadPath(tables: Tables, uploadId: string): Promise<string | undefined> {
  const row = await uploadTables(tables)
    .selectFrom('artifact_upload')
    .select('path')
    .where('upload_id', '=', uploadId)
    .executeTakeFirst()
  return row?.path
}

/** The newest upload for a path. */
export async function findUploadOf(tables: Tables, path: string): Promise<string | undefined> {
  const row = await uploadTables(tables)
    .selectFrom('artifact_upload')
    .select('upload_id')
    .where('workspace', '=', workspace)
    .where('path', '=', path)
    .orderBy('created_ms', 'desc')
    .orderBy('upload_id')
    .executeTakeFirst()
  return row?.upload_id
}

/** By number. */
export async function readParts(tables: Tables, uploadId: string): Promise<readonly UploadPart[]> {
  const rows = await uploadTables(tables)
    .selectFrom('artifact_upload_part')
    .selectAll()
    .where('upload_id', '=', uploadId)
    .orderBy('part_number')
    .execute()
  return rows.map((row) => ({ number: row.part_number, digest: row.digest as Digest, sizeBytes: row.size_bytes }))
}

/** Puts a part in its place; one of that number is replaced. */
export async function putPart(tables: Tables, uploadId: string, part: UploadPart): Promise<void> {
  const content = { digest: part.digest, size_bytes: part.sizeBytes }
  await uploadTables(tables)
    .insertInto('artifact_upload_part')
    .values({ upload_id: uploadId, workspace, part_number: part.number, ...content })
    .onConflict((conflict) => conflict.columns(['upload_id', 'part_number']).doUpdateSet(content))
    .execute()
}

/** Forgets an upload and its parts; false where there was none. */
export async function deleteUpload(tables: Tables, uploadId: string): Promise<boolean> {
  const tablesOfUploads = uploadTables(tables)
  await tablesOfUploads.deleteFrom('artifact_upload_part').where('upload_id', '=', uploadId).execute()
  const { numDeletedRows } = await tablesOfUploads
    .deleteFrom('artifact_upload')
    .where('upload_id', '=', uploadId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Forgets uploads that were begun before a time and their parts; gives their number. */
export async function deleteUploadsBefore(tables: Tables, beforeMs: number): Promise<number> {
  const old = uploadTables(tables).selectFrom('artifact_upload').where('created_ms', '<', beforeMs).select('upload_id')
  await uploadTables(tables).deleteFrom('artifact_upload_part').where('upload_id', 'in', old).execute()
  const { numDeletedRows } = await uploadTables(tables)
    .deleteFrom('artifact_upload')
    .where('created_ms', '<', beforeMs)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
