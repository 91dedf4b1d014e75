import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

interface Sums {
  readonly endpoint: string
  readonly deployment: string
  readonly collection: string
  readonly requests: number
  readonly rows: number
  readonly dropped: number
}

interface PayloadList {
  readonly items: readonly (Sums & { readonly windows: number; readonly newest?: string })[]
  readonly since_start: readonly {
    readonly endpoint: string
    readonly deployment: string
    readonly collected: number
    readonly dropped: number
    readonly untabular: number
    readonly waiting: number
  }[]
}

interface PayloadWindow extends Sums {
  readonly window_start: string
  readonly window_end: string
  readonly asset?: string
}

interface StoredRequest {
  readonly request_id: string
  readonly endpoint: string
  readonly deployment: string
  readonly revision: number
  readonly model?: string
  readonly model_version?: string
  readonly job?: string
  readonly at: string
  readonly collections: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
  readonly assets: readonly string[]
}

/** Lists collections with their sums, and what became of requests since the server started. */
export const listPayloads: Command = async (invocation) => {
  const list = await withConnection(invocation, 'work', ({ client }) =>
    client.get<PayloadList>(`/api/v1/payloads${selectionQuery(invocation)}`),
  )
  if (invocation.json) {
    writeJson(invocation, list)
    return exitCode.ok
  }
  const { terminal } = invocation
  const rows = list.items.map((item) => [...sumCells(item), String(item.windows), printable(item.newest ?? '')])
  terminal.out(textTable([...sumHeadings, 'windows', 'newest'], rows))
  const live = list.since_start.map((counts) => [
    counts.endpoint,
    counts.deployment,
    ...[counts.collected, counts.dropped, counts.untabular, counts.waiting].map(String),
  ])
  if (live.length > 0) {
    terminal.out('\nSince the server started:\n')
    terminal.out(textTable(['endpoint', 'deployment', 'collected', 'dropped', 'no table', 'waiting'], live))
  }
  if (list.items.length === 0)
    terminal.err('No window has ended yet. End the open ones now with: sluice payload end-windows\n')
  return exitCode.ok
}

/** Lists windows, the oldest first. */
export const listWindows: Command = async (invocation) => {
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.get<Page<PayloadWindow>>(`/api/v1/payloads/windows${selectionQuery(invocation)}`),
  )
  printWindows(invocation, page)
  if (!invocation.json && page.next_page_token !== undefined)
    invocation.terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  return exitCode.ok
}

/** Ends the open windows and prints what they became. */
export const endWindows: Command = async (invocation) => {
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Page<PayloadWindow>>('/api/v1/payloads/end-windows', {}),
  )
  printWindows(invocation, page)
  return exitCode.ok
}

/** Shows one request with its rows. */
export const showRequest: Command = async (invocation) => {
  const id = encodeURIComponent(invocation.arguments[0]!)
  const found = await withConnection(invocation, 'work', ({ client }) =>
    client.get<StoredRequest>(`/api/v1/payloads/requests/${id}`),
  )
  if (invocation.json) writeJson(invocation, found)
  else invocation.terminal.out(requestText(found))
  return exitCode.ok
}

function requestText(found: StoredRequest): string {
  const fields = textFields([
    ['request', printable(found.request_id)],
    ['at', found.at],
    ['endpoint', found.endpoint],
    ['deployment', `${found.deployment}, revision ${found.revision}`],
    [
      'model',
      found.model === undefined ? undefined : printable(`azureml:${found.model}:${found.model_version ?? '?'}`),
    ],
    ['job', found.job],
    ['kept in', found.assets.length === 0 ? 'a window that is still open' : found.assets.join(', ')],
  ])
  const tables = Object.entries(found.collections).map(([name, rows]) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const cells = rows.map((row) => columns.map((column) => printable(cellText(row[column]))))
    return `\n${name}\n${textTable(
      columns.map((column) => printable(column)),
      cells,
    )}`
  })
  return `${fields}${tables.join('')}`
}

/** A collected value as a cell of a table. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function printWindows(invocation: Invocation, page: Page<PayloadWindow>): void {
  if (invocation.json) return writeJson(invocation, page)
  const rows = page.items.map((window) => [
    window.window_start,
    window.window_end,
    ...sumCells(window),
    printable(window.asset ?? ''),
  ])
  invocation.terminal.out(textTable(['from', 'to', ...sumHeadings, 'data asset'], rows))
}

const sumHeadings = ['endpoint', 'deployment', 'collection', 'requests', 'rows', 'dropped']

function sumCells({ endpoint, deployment, collection, requests, rows, dropped }: Sums): readonly string[] {
  return [endpoint, deployment, collection, String(requests), String(rows), String(dropped)]
}

function selectionQuery({ options }: Invocation): string {
  const names = ['endpoint', 'deployment', 'collection', 'from', 'to']
  return pageQuery(options, Object.fromEntries(names.map((name) => [name, options.text(name)])))
}
