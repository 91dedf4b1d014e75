import type { CostBook } from '../src/cost/cost-report.ts'
import { SluiceError } from '../src/base/errors.ts'
import type { EndpointService } from '../src/protocols/rest/endpoint-service.ts'
import { textFile } from '../src/packaging/package-file.ts'
import { writeTar } from '../src/packaging/write-tar.ts'
import { restRoutes } from '../src/protocols/rest/rest-routes.ts'
import type { RestParts } from '../src/protocols/rest/rest-routes.ts'
import type { ModelVersion, RegisteredModel } from '../src/registry/registered-model.ts'
import type { DeploymentView, EndpointView } from '../src/serving/endpoint-view.ts'
import { startHttpServer } from '../src/server/http-server.ts'
import type { HttpServer } from '../src/server/http-server.ts'
import { fakeVariants } from './fake-variants.test-support.ts'
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
    cost: fakeCost(),
    models: fakeModels(),
    notes: fakeNotes(),
    endpoints: fakeEndpoints(),
    variants: fakeVariants(),
    pipelines: fakePipelines(engine),
    packages: fakePackages(),
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

function fakeCost(): CostBook {
  const usage = { wallSeconds: 2, cpuSeconds: 1.5, gbSeconds: 0.25, gpuSeconds: 0, cost: 0.5 }
  const budget = { name: 'month', scope: { kind: 'all' }, window: 'month', of: 'cost', stopAt: 10 } as const
  return {
    report: () =>
      Promise.resolve({ currency: 'EUR', items: [{ root: 'j', experiment: 'e', ...usage }], leftOut: 0, total: usage }),
    ofJob: () => Promise.resolve({ currency: 'EUR', ...usage }),
    budgets: () => Promise.resolve([{ budget, subject: 'all', windowStartMs: 1_700_000_000_000, used: 0.5 }]),
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
      listAll: () => Promise.resolve({ items: [{ ...comment, subject: { kind: 'run', runId: 'r' } }] }),
      adopt: () => Promise.resolve(true),
      list: () => Promise.resolve([comment]),
      edit: () => Promise.resolve(comment),
      delete: () => Promise.resolve(),
    },
    views: {
      create: () => Promise.resolve(view),
      adopt: () => Promise.resolve(true),
      get: () => Promise.resolve(view),
      list: () => Promise.resolve([view]),
      update: () => Promise.resolve(view),
      delete: () => Promise.resolve(),
    },
    models: {
      transitions: () =>
        Promise.resolve({
          items: [
            { kind: 'alias', alias: 'champion', fromVersion: 1, toVersion: 2, by: 'local', atMs: 1_700_000_000_000 },
            { kind: 'stage', version: 1, fromStage: 'None', toStage: 'Staging', by: 'local', atMs: 1_600_000_000_000 },
          ],
        }),
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

/** Packages hold what was asked; a model called `broken` breaks while it is sent. */
function fakePackages(): NonNullable<RestParts['packages']> {
  return {
    findEnvironment: (choice) => {
      if (choice.kind === 'inline') return Promise.resolve({ kind: 'spec', spec: choice.environment })
      return Promise.resolve({ kind: 'curated', registry: 'azureml', name: JSON.stringify(choice.reference) })
    },
    packaging: {
      package: async ({ format, ...asked }) => ({
        contentType: 'application/x-tar',
        fileName: 'diabetes-1.tar',
        summary: {
          ...{ name: 'diabetes', version: '1', digest: 'sha256:d', python: '3.11', notes: ['a → note'] },
          ...(format === 'oci' && { image: 'sha256:i', reference: 'diabetes:1' }),
        },
        bytes: (async function* () {
          const text = JSON.stringify(asked)
          const files = [textFile('asked.json', text), textFile('bin/start.sh', '#!', { isExecutable: true })]
          for await (const chunk of writeTar(files)) {
            yield chunk
            if (text.includes('broken')) throw new SluiceError('conflict', 'It broke.')
          }
        })(),
      }),
      export: async (asked) => ({
        contentType: 'application/octet-stream',
        fileName: 'model.onnx',
        summary: {
          ...{ columns: ['age', 'bmi'], rows: 1, max_difference: 0.5, opset: 21 },
          inputs: [{ name: 'input', type: 'tensor(double)', shape: [null, 2] }],
          outputs: [{ name: 'variable', type: 'tensor(double)', shape: [null, 1] }],
        },
        bytes: (async function* () {
          yield Buffer.from(JSON.stringify(asked))
        })(),
      }),
    },
  }
}

function fakeEndpoints(): EndpointService {
  const endpoints = new Map<string, EndpointView>()
  const deploymentOf = (endpoint: string, name: string): DeploymentView => {
    const found = get(endpoint).deployments.find((deployment) => deployment.name === name)
    if (found !== undefined) return found
    throw new SluiceError('not-found', `There is no deployment "${name}".`)
  }
  const get = (name: string): EndpointView => {
    const endpoint = endpoints.get(name)
    if (endpoint === undefined) throw new SluiceError('not-found', `There is no endpoint "${name}".`)
    return endpoint
  }
  return {
    list: () => Promise.resolve({ endpoints: [...endpoints.values()] }),
    get: async (name) => get(name),
    deploy: async ({ endpoint: name, deployment = 'default', model = 'from-file', file = '' }) => {
      const isBare = file.endsWith('endpoint.yml')
      const traffic = file === '' ? 100 : 0
      const endpoint = isBare ? fakeEndpoint(name, []) : fakeEndpoint(name, [{ name: deployment, model, traffic }])
      endpoints.set(name, endpoint)
      return endpoint
    },
    create: async ({ name = 'from-file', ...settings }) => {
      endpoints.set(name, { ...fakeEndpoint(name, []), ...settings } as EndpointView)
      return get(name)
    },
    change: async (name, change) => {
      endpoints.set(name, { ...get(name), ...change } as EndpointView)
      return get(name)
    },
    rollBack: async (name) => ({ ...get(name), traffic: { before: 100 } }),
    createDeployment: async ({ endpoint, deployment = 'from-file', model = 'from-file', isForAllTraffic }) => {
      const view = fakeEndpoint(endpoint, [{ name: deployment, model, traffic: isForAllTraffic ? 100 : 0 }])
      endpoints.set(endpoint, view)
      return view.deployments[0]!
    },
    updateDeployment: async ({ endpoint, deployment }) => deploymentOf(endpoint, deployment),
    getDeployment: async (endpoint, deployment) => deploymentOf(endpoint, deployment),
    deleteDeployment: async (endpoint, deployment) => void deploymentOf(endpoint, deployment),
    deploymentLog: async ({ endpoint, lines = 0 }) => ({
      ...{ text: `the last ${lines} lines of ${get(endpoint).name}\n`, nextOffset: 9, isAtEnd: true },
    }),
    regenerateKey: async (name, key) => ({ primary: `first-of-${get(name).name}`, secondary: 'second', [key]: 'new' }),
    delete: async (name) => void endpoints.delete(get(name).name),
    credentials: async (name) => ({ primary: `first-of-${get(name).name}`, secondary: 'second' }),
    openapi: async (name) => ({ openapi: '3.0.1', info: { title: name } }),
    invoke: async ({ endpoint, body, deployment }) => {
      get(endpoint)
      const text = body.toString()
      if (text.includes('bad')) return answer(424, { message: 'the model raised' })
      return answer(200, { echoed: JSON.parse(text) as unknown, ...(deployment !== undefined && { deployment }) })
    },
  }
}

function answer(status: number, body: unknown) {
  const contentType = 'application/json'
  return { status, deployment: 'default', requestId: 'r-1', contentType, body: Buffer.from(JSON.stringify(body)) }
}

function fakeEndpoint(
  name: string,
  deployments: readonly (Pick<DeploymentView, 'name' | 'traffic'> & { readonly model: string })[],
): EndpointView {
  return {
    ...{ name, status: 'ready', authMode: 'none', version: 1, tags: {}, properties: {} },
    ...{ mirrorTraffic: {}, routing: { labels: {} }, trafficSinceMs: 0, createdMs: 0, updatedMs: 0 },
    traffic: Object.fromEntries(deployments.map((deployment) => [deployment.name, deployment.traffic])),
    scoringPath: `/endpoints/${name}/score`,
    openapiPath: `/endpoints/${name}/swagger.json`,
    deployments: deployments.map(({ model, ...deployment }) => ({
      ...deployment,
      ...{ endpoint: name, status: 'ready', revision: 1, newestRevision: 1, model: { baseName: model } },
      ...{ instanceCount: 1, requestTimeoutMs: 60_000, createdMs: 0, updatedMs: 0 },
    })),
  }
}
