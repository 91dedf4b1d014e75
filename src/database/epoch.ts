import { compiledStatement } from './compiled-statement.ts'
import type { Tables } from './database.ts'

type EpochTables = { store_epoch: { id: number; epoch: number } }

/** Every transaction asks. */
const selectEpoch = compiledStatement((tables, { id }: { readonly id: number }) =>
  tables.withTables<EpochTables>().selectFrom('store_epoch').select('epoch').where('id', '=', id),
)

/** The number of the server that owns the store; each opening raises it by one. */
export async function currentEpoch(tables: Tables): Promise<number> {
  const { rows } = await selectEpoch(tables, [{ id: 1 }])
  return rows[0]!.epoch
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
