import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { Principal } from '../access/principal.ts'
import { packageRoot, packageVersion } from '../config.ts'
import { latestEventSeq, readEvents } from '../events/event-log.ts'
import { BudgetKeeper } from '../cost/budget-keeper.ts'
import { costBook, type CostBook } from '../cost/cost-report.ts'
import { readableLogs } from '../jobs/attempt-files.ts'
import { summariseUses } from '../jobs/asset-use.ts'
import { findUses } from '../jobs/asset-use-store.ts'
import { jobChanges } from '../jobs/job-changes.ts'
import type { EngineJobService } from '../jobs/engine-job-service.ts'
import type { JobViews } from '../jobs/views/job-views.ts'
import {
  azureMlScoringRoutes,
  endpointDescription,
  type ScoringRouteParts,
} from '../protocols/azureml-scoring/routes.ts'
import type { PageBundle } from '../protocols/mlflow/web-ui/page-bundle.ts'
import type { WebhookRouteParts } from '../protocols/mlflow/webhooks/webhook-routes.ts'
import { openInferenceRoutes } from '../protocols/open-inference/routes.ts'
import type { KeptPackages } from '../packaging/kept-packages.ts'
import type { PackagingService } from '../packaging/packaging-service.ts'
import { prometheusRoutes } from '../protocols/prometheus/routes.ts'
import { type RestParts, restRoutes } from '../protocols/rest/rest-routes.ts'
import { servingEndpoints } from '../protocols/rest/serving-endpoints.ts'
import { tableExplorer } from '../data/table-explorer.ts'
import { builtInAssets } from './built-in-assets.ts'
import { findTable } from './find-table.ts'
import { servingVariants } from '../protocols/rest/serving-variants.ts'
import { collectGarbage } from './collect-garbage.ts'
import { mlflowInterface } from './mlflow-interface.ts'
import { commentStore } from '../registry/notes/comment-store.ts'
import { savedViewStore } from '../registry/notes/saved-view-store.ts'
import { purgeDeleted } from '../registry/purge-deleted.ts'
import type { Route } from '../server/route.ts'
import { webRoutes } from '../server/web-files.ts'
import { lineage } from '../serving/lineage/prediction-lineage.ts'
import type { BatchEndpoints } from '../serving/batch/batch-endpoints.ts'
import type { RequestSeries } from '../serving/observe/request-series.ts'
import type { CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import type { ServingService } from '../serving/serving-service.ts'
import type { FiringRetention } from '../triggers/prune-firings.ts'
import type { Monitors } from '../monitoring/monitors.ts'
import type { JobTriggers } from '../triggers/job-triggers.ts'
import type { PublishedPipelines } from '../triggers/published-pipelines.ts'
import type { OpenServerOptions } from './server-options.ts'
import { checkStore, type Store } from './open-store.ts'
import { shippedExamples } from './shipped-examples.ts'

export interface RouteParts {
  /** Proves to routes that name local files that the caller is this user on this machine. */
  readonly localToken: string
  readonly startedMs: number
  /** Absent for who only looks. */
  readonly serving?: ServingService
  /** Absent for who only looks, too. */
  readonly packaging?: PackagingService
  readonly keptPackages?: KeptPackages
  /** What Prometheus reads; absent with it. */
  readonly metrics?: () => string
  /** What charts read; absent with it. */
  readonly series?: RequestSeries
  readonly store: Store
  readonly jobs: EngineJobService
  readonly views: JobViews
  /** Absent for who only looks, too. */
  readonly pipelines?: PublishedPipelines
  readonly triggers?: JobTriggers
  readonly monitors?: Monitors
  readonly url: () => string
  readonly keeper?: BudgetKeeper
  /** Absent for who only looks. */
  readonly payloads?: CollectedPayloads
  readonly batch?: BatchEndpoints
  readonly webhooks?: WebhookRouteParts
  readonly pages?: PageBundle
  /** Absent: everybody is the person on this machine. */
  readonly principalOf?: (request: FastifyRequest) => Principal
  /** Its lock was resolved anew. */
  readonly forgetLock: (request: EnvironmentRequest) => void
}

/** The whole route table: ours, MLflow's, scoring. */
export function routesOf({ settings, firesByItself = false }: OpenServerOptions, parts: RouteParts): readonly Route[] {
  const { store, jobs, serving, pipelines, triggers, webhooks, pages, url, localToken, startedMs, principalOf } = parts
  const caller = principalOf === undefined ? {} : { principalOf }
  const { database, registry, artifacts, uploads, tracking, assets } = store
  const version = packageVersion()
  const databaseText = databaseName(settings.database)
  return [
    ...restRoutes({
      ...caller,
      ...payloadParts(parts),
      ...(parts.batch !== undefined && { batch: parts.batch }),
      version,
      url,
      localToken,
      jobs,
      views: parts.views,
      examples: shippedExamples,
      jobChanges: jobChanges({ ...store, runs: tracking.jobRuns, files: readableLogs(settings.data) }),
      ...(pipelines !== undefined && { pipelines }),
      ...(triggers !== undefined && { triggers, firesByItself }),
      ...(parts.monitors !== undefined && { monitors: parts.monitors, firesByItself }),
      events: {
        read: (query) => readEvents(database.read, query),
        latestSeq: () => latestEventSeq(database.read),
      },
      cost: openCostBook(settings, parts),
      models: registry,
      notes: {
        ...{ comments: commentStore(store), views: savedViewStore(store), models: registry.models },
        ...(webhooks !== undefined && { webhooks: webhooks.webhooks }),
        purge: (wanted) => purgeDeleted(store, wanted),
      },
      catalogue: catalogueParts(settings, store),
      assets: {
        ...assets,
        builtIn: builtInAssets(settings.environmentAliases),
        registry,
        content: store.content,
        collectGarbage: (request) =>
          collectGarbage({ ...store, models: assets.models, firings: firingRetention(settings) }, request),
        lockEnvironment: async (choice, { upgrade }) => {
          const request = await assets.settling.findEnvironment(choice)
          const lock = await store.environments.lock(request, { upgrade })
          if (upgrade) parts.forgetLock(request)
          return lock
        },
      },
      tables: tableExplorer({
        ...store,
        engine: store.tables,
        find: findTable(store),
        assets: assets.catalogue,
        folder: join(settings.data, 'queries'),
      }),
      tracking,
      uploads,
      ...(parts.series !== undefined && { series: parts.series }),
      ...(serving !== undefined && {
        endpoints: servingEndpoints(serving, {
          resolveEnvironment: assets.settling.findEnvironment,
          describe: (name) => endpointDescription(serving, name),
        }),
        variants: servingVariants(serving, assets.settling.findEnvironment),
      }),
      ...(parts.keptPackages !== undefined && { keptPackages: parts.keptPackages }),
      ...(parts.packaging !== undefined && {
        packages: { packaging: parts.packaging, findEnvironment: assets.settling.findEnvironment },
      }),
      status: async () => ({
        version,
        url: url(),
        pid: process.pid,
        dataFolder: settings.data,
        database: databaseText,
        startedMs,
        jobs: await jobs.underWay(),
        memoryBytes: process.memoryUsage.rss(),
      }),
      checkStore: () => checkStore(store, databaseText),
    }),
    ...mlflowInterface({
      ...{ tracking, artifacts, uploads, registry, ...caller },
      ...(webhooks !== undefined && { webhooks }),
      ...(pages !== undefined && { pages }),
    }),
    ...(parts.metrics === undefined ? [] : prometheusRoutes(parts.metrics)),
    ...(serving === undefined ? [] : scoringRoutes({ serving, isKeyRequired: false, version })),
    ...webRoutes(join(packageRoot(), 'dist', 'web')),
  ]
}

/** Every protocol that endpoints are asked in. */
function scoringRoutes(parts: ScoringRouteParts): readonly Route[] {
  return [...azureMlScoringRoutes(parts), ...openInferenceRoutes(parts)]
}

/** How components and environments are used and built. */
function catalogueParts(
  { environmentAliases }: OpenServerOptions['settings'],
  store: Store,
): NonNullable<RestParts['catalogue']> {
  const { database, environments, builds, assets } = store
  return {
    assetUse: async (kind, reference) =>
      summariseUses(await findUses(database.read, { kind, ...(reference !== undefined && { reference }) })),
    builtIn: builtInAssets(environmentAliases).environment,
    findEnvironment: assets.settling.findEnvironment,
    environments: {
      look: (request) => environments.look(request),
      findBuild: (request, { lock }) => builds.find(request, lock?.digest),
      startBuild: (request) => builds.start(environments, request),
    },
  }
}

/** What was asked and answered, and where it is from. */
function payloadParts({ store, payloads }: RouteParts) {
  const { database, registry, tracking } = store
  if (payloads === undefined) return {}
  return { payloads, lineage: lineage({ tables: database.read, registry, runs: tracking.runs, payloads }) }
}

/** Who only looks at a store has nothing running. */
function openCostBook(
  { prices, budgets }: OpenServerOptions['settings'],
  { store: { database, clock }, keeper }: RouteParts,
): CostBook {
  const priced = prices === undefined ? {} : { prices }
  const nothing = { running: () => [], cancel: () => Promise.resolve(), warn: () => undefined }
  const standing = keeper ?? new BudgetKeeper({ database, clock, budgets, ...priced, ...nothing })
  return costBook({ database, keeper: standing, ...priced })
}

function firingRetention({ firingsKeepDays, firingsKeepCount }: OpenServerOptions['settings']): FiringRetention {
  return { keepDays: firingsKeepDays, keepCount: firingsKeepCount }
}

function databaseName(address: string | undefined): string {
  if (address === undefined) return 'sqlite'
  const url = new URL(address)
  url.password = ''
  return url.href
}
