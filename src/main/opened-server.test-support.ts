import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { settings } from '../config.ts'
import { openServer, type OpenServer } from '../main.ts'

/** A server for all tests of a file, on a store of its own in the folder `home`; closed and removed after the last. */
export async function openedServer(): Promise<{ readonly home: string; readonly server: OpenServer }> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-opened-'))
  const environment = { HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_PORT: '0' }
  const server = await openServer({ settings: settings({ environment, home }), environment })
  after(async () => {
    await server.close()
    await rm(home, { recursive: true, force: true })
  })
  return { home, server }
}
