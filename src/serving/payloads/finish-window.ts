/**
 * What happens to a window file when its window is over.
 *
 *   file.jsonl -> staging/part.parquet -> content, datastore -> one transaction: data asset version, row -> no file
 *
 * Everything before the transaction gives the same when it is done again, everything after it is only tidying up: a
 * server that finds the file later does what is missing, and never registers a window twice (the row tells).
 */
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContentStore } from '../../artifacts/content-store.ts'
import type { AssetCatalogue } from '../../assets/asset-catalogue.ts'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { DatastoreCatalogue } from '../../data/datastore-catalogue.ts'
import type { Datastore } from '../../data/datastore.ts'
import type { TableEngine } from '../../data/table-engine.ts'
import type { Database } from '../../database/database.ts'
import { appendEvent } from '../../events/event-log.ts'
import { parseDataUri } from '../../spec/data-uri.ts'
import { compactWindow, type CompactedWindow } from './compact-window.ts'
import { hasWindow, insertWindow, removeWindow, type PayloadWindow } from './payload-window-store.ts'
import { readHeader, removeWindowFile, type WindowHeader } from './window-file.ts'

export interface WindowPlace {
  readonly database: Database
  readonly clock: Clock
  readonly tables: Pick<TableEngine, 'session'>
  readonly datastores: Pick<DatastoreCatalogue, 'open'>
  readonly content: Pick<ContentStore, 'ingest'>
  readonly assets: Pick<AssetCatalogue, 'register' | 'delete'>
  /** A folder of its own, emptied at every start. */
  readonly stagingFolder: string
}

/** Makes Parquet and a data asset's version of a window file, and removes the file. */
export async function finishWindow(place: WindowPlace, file: string): Promise<PayloadWindow | undefined> {
  const header = await readHeader(file)
  let stored: PayloadWindow | undefined
  if (header !== undefined && !(await hasWindow(place.database.read, header))) {
    const folder = join(
      place.stagingFolder,
      `${header.endpoint}-${header.deployment}-${header.collection}-${header.part}`,
    )
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    stored = await storeWindow(place, { file, folder, header })
    await rm(folder, { recursive: true, force: true })
  }
  await removeWindowFile(file)
  return stored
}

interface WindowWork {
  readonly file: string
  readonly folder: string
  readonly header: WindowHeader
}

async function storeWindow(
  place: WindowPlace,
  { file, folder, header }: WindowWork,
): Promise<PayloadWindow | undefined> {
  const name = `${header.part}.parquet`
  const compacted = await compactWindow(place.tables, { ...header, file }, { folder, name })
  if (compacted.rows === 0 && compacted.dropped === 0) return undefined
  const parquet = join(folder, name)
  const isEmpty = compacted.rows === 0
  const path = `${header.path}/${hourFolder(header.startMs)}/${name}`
  const content = isEmpty ? undefined : await place.content.ingest(folder)
  const sizeBytes = isEmpty ? 0 : (await stat(parquet)).size
  if (!isEmpty) {
    const target = await openPath(place, path)
    await target.store.write(target.path, createReadStream(parquet))
  }
  const nowMs = place.clock.now()
  const { retentionMs } = header
  return place.database.write(async (tables) => {
    const registered =
      content === undefined
        ? undefined
        : await place.assets.register(tables, {
            kind: 'data',
            name: header.asset,
            type: 'uri_folder',
            definition: {},
            data: { content, baseName: header.asset },
            source: path,
            description: `Payloads of ${header.endpoint}/${header.deployment}, collection ${header.collection}.`,
            properties: propertiesOf(header, compacted),
            createdBy: 'payload-collection',
          })
    const window: PayloadWindow = {
      ...keyOf(header),
      endMs: header.endMs,
      requests: compacted.requests,
      rows: compacted.rows,
      dropped: compacted.dropped,
      sizeBytes,
      ...(registered !== undefined && { path, asset: { name: header.asset, version: registered.version.version } }),
      ...(retentionMs !== undefined && { keepUntilMs: header.endMs + retentionMs }),
      createdMs: nowMs,
    }
    await insertWindow(tables, window)
    await appendEvent(tables, {
      kind: 'payloads.stored',
      subject: header.endpoint,
      atMs: nowMs,
      body: {
        deployment: header.deployment,
        collection: header.collection,
        window_start: new Date(header.startMs).toISOString(),
        rows: compacted.rows,
        dropped: compacted.dropped,
        ...(window.asset !== undefined && { asset: window.asset.name, version: window.asset.version }),
      },
    })
    return window
  })
}

/** Removes a window whose time to be kept is over: its file, its version, then its row, each of which may be gone. */
export async function expireWindow(place: WindowPlace, window: PayloadWindow): Promise<void> {
  if (window.path !== undefined) {
    const { store, path } = await openPath(place, window.path)
    await store.remove(path)
  }
  if (window.asset !== undefined) {
    const { name, version } = window.asset
    try {
      await place.assets.delete({ kind: 'data', name }, { version })
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'not-found')) throw error
    }
  }
  await place.database.write((tables) => removeWindow(tables, window))
}

/** The datastore of a path and the path in it. Throws `invalid-path` for what is no such path. */
export async function openPath(
  { datastores }: Pick<WindowPlace, 'datastores'>,
  uri: string,
): Promise<{ readonly store: Datastore; readonly path: string }> {
  const parsed = parseDataUri(uri)
  if (parsed?.kind === 'datastore') return { store: await datastores.open(parsed.datastore), path: parsed.path }
  throw new SluiceError('invalid-path', `"${uri}" is no path of a datastore.`)
}

function keyOf({ endpoint, deployment, collection, startMs, part }: WindowHeader) {
  return { endpoint, deployment, collection, startMs, part }
}

/** `yyyy/mm/dd/hh` in UTC, as Azure ML lays out what it collects. */
function hourFolder(startMs: number): string {
  return new Date(startMs).toISOString().slice(0, 13).replaceAll('-', '/').replace('T', '/')
}

function propertiesOf(header: WindowHeader, { rows, requests, dropped }: CompactedWindow): Record<string, string> {
  return {
    endpoint: header.endpoint,
    deployment: header.deployment,
    collection: header.collection,
    window_start: new Date(header.startMs).toISOString(),
    window_end: new Date(header.endMs).toISOString(),
    rows: String(rows),
    requests: String(requests),
    dropped: String(dropped),
  }
}
