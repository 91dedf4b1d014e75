/** Puts the program together: the one place that knows every part. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectDatabase, databaseReader } from './adapters.ts'
import { loadEncryptionKey } from './access/encryption-key.ts'
import { endpointKeys } from './access/endpoint-keys.ts'
import { jobTokens } from './access/job-token.ts'
import type { Principal } from './access/principal.ts'
import { secretBox } from './access/secret-box.ts'
import { loadSigningKey } from './access/signing-key.ts'
import { SluiceError } from './base/errors.ts'
import type { JobName } from './base/ids.ts'
import { type Log, silentLog } from './base/log.ts'
import { packageRoot } from './config.ts'
import { lookIntoDatabase, openDatabase } from './database/open-database.ts'
import { readableLogs } from './jobs/attempt-files.ts'
import { EngineJobService } from './jobs/engine-job-service.ts'
import type { Engine } from './jobs/engine.ts'
import { terminalStatuses } from './jobs/job-service.ts'
import { findStatus } from './jobs/job-store.ts'
import { LockCache } from './jobs/resolve-steps.ts'
import { findPageBundle } from './protocols/mlflow/web-ui/page-bundle.ts'
import { requireLocalCaller } from './protocols/rest/local-caller.ts'
import { webhookDeliverer } from './registry/webhooks/webhook-delivery.ts'
import { webhookStore } from './registry/webhooks/webhook-store.ts'
import { startHttpServer } from './server/http-server.ts'
import { requestPrincipals } from './server/request-principals.ts'
import type { HttpRequest, Route } from './server/route.ts'
import type { ServingService } from './serving/serving-service.ts'
import { BatchEndpoints } from './serving/batch/batch-endpoints.ts'
import { PublishedPipelines } from './triggers/published-pipelines.ts'
import { listen } from './main/listen.ts'
import { openGrpc } from './main/open-grpc.ts'
import { JobViews } from './jobs/views/job-views.ts'
import { jobDeps, openJobs, sha256 } from './main/open-jobs.ts'
import { openMeter, openMinutes, openKeptPackages, openPackaging, openServing } from './main/open-serving.ts'
import { observeServing, type ServingObservation } from './main/observe-serving.ts'
import { openMonitors } from './main/open-monitors.ts'
import { openPayloads } from './main/open-payloads.ts'
import { openStore, systemClock } from './main/open-store.ts'
import { openTriggers } from './main/open-triggers.ts'
import { routesOf } from './main/route-table.ts'
import type { Opened, OpenServerOptions } from './main/server-options.ts'

export type { OpenServerOptions }

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
    log,
  })
  const closing: (() => Promise<void>)[] = [() => database.close()]
  try {
    const parts = await openParts(options, { database, closing })
    const { routes, identify, traces, serving } = parts
    const originsOf = (endpoint: string): readonly string[] => serving.origins(endpoint)
    const server = await listen(options, { routes, identify, traces, originsOf })
    closing.unshift(() => server.close())
    parts.servedAt(server.url)
    await parts.recover()
    await serving.start()
    const grpcPort = await openGrpc(options, { serving, traces, closing })
    const localToken = parts.localToken
    const file = join(folder, 'server.json')
    const content = {
      pid: process.pid,
      url: server.url,
      ...(grpcPort !== undefined && { grpc_port: grpcPort }),
      started_at: new Date(parts.startedMs).toISOString(),
      local_token: localToken,
    }
    writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 })
    renameSync(`${file}.new`, file)
    closing.unshift(async () => rmSync(file, { force: true }))
    if (options.firesByItself) parts.engine.prepare()
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
    const engine = {
      ...{ locks: new LockCache(store.environments), start: refuse, cancel: refuse },
      ...{ waiting: () => new Map<never, never>(), slots: () => ({ slots: settings.slots, running: [], waiting: [] }) },
    }
    const files = readableLogs(settings.data)
    const jobs = new EngineJobService({
      ...jobDeps(options, store),
      engine,
      files,
    })
    const views = new JobViews({ database, engine, jobs, files, clock: store.clock })
    let url = ''
    const localToken = randomBytes(32).toString('hex')
    const forgetLock = (): void => undefined
    const parts = { store, jobs, views, url: () => url, localToken, startedMs: systemClock.now(), forgetLock }
    const routes = routesOf(options, parts).filter(
      (route) => route.permission === 'read' || ['/api/v1/plan', '/api/v1/validate'].includes(route.url),
    )
    const isAllowed = (request: HttpRequest): boolean => {
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
  readonly identify: (request: HttpRequest) => Promise<void>
  readonly engine: Engine
  readonly serving: ServingService
  readonly traces: ServingObservation['traces']
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
  const { engine, jobs, views, keeper } = await openJobs(options, {
    ...{ store, closing: opened.closing, url: () => url, tokens },
  })
  const isUnderWay = async (job: JobName): Promise<boolean> => {
    const status = await findStatus(store.database.read, job)
    return status !== undefined && !terminalStatuses.has(status)
  }
  const principals = requestPrincipals({ tokens, clock, isUnderWay })
  const keys = endpointKeys({ box, ...context })
  const payloads = await openPayloads(options, { store, box, url: () => url })
  opened.closing.unshift(() => payloads.close())
  const observation = observeServing(options)
  opened.closing.unshift(() => observation.close())
  const minutes = openMinutes(options, { store, closing: opened.closing })
  const serving = openServing(options, { store, keys, observation, payloads, minutes })
  const batch = new BatchEndpoints({ ...store, jobs, assets: store.assets.catalogue })
  const pipelines = new PublishedPipelines({ ...store, jobs, keys, sha256 })
  opened.closing.unshift(() => serving.close())
  const meter = openMeter(options, { store, serving, closing: opened.closing })
  const { triggers, runner, breach } = openTriggers(options, { store, jobs, pipelines, box, closing: opened.closing })
  const { monitors, start } = openMonitors(options, {
    ...{ store, jobs, payloads, breach, minutes, closing: opened.closing },
  })
  const { settings } = options
  const webhookParts = { ...context, box, allowedHosts: settings.webhookHosts }
  const deliverer = webhookDeliverer(webhookParts, (message) => options.log?.write('warn', message))
  store.afterChange.push(() => deliverer.wake())
  opened.closing.unshift(() => deliverer.close())
  const startedMs = systemClock.now()
  const localToken = randomBytes(32).toString('hex')
  const principalOf = (request: HttpRequest): Principal => principals.of(request)
  const packaging = openPackaging(options, store)
  const routes = routesOf(options, {
    store,
    jobs,
    views,
    serving,
    packaging,
    keptPackages: await openKeptPackages(options, { packaging, clock: store.clock }),
    metrics: () => observation.page(serving.measure()),
    series: observation.series,
    payloads,
    keeper,
    batch,
    pipelines,
    triggers,
    monitors,
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
    traces: observation.traces,
    localToken,
    startedMs,
    recover: async () => {
      await engine.recover()
      await store.assets.destinations.recover()
      deliverer.wake()
      runner.wake()
      payloads.start()
      keeper.start()
      meter.start()
      start()
    },
    servedAt: (address) => void (url = address),
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
