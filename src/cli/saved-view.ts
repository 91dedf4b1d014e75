import { SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import { withConnection, writeJson, type Command, type Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

interface SavedView {
  readonly id: string
  readonly page: string
  readonly name: string
  readonly content: JsonObject
  readonly author: string
  readonly updated_at: string
}

const root = '/api/v1/views'
const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`

/** Keeps what a page shows under a name. */
export const createView: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  const body = { page: invocation.options.text('page') ?? 'runs', name, content: contentOf(invocation) ?? {} }
  const made = await withConnection(invocation, 'work', ({ client }) => client.post<SavedView>(root, body))
  return show(invocation, made, `${made.id}\n`)
}

export const listViews: Command = async (invocation) => {
  const page = invocation.options.text('page')
  const query = page === undefined ? '' : `?${new URLSearchParams({ page })}`
  const found = await withConnection(invocation, 'look', ({ client }) => client.get<Page<SavedView>>(`${root}${query}`))
  const rows = found.items.map((one) => [one.id, printable(one.page), printable(one.name), printable(one.author)])
  return show(invocation, found, textTable(['id', 'page', 'name', 'by'], rows))
}

export const showView: Command = async (invocation) => {
  const id = invocation.arguments[0]!
  const view = await withConnection(invocation, 'look', ({ client }) => client.get<SavedView>(pathOf(id)))
  const fields = [
    ['name', printable(view.name)],
    ['page', printable(view.page)],
    ['by', printable(view.author)],
    ['updated', view.updated_at],
    ['content', printable(JSON.stringify(view.content))],
  ] as const
  return show(invocation, view, textFields(fields))
}

export const updateView: Command = async (invocation) => {
  const [name, content] = [invocation.options.text('name'), contentOf(invocation)]
  const changes = { ...(name !== undefined && { name }), ...(content !== undefined && { content }) }
  if (Object.keys(changes).length === 0)
    throw new SluiceError('invalid-request', 'Nothing to change is given.', { hint: 'Give --name or --content.' })
  const id = invocation.arguments[0]!
  const view = await withConnection(invocation, 'work', ({ client }) => client.patch<SavedView>(pathOf(id), changes))
  return show(invocation, view, `${view.id}\n`)
}

export const deleteView: Command = async (invocation) => {
  const id = invocation.arguments[0]!
  await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(id)))
  return show(invocation, { deleted: id }, `Deleted ${printable(id)}.\n`)
}

function show(invocation: Invocation, value: unknown, text: string): number {
  if (invocation.json) writeJson(invocation, value)
  else invocation.terminal.out(text)
  return exitCode.ok
}

function contentOf({ options }: Invocation): JsonObject | undefined {
  const text = options.text('content')
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (isJsonObject(value)) return value
  throw new SluiceError('invalid-request', `--content ${JSON.stringify(text.slice(0, 200))} is no object of JSON.`, {
    hint: `Give what the page shows, e.g. --content '{"filter": "metrics.loss < 0.1"}'`,
  })
}
