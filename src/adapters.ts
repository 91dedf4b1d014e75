/** The concrete parts behind the ports, each loaded only when it is used. A new backend is a folder and a line here. */
import type { Clock } from './base/clock.ts'
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
}): Promise<ComputeBackend> {
  return (await import('./compute/local/index.ts')).localBackend(options)
}

/** Virtual environments, made by uv. */
export async function environmentBuilder(options: VenvBuilderOptions): Promise<VenvBuilder> {
  return (await import('./environments/venv/index.ts')).venvBuilder(options)
}
