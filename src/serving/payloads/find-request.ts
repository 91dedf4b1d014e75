import type { JsonObject } from '../../base/json.ts'
import { text } from './compact-window.ts'
import { openPath, type WindowPlace } from './finish-window.ts'
import { newestWindows, type PayloadWindow } from './payload-window-store.ts'
import { readHeader, recordsOf, windowFiles } from './window-file.ts'

/** What was collected of one request. */
export interface StoredRequest {
  readonly requestId: string
  readonly endpoint: string
  readonly deployment: string
  readonly revision: number
  readonly model?: string
  readonly modelVersion?: string
  /** The job (its run) that made the model. */
  readonly job?: string
  /** When it arrived. */
  readonly atMs: number
  /** Rows by collection, columns as they were collected. */
  readonly collections: Readonly<Record<string, readonly JsonObject[]>>
  /** Where it lies: versions of data assets; empty while its window is open. */
  readonly assets: readonly string[]
}

/** Parquet files that are looked through at once. */
const filesAtOnce = 400

/** Everything that was collected of a request, in whatever window it lies; undefined when nothing was. */
export async function findRequest(
  place: Pick<WindowPlace, 'database' | 'tables' | 'datastores'>,
  spoolFolder: string,
  requestId: string,
): Promise<StoredRequest | undefined> {
  // Open windows first: a window that ends meanwhile is then found as Parquet.
  const open = await inWindowFiles(spoolFolder, requestId)
  const found = new Found(requestId)
  for (const { header, record } of open) found.addRecord(header, record)
  for await (const windows of newestWindows(place.database.read, {})) {
    const files = windows.filter(({ path }) => path !== undefined)
    for (let at = 0; at < files.length; at += filesAtOnce) {
      await inParquet(place, files.slice(at, at + filesAtOnce), found)
    }
    // Its collections have the same window, and windows that begin at one time come together.
    if (!found.isEmpty) break
  }
  return found.request()
}

async function inWindowFiles(folder: string, requestId: string) {
  const found: {
    readonly header: { readonly endpoint: string; readonly deployment: string; readonly collection: string }
    readonly record: JsonObject
  }[] = []
  for (const file of await windowFiles(folder)) {
    const records = await recordsOf(file, requestId)
    const header = records.length === 0 ? undefined : await readHeader(file)
    if (header !== undefined) found.push(...records.map((record) => ({ header, record })))
  }
  return found
}

async function inParquet(
  place: Pick<WindowPlace, 'tables' | 'datastores'>,
  windows: readonly PayloadWindow[],
  found: Found,
): Promise<void> {
  const byFile = new Map<string, PayloadWindow>()
  for (const window of windows) {
    const { store, path } = await openPath(place, window.path!)
    const local = await store.localPath?.(path).catch(() => undefined)
    if (local !== undefined) byFile.set(local, window)
  }
  if (byFile.size === 0) return
  await place.tables.session({ readable: [...byFile.keys()] }, async (session) => {
    const list = `[${[...byFile.keys()].map(text).join(', ')}]`
    const { rows: files } = await session.run(
      `select distinct filename from read_parquet(${list}, union_by_name = true, filename = true) where _request_id = $1`,
      [found.requestId],
    )
    for (const [file] of files) {
      const window = byFile.get(String(file))
      if (window === undefined) continue
      const { columns, rows } = await session.run(
        `select *, epoch_ms(_time) as _time_ms from read_parquet(${text(String(file))}) where _request_id = $1 order by _row`,
        [found.requestId],
      )
      for (const row of rows) {
        found.addRow(window, Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])) as JsonObject)
      }
    }
  })
}

type Whose = Pick<PayloadWindow, 'endpoint' | 'deployment' | 'collection'>

const origin = /^_(correlation_id|request_id|row|time|time_ms|endpoint|deployment|revision|model|model_version|job)$/

/** What a row of Parquet says, without where it is from. */
export function payloadOf(row: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !origin.test(name)))
}

/** Puts together what lies in several files. */
class Found {
  readonly requestId: string
  readonly #collections = new Map<string, JsonObject[]>()
  readonly #assets = new Set<string>()
  #origin: Omit<StoredRequest, 'requestId' | 'collections' | 'assets'> | undefined

  constructor(requestId: string) {
    this.requestId = requestId
  }

  get isEmpty(): boolean {
    return this.#origin === undefined
  }

  addRecord(whose: Whose, record: JsonObject): void {
    const { columns, data } = record
    if (!Array.isArray(columns) || !Array.isArray(data)) return
    for (const cells of data) {
      if (!Array.isArray(cells)) continue
      this.#add(whose, Object.fromEntries(columns.map((name, index) => [String(name), cells[index]])))
    }
    const { t, rev, model, model_version: version, job } = record
    this.#tell(whose, { atMs: Number(t), revision: Number(rev), model, version, job })
  }

  addRow(window: PayloadWindow, row: JsonObject): void {
    this.#add(window, payloadOf(row))
    if (window.asset !== undefined) this.#assets.add(`azureml:${window.asset.name}:${window.asset.version}`)
    const { _time_ms: atMs, _revision: revision, _model: model, _model_version: version, _job: job } = row
    this.#tell(window, { atMs: Number(atMs), revision: Number(revision), model, version, job })
  }

  request(): StoredRequest | undefined {
    if (this.#origin === undefined) return undefined
    return {
      requestId: this.requestId,
      ...this.#origin,
      collections: Object.fromEntries(this.#collections),
      assets: [...this.#assets].sort(),
    }
  }

  #add({ collection }: Whose, row: JsonObject): void {
    const rows = this.#collections.get(collection)
    if (rows === undefined) this.#collections.set(collection, [row])
    else rows.push(row)
  }

  #tell(
    { endpoint, deployment }: Whose,
    {
      atMs,
      revision,
      model,
      version,
      job,
    }: { atMs: number; revision: number; model: unknown; version: unknown; job: unknown },
  ): void {
    this.#origin ??= {
      ...{ endpoint, deployment, revision, atMs },
      ...(typeof model === 'string' && { model }),
      ...(typeof version === 'string' && { modelVersion: version }),
      ...(typeof job === 'string' && { job }),
    }
  }
}
