import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { ModelTransition, Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Shows every move of an alias or a stage of a registered model, newest first. */
export const modelHistory: Command = async (invocation) => {
  const path = `/api/v1/models/${encodeURIComponent(invocation.arguments[0]!)}/history${pageQuery(invocation.options)}`
  const page = await withConnection(invocation, 'look', ({ client }) => client.get<Page<ModelTransition>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((move) => [
      move.at,
      printable(move.kind === 'alias' ? `alias ${move.alias ?? ''}` : `stage of version ${move.version ?? ''}`),
      move.from ?? '-',
      move.to ?? '-',
      printable(move.by),
    ])
    invocation.terminal.out(textTable(['at', 'what', 'from', 'to', 'by'], rows))
    if (page.next_page_token !== undefined)
      invocation.terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  }
  return exitCode.ok
}
