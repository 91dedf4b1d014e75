import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import { cellText } from './payload.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'
import { timeOf } from './time-option.ts'

interface PayloadRow {
  readonly request_id: string
  readonly row: number
  readonly at: string
  readonly deployment: string
  readonly values: Readonly<Record<string, unknown>>
}

interface PayloadRowPage extends Page<PayloadRow> {
  /** An open window has older rows than are read of it. */
  readonly is_cut: boolean
}

/** Prints rows that were collected of an endpoint, the newest first. */
export const listPayloadRows: Command = async (invocation) => {
  const { options, terminal } = invocation
  const [since, to] = (['since', 'to'] as const).map((option) => {
    const text = options.text(option)
    return text === undefined ? undefined : timeOf(option, text)
  })
  const query = pageQuery(options, {
    endpoint: invocation.arguments[0]!,
    collection: options.text('collection') ?? 'model_inputs',
    deployment: options.text('deployment'),
    from: since,
    to,
  })
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.get<PayloadRowPage>(`/api/v1/payloads/rows${query}`),
  )
  if (invocation.json) {
    writeJson(invocation, page)
    return exitCode.ok
  }
  const columns = [...new Set(page.items.flatMap(({ values }) => Object.keys(values)))]
  const rows = page.items.map(({ at, deployment, request_id, row, values }) => [
    ...[at, deployment, printable(request_id), String(row)],
    ...columns.map((column) => printable(cellText(values[column]))),
  ])
  terminal.out(textTable(['at', 'deployment', 'request', 'row', ...columns.map((column) => printable(column))], rows))
  if (page.is_cut) terminal.err('A window that is open has more; end it with: sluice payload end-windows\n')
  if (page.next_page_token !== undefined) terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  return exitCode.ok
}
