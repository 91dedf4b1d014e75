/** The concrete parts behind the ports, each loaded only when it is used. A new backend is a folder and a line here. */
import { isAbsolute } from 'node:path'
import type { Clock } from './base/clock.ts'
import { SluiceError } from './base/errors.ts'
import type { JsonObject } from './base/json.ts'
import type { Datastore } from './data/datastore.ts'
import type { ContentStore } from './artifacts/content-store.ts'
import type { StatCache } from './artifacts/stat-cache.ts'
import type { ComputeBackend } from './compute/compute-backend.ts'
import type { Database, DatabaseConnection, DatabaseReader } from './database/database.ts'
import type { VenvBuilder, VenvBuilderOptions } from './environments/venv/index.ts'

/** SQLite in the store's folder, or PostgreSQL by its address. */
export async function connectDatabase(folder: string, address: string | undefined): Promise<DatabaseConnection> {
  if (address === undefined) return (await import('./database/sqlite/index.ts')).sqliteConnection(folder)
  return (await import('./database/postgres/index.ts')).postgresConnection(address)
}

/** The same database to look into; undefined where there is none yet. */
export async function databaseReader(folder: string, address: string | undefined): Promise<DatabaseReader | undefined> {
  if (address === undefined) return (await import('./database/sqlite/index.ts')).sqliteReader(folder)
  return (await import('./database/postgres/index.ts')).postgresReader(address)
}

/** Content in a folder of this machine. */
export async function contentStore(options: {
  readonly folder: string
  readonly database: Database
  readonly statCache: StatCache
  readonly clock: Clock
}): Promise<ContentStore> {
  return (await import('./artifacts/filesystem/index.ts')).filesystemContentStore(options)
}

/** Processes of this machine. */
export async function computeBackend(options: {
  readonly cpu: number
  readonly clock: Clock
  readonly warmHost: string
}): Promise<ComputeBackend> {
  return (await import('./compute/local/index.ts')).localBackend(options)
}

/** Files by path. Throws `not-supported` for a type that has no adapter, `invalid-request` for settings it cannot use. */
export async function openDatastore(type: string, settings: JsonObject): Promise<Datastore> {
  const { path } = settings
  if (type === 'local_folder') {
    if (typeof path === 'string' && isAbsolute(path))
      return (await import('./data/folder/index.ts')).folderDatastore({ folder: path })
    throw new SluiceError(
      'invalid-request',
      `A datastore of type local_folder needs the absolute path of a folder, not ${JSON.stringify(path)}.`,
    )
  }
  throw new SluiceError('not-supported', `Datastores of type "${type}" are not supported.`, {
    hint: 'Mount the bucket or share on this machine and use type: local_folder with its path.',
  })
}

/** Virtual environments, made by uv. */
export async function environmentBuilder(options: VenvBuilderOptions): Promise<VenvBuilder> {
  return (await import('./environments/venv/index.ts')).venvBuilder(options)
}
