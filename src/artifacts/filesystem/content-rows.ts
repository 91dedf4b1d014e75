import type { Clock } from '../../base/clock.ts'
import type { Digest } from '../../base/ids.ts'
import type { Database, Tables } from '../../database/database.ts'
import { writeBehind } from '../write-behind.ts'
import type { DeferredWrite } from '../content-store.ts'
import type { ContentUse } from './content-use.ts'
import { pacer } from './pacer.ts'
import { RecentRows } from './recent-rows.ts'

/** A stored file or folder list. Without `signature` its bytes are in the row, else in the store's folder. */
export interface ContentRow {
  readonly kind: ContentKind
  readonly digest: Digest
  readonly sizeBytes: number
  readonly signature?: string
}

/** A file's bytes and a folder's list may have the same digest: the kind tells them apart. */
export type ContentKind = 'file' | 'folder'
/** `bytes` exactly when there is no `signature`. */
export type NewContentRow = ContentRow & { readonly bytes?: Uint8Array }

/** The table `content_object`. */
export interface ContentRows {
  find(kind: ContentKind, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, ContentRow>>
  /** Up to `count` rows whose digests follow `digest`, and then from the beginning. */
  around(digest: string, count: number): Promise<readonly ContentRow[]>
  /** Bytes that are kept in rows; digests without such a row are absent. */
  bytes(kind: ContentKind, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>>
  /** Durable when it resolves; costs only a look where everything is there already. */
  add(rows: readonly NewContentRow[]): Promise<void>
  /** `add` as a part of somebody's unit of work. */
  addLater(rows: readonly NewContentRow[]): Promise<DeferredWrite>
  remove(kind: ContentKind, digest: Digest): Promise<void>
  removeMany(kind: ContentKind, digests: readonly Digest[]): Promise<void>
  /** Which of these have a row; counts as no use of them. */
  stored(kind: ContentKind, digests: readonly Digest[]): Promise<ReadonlySet<Digest>>
  /** Every row of a kind in the order of the digests, a page at a time; counts as no use of them. */
  all(kind: ContentKind): AsyncGenerator<ContentRow>
  /** The row with the signature it has by now, as far as that was not saved yet. */
  latest(row: ContentRow): ContentRow
  /** Remembers a changed signature of a file that was found unharmed. */
  touch(row: ContentRow, signature: string): void
  /** Saves what was only remembered. */
  flush(): Promise<void>
}

type ContentTables = {
  content_object: {
    digest: string
    kind: string
    size_bytes: number
    bytes: Uint8Array | null
    signature: string | null
  }
}

const chunkSize = 500

/** Rows of one database; changed signatures are saved in batches. */
export function contentRows({
  database,
  clock,
  use,
}: {
  readonly database: Database
  readonly clock: Clock
  /** Told of every content that somebody asks for or stores. */
  readonly use: Pick<ContentUse, 'touch'>
}): ContentRows {
  const signatures = writeBehind<{ readonly row: ContentRow; readonly signature: string }>({
    clock,
    save: (entries) =>
      database.write((tables) =>
        eachInOrder(entries, async ([, { row, signature }]) => updateSignature(tables, row, signature)),
      ),
  })
  const recent = new RecentRows()

  const latest = (row: ContentRow): ContentRow => {
    const signature = signatures.get(row.kind + row.digest)?.signature
    return signature === undefined ? row : { ...row, signature }
  }
  const findAny = async (digests: readonly Digest[]): Promise<readonly ContentRow[]> =>
    (await rowsOf(database, digests)).map(latest)

  async function find(kind: ContentKind, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, ContentRow>> {
    await use.touch(kind, digests)
    const { found, others } = known<ContentRow>(digests, (digest) => recent.find(kind, digest))
    for (const row of await findAny(others)) if (row.kind === kind) found.set(row.digest, row)
    return found
  }

  async function bytes(kind: ContentKind, digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>> {
    const { found, others } = known(digests, (digest) => recent.bytes(kind, digest))
    for (const [digest, read] of await bytesOf(database, kind, others)) {
      recent.add([{ kind, digest, sizeBytes: read.length, bytes: read }])
      found.set(digest, read)
    }
    return found
  }

  async function missing(rows: readonly NewContentRow[]): Promise<readonly NewContentRow[]> {
    // A row with a signature tells of a file just put in place, which must replace what was known of an older one.
    const unknown = rows.filter((row) => row.signature !== undefined || recent.find(row.kind, row.digest) === undefined)
    const wanted = unknown.filter((row) => row.signature === undefined).map((row) => row.digest)
    const known = new Set((await findAny(wanted)).map((row) => row.kind + row.digest))
    return unknown.filter((row) => row.signature !== undefined || !known.has(row.kind + row.digest))
  }

  function writeOf(rows: readonly NewContentRow[]): DeferredWrite {
    for (const row of rows) signatures.delete(row.kind + row.digest)
    return {
      write: (tables) => eachInOrder(chunks(rows), (chunk) => insertRows(tables, chunk)),
      written: () => recent.add(rows),
    }
  }

  async function removeMany(kind: ContentKind, digests: readonly Digest[]): Promise<void> {
    for (const digest of digests) signatures.delete(kind + digest)
    await deleteRows(database, kind, digests)
    for (const digest of digests) recent.remove(kind, digest)
  }

  return {
    find,
    around: (digest, count) => rowsAround(database, digest, count),
    bytes,
    async addLater(rows) {
      await touchAll(use, rows)
      // In a unit that is written anyway, writing a few again costs less than looking for them.
      return writeOf(rows)
    },
    async add(rows) {
      await touchAll(use, rows)
      const added = await missing(rows)
      if (added.length === 0) return
      const { write, written } = writeOf(added)
      await database.write(write)
      written()
    },
    remove: (kind, digest) => removeMany(kind, [digest]),
    removeMany,
    async stored(kind, digests) {
      const rows = await findAny(digests)
      return new Set(rows.filter((row) => row.kind === kind).map((row) => row.digest))
    },
    all: (kind) => allRows(database, kind),
    latest,
    touch: (row, signature) => signatures.set(row.kind + row.digest, { row, signature }),
    flush: () => signatures.flush(),
  }
}

async function touchAll(use: Pick<ContentUse, 'touch'>, rows: readonly NewContentRow[]): Promise<void> {
  for (const kind of ['file', 'folder'] as const) {
    const digests = rows.filter((row) => row.kind === kind).map((row) => row.digest)
    await use.touch(kind, digests)
  }
}

/** What `look` knows, and the digests of the rest. */
function known<Found>(
  digests: readonly Digest[],
  look: (digest: Digest) => Found | undefined,
): { readonly found: Map<Digest, Found>; readonly others: readonly Digest[] } {
  const found = new Map<Digest, Found>()
  const others: Digest[] = []
  for (const digest of digests) {
    const one = look(digest)
    if (one === undefined) others.push(digest)
    else found.set(digest, one)
  }
  return { found, others }
}

async function rowsOf({ read }: Database, digests: readonly Digest[]): Promise<readonly ContentRow[]> {
  const found: ContentRow[] = []
  const pace = pacer()
  await eachInOrder(chunks(digests), async (chunk) => {
    await pace()
    const rows = await read
      .withTables<ContentTables>()
      .selectFrom('content_object')
      .select(['digest', 'kind', 'size_bytes', 'signature'])
      .where('digest', 'in', chunk)
      .execute()
    found.push(...rows.map(toContentRow))
  })
  return found
}

function toContentRow(
  row: Pick<ContentTables['content_object'], 'digest' | 'kind' | 'size_bytes' | 'signature'>,
): ContentRow {
  return {
    kind: row.kind as ContentKind,
    digest: row.digest as Digest,
    sizeBytes: row.size_bytes,
    ...(row.signature !== null && { signature: row.signature }),
  }
}

async function rowsAround(database: Database, digest: string, count: number): Promise<readonly ContentRow[]> {
  const next = await rowsAfter(database, digest, count)
  const first = next.length < count ? await rowsAfter(database, '', count - next.length) : []
  return [...next, ...first.filter((row) => row.digest < digest)]
}

async function rowsAfter({ read }: Database, digest: string, count: number): Promise<readonly ContentRow[]> {
  const rows = await read
    .withTables<ContentTables>()
    .selectFrom('content_object')
    .select(['digest', 'kind', 'size_bytes', 'signature'])
    .where('digest', '>=', digest)
    .orderBy('digest')
    .limit(count)
    .execute()
  return rows.map(toContentRow)
}

async function bytesOf(
  database: Database,
  kind: ContentKind,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const found = new Map<Digest, Uint8Array>()
  await eachInOrder(chunks(digests), async (chunk) => {
    const rows = await database.read
      .withTables<ContentTables>()
      .selectFrom('content_object')
      .select(['digest', 'bytes'])
      .where('digest', 'in', chunk)
      .where('kind', '=', kind)
      .where('bytes', 'is not', null)
      .execute()
    for (const row of rows) found.set(row.digest as Digest, row.bytes!)
  })
  return found
}

async function deleteRows(database: Database, kind: ContentKind, digests: readonly Digest[]): Promise<void> {
  await database.write((tables) =>
    eachInOrder(chunks(digests), (chunk) =>
      tables
        .withTables<ContentTables>()
        .deleteFrom('content_object')
        .where('digest', 'in', chunk)
        .where('kind', '=', kind)
        .execute(),
    ),
  )
}

async function* allRows(database: Database, kind: ContentKind): AsyncGenerator<ContentRow> {
  for (let last = ''; ;) {
    // Sequential: where the next page begins depends on this one.
    const rows = await database.read
      .withTables<ContentTables>()
      .selectFrom('content_object')
      .select(['digest', 'size_bytes', 'signature'])
      .where('kind', '=', kind)
      .where('digest', '>', last)
      .orderBy('digest')
      .limit(chunkSize)
      .execute()
    for (const { digest, size_bytes: sizeBytes, signature } of rows)
      yield { kind, digest: digest as Digest, sizeBytes, ...(signature !== null && { signature }) }
    if (rows.length < chunkSize) return
    last = rows.at(-1)!.digest
  }
}

async function insertRows(tables: Tables, rows: readonly NewContentRow[]): Promise<void> {
  await tables
    .withTables<ContentTables>()
    .insertInto('content_object')
    .values(
      rows.map((row) => ({
        digest: row.digest,
        kind: row.kind,
        size_bytes: row.sizeBytes,
        bytes: row.bytes ?? null,
        signature: row.signature ?? null,
      })),
    )
    .onConflict((oc) =>
      oc
        .columns(['digest', 'kind'])
        .doUpdateSet((eb) => ({ signature: eb.ref('excluded.signature') }))
        .where('content_object.bytes', 'is', null)
        .where('excluded.signature' as never, 'is not', null),
    )
    .execute()
}

async function updateSignature(tables: Tables, row: ContentRow, signature: string): Promise<void> {
  await tables
    .withTables<ContentTables>()
    .updateTable('content_object')
    .set({ signature })
    .where('digest', '=', row.digest)
    .where('kind', '=', row.kind)
    .where('bytes', 'is', null)
    .execute()
}

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / chunkSize) }, (_, index) =>
    items.slice(index * chunkSize, (index + 1) * chunkSize),
  )
}

/** One after another: all use one connection, and a unit of work must not run statements side by side. */
async function eachInOrder<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item)
}
