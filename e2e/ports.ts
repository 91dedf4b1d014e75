// Ports of 127.0.0.1 that no connection is given by chance. One that the system hands out (from 32768 on) may be a client's
// by the time a server asks for it, and what runs asks for a killed server at the port that it had.
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/**
 * What `sluice up --port` is given for the store in a folder: a free one for a new store, else 0, which means the one that
 * the store had last.
 */
export async function portOf(data: string): Promise<string> {
  return String(existsSync(join(data, 'port')) ? 0 : await freePort())
}
