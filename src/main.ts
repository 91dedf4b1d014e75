/** Puts the program together: the one place that knows every part. */
import type { FastifyRequest } from 'fastify'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseArtifactStore } from './artifacts/database-artifact-store.ts'
import type { EnvironmentRequest } from './environments/environment-builder.ts'
import { databaseStatCache } from './artifacts/stat-cache.ts'
import { computeBackend, connectDatabase, contentStore, databaseReader, environmentBuilder } from './adapters.ts'
import { loadEncryptionKey } from './access/encryption-key.ts'
import { type EndpointKeys, endpointKeys } from './access/endpoint-keys.ts'
import { jobTokens, type JobTokens } from './access/job-token.ts'
import type { Principal } from './access/principal.ts'
import { secretBox } from './access/secret-box.ts'
import { loadSigningKey } from './access/signing-key.ts'
import type { Clock } from './base/clock.ts'
import { messageOf, SluiceError } from './base/errors.ts'
import { type Digest, type ExperimentId, type JobName, runIdOf } from './base/ids.ts'
import { type Log, silentLog } from './base/log.ts'
import { type Environment, packageRoot, packageVersion, type Settings } from './config.ts'
import type { Database } from './database/database.ts'
import { checkDatabase } from './database/check-database.ts'
import { lookIntoDatabase, openDatabase } from './database/open-database.ts'
import { latestEventSeq, readEvents } from './events/event-log.ts'
import { AttemptFiles, readableLogs } from './jobs/attempt-files.ts'
import { type CrashPoint, crashPoints, type ReachPoint } from './jobs/crash-points.ts'
import { makeExpanders } from './jobs/control/expanders.ts'
import { OptunaSampler } from './jobs/control/optuna-sampler.ts'
import { EngineJobService, type JobServiceDeps } from './jobs/engine-job-service.ts'
import { Engine } from './jobs/engine.ts'
import { terminalStatuses } from './jobs/job-service.ts'
import { findStatus } from './jobs/job-store.ts'
import { LockCache } from './jobs/resolve-steps.ts'
import { azureMlScoringRoutes } from './protocols/azureml-scoring/routes.ts'
import { findPageBundle, type PageBundle } from './protocols/mlflow/web-ui/page-bundle.ts'
import type { WebhookRouteParts } from './protocols/mlflow/webhooks/webhook-routes.ts'
import { restRoutes } from './protocols/rest/rest-routes.ts'
import { requireLocalCaller } from './protocols/rest/local-caller.ts'
import type { StoreCheck } from './protocols/rest/status-routes.ts'
import { servingEndpoints } from './protocols/rest/serving-endpoints.ts'
import { stepVariables } from './main/step-surroundings.ts'
import { allowAllChanges } from './registry/change-policy.ts'
import { modelRegistry } from './registry/model-registry.ts'
import { trackedOrigins } from './registry/tracked-origins.ts'
import { collectGarbage } from './main/collect-garbage.ts'
import { mlflowInterface } from './main/mlflow-interface.ts'
import { storeAssets } from './main/store-assets.ts'
import { commentStore } from './registry/notes/comment-store.ts'
import { savedViewStore } from './registry/notes/saved-view-store.ts'
import { purgeDeleted } from './registry/purge-deleted.ts'
import { webhookDeliverer } from './registry/webhooks/webhook-delivery.ts'
import { webhookStore } from './registry/webhooks/webhook-store.ts'
import { type HttpServer, startHttpServer } from './server/http-server.ts'
import { requestPrincipals } from './server/request-principals.ts'
import type { Route } from './server/route.ts'
import { servingService, type ServingService } from './serving/serving-service.ts'
import { PublishedPipelines } from './triggers/published-pipelines.ts'
import { findByName } from './tracking/experiment-store.ts'
import { trackingStore } from './tracking/tracking-store.ts'

export interface OpenServerOptions {
  readonly settings: Settings
  /** The process's variables; steps and environments get those on short lists only. */
  readonly environment: Environment
  readonly log?: Log
  /**
   * `look`: answers reading requests of its own process only, takes no lock, changes nothing and adopts no job. Default
   * `serve`; so is a store that has to be made or brought up to date first.
   */
  readonly purpose?: 'serve' | 'look'
}

/** A server of one store, listening. */
export interface OpenServer {
  readonly url: string
  readonly port: number
  /** Proves to routes that name local files that the caller is this user on this machine. */
  readonly localToken: string
  /** Everything that it answers to. */
  readonly routes: readonly Route[]
  /** Jobs under way. */
  readonly liveJobs: () => number
  /** Stops serving and frees the store; running steps go on and are adopted by the next server. */
  close(): Promise<void>
}

const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest
const usualPort = 7584

/** Opens the store, takes up what an earlier server left, and serves. Throws `store-in-use` when another server does. */
export async function openServer(options: OpenServerOptions): Promise<OpenServer> {
  const looker = options.purpose === 'look' ? await openLooker(options) : undefined
  if (looker !== undefined) return looker
  const { settings, log = silentLog } = options
  const folder = settings.data
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = await openDatabase({
    connect: () => connectDatabase(folder, settings.database),
    migrationsFolder: migrationsFolder(),
  })
  const closing: (() => Promise<void>)[] = [() => database.close()]
  try {
    const parts = await openParts(options, { database, closing })
    const server = await listen(options, parts)
    closing.unshift(() => server.close())
    parts.servedAt(server.url)
    await parts.recover()
    await parts.serving.start()
    const localToken = parts.localToken
    const file = join(folder, 'server.json')
    const content = {
      pid: process.pid,
      url: server.url,
      started_at: new Date(parts.startedMs).toISOString(),
      local_token: localToken,
    }
    writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 })
    renameSync(`${file}.new`, file)
    closing.unshift(async () => rmSync(file, { force: true }))
    return {
      url: server.url,
      port: server.port,
      localToken,
      routes: parts.routes,
      liveJobs: () => parts.engine.liveCount,
      close: () => closeAll(closing, log),
    }
  } catch (error) {
    await closeAll(closing, log)
    throw error
  }
}

function migrationsFolder(): string {
  return join(packageRoot(), 'src', 'database', 'migrations')
}

/** A store that is read beside whoever owns it: no lock, no adoption, no deployments, nobody else is answered. */
async function openLooker(options: OpenServerOptions): Promise<OpenServer | undefined> {
  const { settings, log = silentLog } = options
  const open = () => databaseReader(settings.data, settings.database)
  const database = await lookIntoDatabase({ open, migrationsFolder: migrationsFolder() })
  if (database === undefined) return undefined
  const closing: (() => Promise<void>)[] = [() => database.close()]
  try {
    const store = await openStore(options, { database, closing })
    const refuse = (): never => {
      throw new SluiceError('store-unavailable', 'The store is open here for looking only.')
    }
    const jobs = new EngineJobService({
      ...jobDeps(options, store),
      engine: { locks: new LockCache(store.environments), start: refuse, cancel: refuse, waiting: () => new Map() },
      files: readableLogs(settings.data),
    })
    let url = ''
    const localToken = randomBytes(32).toString('hex')
    const forgetLock = (): void => undefined
    const parts = { store, jobs, url: () => url, localToken, startedMs: systemClock.now(), forgetLock }
    const routes = routesOf(options, parts).filter(
      (route) => route.permission === 'read' || ['/api/v1/plan', '/api/v1/validate'].includes(route.url),
    )
    const isAllowed = (request: FastifyRequest): boolean => {
      requireLocalCaller(request, localToken)
      return true
    }
    const server = await startHttpServer({ routes, port: 0, isAllowed, log })
    closing.unshift(() => server.close())
    url = server.url
    return { url, port: server.port, localToken, routes, liveJobs: () => 0, close: () => closeAll(closing, log) }
  } catch (error) {
    await closeAll(closing, log)
    throw error
  }
}

interface Parts {
  readonly routes: readonly Route[]
  readonly identify: (request: FastifyRequest) => Promise<void>
  readonly engine: Engine
  readonly serving: ServingService
  readonly localToken: string
  readonly startedMs: number
  /** Takes up what an earlier server left. */
  readonly recover: () => Promise<void>
  /** Tells steps where the server is, once it listens. */
  readonly servedAt: (url: string) => void
}

/** Every part over one open database; what has to be closed is put before the database in `closing`. */
async function openParts(options: OpenServerOptions, opened: Opened): Promise<Parts> {
  let url = ''
  const store = await openStore(options, opened)
  const { clock, context } = store
  const box = secretBox(await loadEncryptionKey({ folder: options.settings.data, ...context }), randomBytes)
  const tokens = jobTokens(await loadSigningKey({ box, ...context }, 'job-token'))
  const { engine, jobs } = await openJobs(options, { store, closing: opened.closing, url: () => url, tokens })
  const isUnderWay = async (job: JobName): Promise<boolean> => {
    const status = await findStatus(store.database.read, job)
    return status !== undefined && !terminalStatuses.has(status)
  }
  const principals = requestPrincipals({ tokens, clock, isUnderWay })
  const keys = endpointKeys({ box, ...context })
  const serving = openServing(options, { store, keys })
  const pipelines = new PublishedPipelines({ ...store, jobs, keys, sha256 })
  opened.closing.unshift(() => serving.close())
  const { settings } = options
  const webhookParts = { ...context, box, allowedHosts: settings.webhookHosts }
  const deliverer = webhookDeliverer(webhookParts)
  store.afterChange.push(() => deliverer.wake())
  opened.closing.unshift(() => deliverer.close())
  const startedMs = systemClock.now()
  const localToken = randomBytes(32).toString('hex')
  const principalOf = (request: FastifyRequest): Principal => principals.of(request)
  const routes = routesOf(options, {
    store,
    jobs,
    serving,
    pipelines,
    webhooks: { webhooks: webhookStore(webhookParts), deliverer },
    ...(settings.mlflowUi === 'on' && { pages: await findPageBundle(settings.python ?? 'python3') }),
    principalOf,
    url: () => url,
    localToken,
    startedMs,
    forgetLock: (request) => engine.locks.forget(request),
  })
  return {
    routes,
    identify: (request) => principals.identify(request),
    engine,
    serving,
    localToken,
    startedMs,
    recover: async () => {
      await engine.recover()
      await store.assets.destinations.recover()
      deliverer.wake()
    },
    servedAt: (address) => void (url = address),
  }
}

interface Opened {
  readonly database: Database
  readonly closing: (() => Promise<void>)[]
}

type Store = Awaited<ReturnType<typeof openStore>>

/** What is kept: content, artifacts, runs, models, environments. */
async function openStore({ settings, environment, log = silentLog }: OpenServerOptions, { database, closing }: Opened) {
  const clock = systemClock
  const context = { database, clock, random: randomBytes }
  const statCache = databaseStatCache({ database, clock })
  const content = await contentStore({ folder: join(settings.data, 'content'), database, statCache, clock })
  closing.unshift(() => content.close())
  const artifacts = databaseArtifactStore({ database, content, clock })
  const tracking = trackingStore(context)
  const environments = await environmentBuilder({
    cacheFolder: settings.cache,
    baseEnvironment: environment,
    ...(settings.python !== undefined && { python: settings.python }),
    curated: settings.environmentAliases,
    log: (line) => log.write('info', line),
  })
  closing.unshift(() => environments.close())
  const origins = trackedOrigins(tracking)
  const afterChange: (() => void)[] = []
  const registryParts = {
    ...{ database, clock, policy: allowAllChanges, origins },
    afterChange: () => afterChange.forEach((call) => call()),
  }
  const registry = modelRegistry({ ...registryParts, artifacts })
  const assets = storeAssets({ ...context, settings, log, content, artifacts, registry, registryParts })
  closing.unshift(() => assets.destinations.close())
  return { ...context, context, content, artifacts, tracking, environments, registry, assets, afterChange }
}

interface JobParts {
  readonly store: Store
  readonly closing: Opened['closing']
  readonly url: () => string
  readonly tokens: JobTokens
}

/** What runs: the engine and the jobs as others see them. */
async function openJobs(
  { settings, environment, log = silentLog }: OpenServerOptions,
  { store, closing, url, tokens }: JobParts,
): Promise<{ readonly engine: Engine; readonly jobs: EngineJobService }> {
  const { database, content, artifacts, tracking, assets } = store
  const files = new AttemptFiles(settings.data)
  const deps = jobDeps({ environment }, store)
  const sampler = new OptunaSampler({
    environments: store.environments,
    pythonSource: join(packageRoot(), 'python', 'src'),
    variables: machineVariables(environment),
    clock: store.clock,
    log: (line) => log.write('info', line),
  })
  closing.unshift(() => sampler.close())
  const engine = new Engine({
    ...store,
    ...deps,
    files,
    expanders: makeExpanders({ content, metrics: tracking.metrics, sampler, clock: store.clock }),
    backend: await computeBackend({
      cpu: settings.slots,
      clock: store.clock,
      warmHost: join(packageRoot(), 'python', 'src', 'sluiceworks', 'warm_host.py'),
    }),
    pythonFolder: join(packageRoot(), 'python'),
    addArtifacts: async (job: JobName, digest: Digest) => {
      const entries = await content.tree(digest)
      const [target] = await tracking.jobRuns.artifactFolders(database.read, [runIdOf(job)])
      if (target === undefined) return
      await database.write((tables) => artifacts.addTree(tables, `${target}/outputs`, entries))
    },
    deliver: (job, outputs) => assets.destinations.deliver(job, outputs),
    stepVariables: stepVariables({
      machine: machineVariables(environment),
      dataFolder: settings.data,
      url,
      tokens,
      clock: store.clock,
    }),
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => engine.close())
  return { engine, jobs: new EngineJobService({ ...deps, engine, files }) }
}

/** What jobs need of the store, whether they run here or are only looked at. */
function jobDeps(
  { environment }: Pick<OpenServerOptions, 'environment'>,
  store: Store,
): Omit<JobServiceDeps, 'engine' | 'files'> {
  const { database, environments, clock, random, tracking, assets } = store
  return {
    ...assets.settling,
    ...{ database, environments, clock, random, sha256, runs: assets.destinations.recording(tracking.jobRuns) },
    trialValues: (runIds, key) => tracking.metrics.values(runIds, key),
    reach: reachPoint(environment['SLUICE_CRASH_AT']),
    findExperiment: async (tables, name) => {
      const found = await findByName(tables, name)
      return found === undefined ? undefined : (String(found.experiment_id) as ExperimentId)
    },
  }
}

/** What answers: endpoints with their workers. */
function openServing(
  { settings, environment }: OpenServerOptions,
  { store, keys }: { readonly store: Store; readonly keys: EndpointKeys },
): ServingService {
  const { registry, artifacts } = store
  return servingService({
    ...store,
    contents: store.content,
    keys,
    models: { resolve: (reference) => registry.resolve(reference), materialise: (path) => artifacts.materialise(path) },
    folder: join(settings.data, 'serving'),
    pythonSource: join(packageRoot(), 'python', 'src'),
    variables: machineVariables(environment),
    random: Math.random,
  })
}

interface RouteParts extends Pick<Parts, 'localToken' | 'startedMs'> {
  /** Absent for who only looks. */
  readonly serving?: ServingService
  readonly store: Store
  readonly jobs: EngineJobService
  /** Absent for who only looks, too. */
  readonly pipelines?: PublishedPipelines
  readonly url: () => string
  readonly webhooks?: WebhookRouteParts
  readonly pages?: PageBundle
  /** Absent: everybody is the person on this machine. */
  readonly principalOf?: (request: FastifyRequest) => Principal
  /** Its lock was resolved anew. */
  readonly forgetLock: (request: EnvironmentRequest) => void
}

/** The whole route table: ours, MLflow's, scoring. */
function routesOf({ settings }: OpenServerOptions, parts: RouteParts): readonly Route[] {
  const { store, jobs, serving, pipelines, webhooks, pages, url, localToken, startedMs, principalOf } = parts
  const caller = principalOf === undefined ? {} : { principalOf }
  const { database, registry, artifacts, tracking, assets } = store
  const version = packageVersion()
  const databaseText = databaseName(settings.database)
  return [
    ...restRoutes({
      ...caller,
      version,
      url,
      localToken,
      jobs,
      ...(pipelines !== undefined && { pipelines }),
      events: {
        read: (query) => readEvents(database.read, query),
        latestSeq: () => latestEventSeq(database.read),
      },
      models: registry,
      notes: {
        ...{ comments: commentStore(store), views: savedViewStore(store), models: registry.models },
        ...(webhooks !== undefined && { webhooks: webhooks.webhooks }),
        purge: (wanted) => purgeDeleted(store, wanted),
      },
      assets: {
        ...assets,
        registry,
        content: store.content,
        collectGarbage: (request) => collectGarbage({ ...store, models: assets.models }, request),
        lockEnvironment: async (choice, { upgrade }) => {
          const request = await assets.settling.findEnvironment(choice)
          const lock = await store.environments.lock(request, { upgrade })
          if (upgrade) parts.forgetLock(request)
          return lock
        },
      },
      tracking,
      ...(serving !== undefined && {
        endpoints: servingEndpoints(serving, assets.settling.findEnvironment),
      }),
      status: async () => ({
        version,
        url: url(),
        pid: process.pid,
        dataFolder: settings.data,
        database: databaseText,
        startedMs,
        jobs: await jobs.counts(),
        memoryBytes: process.memoryUsage.rss(),
      }),
      checkStore: () => checkStore(store, databaseText),
    }),
    ...mlflowInterface({
      ...{ tracking, artifacts, registry, ...caller },
      ...(webhooks !== undefined && { webhooks }),
      ...(pages !== undefined && { pages }),
    }),
    ...(serving === undefined ? [] : azureMlScoringRoutes({ serving, isKeyRequired: false, version })),
  ]
}

/** For `sluice doctor`: the whole database, and a sample of the contents. */
async function checkStore({ database, content }: Store, databaseText: string): Promise<readonly StoreCheck[]> {
  const check = async (name: string, look: () => Promise<string>): Promise<StoreCheck> => {
    try {
      return { name, isOk: true, detail: await look() }
    } catch (error) {
      return { name, isOk: false, detail: messageOf(error) }
    }
  }
  return [
    await check('database', async () => `${databaseText}: ${await checkDatabase(database)}`),
    await check('contents', async () => {
      const { checkedCount, damaged } = await content.checkSample(200)
      if (damaged.length === 0) return `${checkedCount} looked at, all whole`
      throw new SluiceError(
        'store-corrupt',
        `${damaged.length} of ${checkedCount} looked at are damaged (${damaged[0]!.slice(0, 12)}..); a step that needs such a result is run again`,
      )
    }),
  ]
}

/** The port given, else the one this store had last (adopted steps know it), else the usual one, else any. */
async function listen(
  { settings, log = silentLog }: OpenServerOptions,
  { routes, identify }: Pick<Parts, 'routes' | 'identify'>,
): Promise<HttpServer> {
  const file = join(settings.data, 'port')
  const start = (port: number): Promise<HttpServer> =>
    startHttpServer({ routes, identify, host: settings.host, port, allowedHosts: settings.allowedHosts, log })
  const known = lastPort(file)
  const server =
    settings.port !== undefined && settings.port !== 0
      ? await start(settings.port)
      : await firstFree(start, [known, settings.port === 0 ? undefined : usualPort])
  if (server.port !== known) writeFileSync(file, `${server.port}\n`)
  return server
}

async function firstFree(
  start: (port: number) => Promise<HttpServer>,
  ports: readonly (number | undefined)[],
): Promise<HttpServer> {
  for (const port of ports) {
    if (port === undefined) continue
    try {
      return await start(port)
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'conflict')) throw error
    }
  }
  return start(0)
}

function lastPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
  } catch {
    return undefined // The store has not been served yet.
  }
}

/** In order, each tried whatever became of the one before. */
async function closeAll(closing: readonly (() => Promise<void>)[], log: Log): Promise<void> {
  for (const close of closing) {
    try {
      await close()
    } catch (error) {
      log.write('error', `closing failed: ${String(error)}`)
    }
  }
}

/** What a step or a worker gets of the server's own variables: what programs need to run, nothing that is secret. */
function machineVariables(environment: Environment): Record<string, string> {
  const exact = new Set(
    (
      'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH CUDA_HOME CUDA_VISIBLE_DEVICES ' +
      'OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE ' +
      'HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy'
    ).split(' '),
  )
  return Object.fromEntries(Object.entries(environment).filter(([name]) => exact.has(name) || name.startsWith('LC_')))
}

function databaseName(address: string | undefined): string {
  if (address === undefined) return 'sqlite'
  const url = new URL(address)
  url.password = ''
  return url.href
}

/** The kill test's way in: this process kills itself at the point that the variable names. */
function reachPoint(crashAt: string | undefined): ReachPoint {
  if (crashAt === undefined) return () => undefined
  if (!(crashAt in crashPoints)) {
    throw new SluiceError('invalid-setting', `There is no crash point "${crashAt}".`, {
      hint: `They are ${Object.keys(crashPoints).join(', ')}.`,
    })
  }
  return (point: CrashPoint) => {
    if (point === crashAt) process.kill(process.pid, 'SIGKILL')
  }
}
