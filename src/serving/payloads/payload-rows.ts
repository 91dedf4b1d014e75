import { open } from 'node:fs/promises'
import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { text } from './compact-window.ts'
import { payloadOf } from './find-request.ts'
import { openPath, type WindowPlace } from './finish-window.ts'
import { newestWindows, type WindowSelection } from './payload-window-store.ts'
import { readHeader, windowFiles } from './window-file.ts'

/** One collected row: what it says, and of which request it is. */
export interface PayloadRow {
  readonly requestId: string
  /** Its place among the rows of its request. */
  readonly row: number
  readonly atMs: number
  readonly deployment: string
  readonly revision: number
  readonly model?: string
  readonly modelVersion?: string
  readonly values: JsonObject
}

export interface PayloadPage {
  readonly rows: readonly PayloadRow[]
  /** Asks for the rows after these; absent after the last. */
  readonly nextPageToken?: string
  /** A window that is open yet has older rows than are read of it; all of them are there when it has ended. */
  readonly isCut: boolean
}

export interface PayloadRowRange extends WindowSelection {
  readonly endpoint: string
  readonly collection: string
  readonly limit: number
  readonly pageToken?: string
}

/** A window's file: Parquet, or the lines of one that is open. */
interface Source {
  readonly startMs: number
  readonly part: number
  readonly deployment: string
  readonly file: string
  readonly isOpen: boolean
}

/** The place of a row: its window, and its order in there. */
interface Place extends Pick<Source, 'startMs' | 'part' | 'deployment'> {
  readonly row: RowKey
}

type RowKey = Pick<PayloadRow, 'atMs' | 'requestId' | 'row'>

/** So much is read of an open window, from its end. */
const tailBytes = 4 << 20

/**
 * Rows of one collection, those of the newest window first and in it the newest request first. Throws `invalid-request`
 * for a token that is none of this.
 */
export async function readPayloadRows(
  place: Pick<WindowPlace, 'database' | 'tables' | 'datastores'>,
  spoolFolder: string,
  range: PayloadRowRange,
): Promise<PayloadPage> {
  const after = range.pageToken === undefined ? undefined : readToken(range.pageToken)
  const rows: PayloadRow[] = []
  let isCut = false
  let last: Place | undefined
  for await (const source of sourcesOf(place, spoolFolder, { range, after })) {
    const order = after === undefined ? -1 : compareSources(after, source)
    if (order > 0) continue
    const wanted = { ...range, limit: range.limit - rows.length + 1, ...(order === 0 && { after: after!.row }) }
    const found = source.isOpen ? await openRows(source, wanted) : await storedRows(place, source, wanted)
    isCut ||= found.isCut
    for (const row of found.rows) {
      if (rows.length === range.limit) return { rows, isCut, nextPageToken: writeToken(last!) }
      rows.push(row)
      last = { ...source, row }
    }
  }
  return { rows, isCut }
}

interface Wanted extends PayloadRowRange {
  readonly after?: RowKey
}

interface FoundRows {
  readonly rows: readonly PayloadRow[]
  readonly isCut: boolean
}

/**
 * The newest first, those before `after` left out; a window that is stored while we look counts once. Stored ones are
 * looked for as they are needed: a page of rows is found in the newest, however many there are.
 */
async function* sourcesOf(
  place: Pick<WindowPlace, 'database' | 'datastores'>,
  spoolFolder: string,
  { range, after }: { readonly range: PayloadRowRange; readonly after: Place | undefined },
): AsyncGenerator<Source> {
  const open = await openSources(spoolFolder, range)
  for await (const window of storedSources(place, range, after)) {
    while (open.length > 0 && compareSources(open[0]!, window) <= 0) {
      const source = open.shift()!
      if (compareSources(source, window) < 0) yield source
    }
    yield window
  }
  yield* open
}

/** Windows that are lines yet, the newest first. */
async function openSources(
  spoolFolder: string,
  { endpoint, collection, deployment, fromMs, toMs }: PayloadRowRange,
): Promise<Source[]> {
  const sources: Source[] = []
  for (const file of await windowFiles(spoolFolder)) {
    const header = await readHeader(file)
    if (header === undefined || header.endpoint !== endpoint || header.collection !== collection) continue
    if (deployment !== undefined && header.deployment !== deployment) continue
    if (header.endMs <= (fromMs ?? 0) || header.startMs >= (toMs ?? Infinity)) continue
    sources.push({ startMs: header.startMs, part: header.part, deployment: header.deployment, file, isOpen: true })
  }
  return sources.sort(compareSources)
}

async function* storedSources(
  place: Pick<WindowPlace, 'database' | 'datastores'>,
  { endpoint, collection, deployment, fromMs, toMs }: PayloadRowRange,
  after: Place | undefined,
): AsyncGenerator<Source> {
  const untilMs = Math.min(toMs ?? Infinity, (after?.startMs ?? Infinity) + 1)
  const selection = {
    ...{ endpoint, collection },
    ...(deployment !== undefined && { deployment }),
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== Infinity && { toMs: untilMs }),
  }
  for await (const windows of newestWindows(place.database.read, selection)) {
    for (const window of windows) {
      if (window.path === undefined) continue
      const { store, path } = await openPath(place, window.path)
      const file = await store.localPath?.(path).catch(() => undefined)
      if (file !== undefined) yield { ...window, file, isOpen: false }
    }
  }
}

/** Negative when `one` comes first: the newer one. */
function compareSources(one: Omit<Place, 'row'>, other: Omit<Place, 'row'>): number {
  return (
    other.startMs - one.startMs ||
    other.part - one.part ||
    (one.deployment < other.deployment ? 1 : one.deployment > other.deployment ? -1 : 0)
  )
}

async function storedRows(
  place: Pick<WindowPlace, 'tables'>,
  { file, deployment }: Source,
  { after, fromMs, toMs, limit }: Wanted,
): Promise<FoundRows> {
  const key = ['epoch_ms(_time)', '_request_id', '_row'] as const
  const conditions = [`epoch_ms(_time) >= ${fromMs ?? 0}`, ...(toMs === undefined ? [] : [`epoch_ms(_time) < ${toMs}`])]
  if (after !== undefined) {
    const [time, id, row] = [after.atMs, text(after.requestId), after.row]
    conditions.push(
      `(${key[0]} < ${time} or (${key[0]} = ${time} and (${key[1]} < ${id} or (${key[1]} = ${id} and ${key[2]} < ${row}))))`,
    )
  }
  return place.tables.session({ readable: [file] }, async (session) => {
    const { columns, rows } = await session.run(
      `select *, epoch_ms(_time) as _time_ms from read_parquet(${text(file)}) where ${conditions.join(' and ')}
       order by ${key.map((one) => `${one} desc`).join(', ')} limit ${limit}`,
    )
    const named = rows.map((cells) => Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]])))
    return { isCut: false, rows: named.map((row) => rowOfTable(row as JsonObject, deployment)) }
  })
}

function rowOfTable(row: JsonObject, deployment: string): PayloadRow {
  const { _request_id, _row, _time_ms, _revision, _model: model, _model_version: modelVersion } = row
  return {
    ...{ requestId: String(_request_id), row: Number(_row), atMs: Number(_time_ms) },
    ...{ deployment, revision: Number(_revision), values: payloadOf(row) },
    ...(typeof model === 'string' && { model }),
    ...(typeof modelVersion === 'string' && { modelVersion }),
  }
}

async function openRows({ file, deployment }: Source, wanted: Wanted): Promise<FoundRows> {
  const { after, fromMs = 0, toMs = Infinity, limit } = wanted
  const { lines, isCut } = await lastLines(file)
  const rows = lines
    .flatMap((line) => rowsOfLine(line, deployment))
    .filter((row) => row.atMs >= fromMs && row.atMs < toMs && (after === undefined || compareRows(after, row) < 0))
    .sort(compareRows)
  return { rows: rows.slice(0, limit), isCut: isCut && rows.length < limit }
}

/** Negative when `one` comes first: the newer one. */
function compareRows(one: RowKey, other: RowKey): number {
  return (
    other.atMs - one.atMs ||
    (one.requestId < other.requestId ? 1 : one.requestId > other.requestId ? -1 : other.row - one.row)
  )
}

function rowsOfLine(line: string, deployment: string): readonly PayloadRow[] {
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    // Torn: it is being written.
    return []
  }
  if (!isJsonObject(record) || typeof record['id'] !== 'string') return []
  const { id: requestId, t, rev, model, model_version: modelVersion, columns, data } = record
  if (!Array.isArray(columns) || !Array.isArray(data)) return []
  return data.flatMap((cells, row) => {
    if (!Array.isArray(cells)) return []
    const values = Object.fromEntries(columns.map((name, index) => [String(name), cells[index] ?? null]))
    return {
      ...{ requestId, row, atMs: Number(t), deployment, revision: Number(rev), values },
      ...(typeof model === 'string' && { model }),
      ...(typeof modelVersion === 'string' && { modelVersion }),
    }
  })
}

/** Whole lines from the end of a file; none of one that is gone. */
async function lastLines(file: string): Promise<{ readonly lines: readonly string[]; readonly isCut: boolean }> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return { lines: [], isCut: false }
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - tailBytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    return { lines: start === 0 ? lines : lines.slice(1), isCut: start > 0 }
  } finally {
    await handle.close()
  }
}

function writeToken({ startMs, part, deployment, row: { atMs, requestId, row } }: Place): string {
  return Buffer.from(JSON.stringify([startMs, part, deployment, atMs, requestId, row])).toString('base64url')
}

function readToken(token: string): Place {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    const kinds = ['number', 'number', 'string', 'number', 'string', 'number']
    if (Array.isArray(read) && kinds.every((kind, index) => typeof read[index] === kind)) {
      const [startMs, part, deployment, atMs, requestId, row] = read as [number, number, string, number, string, number]
      return { startMs, part, deployment, row: { atMs, requestId, row } }
    }
  } catch {
    // Refused below.
  }
  throw new SluiceError('invalid-request', `The page token "${token}" is none of collected rows.`, {
    hint: 'Pass the next_page_token of an answer as it is.',
  })
}
