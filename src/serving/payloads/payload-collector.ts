/**
 * The story of a collected payload.
 *
 *   answered --noted--> queue --next turn--> lines --every so often--> window file --window over--> Parquet, data asset
 *                 |
 *                 | the queue is full, the payload is too large, the disk refuses: dropped, and counted
 *
 * `observe` runs on the way of the next request, so it only notes; bodies are taken apart in the next turns, a few at a
 * time. Queue and lines are bounded together. Drops
 * are written into the window files too, as lines of their own, so that they are known after a crash. What a killed
 * server had not written yet (at most `flushMs` old) is lost; what it had written is found by the next one.
 */
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { AnsweredRequest } from '../answered-request.ts'
import type { Revision } from '../deployment-store.ts'
import { collectorSettings, type CollectionSettings } from './collector-settings.ts'
import { LineBuffer } from './line-buffer.ts'
import { linesOf, lineOf, originOf, type CollectedRequest, type LineWriter } from './payload-record.ts'
import type { PayloadTable } from './payload-table.ts'
import { openWindow, type OpenWindow, type WindowHeader } from './window-file.ts'

export interface CollectorPlace {
  /** Window files lie below it. */
  readonly folder: string
  readonly clock: Clock
  /** A number in [0, 1), new each time: which requests are collected. */
  readonly random: () => number
  /** Keys the hash that stands for masked values. */
  readonly maskKey: Buffer
  readonly warn: (message: string) => void
  /** Told of a file that is complete: its window is over. */
  readonly windowEnded: (file: string) => void
}

/** What became of requests since this server started, by deployment. */
export interface CollectorCounts {
  readonly endpoint: string
  readonly deployment: string
  readonly collected: number
  /** Lost: the queue was full, the payload too large, or the disk refused. */
  readonly dropped: number
  /** Payloads that are no table, so that `model_inputs` or `model_outputs` have nothing of them. */
  readonly untabular: number
  readonly waiting: number
}

const maxWaiting = 20_000
const maxWaitingBytes = 64 << 20
/** Escaped it is at most six times as long, which readers of window files allow for (compact-window.ts). */
const maxPayloadBytes = 2 << 20
const flushMs = 250
/** Work at a time between two looks at other requests. */
const sliceMs = 4

/** Lines of one collection are written at once when they are so many. */
const writeAtBytes = 1 << 20

interface Waiting {
  readonly of: DeploymentState
  readonly request: CollectedRequest
  readonly sizeBytes: number
}

/** One revision of a deployment as it collects. */
interface DeploymentState extends LineWriter {
  readonly endpoint: string
  readonly deployment: string
  readonly counts: { collected: number; dropped: number; untabular: number }
  /** Drops that no line tells of yet. */
  untoldDrops: number
  /** Requests that wait, or whose lines do. */
  unwritten: number
  /** Requests whose lines wait. */
  gathered: number
  /** By collection. */
  readonly lines: ReadonlyMap<string, GatheredLines>
}

/** Lines for one window file, gathered until they are written together. */
interface GatheredLines {
  readonly collection: CollectionSettings
  readonly buffer: LineBuffer
  requests: number
}

/** Lines on their way to a window file. */
interface Writing {
  readonly of: DeploymentState
  readonly collection: CollectionSettings
  readonly bytes: Buffer
  readonly requests: number
}

/** Collects what deployments answer. */
export class PayloadCollector {
  readonly #place: CollectorPlace
  readonly #states = new WeakMap<Revision, DeploymentState | 'none'>()
  readonly #all = new Set<DeploymentState>()
  readonly #windows = new Map<string, OpenWindow>()
  #waiting: Waiting[] = []
  /** Of what waits: bodies, and lines. */
  #heldBytes = 0
  #heldCount = 0
  #isGathering = false
  #flushing: Promise<void> = Promise.resolve()
  #cancelFlush: (() => void) | undefined
  #cancelTurn: (() => void) | undefined
  #lastPart = 0

  constructor(place: CollectorPlace) {
    this.#place = place
  }

  /** Notes an answer, or counts it as dropped; cheap, and it never throws. */
  readonly observe = (answered: AnsweredRequest): void => {
    const state = this.stateOf(answered.revision)
    if (state === undefined) return
    const { samplingRate } = state.settings
    if (samplingRate < 1 && this.#place.random() >= samplingRate) return
    const { requestId, contentType, body, infer, metadata, arrivedMs, durationMs, answer } = answered
    const sizeBytes = body.length + (answer.kind === 'answered' ? answer.body.length : 0)
    if (sizeBytes > maxPayloadBytes || this.#heldCount >= maxWaiting || this.#heldBytes + sizeBytes > maxWaitingBytes) {
      this.#drop(state, 1)
      return
    }
    const request: CollectedRequest = {
      ...{ requestId, contentType, body, durationMs, answer },
      ...(infer !== undefined && { infer }),
      ...(metadata !== undefined && { metadata }),
      atMs: arrivedMs,
      headers: capturedHeaders(answered, state.settings.headers),
    }
    this.#waiting.push({ of: state, request, sizeBytes })
    this.#heldBytes += sizeBytes
    this.#heldCount++
    state.unwritten++
    this.#gatherSoon()
    this.#flushSoon()
  }

  /** Adds rows that a script collected by itself. False when its deployment has no such collection. */
  async add(
    revision: Revision,
    collection: string,
    { requestId, table }: { readonly requestId: string; readonly table: PayloadTable },
  ): Promise<boolean> {
    const state = this.stateOf(revision)
    const settings = state?.settings.collections.get(collection)
    if (state === undefined || settings === undefined) return false
    state.byScript.add(collection)
    const line = lineOf({ requestId, atMs: this.#place.clock.now() }, table, state)
    this.#flushing = this.#flushing.then(() =>
      this.#write([{ of: state, collection: settings, bytes: Buffer.from(line), requests: 1 }]),
    )
    await this.#flushing
    return true
  }

  /** How a revision collects; undefined when it does not. */
  stateOf(revision: Revision): DeploymentState | undefined {
    const known = this.#states.get(revision)
    if (known !== undefined) return known === 'none' ? undefined : known
    const settings = collectorSettings(revision)
    if (settings === undefined) {
      this.#states.set(revision, 'none')
      return undefined
    }
    const { endpoint, deployment } = revision
    const state: DeploymentState = {
      ...{ endpoint, deployment, settings, untoldDrops: 0, unwritten: 0, gathered: 0 },
      origin: originOf(revision),
      byScript: new Set(),
      maskKey: this.#place.maskKey,
      counts: { collected: 0, dropped: 0, untabular: 0 },
      lines: new Map(
        [...settings.collections].map(([name, collection]) => {
          return [name, { collection, buffer: new LineBuffer(), requests: 0 }]
        }),
      ),
    }
    this.#states.set(revision, state)
    this.#all.add(state)
    return state
  }

  counts(): readonly CollectorCounts[] {
    return [...this.#all].map((state) => ({
      endpoint: state.endpoint,
      deployment: state.deployment,
      ...state.counts,
      waiting: state.unwritten,
    }))
  }

  /** The files of windows that are not over yet. */
  openFiles(): readonly string[] {
    return [...this.#windows.values()].map(({ file }) => file)
  }

  /** Writes everything that waits. */
  async flush(): Promise<void> {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    this.#flushing = this.#flushing.then(() => this.#writeWaiting())
    await this.#flushing
  }

  /** Ends windows, those that are over or all of them; their files are complete now. */
  async endWindows(which: 'over' | 'all'): Promise<readonly string[]> {
    await this.flush()
    const nowMs = this.#place.clock.now()
    const ended: string[] = []
    for (const [key, window] of this.#windows) {
      if (which === 'over' && window.header.endMs > nowMs) continue
      this.#windows.delete(key)
      await window.close()
      ended.push(window.file)
    }
    this.#turnLater()
    return ended
  }

  /** Writes what waits; open windows are left for the next server. */
  async close(): Promise<void> {
    await this.flush()
    this.#cancelTurn?.()
    for (const window of this.#windows.values()) await window.close()
    this.#windows.clear()
  }

  #drop(state: DeploymentState, count: number): void {
    state.counts.dropped += count
    state.untoldDrops += count
    this.#flushSoon()
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#place.clock.after(flushMs, () => void this.flush())
  }

  /** Looks again when the next window is over. */
  #turnLater(): void {
    this.#cancelTurn?.()
    this.#cancelTurn = undefined
    const ends = [...this.#windows.values()].map(({ header }) => header.endMs)
    if (ends.length === 0) return
    const inMs = Math.max(0, Math.min(...ends) - this.#place.clock.now())
    // Timers hold at most 24.8 days.
    this.#cancelTurn = this.#place.clock.after(Math.min(inMs, 86_400_000), () => void this.#turn())
  }

  async #turn(): Promise<void> {
    for (const file of await this.endWindows('over')) this.#place.windowEnded(file)
  }

  #gatherSoon(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    setImmediate(() => {
      this.#isGathering = false
      this.#gatherSome()
      if (this.#waiting.length > 0) this.#gatherSoon()
    })
  }

  /** Makes lines of what waits, for a moment. */
  #gatherSome(): void {
    const taken = this.#waiting
    const until = performance.now() + sliceMs
    let done = 0
    while (done < taken.length && (done % 16 > 0 || performance.now() < until)) {
      const { of, request, sizeBytes } = taken[done++]!
      this.#heldBytes += gather(of, request) - sizeBytes
    }
    this.#waiting = done === taken.length ? [] : taken.slice(done)
    if (this.#heldBytes > writeAtBytes && this.#cancelFlush !== undefined) void this.flush()
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#gatherSome()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const linesBytes = sum(
      [...this.#all].flatMap(({ lines }) => [...lines.values()].map(({ buffer }) => buffer.sizeBytes)),
    )
    const taken = [...this.#all].flatMap(takeLines)
    const counts = [...this.#all].map((state) => [state, state.gathered] as const)
    for (const [state] of counts) state.gathered = 0
    await this.#write(taken)
    for (const [state, count] of counts) {
      state.unwritten -= count
      this.#heldCount -= count
    }
    this.#heldBytes -= linesBytes
  }

  async #write(all: readonly Writing[]): Promise<void> {
    const hadWindows = this.#windows.size
    for (const { of, collection, bytes, requests } of all) {
      try {
        const window = await this.#windowOf(of, collection)
        await window.append(bytes)
      } catch (error) {
        this.#drop(of, requests)
        this.#place.warn(`payloads of ${of.endpoint}/${of.deployment} could not be written: ${messageOf(error)}`)
      }
    }
    if (this.#windows.size !== hadWindows) this.#turnLater()
  }

  async #windowOf(of: DeploymentState, { collection, asset, path }: CollectionSettings): Promise<OpenWindow> {
    const { endpoint, deployment, settings } = of
    const nowMs = this.#place.clock.now()
    const startMs = nowMs - (nowMs % settings.rollingMs)
    const { retentionMs } = settings
    const header: Omit<WindowHeader, 'part'> = {
      ...{ endpoint, deployment, collection, startMs, endMs: startMs + settings.rollingMs, asset, path },
      ...(retentionMs !== undefined && { retentionMs }),
    }
    const key = JSON.stringify(header)
    const known = this.#windows.get(key)
    if (known !== undefined) return known
    // The clock may stand still between two windows, or go back to where it was for an earlier server.
    this.#lastPart = Math.max(nowMs * 1000 + Math.floor(this.#place.random() * 1000), this.#lastPart + 1)
    const opened = await openWindow(this.#place.folder, { ...header, part: this.#lastPart })
    this.#windows.set(key, opened)
    return opened
  }
}

/** Makes the lines of a request; tells how many bytes more there are. */
function gather(of: DeploymentState, request: CollectedRequest): number {
  const { lines, untabular } = linesOf(request, of)
  of.counts.untabular += untabular
  of.counts.collected++
  of.gathered++
  let sizeBytes = 0
  for (const { collection, line } of lines) {
    const gathered = of.lines.get(collection)!
    const before = gathered.buffer.sizeBytes
    gathered.buffer.add(line)
    gathered.requests++
    sizeBytes += gathered.buffer.sizeBytes - before
  }
  return sizeBytes
}

/** What is gathered of a deployment, with what was dropped: every collection misses that. */
function takeLines(of: DeploymentState): readonly Writing[] {
  const dropped = of.untoldDrops === 0 ? undefined : `${JSON.stringify({ dropped: of.untoldDrops })}\n`
  of.untoldDrops = 0
  return [...of.lines.values()].flatMap((gathered) => {
    const { collection, buffer, requests } = gathered
    const lines = buffer.take()
    if (lines.length === 0 && dropped === undefined) return []
    gathered.requests = 0
    const bytes = dropped === undefined ? lines : Buffer.concat([lines, Buffer.from(dropped)])
    return [{ of, collection, bytes, requests }]
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function capturedHeaders({ headers }: AnsweredRequest, wanted: readonly string[]): string | null {
  if (wanted.length === 0) return null
  const found = Object.entries(headers())
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => wanted.includes(name))
  return JSON.stringify(Object.fromEntries(found))
}
