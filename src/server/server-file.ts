import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Who serves a store, for commands on the same machine. */
export interface ServerRecord {
  readonly pid: number
  readonly url: string
  readonly startedMs: number
  /** Only the user who runs the server can read the file, so whoever knows the token is that user. */
  readonly localToken: string
}

const fileName = 'server.json'

/** Announces a server in its data folder, whole or not at all, readable by its user only. */
export async function writeServerFile(dataFolder: string, record: ServerRecord): Promise<void> {
  const text = JSON.stringify({
    pid: record.pid,
    url: record.url,
    started_at: new Date(record.startedMs).toISOString(),
    local_token: record.localToken,
  })
  const target = join(dataFolder, fileName)
  const temporary = `${target}.${record.pid}`
  await writeFile(temporary, `${text}\n`, { mode: 0o600, flush: true })
  await rename(temporary, target)
}

/** Takes the announcement back, unless another server has replaced it meanwhile. */
export async function removeServerFile(dataFolder: string, localToken: string): Promise<void> {
  const file = join(dataFolder, fileName)
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.includes(JSON.stringify(localToken))) await rm(file, { force: true })
}

/** A token of 256 random bits. */
export function newLocalToken(): string {
  return randomBytes(32).toString('base64url')
}
