import { basename } from 'node:path'
import type { Content, ContentStore, TreeEntry } from '../artifacts/content-store.ts'
import { canonicalTree, serialiseTree } from '../artifacts/tree.ts'
import type { NamedContent } from '../assets/asset.ts'
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import { artifactDatastore, type DatastoreCatalogue, defaultDatastore } from '../data/datastore-catalogue.ts'
import { readFromDatastore } from '../data/datastore-content.ts'
import type { GitFolders } from '../data/git-folder.ts'
import type { WebFiles } from '../data/web-file.ts'
import type { Tables } from '../database/database.ts'
import type { DataType, Reference } from '../spec/document-parts.ts'
import { type DataUri, parseDataUri } from '../spec/data-uri.ts'
import { referenceText } from '../spec/scope.ts'
import { terminalStatuses } from './job-service.ts'
import { findRow } from './job-store.ts'
import type { StepOutputs } from './pipeline-state.ts'

/** Finds a registered model's or a run's files; throws when the reference names none. */
type FindModel = (reference: string, options: { readonly store: boolean }) => Promise<NamedContent>

/** What every form of reference to data is followed with. */
export interface SourceParts {
  readonly tables: Tables
  readonly content: ContentStore
  readonly assets: AssetCatalogue
  readonly datastores: DatastoreCatalogue
  readonly web: WebFiles
  readonly git: GitFolders
  readonly findModel: FindModel
  /** Stands for a URI that is not to be asked (`url_overrides` of the config): a path of this machine. */
  readonly overrideOf: (uri: string) => string | undefined
}

/** What a reference is to be followed for. */
export interface WantedSource {
  /** What messages call it, e.g. `Input "data" of step "train"`. */
  readonly title: string
  readonly type: DataType
  /** False computes digests and keeps as little as possible (a plan). */
  readonly store: boolean
}

/**
 * Follows a reference to data or a model to its content as it is now. Throws `input-not-found` for what is not there
 * (with the nearest name) or is a file where the wanted type is a folder, and `not-supported` for places that cannot be
 * read from here.
 */
export async function findSource(
  parts: SourceParts,
  reference: Reference,
  wanted: WantedSource,
): Promise<NamedContent> {
  const found = await followReference(parts, reference, wanted)
  if (found.content.kind === 'file') checkKind(found, reference, wanted)
  return found
}

const folderTypes: ReadonlySet<DataType> = new Set(['uri_folder', 'mltable', 'mlflow_model'])

/** Throws `input-not-found` for a file where the wanted type is a folder, and the other way round. */
export function checkKind(
  { content }: NamedContent,
  reference: Reference,
  { title, type }: Pick<WantedSource, 'title' | 'type'>,
): void {
  if (content.kind === 'file' && folderTypes.has(type)) {
    const hint = type === 'uri_folder' ? 'Name the folder, or declare the input as uri_file.' : 'Name its folder.'
    throw new SluiceError('input-not-found', `${title} is a ${type}, but ${referenceText(reference)} is a file.`, {
      hint,
    })
  }
  // What a step wrote to a uri_file may be a folder, as in Azure ML.
  if (content.kind === 'folder' && type === 'uri_file' && reference.kind === 'local')
    throw new SluiceError('input-not-found', `${title} is a uri_file, but ${referenceText(reference)} is a folder.`, {
      hint: 'Name a file in it, or declare the input as uri_folder.',
    })
}

/** `findSource` for whatever kind of content it is. */
export async function followReference(
  parts: SourceParts,
  reference: Reference,
  wanted: WantedSource,
): Promise<NamedContent> {
  switch (reference.kind) {
    case 'local':
      return fromLocal(parts, reference.path, wanted)
    case 'asset':
      if (wanted.type.endsWith('_model')) return fromModel(parts, referenceText(reference), wanted)
      return fromAsset(parts, reference, wanted)
    case 'registry': {
      const { name, version, label } = reference
      const local: Reference = {
        kind: 'asset',
        name,
        ...(version !== undefined ? { version } : { label: label ?? 'default' }),
      }
      const isModel = reference.assetType.toLowerCase() === 'models' || wanted.type.endsWith('_model')
      // Registries are shared workspaces; what they hold is looked for here under the same name.
      return isModel ? fromModel(parts, referenceText(local), wanted) : fromAsset(parts, local, wanted)
    }
    case 'uri':
      return fromUri(parts, reference.uri, wanted)
  }
}

async function fromUri(parts: SourceParts, uri: string, wanted: WantedSource): Promise<NamedContent> {
  const override = parts.overrideOf(uri)
  if (override !== undefined) return fromLocal(parts, override, wanted)
  const parsed = parseDataUri(uri)
  if (parsed === undefined) {
    throw new SluiceError('not-supported', `${wanted.title} refers to ${uri}, which cannot be read from here.`, {
      hint: 'Use a local path, azureml:NAME:VERSION, azureml://datastores/..., azureml://jobs/..., runs:/..., https://... or git+https://..., or map it to a local path with url_overrides in the config file.',
    })
  }
  switch (parsed.kind) {
    case 'web':
      return inWords(wanted, () => parts.web.fetch(parsed.url, wanted))
    case 'git':
      return parts.git.fetch(parsed.uri, wanted)
    case 'model':
      return fromModel(parts, uri, wanted)
    case 'run':
      return fromRun(parts, parsed, wanted)
    case 'content':
      return fromContent(parts, parsed, wanted)
    case 'job-output':
      return fromJob(parts, parsed, wanted)
    case 'datastore':
      return fromDatastore(parts, parsed, wanted)
  }
}

/** What to do about a path that is not there. */
export const missingPathHint = 'Relative paths are relative to the YAML file that contains them.'

async function fromLocal({ content }: SourceParts, path: string, wanted: WantedSource): Promise<NamedContent> {
  try {
    return { content: await (wanted.store ? content.ingest(path) : content.digest(path)), baseName: basename(path) }
  } catch (error) {
    const isMissing = error instanceof SluiceError && error.code === 'not-found'
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !isMissing) throw withTitle(wanted, error)
    throw new SluiceError('input-not-found', `${wanted.title} refers to ${path}, which does not exist.`, {
      hint: missingPathHint,
      cause: error,
    })
  }
}

async function fromAsset(
  { assets }: SourceParts,
  reference: Extract<Reference, { kind: 'asset' }>,
  wanted: WantedSource,
): Promise<NamedContent> {
  const { name, version, label = 'default' } = reference
  const choice = version === undefined ? { label } : { version }
  const found = await inWords(wanted, () => assets.get({ kind: 'data', name }, choice))
  return found.data!
}

async function fromModel(parts: SourceParts, reference: string, wanted: WantedSource): Promise<NamedContent> {
  return inWords(wanted, () => parts.findModel(reference, wanted))
}

async function fromRun(
  parts: SourceParts,
  { run, path }: Extract<DataUri, { kind: 'run' }>,
  wanted: WantedSource,
): Promise<NamedContent> {
  if (path !== '') return fromModel(parts, `runs:/${run}/${path}`, wanted)
  throw new SluiceError('invalid-reference', `${wanted.title} refers to runs:/${run} without a path.`, {
    hint: `Name what it logged, e.g. runs:/${run}/model`,
  })
}

async function fromContent(
  { content }: SourceParts,
  { contentKind, digest, baseName }: Extract<DataUri, { kind: 'content' }>,
  wanted: WantedSource,
): Promise<NamedContent> {
  const found = await inWords(wanted, () => content.describe({ kind: contentKind, digest: digest as Digest }))
  return { content: found, baseName }
}

async function fromDatastore(
  parts: SourceParts,
  { datastore, path }: Extract<DataUri, { kind: 'datastore' }>,
  wanted: WantedSource,
): Promise<NamedContent> {
  const [, job, output, inside = ''] = /^azureml\/([^/]+)\/([^/]+)(?:\/(.*))?$/.exec(path) ?? []
  if (datastore === defaultDatastore && job !== undefined && output !== undefined)
    return fromJob(parts, { job, output, path: inside }, wanted)
  const [, run, artifact] = /^ExperimentRun\/dcid\.([^/]+)\/(.+)$/.exec(path) ?? []
  if (datastore === artifactDatastore && run !== undefined)
    return fromModel(parts, `runs:/${run}/${artifact!.replace(/^outputs\/(?=outputs\/)/, '')}`, wanted)
  return inWords(wanted, async () =>
    readFromDatastore(
      parts.content,
      { store: await parts.datastores.open(datastore), name: datastore, path },
      { store: wanted.store },
    ),
  )
}

async function fromJob(
  parts: SourceParts,
  { job, output: name, path }: { readonly job: string; readonly output: string; readonly path: string },
  wanted: WantedSource,
): Promise<NamedContent> {
  const row = await inWords(wanted, () => findRow(parts.tables, job))
  const outputs = row.outputs === null ? {} : (JSON.parse(row.outputs) as StepOutputs)
  const output = outputs[name]
  if (output?.kind === 'content') {
    const { content: kind, digest, sizeBytes, baseName } = output
    const content: Content = { kind, digest, sizeBytes, fileCount: kind === 'file' ? 1 : 0 }
    return path === '' ? { content, baseName } : partOf(parts, { content, path, job, name }, wanted)
  }
  // Every job has this one: what it wrote to ./outputs or logged (azureml-yaml.md 4).
  if (output === undefined && name === 'artifacts' && path !== '')
    return fromRun(parts, { kind: 'run', run: job, path }, wanted)
  const names = Object.keys(outputs)
  const state = terminalStatuses.has(row.status) ? '' : ` It is ${row.status}.`
  throw new SluiceError(
    'input-not-found',
    `${wanted.title}: job ${job} has no output "${name}" that can be read.${state}`,
    {
      hint: names.length === 0 ? `See it with: sluice job show ${job}` : `Its outputs are ${names.join(', ')}.`,
    },
  )
}

/** A file or folder inside a job's output. */
async function partOf(
  { content }: SourceParts,
  whole: { readonly content: Content; readonly path: string; readonly job: string; readonly name: string },
  wanted: WantedSource,
): Promise<NamedContent> {
  const { path, job, name } = whole
  const baseName = path.slice(path.lastIndexOf('/') + 1)
  const entries = whole.content.kind === 'folder' ? await content.tree(whole.content.digest) : []
  const file = entries.find((entry) => entry.path === path)
  if (file?.kind === 'file')
    return { content: { kind: 'file', digest: file.digest, sizeBytes: file.sizeBytes, fileCount: 1 }, baseName }
  const below: readonly TreeEntry[] = entries
    .filter((entry) => entry.path.startsWith(`${path}/`))
    .map((entry) => ({ ...entry, path: entry.path.slice(path.length + 1) }))
  if (below.length > 0 || file !== undefined) {
    const part = wanted.store ? await content.writeTree(below) : serialiseTree(canonicalTree(below)).content
    return { content: part, baseName }
  }
  throw new SluiceError(
    'input-not-found',
    `${wanted.title}: output "${name}" of job ${job} has nothing at "${path}".`,
    {
      hint: entries.length === 0 ? 'It is a single file.' : `It has ${firstNames(entries)}.`,
    },
  )
}

function firstNames(entries: readonly TreeEntry[]): string {
  const names = [...new Set(entries.map((entry) => entry.path.split('/')[0]!))]
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
}

/** Says whose reference it is that is not there or cannot be used. */
export async function inWords<Result>(wanted: Title, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw withTitle(wanted, error)
  }
}

type Title = Pick<WantedSource, 'title'> & { readonly hint?: string }

/** The error with its title and, where it has none of its own, a hint; what is not the user's stays as it is. */
function withTitle({ title, hint }: Title, error: unknown): unknown {
  if (!(error instanceof SluiceError) || (error.status !== 404 && error.status !== 400)) return error
  const words = error.hint ?? hint
  return new SluiceError('input-not-found', `${title}: ${error.message}`, {
    ...(words !== undefined && { hint: words }),
    cause: error,
  })
}
