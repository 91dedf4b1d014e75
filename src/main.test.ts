import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { settings } from './config.ts'
import { openServer } from './main.ts'
import { guardedRoutesContract } from './server/guarded-routes.contract.ts'

const home = await mkdtemp(join(tmpdir(), 'sluice-main-'))
const environment = { HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_PORT: '0' }
const server = await openServer({ settings: settings({ environment, home }), environment })
after(async () => {
  await server.close()
  await rm(home, { recursive: true, force: true })
})

guardedRoutesContract('the whole route table', () => server.routes)
