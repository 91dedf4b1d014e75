/**
 * Folders and files of git repositories as content. A branch or tag is asked each time it is used, which costs one small
 * request; what a commit holds is fetched once and kept by commit. Files are as a clone of one's own has them, but for
 * submodules, which stay empty folders, as without --recurse-submodules.
 */
import type { Dirent } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Content, ContentStore } from '../artifacts/content-store.ts'
import type { NamedContent } from '../assets/asset.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { type GitPlace, parseGitUri } from '../spec/git-uri.ts'
import { askFolder, askRemote, type GitCommand } from './git-command.ts'
import { findGitFolder, putGitFolder } from './git-folder-store.ts'

/** Fetches from git repositories. */
export interface GitFolders {
  /**
   * What a URI of git names (spec/git-uri.ts), kept for `store`, else only hashed. Throws `invalid-reference` for a URI
   * that is none, `input-not-found` for what is not there or cannot be fetched, `not-supported` without git.
   */
  fetch(uri: string, options: { readonly store: boolean }): Promise<NamedContent>
}

interface GitFolderParts {
  readonly database: Database
  readonly content: ContentStore
  readonly clock: Clock
  /** Where repositories lie while they are read; nothing of it is needed afterwards. */
  readonly folder: string
  readonly variables: GitCommand['variables']
}

const askMs = 60_000
const fetchMs = 30 * 60_000
const leftoverMs = 24 * 3_600_000
const wholeCommit = /^([0-9a-f]{40}|[0-9a-f]{64})$/

export function gitFolders({ database, content, clock, folder, variables }: GitFolderParts): GitFolders {
  const git: GitCommand = { variables }
  return {
    async fetch(uri, { store }) {
      const place = parseGitUri(uri)
      const named = (found: Content): NamedContent => ({ content: found, baseName: baseNameOf(place) })
      const commit = await commitOf(git, place)
      const known = commit === undefined ? undefined : await findGitFolder(database.read, noted(place, commit))
      if (known !== undefined && (await content.verify(known))) return named(known)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await removeLeftovers(folder, clock.now())
      const scratch = await mkdtemp(join(folder, 'fetch-'))
      try {
        const fetched = await fetchCommit(git, place, { scratch, commit })
        const path = await writeFiles(git, place, { scratch, commit: fetched })
        const how = { followSymlinks: true, ignore: (name: string) => basename(name) === '.git' }
        const found = await (store ? content.ingest(path, how) : content.digest(path, how))
        if (store) {
          const note = { content: found, fetchedMs: clock.now() }
          await database.write((tables) => putGitFolder(tables, noted(place, fetched), note))
        }
        return named(found)
      } finally {
        await rm(scratch, { recursive: true, force: true })
      }
    },
  }
}

/** What a server that was killed left behind; younger ones may be somebody's. */
async function removeLeftovers(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < nowMs - leftoverMs) await rm(path, { recursive: true, force: true })
  }
}

function noted({ repository, path }: GitPlace, commit: string) {
  return { repository, commit, path }
}

function baseNameOf({ path, repository }: GitPlace): string {
  return basename(path === '' ? repository.replace(/\/+$/, '').replace(/\.git$/, '') : path)
}

/** What the revision is now; undefined for the first digits of a commit, which only a whole repository tells. */
async function commitOf(git: GitCommand, place: GitPlace): Promise<string | undefined> {
  const { repository, revision } = place
  if (revision !== undefined && wholeCommit.test(revision)) return revision
  const wanted = revision ?? 'HEAD'
  const names = revision === undefined ? ['HEAD'] : ['refs/heads/', 'refs/tags/', ''].map((start) => start + revision)
  const patterns = names.flatMap((name) => [name, `${name}^{}`])
  const args = ['ls-remote', '--quiet', '--', repository, ...patterns]
  const answer = await askRemote(git, place, { args, timeoutMs: askMs }).catch((error: unknown) => {
    throw notFetched(place, error)
  })
  const refs = new Map(
    answer.split('\n').map((line) => {
      const [commit = '', name = ''] = line.split('\t')
      return [name, commit]
    }),
  )
  // A branch before a tag of the same name, as git clone --branch; an annotated tag by what it points to.
  const found = names.flatMap((name) => refs.get(`${name}^{}`) ?? refs.get(name) ?? [])[0]
  if (found !== undefined) return found
  if (/^[0-9a-f]{7,}$/.test(wanted)) return undefined
  throw new SluiceError(
    'input-not-found',
    revision === undefined
      ? `${repository} has no HEAD: it is empty, or names no branch as its own.`
      : `${repository} has no branch, tag or commit "${wanted}".`,
    { hint: `Its branches and tags are listed by: git ls-remote ${repository}` },
  )
}

interface Fetching {
  readonly scratch: string
  readonly commit: string | undefined
}

/** Fetches the commit alone where the server gives single ones, else all branches and tags; returns its whole name. */
async function fetchCommit(git: GitCommand, place: GitPlace, { scratch, commit }: Fetching): Promise<string> {
  const repository = join(scratch, 'repository')
  await askFolder(git, ['init', '--quiet', '--bare', '--template=', '--', repository])
  const fetch = (args: readonly string[]): Promise<string> => {
    const options = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head']
    const all = [`--git-dir=${repository}`, ...options, ...args]
    return askRemote(git, place, { args: all, timeoutMs: fetchMs })
  }
  const isThere = async (wanted: string): Promise<string> =>
    (await askFolder(git, [`--git-dir=${repository}`, 'rev-parse', '--verify', '--quiet', `${wanted}^{commit}`])).trim()
  if (commit !== undefined) {
    try {
      await fetch(['--depth=1', '--', place.repository, commit])
      return await isThere(commit)
    } catch (error) {
      // Old servers and plain files of the web give no single commits.
      if (!(error instanceof SluiceError) || error.code !== 'input-not-found') throw error
    }
  }
  try {
    await fetch(['--', place.repository, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'])
  } catch (error) {
    throw notFetched(place, error)
  }
  const wanted = commit ?? place.revision!
  return isThere(wanted).catch((cause: unknown) => {
    throw new SluiceError('input-not-found', `${place.repository} has no branch, tag or commit "${wanted}".`, {
      hint: 'A commit must lie on a branch or tag of the repository.',
      cause,
    })
  })
}

/** Lays out what is wanted of a commit in a folder of its own; returns the path to it. */
async function writeFiles(
  git: GitCommand,
  place: GitPlace,
  { scratch, commit }: { readonly scratch: string; readonly commit: string },
): Promise<string> {
  const files = join(scratch, 'files')
  const repository = [`--git-dir=${join(scratch, 'repository')}`, `--work-tree=${files}`]
  const { path } = place
  await mkdir(files)
  const kind = await askFolder(git, [...repository, 'cat-file', '-t', `${commit}:${path}`]).catch((cause: unknown) => {
    throw new SluiceError('input-not-found', `${place.repository} has no "${path}" at ${commit.slice(0, 12)}.`, {
      hint: `Name a folder or file of that commit: #subdirectory=FOLDER`,
      cause,
    })
  })
  const isFile = kind.trim() === 'blob'
  // From the folder wanted, so that nothing beside it is written; git refuses paths that lead out.
  await askFolder(git, [...repository, 'read-tree', isFile ? commit : `${commit}:${path}`])
  const wanted = isFile ? ['--', path] : ['--all']
  await askFolder(git, [...repository, 'checkout-index', '--quiet', `--prefix=${files}/`, ...wanted])
  const pointer = await findLfsPointer(files)
  if (pointer !== undefined)
    throw new SluiceError(
      'not-supported',
      `${place.repository} keeps "${pointer}" in Git LFS, which is not fetched from here.`,
      { hint: 'Name a folder without such files (#subdirectory=FOLDER), or clone the repository and name the folder.' },
    )
  return isFile ? join(files, path) : files
}

const lfsStart = Buffer.from('version https://git-lfs.github.com/spec/')

/** The first file, by its path, that is only a note of where Git LFS has it. */
async function findLfsPointer(root: string): Promise<string | undefined> {
  const entries: readonly Dirent[] = await readdir(root, { recursive: true, withFileTypes: true })
  const start = Buffer.alloc(lfsStart.length)
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || (await stat(file)).size > 1024) continue
    // Sequential: one descriptor at a time.
    const handle = await open(file, 'r')
    try {
      await handle.read(start, 0, start.length, 0)
    } finally {
      await handle.close()
    }
    if (start.equals(lfsStart)) return file.slice(root.length + 1)
    start.fill(0)
  }
  return undefined
}

/** Git's words with what was asked for. */
function notFetched({ repository, protocol }: GitPlace, error: unknown): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'input-not-found' || error.hint !== undefined) return error
  const hint =
    protocol === 'file'
      ? 'Check that the folder is a git repository of the user that runs the server.'
      : 'Check the address; a private repository needs a credential helper (https) or a key (ssh) of the user that runs the server.'
  return new SluiceError('input-not-found', `${repository} cannot be fetched: ${messageOf(error)}.`, {
    hint,
    cause: error,
  })
}
