import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../base/errors.ts'
import type { AnswerObserver } from '../answered-request.ts'
import type { Page, PageWish } from '../../tracking/entities.ts'
import type { Revision } from '../deployment-store.ts'
import { findRequest, type StoredRequest } from './find-request.ts'
import { expireWindow, finishWindow, openPath, type WindowPlace } from './finish-window.ts'
import { PayloadCollector, type CollectorCounts, type CollectorPlace } from './payload-collector.ts'
import { readPayloadRows, type PayloadPage, type PayloadRowRange } from './payload-rows.ts'
import {
  listExpired,
  listWindows,
  newestFile,
  pageOfWindows,
  type PayloadWindow,
  sumWindows,
  type WindowSelection,
  type WindowSums,
} from './payload-window-store.ts'
import { ScriptCollector, type ScriptPayload } from './script-collector.ts'
import { windowFiles } from './window-file.ts'

/** What payload collection stands on. */
export interface PayloadPlace
  extends Omit<WindowPlace, 'stagingFolder'>, Pick<CollectorPlace, 'random' | 'maskKey' | 'warn'> {
  /** A folder of its own. */
  readonly folder: string
  /** The server's own address; known once it listens. */
  readonly url: () => string
}

/** Payloads of one collection, over all its windows. */
export interface CollectionSummary extends WindowSums {
  /** The newest version. */
  readonly asset?: { readonly name: string; readonly version: string }
}

/** Collected payloads of one store. */
export interface CollectedPayloads {
  readonly observe: AnswerObserver
  /** What a worker's environment needs for its script to collect. */
  readonly variablesOf: (revision: Revision, noProxy: string | undefined) => Readonly<Record<string, string>>
  /** Finishes what an earlier server left, in the background, and removes what has been kept long enough. */
  start(): void
  takeFromScript(payload: ScriptPayload): Promise<void>
  /** Ends the open windows now and resolves when all of them are versions of their data assets. */
  endWindows(): Promise<readonly PayloadWindow[]>
  /** What became of requests since this server started. */
  counts(): readonly CollectorCounts[]
  summaries(selection: WindowSelection): Promise<readonly CollectionSummary[]>
  windows(selection: WindowSelection): Promise<readonly PayloadWindow[]>
  /** By pages, the oldest first. */
  windowPage(selection: WindowSelection, page: PageWish): Promise<Page<PayloadWindow>>
  /** The newest window of a selection that had rows. */
  newestFile(selection: WindowSelection): Promise<PayloadWindow | undefined>
  /** Parquet files of this machine that hold the windows of a selection, the oldest first. */
  files(selection: WindowSelection): Promise<readonly string[]>
  findRequest(requestId: string): Promise<StoredRequest | undefined>
  /** Rows of one collection by pages, the newest first. */
  rows(range: PayloadRowRange): Promise<PayloadPage>
  close(): Promise<void>
}

const lookMs = 600_000

/** The payloads of a store; nothing happens before `start`. */
export function collectedPayloads(place: PayloadPlace): CollectedPayloads {
  return new StoredPayloads(place)
}

class StoredPayloads implements CollectedPayloads {
  readonly #place: PayloadPlace
  readonly #windowPlace: WindowPlace
  readonly #spool: string
  readonly #collector: PayloadCollector
  readonly #scripts: ScriptCollector
  /** One window at a time, in the order in which they ended: versions are in the order of time. */
  #finishing: Promise<unknown> = Promise.resolve()
  #cancelLook: (() => void) | undefined
  #isClosed = false

  constructor(place: PayloadPlace) {
    this.#place = place
    this.#windowPlace = { ...place, stagingFolder: join(place.folder, 'staging') }
    this.#spool = join(place.folder, 'windows')
    this.#collector = new PayloadCollector({
      ...place,
      folder: this.#spool,
      windowEnded: (file) => void this.#finishLater(file),
    })
    this.#scripts = new ScriptCollector({
      folder: join(place.folder, 'scripts'),
      url: place.url,
      key: place.maskKey,
      collector: this.#collector,
    })
  }

  readonly observe: AnswerObserver = (answered) => this.#collector.observe(answered)

  readonly variablesOf: CollectedPayloads['variablesOf'] = (revision, noProxy) =>
    this.#scripts.variablesOf(revision, noProxy)

  start(): void {
    this.#finishing = rm(this.#windowPlace.stagingFolder, { recursive: true, force: true })
    void this.#look()
  }

  takeFromScript(payload: ScriptPayload): Promise<void> {
    return this.#scripts.take(payload)
  }

  async endWindows(): Promise<readonly PayloadWindow[]> {
    const ended = await this.#collector.endWindows('all')
    const windows = await Promise.all(ended.map((file) => this.#finishLater(file)))
    return windows.filter((window) => window !== undefined)
  }

  counts(): readonly CollectorCounts[] {
    return this.#collector.counts()
  }

  async summaries(selection: WindowSelection): Promise<readonly CollectionSummary[]> {
    const summaries: CollectionSummary[] = []
    for (const sums of await sumWindows(this.#place.database.read, selection)) {
      const { endpoint, deployment, collection } = sums
      const newest = await this.newestFile({ ...selection, endpoint, deployment, collection })
      summaries.push({ ...sums, ...(newest?.asset !== undefined && { asset: newest.asset }) })
    }
    return summaries
  }

  windowPage(selection: WindowSelection, page: PageWish): Promise<Page<PayloadWindow>> {
    return pageOfWindows(this.#place.database.read, selection, page)
  }

  newestFile(selection: WindowSelection): Promise<PayloadWindow | undefined> {
    return newestFile(this.#place.database.read, selection)
  }

  windows(selection: WindowSelection): Promise<readonly PayloadWindow[]> {
    return listWindows(this.#place.database.read, selection)
  }

  async files(selection: WindowSelection): Promise<readonly string[]> {
    const files: string[] = []
    for (const window of await this.windows(selection)) {
      if (window.path === undefined) continue
      const { store, path } = await openPath(this.#place, window.path)
      const file = await store.localPath?.(path)
      if (file !== undefined) files.push(file)
    }
    return files
  }

  async findRequest(requestId: string): Promise<StoredRequest | undefined> {
    await this.#collector.flush()
    return findRequest(this.#place, this.#spool, requestId)
  }

  async rows(range: PayloadRowRange): Promise<PayloadPage> {
    await this.#collector.flush()
    return readPayloadRows(this.#place, this.#spool, range)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelLook?.()
    await this.#collector.close()
    await this.#finishing
  }

  /** Finishes files that nobody writes any more, and removes what has been kept long enough; again and again. */
  async #look(): Promise<void> {
    try {
      const open = new Set(this.#collector.openFiles())
      for (const file of await windowFiles(this.#spool)) {
        if (!open.has(file)) void this.#finishLater(file)
      }
      for (const window of await listExpired(this.#place.database.read, this.#place.clock.now())) {
        await expireWindow(this.#windowPlace, window)
      }
    } catch (error) {
      this.#place.warn(`collected payloads could not be looked through: ${messageOf(error)}`)
    }
    if (!this.#isClosed) this.#cancelLook = this.#place.clock.after(lookMs, () => void this.#look())
  }

  #finishLater(file: string): Promise<PayloadWindow | undefined> {
    const done = this.#finishing.then(async () => {
      if (this.#isClosed) return undefined
      try {
        return await finishWindow(this.#windowPlace, file)
      } catch (error) {
        // The file stays and is tried again.
        this.#place.warn(`the payloads in ${file} could not be stored: ${messageOf(error)}`)
        return undefined
      }
    })
    this.#finishing = done
    return done
  }
}
