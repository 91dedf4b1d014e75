import type { JsonObject } from '../base/json.ts'
import type { Tables } from '../database/database.ts'

/** A datastore as it is kept (table `datastore`). */
export interface StoredDatastore {
  readonly name: string
  readonly type: string
  readonly settings: JsonObject
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
}

type DatastoreTables = {
  datastore: {
    workspace: string
    name: string
    type: string
    settings: string
    description: string | null
    tags: string
    created_by: string
    created_ms: number
    updated_ms: number
  }
}

const workspace = 'default'

/** Writes a datastore, over one of the same name. */
export async function putDatastore(tables: Tables, store: StoredDatastore): Promise<void> {
  const changing = {
    type: store.type,
    settings: JSON.stringify(store.settings),
    description: store.description ?? null,
    tags: JSON.stringify(store.tags),
    updated_ms: store.updatedMs,
  }
  await tables
    .withTables<DatastoreTables>()
    .insertInto('datastore')
    .values({
      ...changing,
      workspace,
      name: store.name,
      created_by: store.createdBy,
      created_ms: store.createdMs,
    })
    .onConflict((oc) => oc.columns(['workspace', 'name']).doUpdateSet(changing))
    .execute()
}

/** One by name. */
export async function findDatastore(tables: Tables, name: string): Promise<StoredDatastore | undefined> {
  const row = await tables
    .withTables<DatastoreTables>()
    .selectFrom('datastore')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toDatastore(row)
}

/** All of them by name: a store has a handful. */
export async function listDatastores(tables: Tables): Promise<readonly StoredDatastore[]> {
  const rows = await tables
    .withTables<DatastoreTables>()
    .selectFrom('datastore')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute()
  return rows.map(toDatastore)
}

/** False when there is none. */
export async function removeDatastore(tables: Tables, name: string): Promise<boolean> {
  const { numDeletedRows } = await tables
    .withTables<DatastoreTables>()
    .deleteFrom('datastore')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

function toDatastore(row: DatastoreTables['datastore']): StoredDatastore {
  return {
    name: row.name,
    type: row.type,
    settings: JSON.parse(row.settings) as JsonObject,
    ...(row.description !== null && { description: row.description }),
    tags: JSON.parse(row.tags) as Record<string, string>,
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}
