import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { settings } from '../../config.ts'
import { openServer } from '../../main.ts'
import { restClient, type RestClient } from '../link/rest-client.ts'
import { mlflowServer, type MlflowServer } from './mlflow-server.ts'

/** An empty folder, gone after the test. */
export async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-transfer-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What a test asks of a server. */
export interface Store {
  readonly client: RestClient
  readonly mlflow: MlflowServer
}

/** A server on a store of its own. */
export async function emptyStore(t: TestContext): Promise<Store> {
  const environment = { SLUICE_DATA: await folderOf(t), SLUICE_PORT: '0', PATH: process.env['PATH'] ?? '' }
  const server = await openServer({ settings: settings({ environment }), environment })
  const client = restClient(server.url, server)
  const mlflow = mlflowServer(server.url)
  t.after(async () => {
    client.close()
    mlflow.close()
    await server.close()
  })
  return { client, mlflow }
}
