import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openContentLab } from '../../artifacts/content-lab.test-support.ts'
import { assetCatalogue } from '../../assets/asset-catalogue.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { datastoreCatalogue } from '../../data/datastore-catalogue.ts'
import { folderDatastore } from '../../data/folder/index.ts'
import { tableEngine } from '../../data/table-engine.ts'
import type { TableValue } from '../../data/table-engine-messages.ts'
import type { Database } from '../../database/database.ts'
import type { AnsweredRequest } from '../answered-request.ts'
import type { Revision } from '../deployment-store.ts'
import { handClock } from '../serving.test-support.ts'
import { collectedPayloads, type CollectedPayloads, type PayloadPlace } from './collected-payloads.ts'

export interface PayloadLab {
  /** Always the newest. */
  readonly payloads: CollectedPayloads
  readonly place: PayloadPlace
  readonly clock: ReturnType<typeof handClock>
  readonly warnings: string[]
  /** Another server on the same store; the one before is forgotten as if it had been killed. */
  readonly restart: (changes?: Partial<PayloadPlace>) => CollectedPayloads
  /** Every row of some collections' Parquet files. */
  readonly rows: (
    selection: Parameters<CollectedPayloads['files']>[0],
    columns?: string,
  ) => Promise<readonly (readonly TableValue[])[]>
}

/** Payload collection with real contents, datastores, assets and DuckDB; time stands still until it is turned. */
export async function openPayloadLab(
  database: Database,
  t: TestContext,
  changes: Partial<PayloadPlace> = {},
): Promise<PayloadLab> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-payloads-'))
  const clock = handClock()
  const warnings: string[] = []
  const tables = tableEngine({ folder: join(root, 'tables'), threads: 1 })
  const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest
  const place: PayloadPlace = {
    database,
    clock,
    tables,
    content: openContentLab(database, t).store,
    assets: assetCatalogue({ database, clock, sha256 }),
    datastores: datastoreCatalogue({
      database,
      clock,
      folder: root,
      openDatastore: (type, { path }) =>
        typeof path === 'string'
          ? Promise.resolve(folderDatastore({ folder: path }))
          : Promise.reject(new SluiceError('not-supported', type)),
    }),
    folder: join(root, 'payloads'),
    url: () => 'http://127.0.0.1:7584',
    random: () => 0.5,
    maskKey: Buffer.from('a key of the test'),
    warn: (message) => void warnings.push(message),
    ...changes,
  }
  let payloads = collectedPayloads(place)
  payloads.start()
  t.after(async () => {
    await payloads.close()
    await tables.close()
    await rm(root, { recursive: true, force: true })
  })
  return {
    get payloads() {
      return payloads
    },
    place,
    clock,
    warnings,
    restart(replaced = {}) {
      clock.turn(1)
      payloads = collectedPayloads({ ...place, ...replaced })
      payloads.start()
      return payloads
    },
    async rows(selection, columns = '*') {
      const files = await payloads.files(selection)
      const list = files.map((file) => `'${file}'`).join(', ')
      return tables.session({ readable: files }, async (session) => {
        return (await session.run(`select ${columns} from read_parquet([${list}], union_by_name = true)`)).rows
      })
    },
  }
}

/** A revision that collects as `dataCollector` says, of the model diabetes:7 that the job `train_1` made. */
export function collecting(dataCollector: JsonObject, more: Partial<Revision> = {}): Revision {
  return {
    endpoint: 'diabetes',
    deployment: 'blue',
    revision: 3,
    status: 'ready',
    createdMs: 0,
    spec: {
      model: {
        from: 'artifacts',
        name: 'diabetes',
        version: 7,
        artifactPath: '0/train_1/artifacts/model',
        baseName: 'model',
        runId: 'train_1',
      },
      environmentVariables: {},
      instanceCount: 1,
      request: { timeoutMs: 1000, maxWaiting: 1, retryAfterDeath: true },
      traffic: 'first',
      dataCollector,
    },
    ...more,
  }
}

/** Every automatic collection. */
export const everything: JsonObject = {
  collections: Object.fromEntries(
    ['model_inputs', 'model_outputs', 'request', 'response'].map((name) => [name, { enabled: true }]),
  ),
  rolling_rate: 'minute',
}

/** A request of rows that was answered with as many predictions. */
export function answered(
  revision: Revision,
  requestId: string,
  {
    body,
    answer,
    ...more
  }: { body?: unknown; answer?: unknown } & Partial<Omit<AnsweredRequest, 'body' | 'answer'>> = {},
): AnsweredRequest {
  return {
    requestId,
    endpoint: revision.endpoint,
    revision,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(body ?? { input_data: { columns: ['age', 'name'], data: [[48, 'Ann']] } })),
    headers: () => ({}),
    arrivedMs: Date.UTC(2026, 0, 1),
    durationMs: 1.5,
    answer: {
      kind: 'answered',
      contentType: 'application/json; charset=utf-8',
      body: Buffer.from(JSON.stringify(answer ?? { predictions: [0.5] })),
      executionMs: 1,
    },
    ...more,
  }
}
