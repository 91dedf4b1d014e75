import { closeSync, existsSync, fdatasync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import SqliteDatabase from 'better-sqlite3'
import { Kysely, type LimitNode, SqliteDialect, SqliteQueryCompiler, ValueNode } from 'kysely'
import { messageOf, SluiceError } from '../../base/errors.ts'
import { runAtOnce } from '../compiled-statement.ts'
import type { DatabaseConnection, DatabaseReader, Tables } from '../database.ts'
import { matchesRegularExpression } from '../regular-expression.ts'

const syncData = promisify(fdatasync)

/**
 * SQLite in WAL mode, two connections (one writes, one reads committed data). The write connection runs with
 * synchronous=NORMAL and `sync` does the WAL's fdatasync itself on a thread of the pool: the durability of
 * synchronous=FULL without blocking the event loop, one sync for many transactions (docs/decisions/0002).
 * Two files: `sluice.db`, and `owner.db`, on which an exclusive transaction is held as the owner lock (the kernel
 * frees it when the process dies).
 */
export function sqliteConnection(folder: string): DatabaseConnection {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'sluice.db')
  let owner: SqliteDatabase.Database | undefined
  const writer = open(file)
  const reader = open(file)
  reader.pragma('query_only = true')
  reader.function('regexp', { deterministic: true }, matchesRegularExpression)
  // SQLite holds its locks on the database and shm files, so a descriptor of ours on the WAL endangers none of them.
  const wal = openSync(`${file}-wal`, 'r')
  syncFolder(folder)
  const [begin, commit, rollback] = ['begin immediate', 'commit', 'rollback'].map((text) => writer.prepare(text)) as [
    SqliteDatabase.Statement,
    SqliteDatabase.Statement,
    SqliteDatabase.Statement,
  ]

  return {
    dialect: 'sqlite',
    reader: kysely(reader),
    writer: kysely(writer),
    begin: async () => void begin.run(),
    commit: async () => void commit.run(),
    rollback: async () => void rollback.run(),
    run: async (statements) => void writer.exec(statements),
    sync: () => syncData(wal),
    lock: async () => {
      owner = takeOwnerLock(join(folder, 'owner.db'))
    },
    close: async () => {
      reader.close()
      writer.close()
      closeSync(wal)
      owner?.close()
    },
  }
}

/** The store's database to look into, without its lock; undefined where there is none. */
export function sqliteReader(folder: string): DatabaseReader | undefined {
  const file = join(folder, 'sluice.db')
  if (!existsSync(file)) return undefined
  try {
    const database = new SqliteDatabase(file, { timeout: 5000, readonly: true })
    return { dialect: 'sqlite', reader: kysely(database), close: async () => void database.close() }
  } catch (error) {
    throw translate(error, file)
  }
}

/** Compiled statements are kept: compiling costs several times running one. The oldest goes first. */
const maxStatements = 400

function kysely(database: SqliteDatabase.Database): Tables {
  const statements = new Map<string, SqliteDatabase.Statement>()
  const prepare = (text: string): SqliteDatabase.Statement => {
    const known = statements.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    if (statements.size >= maxStatements) statements.delete(statements.keys().next().value!)
    statements.set(text, statement)
    return statement
  }
  const tables: Tables = new Kysely({
    dialect: new LiteralLimits({ database: { prepare, close: () => database.close() } }),
  })
  runAtOnce(tables, (text, parameters) => {
    const statement = prepare(text)
    if (statement.reader) return { rows: statement.all(parameters) }
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) }
  })
  return tables
}

/** A bound LIMIT lets SQLite compile a statement anew at each execution, since the plan might depend on it. */
class LiteralLimits extends SqliteDialect {
  override createQueryCompiler(): SqliteQueryCompiler {
    return new LiteralLimitCompiler()
  }
}

class LiteralLimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    const { limit } = node
    const value = ValueNode.is(limit) ? limit.value : undefined
    if (Number.isSafeInteger(value)) this.append(`limit ${String(value)}`)
    else super.visitLimit(node)
  }
}

function open(file: string): SqliteDatabase.Database {
  try {
    const database = new SqliteDatabase(file, { timeout: 5000 })
    database.pragma('journal_mode = wal')
    database.pragma('synchronous = normal')
    database.pragma('foreign_keys = on')
    database.pragma('cache_size = -16000')
    database.exec('begin immediate; commit')
    return database
  } catch (error) {
    throw translate(error, file)
  }
}

function translate(error: unknown, file: string): unknown {
  const code = error instanceof SqliteDatabase.SqliteError ? error.code : ''
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new SluiceError('store-corrupt', `The store's database ${file} is damaged (${messageOf(error)}).`, {
      hint: 'Restore a backup of the folder, or start an empty store with --data DIR. The damaged file was left as it is.',
      cause: error,
    })
  }
  if (code !== '') {
    return new SluiceError(
      'store-unavailable',
      `The store's database ${file} cannot be opened (${messageOf(error)}).`,
      {
        hint: 'Check that the folder exists, is writable and has free space, or name another with --data DIR.',
        cause: error,
      },
    )
  }
  return error
}

function takeOwnerLock(file: string): SqliteDatabase.Database {
  const owner = new SqliteDatabase(file, { timeout: 0 })
  try {
    owner.pragma('journal_mode = delete')
    owner.exec('begin exclusive')
    return owner
  } catch (error) {
    owner.close()
    if (error instanceof SqliteDatabase.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new SluiceError('store-in-use', `Another sluice server uses this store (${file} is locked).`, {
        hint: 'Use that server (`sluice status` prints its address), stop it with `sluice down`, or name another store with --data DIR.',
      })
    }
    throw translate(error, file)
  }
}

/** Makes the names of newly made files durable. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
