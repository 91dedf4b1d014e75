import { closeSync, lstatSync, readSync, realpathSync, type BigIntStats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import { mapLimit } from '../../base/map-limit.ts'
import type { Content, IngestOptions, TreeEntry } from '../content-store.ts'
import type { KnownDigests, StatCache } from '../stat-cache.ts'
import { canonicalTree, digestOf, serialiseTree } from '../tree.ts'
import type { ContentObjects } from './content-objects.ts'
import { hashFile, isExecutable, isUnchanged, type HashedFile } from './file-hash.ts'
import { walkFolder, type WalkedFile } from './folder-walk.ts'
import type { LinkedSources } from './linked-sources.ts'
import { notRegular, openFile, type OpenFile } from './open-entry.ts'
import { pacer } from './pacer.ts'
import { storeCopy, storeLink, storeTree } from './store-object.ts'
import { maxFileBytesInRow, writeBatch, type WriteBatch } from './write-batch.ts'

/** What reading a source needs of the store. */
export interface Ingestion {
  readonly objects: ContentObjects
  readonly statCache: StatCache
  readonly clock: Clock
  readonly linked: LinkedSources
}

const attempts = 3
/** Larger files of one folder are hashed and copied this many at a time. */
const largeFilesAtOnce = 3
const scratch = Buffer.allocUnsafeSlow(maxFileBytesInRow + 1)

/** Stores a local file or folder (see `ContentStore.ingest`). */
export async function ingest(ingestion: Ingestion, path: string, options: IngestOptions): Promise<Content> {
  const batch = writeBatch(ingestion.objects, options.defer)
  const found = await readSource(ingestion, path, { ...options, batch })
  if (found.kind === 'folder') {
    return storeTree({ objects: ingestion.objects, batch }, canonicalTree(found.entries))
  }
  await batch.commit()
  return fileContent(found.file)
}

/** Digest of a local file or folder (see `ContentStore.digest`). */
export async function digestSource(ingestion: Ingestion, path: string, options: IngestOptions): Promise<Content> {
  const found = await readSource(ingestion, path, options)
  return found.kind === 'file' ? fileContent(found.file) : serialiseTree(canonicalTree(found.entries)).content
}

/** Entries of a local folder or file (see `ContentStore.scan`). */
export async function scanSource(
  ingestion: Ingestion,
  path: string,
  options: IngestOptions,
): Promise<readonly TreeEntry[]> {
  const found = await readSource(ingestion, path, options)
  return canonicalTree(found.kind === 'folder' ? found.entries : [{ ...found.file, path: basename(resolve(path)) }])
}

type FileEntry = TreeEntry & { readonly kind: 'file' }
type Source =
  | { readonly kind: 'file'; readonly file: FileEntry }
  | { readonly kind: 'folder'; readonly entries: readonly TreeEntry[] }
/** With a batch the bytes are stored too. */
type ReadOptions = IngestOptions & { readonly batch?: WriteBatch }
interface Reading extends Ingestion {
  readonly known: KnownDigests | undefined
  readonly batch: WriteBatch | undefined
  readonly by: 'copy' | 'link'
}

function fileContent(file: FileEntry): Content {
  return { kind: 'file', digest: file.digest, sizeBytes: file.sizeBytes, fileCount: 1 }
}

async function readSource(ingestion: Ingestion, path: string, options: ReadOptions): Promise<Source> {
  const by = options.by ?? 'copy'
  const root = rootOf(path, by)
  const reading: Reading = {
    ...ingestion,
    by,
    batch: options.batch,
    // What a step wrote is read once; remembering it would only fill the table.
    known: by === 'copy' ? await ingestion.statCache.load(root.path) : undefined,
  }
  if (!root.isFolder) {
    const [file] = await readFiles(reading, [{ path: basename(path), localPath: root.path, openPath: root.path }])
    return { kind: 'file', file: file! }
  }
  const entries: TreeEntry[] = []
  const emptyFolders = await walkFolder(root.path, {
    ...options,
    visit: async (files) => void entries.push(...(await readFiles(reading, files))),
  })
  for (const folder of emptyFolders) entries.push({ path: folder, kind: 'folder' })
  return { kind: 'folder', entries }
}

function rootOf(path: string, by: 'copy' | 'link'): { readonly path: string; readonly isFolder: boolean } {
  const absolute = resolve(path)
  try {
    // A step could put a symlink in the place of its output; only what lies above it is ours.
    const real = by === 'copy' ? realpathSync(absolute) : join(realpathSync(dirname(absolute)), basename(absolute))
    const stats = lstatSync(real)
    if (stats.isSymbolicLink()) throw notRegular(path, 'a symbolic link')
    if (!stats.isFile() && !stats.isDirectory()) throw notRegular(path, 'a special file')
    return { path: real, isFolder: stats.isDirectory() }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP') throw notRegular(path, 'a symbolic link that leads in a circle')
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    throw new SluiceError('not-found', `${path} does not exist.`, { cause: error })
  }
}

/** Files of one open folder: first the known and the small ones, one after another, then the large ones side by side. */
async function readFiles(reading: Reading, files: readonly WalkedFile[]): Promise<readonly FileEntry[]> {
  const entries: FileEntry[] = []
  const pace = pacer()
  const unread: WalkedFile[] = []
  const known: { readonly file: WalkedFile; readonly entry: FileEntry }[] = []
  for (const file of files) {
    const entry = knownEntry(reading, file)
    if (entry === undefined) unread.push(file)
    else known.push({ file, entry })
    await pace()
  }
  const stored = reading.batch && (await storedDigests(reading, known))
  for (const { file, entry } of known) {
    if (stored?.has(entry.digest) === false) unread.push(file)
    else entries.push(entry)
  }
  const large: WalkedFile[] = []
  for (const file of unread) {
    const entry = await readSmall(reading, file)
    if (entry === undefined) large.push(file)
    else entries.push(entry)
    await pace()
  }
  return entries.concat(await mapLimit(large, largeFilesAtOnce, (file) => readLarge(reading, file)))
}

function knownEntry({ known }: Reading, file: WalkedFile): FileEntry | undefined {
  if (known === undefined) return undefined
  const stats = lstatSync(file.openPath, { bigint: true, throwIfNoEntry: false })
  const digest = stats?.isFile() === true ? known.find(file.localPath, stats) : undefined
  return stats && digest && entryOf(file, stats, { digest, sizeBytes: Number(stats.size) })
}

async function storedDigests(
  { objects }: Reading,
  files: readonly { readonly entry: FileEntry }[],
): Promise<ReadonlySet<Digest>> {
  const rows = await objects.rows.find('file', [...new Set(files.map(({ entry }) => entry.digest))])
  const unharmed = [...rows.values()].filter((row) => objects.looksUnharmed(row))
  return new Set(unharmed.map((row) => row.digest))
}

function entryOf(file: WalkedFile, stats: BigIntStats, { digest, sizeBytes }: HashedFile): FileEntry {
  return { path: file.path, kind: 'file', executable: isExecutable(stats), sizeBytes, digest }
}

/** Reads a file that fits a row at one go; undefined if it is larger. */
async function readSmall(reading: Reading, file: WalkedFile): Promise<FileEntry | undefined> {
  const startedMs = reading.clock.now()
  const { descriptor, stats } = openFile(file.openPath, file.localPath)
  let bytes: Buffer
  try {
    if (stats.size > maxFileBytesInRow) return undefined
    const read = readAtOnce(descriptor, Number(stats.size))
    if (read === undefined) return undefined
    bytes = read
  } finally {
    closeSync(descriptor)
  }
  const hashed = { digest: digestOf(bytes), sizeBytes: bytes.length }
  if (reading.batch !== undefined) {
    if (!reading.batch.fitsRow('file', bytes.length)) return undefined
    await reading.batch.addBytes({ kind: 'file', ...hashed, bytes })
  }
  reading.known?.record(file.localPath, stats, { digest: hashed.digest, startedMs })
  return entryOf(file, stats, hashed)
}

/** Undefined if the file changed meanwhile. */
async function hashOrStore(reading: Reading, file: WalkedFile, open: OpenFile): Promise<HashedFile | undefined> {
  const { batch, objects } = reading
  if (batch === undefined) {
    const hashed = await hashFile(open.descriptor)
    return isUnchanged(open.descriptor, open.stats) ? hashed : undefined
  }
  const target = { objects, batch }
  if (reading.by === 'link') {
    const linked = await storeLink(target, file, open)
    if (linked?.sharesBytes === true) reading.linked.add(file.localPath, linked.digest)
    if (linked !== undefined) return linked
  }
  return storeCopy(target, open)
}

/** The whole file, or undefined if it turned out larger than the buffer. */
function readAtOnce(descriptor: number, size: number): Buffer | undefined {
  let length = 0
  while (length < scratch.length) {
    const count = readSync(descriptor, scratch, length, scratch.length - length, null)
    length += count
    if (count === 0 || length === size) return Buffer.from(scratch.subarray(0, length))
  }
  return undefined
}

async function readLarge(reading: Reading, file: WalkedFile): Promise<FileEntry> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const startedMs = reading.clock.now()
    const open = openFile(file.openPath, file.localPath)
    try {
      // Sequential: another attempt only if somebody wrote to the file meanwhile.
      const hashed = await hashOrStore(reading, file, open)
      if (hashed === undefined) continue
      reading.known?.record(file.localPath, open.stats, { digest: hashed.digest, startedMs })
      return entryOf(file, open.stats, hashed)
    } finally {
      closeSync(open.descriptor)
    }
  }
  throw new SluiceError('conflict', `${file.localPath} kept changing while it was read (${attempts} times).`, {
    hint: 'Try again when nothing writes to it.',
  })
}
