import type { RestClient } from './rest-client.ts'

export interface LogPiece {
  readonly bytes: Buffer
  readonly nextOffset: number
  /** Nothing will follow. */
  readonly isComplete: boolean
}

/** A piece of a job's log from `offset`, at most 1 MiB. */
export async function readLog(client: RestClient, name: string, offset: number): Promise<LogPiece> {
  const { bytes, headers } = await client.read(`/api/v1/jobs/${encodeURIComponent(name)}/log?offset=${offset}`)
  return {
    bytes,
    nextOffset: Number(headers['x-next-offset'] ?? offset + bytes.length),
    isComplete: headers['x-log-complete'] === 'true',
  }
}

/** The last lines of a job's log, without control characters' effects being looked at; fewer when there are fewer. */
export async function lastLogLines(client: RestClient, name: string, count: number): Promise<readonly string[]> {
  let tail = Buffer.alloc(0)
  let offset = 0
  // Sequential: each piece says where the next begins.
  for (;;) {
    const { bytes, nextOffset } = await readLog(client, name, offset)
    if (bytes.length === 0) break
    tail = Buffer.concat([tail, bytes]).subarray(-64 * 1024)
    offset = nextOffset
  }
  return tail.toString().trimEnd().split(/\r?\n/).slice(-count)
}

/** Follows the last log line of running jobs at the cost of the bytes that are new. */
export class LogTails {
  readonly #places = new Map<string, { offset: number; rest: string }>()
  readonly #lines = new Map<string, string>()

  /** Last non-empty line by job name, as far as was read. */
  get lines(): ReadonlyMap<string, string> {
    return this.#lines
  }

  /** Reads what is new of these jobs' logs; forgets all others. */
  async update(client: RestClient, names: readonly string[]): Promise<void> {
    for (const name of this.#places.keys()) if (!names.includes(name)) this.#forget(name)
    await Promise.all(names.map((name) => this.#readOn(client, name)))
  }

  #forget(name: string): void {
    this.#places.delete(name)
    this.#lines.delete(name)
  }

  async #readOn(client: RestClient, name: string): Promise<void> {
    const place = this.#places.get(name) ?? { offset: 0, rest: '' }
    const { bytes, nextOffset } = await readLog(client, name, place.offset)
    const text = place.rest + bytes.toString()
    // A progress bar rewrites its line with carriage returns; the last state counts.
    const lines = text.split(/[\r\n]+/)
    const last = lines.filter((line) => line.trim() !== '').at(-1)
    if (last !== undefined) this.#lines.set(name, last.slice(0, 500))
    this.#places.set(name, { offset: nextOffset, rest: (lines.at(-1) ?? '').slice(-500) })
  }
}
