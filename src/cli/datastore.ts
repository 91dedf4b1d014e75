import { SluiceError } from '../base/errors.ts'
import { changeOf } from './asset.ts'
import { creationOf } from './asset-create.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Datastore } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Creates a datastore from a YAML file or from flags. */
export const createDatastore: Command = async (invocation) => {
  const body = creationOf(invocation)
  const store = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Datastore>('/api/v1/datastores', body),
  )
  if (invocation.json) writeJson(invocation, store)
  else invocation.terminal.out(`Created the datastore ${store.name}: azureml://datastores/${store.name}/paths/\n`)
  return exitCode.ok
}

/** Lists the datastores, the two that are always there among them. */
export const listDatastores: Command = async (invocation) => {
  const page = await withConnection(invocation, 'look', ({ client }) =>
    client.get<{ items: readonly Datastore[] }>('/api/v1/datastores'),
  )
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((store) => [store.name, store.type, printable(store.path ?? '')])
    invocation.terminal.out(textTable(['name', 'type', 'path'], rows))
  }
  return exitCode.ok
}

/** Shows a datastore. */
export const showDatastore: Command = async (invocation) => {
  const store = await withConnection(invocation, 'look', ({ client }) => client.get<Datastore>(pathOf(invocation)))
  if (invocation.json) writeJson(invocation, store)
  else
    invocation.terminal.out(
      textFields([
        ['name', store.name],
        ['type', store.type],
        ['path', store.path === undefined ? undefined : printable(store.path)],
        ['description', store.description === undefined ? undefined : printable(store.description)],
        ['created', store.created_at],
      ]),
    )
  return exitCode.ok
}

/** Changes what is said of a datastore. */
export const updateDatastore: Command = async (invocation) => {
  const store = await withConnection(invocation, 'work', ({ client }) =>
    client.patch<Datastore>(pathOf(invocation), changeOf(invocation)),
  )
  if (invocation.json) writeJson(invocation, store)
  else invocation.terminal.err(`Changed the datastore ${store.name}.\n`)
  return exitCode.ok
}

/** Forgets a datastore; its files stay. */
export const deleteDatastore: Command = async (invocation) => {
  await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(invocation)))
  const name = nameOf(invocation)
  if (invocation.json) writeJson(invocation, { deleted: name })
  else invocation.terminal.err(`Forgot the datastore ${name}; its files stay where they are.\n`)
  return exitCode.ok
}

function pathOf(invocation: Invocation): string {
  return `/api/v1/datastores/${encodeURIComponent(nameOf(invocation))}`
}

function nameOf({ arguments: [typed], options }: Invocation): string {
  const name = options.text('name') ?? typed
  if (name !== undefined) return name
  throw new SluiceError('invalid-request', 'Say which datastore: --name NAME.', {
    hint: 'List what there is with: sluice datastore list',
  })
}
