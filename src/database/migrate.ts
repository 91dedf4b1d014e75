import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { DatabaseConnection, Dialect, Tables } from './database.ts'

interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: string
}

type MigrationTables = { schema_migration: { number: number; name: string; applied_ms: number } }

/**
 * Migration files speak one SQL with four type names that the two engines spell differently: `bigint`, `double`,
 * `blob`, `serial_id` (a growing primary key). Text sorts by code point on both, hence collate "C" on PostgreSQL.
 */
const typeNames: Readonly<Record<Dialect, readonly (readonly [RegExp, string])[]>> = {
  sqlite: [
    [/\bserial_id\b/g, 'integer primary key autoincrement'],
    [/\bbigint\b/g, 'integer'],
    [/\bdouble\b/g, 'real'],
  ],
  postgres: [
    [/\bserial_id\b/g, 'bigint generated always as identity primary key'],
    [/\bdouble\b/g, 'double precision'],
    [/\bblob\b/g, 'bytea'],
    [/ text\b/g, ' text collate "C"'],
  ],
}

/** What stands from a line `-- only sqlite` (or `postgres`) to the next `-- both` is for that engine alone. */
const ownPart = /^-- only (sqlite|postgres)$([^]*?)^-- both$/gm

/** A migration's statements in one engine's words. */
function inDialect(statements: string, dialect: Dialect): string {
  const own = statements.replace(ownPart, (_, engine: string, part: string) => (engine === dialect ? part : ''))
  const withoutComments = own.replace(/^\s*--.*$/gm, '')
  return typeNames[dialect].reduce((text, [pattern, spelling]) => text.replace(pattern, spelling), withoutComments)
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name,
      statements: await readFile(join(folder, name), 'utf8'),
    })),
  )
}

/** True where the schema is this program's own; throws `store-too-new` as `migrate` does. */
export async function isMigrated(tables: Tables, folder: string): Promise<boolean> {
  const migrations = await readMigrations(folder)
  try {
    const rows = tables.withTables<MigrationTables>().selectFrom('schema_migration')
    const applied = await rows.select(['number', 'name']).orderBy('number').execute()
    refuseNewer(applied, migrations)
    return migrations.every(({ number }) => applied.some((row) => row.number === number))
  } catch (error) {
    if (error instanceof SluiceError) throw error
    return false // An empty database has no such table; opening it properly says what else may be wrong.
  }
}

function refuseNewer(
  applied: readonly { readonly number: number; readonly name: string }[],
  migrations: readonly Migration[],
): void {
  const newest = migrations.at(-1)?.number ?? 0
  const tooNew = applied.find((row) => row.number > newest)
  if (tooNew === undefined) return
  throw new SluiceError(
    'store-too-new',
    `This store was written by a newer version of sluice (migration ${tooNew.name}; this program knows up to ${newest}).`,
    {
      hint: 'Install the newer version again, or use another store with --data DIR.',
    },
  )
}

/**
 * Brings the schema up to this program's, each migration in one transaction, and does nothing when it is there. Says
 * so in the log before and after where there was a store: a migration of a large one takes a while, in which nothing
 * else happens. Throws `store-too-new` when a newer program has been here.
 */
export async function migrate(connection: DatabaseConnection, folder: string, log = silentLog): Promise<void> {
  const migrations = await readMigrations(folder)
  await connection.run(
    inDialect(
      'create table if not exists schema_migration (number bigint primary key, name text not null, applied_ms bigint not null)',
      connection.dialect,
    ),
  )
  const tables = connection.writer.withTables<MigrationTables>()
  const applied = await tables.selectFrom('schema_migration').select(['number', 'name']).orderBy('number').execute()
  refuseNewer(applied, migrations)
  const done = new Set(applied.map((row) => row.number))
  const missing = migrations.filter(({ number }) => !done.has(number))
  // A new store is made in milliseconds.
  const told = done.size === 0 || missing.length === 0 ? silentLog : log
  const startedMs = performance.now()
  const names = missing.map(({ name }) => name.replace(/\.sql$/, '')).join(', ')
  told.write(
    'warn',
    `The store was written by an earlier version and is brought up to date first: ${names}. ` +
      'This can take minutes where much is stored; whoever stops it loses nothing and starts it again later.',
  )
  for (const migration of missing) {
    const beganMs = performance.now()
    await connection.begin()
    try {
      await connection.run(inDialect(migration.statements, connection.dialect))
      await tables
        .insertInto('schema_migration')
        .values({ number: migration.number, name: migration.name, applied_ms: Date.now() })
        .execute()
      await connection.commit()
    } catch (error) {
      await connection.rollback().catch(() => undefined)
      throw error
    }
    told.write('info', `Applied ${migration.name}.`, { seconds: secondsSince(beganMs) })
  }
  await connection.sync()
  told.write('warn', 'The store is up to date.', { seconds: secondsSince(startedMs) })
}

function secondsSince(startMs: number): string {
  return ((performance.now() - startMs) / 1000).toFixed(1)
}
