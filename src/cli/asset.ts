import { SluiceError } from '../base/errors.ts'
import { choiceOf, choiceText, pathOf, type AssetGroup } from './asset-choice.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { Asset, AssetVersion, AssetWithVersions, BuiltInAsset, Page } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { bytesText } from './terminal/bytes-text.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Lists names with their newest version; with a name, its versions. */
export function listAssets(group: AssetGroup): Command {
  return async (invocation) => {
    const { options, terminal, arguments: typed } = invocation
    const archived = { include_archived: options.has('include-archived') ? 'true' : undefined }
    const name = options.text('name') ?? typed[0]
    const path = `${pathOf(group, { name: name ?? '' }).replace(/\/$/, '')}${pageQuery(options, archived)}`
    const answer = await withConnection(invocation, 'look', ({ client }) =>
      client.get<AssetPage | AssetWithVersions>(path),
    )
    if (invocation.json) writeJson(invocation, answer)
    else {
      terminal.out('versions' in answer ? versionTable(answer.versions) : nameTable(answer.items, answer.built_in))
      if (answer.next_page_token !== undefined) terminal.err(`There are more: --page-token ${answer.next_page_token}\n`)
    }
    return exitCode.ok
  }
}

/** Shows a version, or a name with its versions. */
export function showAsset(group: AssetGroup): Command {
  return async (invocation) => {
    const choice = choiceOf(invocation, group)
    const path = pathOf(group, choice)
    const query = invocation.options.has('include-archived') ? '?include_archived=true' : ''
    const found = await withConnection(invocation, 'look', ({ client }) =>
      client.get<AssetVersion | AssetWithVersions>(choice.version === undefined ? path + query : path),
    )
    if (invocation.json) writeJson(invocation, found)
    else invocation.terminal.out('versions' in found ? assetText(found) : versionText(found))
    return exitCode.ok
  }
}

/** Changes what is said of a version, and which labels stand for it. */
export function updateAsset(group: AssetGroup): Command {
  return async (invocation) => {
    const { options, json, terminal } = invocation
    const choice = choiceOf(invocation, group)
    const change = changeOf(invocation)
    const added = options.texts('add-label')
    const removed = options.texts('remove-label')
    if (Object.keys(change).length + added.length + removed.length === 0)
      throw new SluiceError('invalid-request', 'Nothing to change is given.', {
        hint: 'For example --set description=TEXT, --set tags.team=risk or --add-label champion',
      })
    const version = choice.version ?? '@latest'
    const name = pathOf(group, { name: choice.name })
    const updated = await withConnection(invocation, 'work', async ({ client }) => {
      let found = await client.get<AssetVersion>(pathOf(group, { ...choice, version }))
      const path = pathOf(group, { name: choice.name, version: found.version })
      if (Object.keys(change).length > 0) found = await client.patch<AssetVersion>(path, change)
      // Sequential: the last answer shows all of them.
      for (const label of added)
        found = await client.put<AssetVersion>(`${name}/labels/${encodeURIComponent(label)}`, {
          version: found.version,
        })
      for (const label of removed) await client.delete(`${name}/labels/${encodeURIComponent(label)}`)
      return removed.length === 0 ? found : client.get<AssetVersion>(path)
    })
    if (json) writeJson(invocation, updated)
    else terminal.out(`Changed ${choice.name}:${updated.version}\n`)
    return exitCode.ok
  }
}

/** Hides a version or a whole name from lists and `@latest`, or shows it again. */
export function archiveAsset(group: AssetGroup, word: 'archive' | 'restore'): Command {
  return async (invocation) => {
    const choice = choiceOf(invocation, group)
    if (group.group === 'model' && choice.version === undefined)
      throw new SluiceError('invalid-request', `Say which version of the model to ${word}: --version VERSION.`)
    const done = word === 'archive' ? 'archived' : 'restored'
    await withConnection(invocation, 'work', ({ client }) => client.post(`${pathOf(group, choice)}/${word}`))
    if (invocation.json) writeJson(invocation, { [done]: choiceText(choice) })
    else invocation.terminal.err(`${done === 'archived' ? 'Archived' : 'Restored'} ${choiceText(choice)}.\n`)
    return exitCode.ok
  }
}

/** Deletes a version, or a name with all of its versions when `--all` says so. */
export function deleteAsset(group: AssetGroup): Command {
  return async (invocation) => {
    const choice = choiceOf(invocation, group)
    if (choice.version === undefined && !invocation.options.has('all'))
      throw new SluiceError('invalid-request', `Deleting ${choice.name} would delete all of its versions.`, {
        hint: `Say which one with --version VERSION, or all of them with --all.`,
      })
    await withConnection(invocation, 'work', ({ client }) => client.delete(pathOf(group, choice)))
    if (invocation.json) writeJson(invocation, { deleted: choiceText(choice) })
    else invocation.terminal.err(`Deleted ${choiceText(choice)}.\n`)
    return exitCode.ok
  }
}

/** The body of an update from `--set description=...`, `--set tags.KEY=...` and `--description`; an empty value removes. */
export function changeOf({ options }: Invocation): Record<string, unknown> {
  const change: Record<string, unknown> = {}
  const maps: Record<string, Record<string, string | null>> = {}
  for (const [path, value] of Object.entries(parsePairs('--set', options.texts('set')))) {
    const [, field, key] = /^(tags|properties)\.(.+)$/.exec(path) ?? []
    if (path === 'description') change['description'] = value
    else if (field !== undefined && key !== undefined)
      maps[field] = { ...maps[field], [key]: value === '' ? null : value }
    else
      throw new SluiceError('invalid-request', `--set cannot change "${path}".`, {
        hint: 'It changes description, tags.KEY and properties.KEY; what an asset is never changes: create a new version.',
      })
  }
  const description = options.text('description')
  return { ...change, ...maps, ...(description !== undefined && { description }) }
}

interface AssetPage extends Page<Asset> {
  /** With the first page. */
  readonly built_in?: readonly BuiltInAsset[]
}

function nameTable(assets: readonly Asset[], builtIn: readonly BuiltInAsset[] = []): string {
  const rows = assets.map((asset) => [
    printable(asset.name),
    asset.latest_version ?? '',
    asset.type ?? '',
    labelsText(asset.labels),
    asset.updated_at,
    asset.is_archived ? 'archived' : '',
  ])
  const own = builtIn.map(({ name, version = '', type, reference }) => [
    ...[name, version, type, '', ''],
    `built in: ${reference}`,
  ])
  return textTable(['name', 'latest', 'type', 'labels', 'updated', ''], [...rows, ...own])
}

function versionTable(versions: readonly AssetVersion[]): string {
  const rows = versions.map((version) => [
    version.version,
    version.type,
    version.labels.join(', '),
    version.content === undefined ? '' : bytesText(version.content.size_bytes),
    version.content === undefined ? version.digest.slice(0, 12) : version.content.digest.slice(0, 12),
    version.created_at,
    version.is_archived ? 'archived' : '',
  ])
  return textTable(['version', 'type', 'labels', 'size', 'digest', 'created', ''], rows)
}

function assetText(asset: AssetWithVersions): string {
  const fields = textFields([
    ['name', printable(asset.name)],
    ['description', asset.description === undefined ? undefined : printable(asset.description)],
    ['labels', labelsText(asset.labels) || undefined],
    ['archived', asset.is_archived ? 'yes' : undefined],
  ])
  return `${fields}\n${versionTable(asset.versions)}`
}

function versionText(version: AssetVersion): string {
  const { content } = version
  const files =
    content?.file_count === undefined ? '' : `, ${content.file_count} ${content.file_count === 1 ? 'file' : 'files'}`
  return textFields([
    ['name', printable(version.name)],
    ['version', version.version],
    ['type', version.type],
    ['description', version.description === undefined ? undefined : printable(version.description)],
    ['labels', version.labels.join(', ') || undefined],
    [
      'content',
      content === undefined
        ? undefined
        : `${content.kind} ${content.base_name}, ${bytesText(content.size_bytes)}${files}`,
    ],
    ['digest', content?.digest ?? version.digest],
    ['source', version.source === undefined ? undefined : printable(version.source)],
    ['tags', labelsText(version.tags, '=') || undefined],
    ['properties', labelsText(version.properties, '=') || undefined],
    ['archived', version.is_archived ? 'yes' : undefined],
    ['created', `${version.created_at} by ${version.created_by}`],
  ])
}

function labelsText(labels: Readonly<Record<string, string>>, mark = ': '): string {
  return printable(
    Object.entries(labels)
      .map(([label, version]) => `${label}${mark}${version}`)
      .join(', '),
  )
}
