import { SluiceError } from '../src/base/errors.ts'
import type { Endpoint, EndpointService } from '../src/protocols/rest/endpoint-service.ts'
import { restRoutes } from '../src/protocols/rest/rest-routes.ts'
import type { RestParts } from '../src/protocols/rest/rest-routes.ts'
import type { ModelVersion, RegisteredModel } from '../src/registry/registered-model.ts'
import { startHttpServer } from '../src/server/http-server.ts'
import type { HttpServer } from '../src/server/http-server.ts'
import { fakeAssets } from './fake-assets.test-support.ts'
import type { PublishedPipeline } from '../src/triggers/published-pipeline-store.ts'
import { fakeEngine } from './fake-engine.test-support.ts'
import type { FakeEngine } from './fake-engine.test-support.ts'

export const fakeToken = 'local-token-of-a-test'

export interface FakeServer extends HttpServer {
  readonly engine: FakeEngine
  readonly parts: RestParts
}

/** What our REST interface needs, all of it in memory. */
export function fakeParts({
  engine = fakeEngine(),
  dataFolder = '/nowhere',
  url = () => '',
}: {
  readonly engine?: FakeEngine
  readonly dataFolder?: string
  readonly url?: () => string
} = {}): RestParts {
  return {
    version: '0.1.0',
    url,
    localToken: fakeToken,
    jobs: engine.jobs,
    events: engine.events,
    models: fakeModels(),
    notes: fakeNotes(),
    endpoints: fakeEndpoints(),
    pipelines: fakePipelines(engine),
    assets: fakeAssets(fakeModels() as unknown as RestParts['assets']['registry']),
    status: () =>
      Promise.resolve({
        version: '0.1.0',
        url: url(),
        pid: process.pid,
        dataFolder,
        database: 'sqlite',
        startedMs: 1_700_000_000_000,
        jobs: engine.counts(),
        memoryBytes: 100 * 1024 * 1024,
      }),
    checkStore: () => Promise.resolve([{ name: 'database', isOk: true, detail: 'integrity check passed' }]),
  }
}

/** Our REST interface over fakes, on a free port unless told. */
export async function fakeServer({
  engine = fakeEngine(),
  dataFolder = '/nowhere',
  port = 0,
}: {
  readonly engine?: FakeEngine
  readonly dataFolder?: string
  readonly port?: number
} = {}): Promise<FakeServer> {
  let url = ''
  const parts = fakeParts({ engine, dataFolder, url: () => url })
  const server = await startHttpServer({ routes: restRoutes(parts), port })
  url = server.url
  return { ...server, engine, parts }
}

/** One of everything that people keep beside a job or a model. */
function fakeNotes(): RestParts['notes'] {
  const comment = { commentId: 'c', body: 'Well done.', author: 'local', createdMs: 1_700_000_000_000 }
  const view = {
    ...{ viewId: 'v', page: 'runs', name: 'best', content: { filter: '' }, author: 'local' },
    ...{ createdMs: 1_700_000_000_000, updatedMs: 1_700_000_000_000 },
  }
  return {
    comments: {
      add: () => Promise.resolve(comment),
      list: () => Promise.resolve([comment]),
      edit: () => Promise.resolve(comment),
      delete: () => Promise.resolve(),
    },
    views: {
      create: () => Promise.resolve(view),
      get: () => Promise.resolve(view),
      list: () => Promise.resolve([view]),
      update: () => Promise.resolve(view),
      delete: () => Promise.resolve(),
    },
    models: {
      transitions: () =>
        Promise.resolve([
          { kind: 'alias', alias: 'champion', fromVersion: 1, toVersion: 2, by: 'local', atMs: 1_700_000_000_000 },
          { kind: 'stage', version: 1, fromStage: 'None', toStage: 'Staging', by: 'local', atMs: 1_600_000_000_000 },
        ]),
    },
    webhooks: {
      deliveries: () =>
        Promise.resolve([
          {
            ...{ deliveryId: 'd', webhookId: 'w', event: { entity: 'prompt', action: 'created' }, state: 'pending' },
            ...{ attempts: 1, error: 'It answered 500.', nextMs: 1_700_000_001_000 },
            ...{ createdMs: 1_700_000_000_000, updatedMs: 1_700_000_000_000 },
          } as const,
        ]),
    },
    purge: () => Promise.resolve({ experiments: 1, runs: 2, loggedModels: 3, kept: 4 }),
  }
}

function fakeModels() {
  const version = (number: number): ModelVersion => ({
    name: 'diabetes',
    version: number,
    stage: 'None',
    source: 'runs:/x/model',
    storageLocation: 'mlflow-artifacts:/1',
    runId: 'calm_otter_1',
    createdBy: 'local',
    createdMs: 0,
    updatedMs: 0,
    tags: {},
    aliases: number === 2 ? ['champion'] : [],
  })
  const model: RegisteredModel = {
    name: 'diabetes',
    description: 'ridge',
    createdMs: 0,
    updatedMs: 0,
    tags: { area: 'diabetes' },
    aliases: { champion: 2 },
    latestVersions: [version(2)],
  }
  return {
    models: {
      get: (name: string) =>
        name === model.name
          ? Promise.resolve(model)
          : Promise.reject(new SluiceError('not-found', `There is no model "${name}".`)),
      search: () => Promise.resolve({ items: [model] }),
    },
    versions: {
      search: () => Promise.resolve({ items: [version(2), version(1)] }),
      get: () => Promise.resolve(version(1)),
    },
  }
}

/** One pipeline that is published; changing it is tested over a real store. */
function fakePipelines(engine: FakeEngine): NonNullable<RestParts['pipelines']> {
  const pipeline: PublishedPipeline = {
    name: 'weekly-report',
    version: '1',
    number: 1,
    status: 'enabled',
    displayName: 'weekly-report',
    parameters: [{ name: 'target', type: 'number', default: '100', isRequired: false, min: 0 }],
    tags: {},
    createdBy: 'local',
    createdMs: 0,
    updatedMs: 0,
  }
  const refuse = (): Promise<never> => Promise.reject(new SluiceError('not-supported', 'Not in this test.'))
  return {
    list: () => Promise.resolve([pipeline]),
    get: () => Promise.resolve(pipeline),
    versions: () => Promise.resolve([pipeline]),
    credentials: () => Promise.resolve({ primary: 'first', secondary: 'second' }),
    authorise: () => Promise.reject(new SluiceError('unauthenticated', 'The request has no key.')),
    startedJob: (_name, job) => engine.jobs.get(job),
    publish: refuse,
    setStatus: refuse,
    delete: refuse,
    rotateKey: refuse,
    submit: refuse,
  }
}

function fakeEndpoints(): EndpointService {
  const endpoints = new Map<string, Endpoint>()
  const get = (name: string): Endpoint => {
    const endpoint = endpoints.get(name)
    if (endpoint === undefined) throw new SluiceError('not-found', `There is no endpoint "${name}".`)
    return endpoint
  }
  return {
    list: () => Promise.resolve({ endpoints: [...endpoints.values()] }),
    get: async (name) => get(name),
    deploy: async ({ endpoint: name, deployment = 'default', model = 'from-file', file = '' }) => {
      const isBare = file.endsWith('endpoint.yml')
      const endpoint: Endpoint = {
        name,
        traffic: isBare ? {} : { [deployment]: file === '' ? 100 : 0 },
        deployments: isBare ? [] : [{ name: deployment, status: 'ready', model, workers: 1, createdMs: 0 }],
        tags: {},
        createdMs: 0,
      }
      endpoints.set(name, endpoint)
      return endpoint
    },
    delete: async (name) => void endpoints.delete(get(name).name),
    credentials: async (name) => ({ primary: `first-of-${get(name).name}`, secondary: 'second' }),
    invoke: async ({ endpoint, body, deployment }) => {
      get(endpoint)
      const text = body.toString()
      if (text.includes('bad')) return answer(424, { message: 'the model raised' })
      return answer(200, { echoed: JSON.parse(text) as unknown, ...(deployment !== undefined && { deployment }) })
    },
  }
}

function answer(status: number, body: unknown) {
  return { status, contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) }
}
