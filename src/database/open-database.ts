import { SluiceError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Database, DatabaseConnection, DatabaseReader } from './database.ts'
import { takeEpoch } from './epoch.ts'
import { groupCommitDatabase } from './group-commit.ts'
import { isMigrated, migrate } from './migrate.ts'

export interface OpenDatabaseOptions {
  readonly connect: () => Promise<DatabaseConnection>
  /** Where the numbered migration files are. */
  readonly migrationsFolder: string
  /** Told when the store has to be brought up to date first. */
  readonly log?: Log
}

/**
 * Opens the store for this process alone: lock, migrate, raise the epoch. Throws `store-in-use`, `store-too-new`,
 * `store-corrupt` or `store-unavailable`, each saying what to do.
 */
export async function openDatabase({ connect, migrationsFolder, log }: OpenDatabaseOptions): Promise<Database> {
  const connection = await connect()
  try {
    await connection.lock()
    await migrate(connection, migrationsFolder, log)
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

/**
 * Opens the store to look, whoever owns it; every write is refused. Undefined where there is no store yet, or one that
 * an older program wrote: then it has to be opened properly. Throws `store-too-new`, `store-corrupt`.
 */
export async function lookIntoDatabase({
  open,
  migrationsFolder,
}: {
  readonly open: () => Promise<DatabaseReader | undefined>
  readonly migrationsFolder: string
}): Promise<Database | undefined> {
  const found = await open()
  if (found === undefined) return undefined
  const { dialect, reader, close } = found
  try {
    if (await isMigrated(reader, migrationsFolder)) return { dialect, read: reader, write: refuseWrite, close }
    await close()
    return undefined
  } catch (error) {
    await close()
    throw error
  }
}

function refuseWrite(): Promise<never> {
  return Promise.reject(new SluiceError('store-unavailable', 'The store is open here for looking only.'))
}
