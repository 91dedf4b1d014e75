import { readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Content, ContentStore, IngestOptions, TreeEntry } from '../artifacts/content-store.ts'
import { canonicalTree, serialiseTree } from '../artifacts/tree.ts'
import { SluiceError } from '../base/errors.ts'
import { parseIgnoreRules, verdictOf, type IgnoreRule } from './ignore-rules.ts'

/** What makes up the code of a step. */
export interface CodeToSnapshot {
  /** Folder or single file; absent when there are only includes. */
  readonly path?: string
  /** Files and folders that join the code at the snapshot's root, by their base names. */
  readonly additionalIncludes: readonly string[]
  /** False computes the same content without storing anything. */
  readonly store: boolean
}

type CodeContents = Pick<ContentStore, 'ingest' | 'digest' | 'scan' | 'tree' | 'writeTree'>

/** Never part of a snapshot: repository data, and bytecode, which changes by running the code. */
const alwaysIgnored: ReadonlySet<string> = new Set(['.git', '__pycache__'])

/**
 * The code of a step as a stored folder (azureml-yaml.md 2): what ignore files name is left out, symlinks are followed
 * within the code, additional includes join at the root. Throws `not-found` for a missing path, `invalid-document` when
 * two of them want the same name. Unchanged code costs a stat per file.
 */
export async function snapshotCode(content: CodeContents, code: CodeToSnapshot): Promise<Content> {
  const { path, additionalIncludes, store } = code
  if (path !== undefined && additionalIncludes.length === 0 && isFolder(path)) {
    return store ? content.ingest(path, optionsFor(path)) : content.digest(path, optionsFor(path))
  }
  const merged = new Map<string, TreeEntry>()
  if (path !== undefined) {
    for (const entry of await entriesOf(content, path, store)) merged.set(entry.path, entry)
  }
  const taken = new Set([...merged.keys()].map((name) => name.split('/')[0]!))
  for (const include of additionalIncludes) {
    checkInclude(include, taken)
    // Sequential: includes are few, and the first mistake is the one to report.
    for (const entry of below(include, await entriesOf(content, include, store))) add(merged, entry, include)
  }
  const entries = [...merged.values()]
  return store ? content.writeTree(entries) : serialiseTree(canonicalTree(entries)).content
}

/** The entries of a folder, or a file as a single entry. */
async function entriesOf(content: CodeContents, path: string, store: boolean): Promise<readonly TreeEntry[]> {
  if (!store) return content.scan(path, optionsFor(path))
  const stored = await content.ingest(path, optionsFor(path))
  if (stored.kind === 'folder') return content.tree(stored.digest)
  const { digest, sizeBytes } = stored
  const executable = (statSync(path).mode & 0o100) !== 0
  return [{ path: basename(resolve(path)), kind: 'file', executable, sizeBytes, digest }]
}

/** Entries as they stand in the snapshot: a folder's below its base name, a file's as it is. */
function below(path: string, entries: readonly TreeEntry[]): readonly TreeEntry[] {
  if (!isFolder(path)) return entries
  const name = basename(resolve(path))
  if (entries.length === 0) return [{ path: name, kind: 'folder' }]
  return entries.map((entry) => ({ ...entry, path: `${name}/${entry.path}` }))
}

function checkInclude(include: string, taken: ReadonlySet<string>): void {
  const name = basename(resolve(include))
  if (name === '') {
    throw new SluiceError('invalid-document', `"${include}" cannot be an additional include: it has no name.`)
  }
  if (taken.has(name)) {
    throw new SluiceError('invalid-document', `The additional include ${include} meets "${name}" of the code itself.`, {
      hint: 'Rename one of them, or remove the include.',
    })
  }
  if (!isThere(include) && name.endsWith('.zip') && isThere(include.slice(0, -'.zip'.length))) {
    throw new SluiceError(
      'not-supported',
      `${include} does not exist; zipping the folder beside it is not supported.`,
      {
        hint: `Include ${include.slice(0, -'.zip'.length)} itself, or zip it yourself.`,
      },
    )
  }
}

/** Folders of several includes are merged, as Azure ML does; files must not differ. */
function add(merged: Map<string, TreeEntry>, entry: TreeEntry, include: string): void {
  const other = merged.get(entry.path)
  if (other?.kind === 'file' && (entry.kind !== 'file' || other.digest !== entry.digest)) {
    throw new SluiceError('invalid-document', `Two additional includes hold different "${entry.path}" (${include}).`, {
      hint: 'Rename one of them, or remove an include.',
    })
  }
  merged.set(entry.path, entry)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function optionsFor(path: string): IngestOptions {
  return { followSymlinks: true, ignore: ignoreFilesBelow(resolve(path)) }
}

/**
 * Reads ignore files on the way down, each folder's for what is below it. With an `.amlignore` at the root only files
 * of that name count; otherwise the nearest folder's `.amlignore`, or else its `.gitignore`.
 */
function ignoreFilesBelow(root: string): (path: string, isFolder: boolean) => boolean {
  const amlIgnore = '.amlignore'
  const names = readRules(join(root, amlIgnore)) === undefined ? [amlIgnore, '.gitignore'] : [amlIgnore]
  const rulesByFolder = new Map<string, readonly IgnoreRule[]>()

  function rulesOf(folder: string): readonly IgnoreRule[] {
    let rules = rulesByFolder.get(folder)
    if (rules === undefined) {
      rules = names.reduce<readonly IgnoreRule[] | undefined>(
        (found, name) => found ?? readRules(join(root, folder, name)),
        undefined,
      )
      rulesByFolder.set(folder, (rules ??= []))
    }
    return rules
  }

  return (path, isFolderEntry) => {
    if (alwaysIgnored.has(path.slice(path.lastIndexOf('/') + 1))) return true
    // The deepest file that says anything decides.
    for (let end = path.lastIndexOf('/'); ; end = path.lastIndexOf('/', end - 1)) {
      const verdict = verdictOf(rulesOf(path.slice(0, Math.max(0, end))), path.slice(end + 1), isFolderEntry)
      if (verdict !== undefined) return verdict === 'ignored'
      if (end <= 0) return false
    }
  }
}

function readRules(file: string): readonly IgnoreRule[] | undefined {
  try {
    return parseIgnoreRules(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}
