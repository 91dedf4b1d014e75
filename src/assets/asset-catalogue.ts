import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Sha256 } from '../base/hash.ts'
import type { Digest } from '../base/ids.ts'
import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'
import type { Asset, AssetKind, AssetVersion, NewAssetVersion, VersionChoice } from './asset.ts'
import {
  type AssetName,
  assetNames,
  changeAsset,
  changeVersion,
  findAsset,
  findByDigest,
  findLatest,
  findVersion,
  insertVersion,
  labelsOf,
  listAssetRows,
  listVersionRows,
  openAsset,
  putLabel,
  removeLabel,
  removeVersions,
} from './asset-store.ts'

/** A page of a list; `nextPageToken` is absent on the last. */
interface AssetPage<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken?: string
}

export interface AssetFilter {
  readonly limit: number
  readonly pageToken?: string
  /** Default: archived ones are left out. */
  readonly withArchived?: boolean
  /** Of assets: only those that have a version from there, e.g. `query`. */
  readonly source?: string
}

/** What may change about a version; absent fields stay, `null` removes a tag or property. */
interface AssetChange {
  readonly description?: string
  readonly tags?: Readonly<Record<string, string | null>>
  readonly properties?: Readonly<Record<string, string | null>>
}

/**
 * Data, environments and components by name and version. A version is immutable: the same name and version with other
 * content throws `already-exists`, with the same content it is the one that is there. Every change is one transaction
 * with its event. Names and versions that do not exist throw `not-found` and name the nearest.
 */
export interface AssetCatalogue {
  create(asset: NewAssetVersion): Promise<{ readonly version: AssetVersion; readonly isNew: boolean }>
  /** `create` in the caller's transaction. */
  register(tables: Tables, asset: NewAssetVersion): Promise<{ readonly version: AssetVersion; readonly isNew: boolean }>
  /** A version of this name that holds exactly this, if there is one; in the caller's transaction. */
  findSame(tables: Tables, asset: NewAssetVersion): Promise<AssetVersion | undefined>
  get(name: AssetName, choice: VersionChoice): Promise<AssetVersion>
  show(name: AssetName): Promise<Asset>
  list(kind: AssetKind, filter: AssetFilter): Promise<AssetPage<Asset>>
  versions(name: AssetName, filter: AssetFilter): Promise<AssetPage<AssetVersion>>
  update(name: AssetName, choice: VersionChoice, change: AssetChange): Promise<AssetVersion>
  /** Archives or restores a version, or the name with all of its versions. An archived one can still be used by name. */
  setArchived(name: AssetName, choice: VersionChoice | undefined, isArchived: boolean): Promise<void>
  /** Moves a label to a version. `latest` cannot be moved. */
  setLabel(name: AssetName, label: string, choice: VersionChoice): Promise<AssetVersion>
  deleteLabel(name: AssetName, label: string): Promise<void>
  /** Removes a version, or the name with all of its versions; jobs that used it keep their content. */
  delete(name: AssetName, choice?: VersionChoice): Promise<void>
}

interface CatalogueParts {
  readonly database: Database
  readonly clock: Clock
  readonly sha256: Sha256
}

/** The assets of a store. */
export function assetCatalogue(parts: CatalogueParts): AssetCatalogue {
  const { database, clock } = parts
  const { read } = database
  return {
    create: (asset) => database.write((tables) => registerVersion(parts, tables, asset)),
    register: (tables, asset) => registerVersion(parts, tables, asset),
    findSame: (tables, asset) => findByDigest(tables, { ...asset, digest: assetDigest(asset, parts.sha256) }),
    get: (name, choice) => chosen(read, name, choice),
    async show(name) {
      const found = await findAsset(read, name)
      if (found === undefined) throw await unknownName(read, name)
      return found
    },
    async list(kind, { limit, pageToken, withArchived = false, source }) {
      const after = pageToken === undefined ? {} : { after: pageNameOf(pageToken) }
      const page = { limit, withArchived, ...after, ...(source !== undefined && { source }) }
      const items = await listAssetRows(read, kind, page)
      return { items, ...(items.length === limit && { nextPageToken: `n${items.at(-1)!.name}` }) }
    },
    async versions(name, { limit, pageToken, withArchived = false }) {
      if ((await findAsset(read, name)) === undefined) throw await unknownName(read, name)
      const before = pageToken === undefined ? undefined : pageNumberOf(pageToken)
      const rows = await listVersionRows(read, name, { limit, withArchived, ...(before !== undefined && { before }) })
      const items = rows.map(({ version }) => version)
      return { items, ...(rows.length === limit && { nextPageToken: `v${rows.at(-1)!.id}` }) }
    },
    update: (name, choice, change) =>
      database.write(async (tables) => {
        const found = await chosen(tables, name, choice)
        await changeVersion(tables, found, {
          ...(change.description !== undefined && { description: change.description }),
          ...(change.tags !== undefined && { tags: JSON.stringify(merged(found.tags, change.tags)) }),
          ...(change.properties !== undefined && {
            properties: JSON.stringify(merged(found.properties, change.properties)),
          }),
          updated_ms: clock.now(),
        })
        await tell(parts, tables, { word: 'updated', ...found })
        return (await findVersion(tables, found))!
      }),
    setArchived: (name, choice, isArchived) =>
      database.write(async (tables) => {
        const word = isArchived ? 'archived' : 'restored'
        const change = { is_archived: isArchived ? 1 : 0, updated_ms: clock.now() }
        if (choice === undefined) {
          if (!(await changeAsset(tables, name, change))) throw await unknownName(tables, name)
          return tell(parts, tables, { word, ...name })
        }
        const found = await chosen(tables, name, choice)
        await changeVersion(tables, found, change)
        return tell(parts, tables, { word, ...found })
      }),
    setLabel: (name, label, choice) =>
      database.write(async (tables) => {
        checkLabel(label)
        const found = await chosen(tables, name, choice)
        await putLabel(tables, { ...name, label, version: found.version }, clock.now())
        await tell(parts, tables, { word: 'labelled', ...found, label })
        return (await findVersion(tables, found))!
      }),
    deleteLabel: (name, label) =>
      database.write(async (tables) => {
        if (await removeLabel(tables, { ...name, label }))
          return tell(parts, tables, { word: 'unlabelled', ...name, label })
        if ((await findAsset(tables, name)) === undefined) throw await unknownName(tables, name)
        throw await unknownLabel(tables, name, label)
      }),
    delete: (name, choice) =>
      database.write(async (tables) => {
        if (choice === undefined) {
          if ((await findAsset(tables, name)) === undefined) throw await unknownName(tables, name)
          await removeVersions(tables, name)
          return tell(parts, tables, { word: 'deleted', ...name })
        }
        const found = await chosen(tables, name, choice)
        await removeVersions(tables, { ...name, version: found.version })
        return tell(parts, tables, { word: 'deleted', ...found })
      }),
  }
}

/** What makes two versions the same: what they are, not what is said of them. */
function assetDigest(asset: NewAssetVersion, sha256: Sha256): Digest {
  const { kind, type, definition, data } = asset
  const content =
    data === undefined ? null : { kind: data.content.kind, digest: data.content.digest, name: data.baseName }
  return sha256(canonicalJson({ format: 1, kind, type, definition, content } as JsonValue))
}

async function registerVersion(
  parts: CatalogueParts,
  tables: Tables,
  asset: NewAssetVersion,
): Promise<{ readonly version: AssetVersion; readonly isNew: boolean }> {
  const { clock, sha256 } = parts
  checkName(asset)
  const digest = assetDigest(asset, sha256)
  if (asset.version !== undefined) {
    checkVersion(asset.version)
    const existing = await findVersion(tables, { ...asset, version: asset.version })
    if (existing !== undefined) {
      if (existing.digest === digest) return { version: existing, isNew: false }
      throw new SluiceError(
        'already-exists',
        `${title(asset)}:${asset.version} exists with other content; a version never changes.`,
        { hint: 'Give another version, or leave the version out to get the next number.' },
      )
    }
  }
  const atMs = clock.now()
  const { lastVersion } = await openAsset(tables, asset, atMs)
  const version = asset.version ?? (await freeVersion(tables, asset, lastVersion + 1))
  const number = /^\d{1,15}$/.test(version) ? Number(version) : 0
  await insertVersion(tables, { ...asset, version, digest }, { atMs, lastVersion: Math.max(lastVersion, number) })
  await tell(parts, tables, { word: 'created', ...asset, version })
  return { version: (await findVersion(tables, { ...asset, version }))!, isNew: true }
}

/** The highest number is kept per name, so the next is free but for versions such as `07`. */
async function freeVersion(tables: Tables, name: AssetName, from: number): Promise<string> {
  for (let number = from; ; number++) {
    const version = String(number)
    if ((await findVersion(tables, { ...name, version })) === undefined) return version
  }
}

async function chosen(tables: Tables, name: AssetName, choice: VersionChoice): Promise<AssetVersion> {
  if ('version' in choice) {
    const found = await findVersion(tables, { ...name, version: choice.version })
    if (found !== undefined) return found
    throw (await findAsset(tables, name)) === undefined
      ? await unknownName(tables, name)
      : await unknownVersion(tables, name, choice.version)
  }
  const { label } = choice
  const set = (await labelsOf(tables, name)).get(label)
  if (set !== undefined && label !== 'latest') return (await findVersion(tables, { ...name, version: set }))!
  if (label !== 'latest' && label !== 'default') {
    throw (await findAsset(tables, name)) === undefined
      ? await unknownName(tables, name)
      : await unknownLabel(tables, name, label)
  }
  const latest = await findLatest(tables, name)
  if (latest !== undefined) return latest
  if ((await findAsset(tables, name)) === undefined) throw await unknownName(tables, name)
  throw new SluiceError('not-found', `Every version of ${title(name)} is archived.`, {
    hint: `Restore one with: sluice ${groupOf(name.kind)} restore --name ${name.name} --version VERSION`,
  })
}

const nouns: Readonly<Record<AssetKind, string>> = {
  data: 'data asset',
  environment: 'environment',
  component: 'component',
}

/** The group of commands of a kind: `sluice env`, `sluice data`. */
function groupOf(kind: AssetKind): string {
  return kind === 'environment' ? 'env' : kind
}

function title({ kind, name }: AssetName): string {
  return `The ${nouns[kind]} ${name}`
}

async function unknownName(tables: Tables, { kind, name }: AssetName): Promise<SluiceError> {
  const near = nearestName(name, await assetNames(tables, kind))
  return new SluiceError('not-found', `There is no ${nouns[kind]} "${name}".`, {
    hint:
      near === undefined ? `List what there is with: sluice ${groupOf(kind)} list` : `Did you mean azureml:${near}?`,
  })
}

async function unknownVersion(tables: Tables, name: AssetName, version: string): Promise<SluiceError> {
  const known = await listVersionRows(tables, name, { limit: 5, withArchived: true })
  const texts = known.map((row) => row.version.version)
  return new SluiceError('not-found', `${title(name)} has no version "${version}".`, {
    hint: texts.length === 0 ? 'It has none at all.' : `The newest are ${texts.join(', ')}.`,
  })
}

async function unknownLabel(tables: Tables, name: AssetName, label: string): Promise<SluiceError> {
  const known = ['latest', ...(await labelsOf(tables, name)).keys()]
  const near = nearestName(label, known)
  return new SluiceError('not-found', `${title(name)} has no label "${label}".`, {
    hint: near === undefined ? `Its labels are ${known.join(', ')}.` : `Did you mean @${near}?`,
  })
}

function checkName({ kind, name }: AssetName): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/.test(name)) return
  throw new SluiceError('invalid-request', `${JSON.stringify(name)} cannot be the name of a ${nouns[kind]}.`, {
    hint: 'A name has letters, digits, "-", "_" and ".", starts with no "-" or ".", and is at most 255 long.',
  })
}

function checkVersion(version: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}$/.test(version)) return
  throw new SluiceError('invalid-request', `${JSON.stringify(version)} cannot be a version.`, {
    hint: 'A version has letters, digits, "-", "_", "+" and ".", e.g. 3 or 1.2.0.',
  })
}

function checkLabel(label: string): void {
  if (label === 'latest') {
    throw new SluiceError('invalid-request', 'The label "latest" is always the newest created version.', {
      hint: 'Archive the newer versions, or choose another label.',
    })
  }
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(label)) return
  throw new SluiceError('invalid-request', `${JSON.stringify(label)} cannot be a label.`, {
    hint: 'A label starts with a letter and has letters, digits, "-", "_" and ".".',
  })
}

function merged(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const after = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(change)) {
    if (value === null) after.delete(key)
    else after.set(key, value)
  }
  return Object.fromEntries(after)
}

function pageNameOf(token: string): string {
  if (token.startsWith('n')) return token.slice(1)
  throw invalidToken(token)
}

function pageNumberOf(token: string): number {
  const number = /^v(\d{1,15})$/.exec(token)?.[1]
  if (number !== undefined) return Number(number)
  throw invalidToken(token)
}

function invalidToken(token: string): SluiceError {
  return new SluiceError('invalid-request', `${JSON.stringify(token)} is not a page token of this list.`)
}

async function tell(
  { clock }: CatalogueParts,
  tables: Tables,
  what: AssetName & { readonly word: string; readonly version?: string; readonly label?: string },
): Promise<void> {
  const { kind, name, word, version, label } = what
  await appendEvent(tables, {
    kind: `asset.${word}`,
    subject: `${kind}/${name}`,
    atMs: clock.now(),
    body: { asset_kind: kind, name, ...(version !== undefined && { version }), ...(label !== undefined && { label }) },
  })
}
