import { sql } from 'kysely'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { Database } from './database.ts'

/**
 * Looks for damage: SQLite reads every page of every table and index (`quick_check`), PostgreSQL answers. Resolves with
 * what was looked at, in words; throws `store-corrupt`. Table by table, so that requests are answered in between.
 */
export async function checkDatabase({ dialect, read }: Pick<Database, 'dialect' | 'read'>): Promise<string> {
  if (dialect === 'postgres') {
    await sql`select 1`.execute(read)
    return 'answers'
  }
  const { rows: tables } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    read,
  )
  for (const { name } of tables) {
    const problem = await problemOf(read, name)
    if (problem === undefined) continue
    throw new SluiceError('store-corrupt', `The table ${name} is damaged: ${problem}`, {
      hint: 'Stop the server, keep a copy of the data folder, and restore a backup of it.',
    })
  }
  return `${tables.length} tables are whole`
}

async function problemOf(read: Database['read'], table: string): Promise<string | undefined> {
  try {
    // A pragma takes no parameters; the name comes from the schema and is quoted.
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(${sql.ref(table)})`.execute(read)
    const problems = rows.map(({ quick_check: text }) => text).filter((text) => text !== 'ok')
    return problems.length === 0 ? undefined : problems.slice(0, 3).join('; ')
  } catch (error) {
    return messageOf(error)
  } finally {
    await new Promise((next) => setImmediate(next))
  }
}
