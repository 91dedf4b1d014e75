import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Database } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'
import type { Datastore } from './datastore.ts'
import {
  findDatastore,
  listDatastores,
  putDatastore,
  removeDatastore,
  type StoredDatastore,
} from './datastore-store.ts'

/** A datastore to be made or changed. */
interface NewDatastore {
  readonly name: string
  readonly type: string
  readonly settings: JsonObject
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly by: string
}

/**
 * The datastores of a store: those that were created, and Azure ML's two that are always there. `workspaceblobstore` is
 * a folder of the store in which `azureml/<job>/<output>/` shows outputs of jobs; `workspaceartifactstore` shows the
 * artifacts of runs (`ExperimentRun/dcid.<run>/`) and holds nothing of its own. Unknown names throw `not-found`.
 */
export interface DatastoreCatalogue {
  create(store: NewDatastore): Promise<StoredDatastore>
  get(name: string): Promise<StoredDatastore>
  list(): Promise<readonly StoredDatastore[]>
  update(
    name: string,
    change: { readonly description?: string; readonly tags?: Readonly<Record<string, string | null>> },
  ): Promise<StoredDatastore>
  delete(name: string): Promise<void>
  /** The files behind a name. */
  open(name: string): Promise<Datastore>
}

interface DatastoreParts {
  readonly database: Database
  readonly clock: Clock
  /** The store's own folder. */
  readonly folder: string
  /** Makes the files behind a type reachable; throws `not-supported` for types there is no adapter for. */
  readonly openDatastore: (type: string, settings: JsonObject) => Promise<Datastore>
}

export const defaultDatastore = 'workspaceblobstore'
export const artifactDatastore = 'workspaceartifactstore'

export function datastoreCatalogue({ database, clock, folder, openDatastore }: DatastoreParts): DatastoreCatalogue {
  const builtIn: ReadonlyMap<string, StoredDatastore> = new Map(
    [defaultDatastore, artifactDatastore].map((name) => [
      name,
      {
        name,
        type: 'local_folder',
        settings: { path: join(folder, 'datastores', name) },
        description:
          name === defaultDatastore
            ? 'Files of this store; azureml/JOB/OUTPUT/ shows the outputs of jobs.'
            : 'Shows the artifacts of runs as ExperimentRun/dcid.RUN/.',
        tags: {},
        createdBy: 'system',
        createdMs: 0,
        updatedMs: 0,
      },
    ]),
  )
  const find = async (name: string): Promise<StoredDatastore> => {
    const found = builtIn.get(name) ?? (await findDatastore(database.read, name))
    if (found !== undefined) return found
    const names = [...builtIn.keys(), ...(await listDatastores(database.read)).map((store) => store.name)]
    const near = nearestName(name, names)
    throw new SluiceError('not-found', `There is no datastore "${name}".`, {
      hint: near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`,
    })
  }
  const refuseBuiltIn = (name: string, what: string): void => {
    if (builtIn.has(name))
      throw new SluiceError('conflict', `The datastore ${name} is part of every store and cannot be ${what}.`)
  }
  const write = (store: StoredDatastore, word: string): Promise<StoredDatastore> =>
    database.write(async (tables) => {
      await putDatastore(tables, store)
      const body = { name: store.name, type: store.type }
      await appendEvent(tables, { kind: `datastore.${word}`, subject: store.name, atMs: clock.now(), body })
      return store
    })
  return {
    async create({ name, type, settings, description, tags = {}, by }) {
      refuseBuiltIn(name, 'created again')
      checkName(name)
      await openDatastore(type, settings)
      const existing = await findDatastore(database.read, name)
      const atMs = clock.now()
      const store: StoredDatastore = {
        name,
        type,
        settings,
        tags,
        ...(description !== undefined && { description }),
        createdBy: existing?.createdBy ?? by,
        createdMs: existing?.createdMs ?? atMs,
        updatedMs: atMs,
      }
      return write(store, existing === undefined ? 'created' : 'updated')
    },
    get: find,
    list: async () =>
      [...builtIn.values(), ...(await listDatastores(database.read))].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async update(name, { description, tags = {} }) {
      refuseBuiltIn(name, 'changed')
      const found = await find(name)
      const changed = new Map(Object.entries<string | null>({ ...found.tags, ...tags }))
      const kept = [...changed].filter((entry): entry is [string, string] => entry[1] !== null)
      return write(
        {
          ...found,
          tags: Object.fromEntries(kept),
          ...(description !== undefined && { description }),
          updatedMs: clock.now(),
        },
        'updated',
      )
    },
    async delete(name) {
      refuseBuiltIn(name, 'deleted')
      await find(name)
      await database.write(async (tables) => {
        await removeDatastore(tables, name)
        await appendEvent(tables, { kind: 'datastore.deleted', subject: name, atMs: clock.now(), body: { name } })
      })
    },
    async open(name) {
      const { type, settings } = await find(name)
      return openDatastore(type, settings)
    },
  }
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,254}$/.test(name)) return
  throw new SluiceError('invalid-request', `${JSON.stringify(name)} cannot be the name of a datastore.`, {
    hint: 'A name has letters, digits, "-" and "_", and starts with no "-".',
  })
}
