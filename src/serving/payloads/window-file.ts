import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { isJsonObject, type JsonObject } from '../../base/json.ts'

/*
 * What is collected in one window of one collection, while it is collected: JSON lines that are only ever appended to.
 * The first line says what the file is, so that a server that finds it can finish it without knowing the deployment any
 * more. A file is written by one process: the next one opens parts of its own, so a line torn by a crash is always the
 * last of its file and is left out when the file is read.
 */

/** Says what a window file holds; the first line of the file. */
export interface WindowHeader {
  readonly endpoint: string
  readonly deployment: string
  readonly collection: string
  /** Epoch milliseconds; `endMs` is exclusive. */
  readonly startMs: number
  readonly endMs: number
  /** When the file was opened, in microseconds: tells the parts of one window apart, and orders them. */
  readonly part: number
  readonly asset: string
  /** `azureml://datastores/<name>/paths/<folder>` */
  readonly path: string
  readonly retentionMs?: number
}

/** A window file that is being written. */
export interface OpenWindow {
  readonly header: WindowHeader
  readonly file: string
  /** Appends whole lines; what fails is thrown, and nothing of it counts. */
  append(lines: string | Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Makes the file of a window with its first line. */
export async function openWindow(folder: string, header: WindowHeader): Promise<OpenWindow> {
  const { endpoint, deployment, collection, startMs, part } = header
  const file = join(folder, endpoint, deployment, collection, `${startMs}.${part}.jsonl`)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle: FileHandle = await open(file, 'ax', 0o600)
  const append = async (lines: string | Uint8Array): Promise<void> => {
    await handle.appendFile(lines)
  }
  await append(`${JSON.stringify({ window: header })}\n`)
  return { header, file, append, close: () => handle.close() }
}

/** Every window file below a folder, the oldest parts first. */
export async function windowFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((one, other) => partOf(one) - partOf(other))
}

function partOf(file: string): number {
  return Number(file.split('.').at(-2))
}

/** What a file says of itself; undefined for one that ended in its first line. */
export async function readHeader(file: string): Promise<WindowHeader | undefined> {
  for await (const line of linesOf(file)) {
    const { window } = parsed(line) ?? {}
    return isJsonObject(window) ? (window as unknown as WindowHeader) : undefined
  }
  return undefined
}

/** Records of one request in a file, in their order; a file that went meanwhile has none. */
export async function recordsOf(file: string, requestId: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  const mark = JSON.stringify(requestId)
  for await (const line of linesOf(file)) {
    if (!line.includes(mark)) continue
    const record = parsed(line)
    if (record?.['id'] === requestId) found.push(record)
  }
  return found
}

/** Removes a file that is no longer needed; one that is gone already is no mistake. */
export function removeWindowFile(file: string): Promise<void> {
  return rm(file, { force: true })
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, 'utf8')
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) yield line
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  } finally {
    stream.destroy()
  }
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
