import type { Database, DatabaseConnection } from './database.ts'
import { takeEpoch } from './epoch.ts'
import { groupCommitDatabase } from './group-commit.ts'
import { migrate } from './migrate.ts'

export interface OpenDatabaseOptions {
  readonly connect: () => Promise<DatabaseConnection>
  /** Where the numbered migration files are. */
  readonly migrationsFolder: string
}

/**
 * Opens the store for this process alone: lock, migrate, raise the epoch. Throws `store-in-use`, `store-too-new`,
 * `store-corrupt` or `store-unavailable`, each saying what to do.
 */
export async function openDatabase({ connect, migrationsFolder }: OpenDatabaseOptions): Promise<Database> {
  const connection = await connect()
  try {
    await connection.lock()
    await migrate(connection, migrationsFolder)
    await connection.begin()
    const epoch = await takeEpoch(connection.writer)
    await connection.commit()
    await connection.sync()
    return groupCommitDatabase(connection, epoch)
  } catch (error) {
    await connection.close().catch(() => undefined)
    throw error
  }
}
