import type { RestClient } from './rest-client.ts'

export interface LogPiece {
  readonly bytes: Buffer
  readonly nextOffset: number
  /** Nothing will follow. */
  readonly isComplete: boolean
}

/** A piece of a job's log from `offset`, at most 1 MiB; a negative offset counts from the end. */
export async function readLog(client: RestClient, name: string, offset: number): Promise<LogPiece> {
  const place = offset < 0 ? `tail=${-offset}` : `offset=${offset}`
  const { bytes, headers } = await client.read(`/api/v1/jobs/${encodeURIComponent(name)}/log?${place}`)
  return {
    bytes,
    nextOffset: Number(headers['x-next-offset'] ?? offset + bytes.length),
    isComplete: headers['x-log-complete'] === 'true',
  }
}

/** What lines are looked for in; a line that is longer is cut. */
const lastLinesBytes = 256 * 1024
/** What one last line is looked for in. */
const lastLineBytes = 4 * 1024

/** The last lines of a job's log, as they are; fewer when there are fewer. Reads no more than the end of the log. */
export async function lastLogLines(client: RestClient, name: string, count: number): Promise<readonly string[]> {
  const { bytes } = await readLog(client, name, -lastLinesBytes)
  const lines = bytes.toString().trimEnd().split(/\r?\n/)
  return lines.slice(-count)
}

/** Follows the last log line of running jobs, at a cost that does not depend on how much they write. */
export class LogTails {
  readonly #lines = new Map<string, string>()

  /** Last non-empty line by job name. */
  get lines(): ReadonlyMap<string, string> {
    return this.#lines
  }

  /** Looks at the ends of these jobs' logs; forgets all others. */
  async update(client: RestClient, names: readonly string[]): Promise<void> {
    for (const name of this.#lines.keys()) if (!names.includes(name)) this.#lines.delete(name)
    await Promise.all(names.map((name) => this.#look(client, name)))
  }

  async #look(client: RestClient, name: string): Promise<void> {
    const { bytes } = await readLog(client, name, -lastLineBytes)
    // A progress bar rewrites its line with carriage returns; the last state counts.
    const lines = bytes.toString().split(/[\r\n]+/)
    const last = lines.filter((line) => line.trim() !== '').at(-1)
    if (last !== undefined) this.#lines.set(name, last.slice(0, 500))
  }
}
