import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isJsonObject } from '../../base/json.ts'
import { restClient } from './rest-client.ts'

/** What a server wrote about itself into its data folder. */
export interface ServerRecord {
  readonly pid: number
  readonly url: string
  readonly startedAt: string
  readonly localToken: string
}

/** The record of the data folder's server, alive or not; undefined without a readable one. */
export async function readServerRecord(dataFolder: string): Promise<ServerRecord | undefined> {
  const text = await readFile(join(dataFolder, 'server.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const record: unknown = JSON.parse(text)
    if (!isJsonObject(record)) return undefined
    const { pid, url, started_at: startedAt, local_token: localToken } = record
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
    if (typeof url !== 'string' || typeof startedAt !== 'string' || typeof localToken !== 'string') return undefined
    return { pid, url, startedAt, localToken }
  } catch {
    return undefined
  }
}

/** The server of the data folder if it serves: its process lives and it answers. */
export async function liveServer(dataFolder: string): Promise<ServerRecord | undefined> {
  const record = await readServerRecord(dataFolder)
  if (record === undefined || !isAlive(record.pid)) return undefined
  return (await answers(record.url)) ? record : undefined
}

/** True when there is a process of this number, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** True when `url` answers `/health` within two seconds. */
export async function answers(url: string): Promise<boolean> {
  const client = restClient(url)
  try {
    const answer = await Promise.race([client.read('/health'), setTimeout(2000, undefined, { ref: false })])
    return answer?.bytes.toString() === 'OK'
  } catch {
    return false
  } finally {
    client.close()
  }
}
