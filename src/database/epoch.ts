import type { CompiledQuery } from 'kysely'
import type { Tables } from './database.ts'

type EpochTables = { store_epoch: { id: number; epoch: number } }

type EpochQuery = CompiledQuery<{ epoch: number }>
/** Every transaction asks, so the query is made once. */
const queries = new WeakMap<Tables, EpochQuery>()

/** The number of the server that owns the store; each opening raises it by one. */
export async function currentEpoch(tables: Tables): Promise<number> {
  const query = queries.get(tables) ?? epochQuery(tables)
  queries.set(tables, query)
  const { rows } = await tables.executeQuery(query)
  return rows[0]!.epoch
}

function epochQuery(tables: Tables): EpochQuery {
  return tables.withTables<EpochTables>().selectFrom('store_epoch').select('epoch').where('id', '=', 1).compile()
}

/** Takes the next epoch, after which every earlier server's writes fail. Call with the owner lock held. */
export async function takeEpoch(tables: Tables): Promise<number> {
  const row = await tables
    .withTables<EpochTables>()
    .updateTable('store_epoch')
    .set((eb) => ({ epoch: eb('epoch', '+', 1) }))
    .where('id', '=', 1)
    .returning('epoch')
    .executeTakeFirstOrThrow()
  return row.epoch
}
