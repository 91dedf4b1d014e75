import type { BigIntStats } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { writeBehind } from './write-behind.ts'

/**
 * Digests of local files that have not changed since they were last read (design.md 4).
 *
 * A file is the same if inode, size, modification and change time (ns) are. Device numbers are left out: they change
 * with every mount of NFS and btrfs (git leaves them out too). Git's racy rule: a file that was modified so shortly
 * before it was read that a later write could carry the same time stamp is not recorded, and is read again next time.
 * Kept in the table `file_stat`, written in batches; losing it costs time only.
 */
export interface StatCache {
  /** What is known of the file `path`, or of every file below the folder `path` (absolute, symlinks resolved). */
  load(path: string): Promise<KnownDigests>
  flush(): Promise<void>
}

/** What the cache knew of one path when it was loaded, and takes in since. */
export interface KnownDigests {
  find(path: string, stats: BigIntStats): Digest | undefined
  /** Call with the stats from before the reading and the time it began. */
  record(path: string, stats: BigIntStats, read: { readonly digest: Digest; readonly startedMs: number }): void
}

type StatTables = { file_stat: { path: string; signature: string; digest: string; recorded_ms: number } }
type StatRow = StatTables['file_stat']

/** Rows older than this are written anew when used, and dropped when three times as old. */
const refreshAfterMs = 30 * 24 * 3_600_000

/** What must stay the same for a file to count as unchanged. */
export function signatureOf(stats: BigIntStats): string {
  return `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
}

/** The stat cache in the database's table `file_stat`. */
export function databaseStatCache({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): StatCache {
  const unsaved = writeBehind<StatRow>({
    clock,
    save: async (entries) => {
      const rows = entries.map(([, row]) => row)
      for (let start = 0; start < rows.length; start += 500) {
        await saveRows(database, rows.slice(start, start + 500))
      }
      if (!pruned) await pruneRows(database, clock.now() - 3 * refreshAfterMs)
      pruned = true
    },
  })
  let pruned = false

  return {
    async load(path) {
      const saved = new Map((await readRows(database, path)).map((row) => [row.path, row]))
      return {
        find(file, stats) {
          const row = unsaved.get(file) ?? saved.get(file)
          if (row === undefined || row.signature !== signatureOf(stats)) return undefined
          const now = clock.now()
          if (now - row.recorded_ms > refreshAfterMs) unsaved.set(file, { ...row, recorded_ms: now })
          return row.digest as Digest
        },
        record(file, stats, { digest, startedMs }) {
          if (!isSettled(stats, startedMs)) return
          unsaved.set(file, { path: file, signature: signatureOf(stats), digest, recorded_ms: clock.now() })
        },
      }
    },
    flush: () => unsaved.flush(),
  }
}

/** Whole seconds mean a file system that keeps no finer times; FAT keeps even ones only. */
function isSettled(stats: BigIntStats, startedMs: number): boolean {
  const coarse = stats.mtimeNs % 1_000_000_000n === 0n && stats.ctimeNs % 1_000_000_000n === 0n
  const newest = stats.mtimeMs > stats.ctimeMs ? stats.mtimeMs : stats.ctimeMs
  return Number(newest) + (coarse ? 2500 : 100) < startedMs
}

async function readRows(database: Database, path: string): Promise<readonly StatRow[]> {
  const table = database.read.withTables<StatTables>().selectFrom('file_stat').selectAll()
  const itself = await table.where('path', '=', path).execute()
  if (itself.length > 0) return itself
  const prefix = path.endsWith('/') ? path : `${path}/`
  // '0' follows '/' in every character set.
  return table
    .where('path', '>=', prefix)
    .where('path', '<', `${prefix.slice(0, -1)}0`)
    .execute()
}

async function saveRows(database: Database, rows: readonly StatRow[]): Promise<void> {
  await database.write((tables) =>
    tables
      .withTables<StatTables>()
      .insertInto('file_stat')
      .values(rows)
      .onConflict((oc) =>
        oc.column('path').doUpdateSet((eb) => ({
          signature: eb.ref('excluded.signature'),
          digest: eb.ref('excluded.digest'),
          recorded_ms: eb.ref('excluded.recorded_ms'),
        })),
      )
      .execute(),
  )
}

async function pruneRows(database: Database, beforeMs: number): Promise<void> {
  await database.write((tables) =>
    tables.withTables<StatTables>().deleteFrom('file_stat').where('recorded_ms', '<', beforeMs).execute(),
  )
}
