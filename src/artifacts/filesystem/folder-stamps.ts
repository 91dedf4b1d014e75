import type { Clock } from '../../base/clock.ts'
import type { Digest } from '../../base/ids.ts'
import type { Database, Tables } from '../../database/database.ts'
import { writeBehind } from '../write-behind.ts'

/** The table `cached_folder`: how each cached folder looked when it was built. Losing a row costs a new build. */
export interface FolderStamps {
  find(digest: Digest): Promise<string | undefined>
  set(digest: Digest, stamp: string): void
  flush(): Promise<void>
}

type StampTables = { cached_folder: { digest: string; stamp: string } }

/** Stamps of one database, saved in batches. */
export function folderStamps({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): FolderStamps {
  const unsaved = writeBehind<string>({
    clock,
    save: (entries) =>
      database.write(async (tables) => {
        // Sequential: statements of one unit of work share a connection.
        for (const entry of entries) await saveStamp(tables, entry)
      }),
  })
  return {
    async find(digest) {
      const stamp = unsaved.get(digest)
      if (stamp !== undefined) return stamp
      const row = await database.read
        .withTables<StampTables>()
        .selectFrom('cached_folder')
        .select('stamp')
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row?.stamp
    },
    set: (digest, stamp) => unsaved.set(digest, stamp),
    flush: () => unsaved.flush(),
  }
}

async function saveStamp(tables: Tables, [digest, stamp]: readonly [string, string]): Promise<void> {
  await tables
    .withTables<StampTables>()
    .insertInto('cached_folder')
    .values({ digest, stamp })
    .onConflict((oc) => oc.column('digest').doUpdateSet({ stamp }))
    .execute()
}
