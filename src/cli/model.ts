import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { Model, ModelWithVersions, Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Lists registered models with their newest version and aliases. */
export const listModels: Command = async (invocation) => {
  const path = `/api/v1/models${pageQuery(invocation.options)}`
  const page = await withConnection(invocation, 'look', ({ client }) => client.get<Page<Model>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((model) => [
      printable(model.name),
      model.latest_version ?? '',
      Object.entries(model.aliases)
        .map(([alias, version]) => `${alias}: ${version}`)
        .join(', '),
      model.updated_at,
    ])
    invocation.terminal.out(textTable(['name', 'latest', 'aliases', 'updated'], rows))
    if (page.next_page_token !== undefined)
      invocation.terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  }
  return exitCode.ok
}

/** Shows one registered model with its versions, newest first. */
export const showModel: Command = async (invocation) => {
  const path = `/api/v1/models/${encodeURIComponent(invocation.arguments[0]!)}`
  const model = await withConnection(invocation, 'look', ({ client }) => client.get<ModelWithVersions>(path))
  if (invocation.json) writeJson(invocation, model)
  else {
    const tags = tagsText(model.tags)
    invocation.terminal.out(
      textFields([
        ['name', printable(model.name)],
        ['description', model.description === undefined ? undefined : printable(model.description)],
        ['tags', tags === '' ? undefined : printable(tags)],
        ['created', model.created_at],
      ]),
    )
    const rows = model.versions.map((version) => [
      version.version,
      version.aliases.join(', '),
      version.stage,
      version.run_id ?? '',
      printable(tagsText(version.tags)),
      version.created_at,
    ])
    invocation.terminal.out(`\n${textTable(['version', 'aliases', 'stage', 'job', 'tags', 'created'], rows)}`)
  }
  return exitCode.ok
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .filter(([key]) => !key.startsWith('sluice.')) // What this program noted is in --json.
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}
