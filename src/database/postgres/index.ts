import { Kysely, PostgresDialect, sql, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { DatabaseConnection, DatabaseReader, Tables } from '../database.ts'

/** Any fixed number serves: it names "the server of this store" among the advisory locks of one database. */
const ownerLock = 7_355_608

// int8 as a number: every bigint of ours is a time, a size or a count below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * PostgreSQL: a pool for reading, one pinned session for writing. The owner lock is an advisory lock of that session,
 * so a server whose connection broke has to take it again (and finds out when another server was faster).
 */
export function postgresConnection(url: string): DatabaseConnection {
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  // An idle connection that breaks is replaced on next use; without a listener it would crash the process.
  pool.on('error', () => undefined)
  let session: pg.Client | undefined
  let transaction: pg.Client | undefined
  let locked = false

  async function connect(): Promise<pg.Client> {
    if (session !== undefined) return session
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => forget(client))
    client.on('end', () => forget(client))
    try {
      await client.connect()
    } catch (error) {
      throw new SluiceError('store-unavailable', `The database cannot be reached (${messageOf(error)}).`, {
        hint: 'Check the address given with --database and that PostgreSQL runs and accepts this user.',
        cause: error,
      })
    }
    session = client
    if (locked) await takeOwnerLock(client)
    return client
  }

  function forget(client: pg.Client): void {
    if (session === client) session = undefined
  }

  async function takeOwnerLock(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ taken: boolean }>(
      "select pg_try_advisory_lock(hashtext(current_schema() || '@' || current_database()), $1) as taken",
      [ownerLock],
    )
    if (rows[0]?.taken === true) return
    throw new SluiceError('store-in-use', 'Another sluice server uses this database.', {
      hint: 'Stop that server first, or name another database with --database.',
    })
  }

  /** Inside a transaction its own session answers or fails: a silent reconnect would commit half of it. */
  async function current(): Promise<pg.Client> {
    return transaction ?? (await connect())
  }

  async function run(statements: string): Promise<void> {
    await (await current()).query(statements)
  }

  async function end(statement: 'commit' | 'rollback'): Promise<void> {
    try {
      await run(statement)
    } finally {
      transaction = undefined
    }
  }

  const pinned: PostgresPool = {
    connect: async () => {
      const client = await current()
      return { query: client.query.bind(client), release: () => undefined } as unknown as PostgresPoolClient
    },
    end: async () => undefined,
    options: {},
  }

  return {
    dialect: 'postgres',
    reader: new Kysely({ dialect: new PostgresDialect({ pool }) }) as Tables,
    writer: new Kysely({ dialect: new PostgresDialect({ pool: pinned }) }) as Tables,
    begin: async () => {
      const client = await connect()
      await client.query('begin')
      transaction = client
    },
    commit: () => end('commit'),
    rollback: () => end('rollback'),
    run,
    sync: async () => undefined, // COMMIT answers only when it is durable.
    lock: async () => {
      await takeOwnerLock(await connect())
      locked = true
    },
    close: async () => {
      const client = session
      session = undefined
      await client?.end()
      await pool.end()
    },
  }
}

/** The same database to look into, without its lock. */
export function postgresReader(url: string): DatabaseReader {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => undefined)
  return {
    dialect: 'postgres',
    reader: new Kysely({ dialect: new PostgresDialect({ pool }) }) as Tables,
    close: () => pool.end(),
  }
}

/** For `doctor`: the server's version text. */
export async function postgresVersion(tables: Tables): Promise<string> {
  const { rows } = await sql<{ version: string }>`select version() as version`.execute(tables)
  return rows[0]?.version ?? 'unknown'
}
