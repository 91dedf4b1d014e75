import type { FastifyRequest } from 'fastify'
import { type Principal, localPrincipal } from '../../access/principal.ts'
import type { ArtifactUploads } from '../../artifacts/artifact-uploads.ts'
import type { ContentStore } from '../../artifacts/content-store.ts'
import type { JobChanges } from '../../jobs/job-changes.ts'
import type { JobService } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { type AssetRouteParts, assetRoutes } from './asset-routes.ts'
import { type CodeRouteParts, codeRoutes } from './code-routes.ts'
import type { CostBook } from '../../cost/cost-report.ts'
import { costRoutes } from './cost-routes.ts'
import { dataFileRoutes } from './data-file-routes.ts'
import { type DatastoreRouteParts, datastoreRoutes } from './datastore-routes.ts'
import { endpointSeriesRoutes, type SeriesRouteParts } from './endpoint-series-routes.ts'
import type { EndpointService } from './endpoint-service.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import { type EndpointRouteParts, endpointRoutes } from './endpoint-routes.ts'
import type { EventSource } from './event-feed.ts'
import { eventRoutes } from './event-routes.ts'
import { type ExampleRouteParts, exampleRoutes } from './example-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { jobViewRoutes } from './job-views/view-routes.ts'
import { logRoutes } from './log-routes.ts'
import { type GarbageRouteParts, garbageRoutes } from './gc-routes.ts'
import { type LockRouteParts, lockRoutes } from './lock-routes.ts'
import { type ModelChangeParts, modelChangeRoutes } from './model-change-routes.ts'
import type { ModelCatalogue } from './model-routes.ts'
import { modelRoutes } from './model-routes.ts'
import { openapiDocument } from './openapi.ts'
import { outputRoutes } from './output-routes.ts'
import { uploadRoutes, type UploadRouteParts } from './upload-routes.ts'
import { type KeptPackageParts, keptPackageRoutes } from './kept-package-routes.ts'
import { packageRoutes, type PackageRouteParts } from './package-routes.ts'
import { runRoutes, type RunCatalogue } from './run-routes.ts'
import { type RunGroupCatalogue, runGroupRoutes } from './run-group-routes.ts'
import { runTableRoutes, type RunTableCatalogue } from './run-table-routes.ts'
import { publishedPipelineRoutes } from './published-pipeline-routes.ts'
import type { JobTriggers } from '../../triggers/job-triggers.ts'
import type { PublishedPipelines } from '../../triggers/published-pipelines.ts'
import { type TriggerRouteParts, triggerRoutes } from './triggers/trigger-routes.ts'
import { type MonitorRouteParts, monitorRoutes } from './monitors/monitor-routes.ts'
import { traceRoutes, type TraceCatalogue } from './trace-routes.ts'
import { webhookInRoutes } from './triggers/webhook-in-routes.ts'
import { noteRoutes, type NoteParts } from './notes/note-routes.ts'
import { type TableRouteParts, tableRoutes } from './table-routes.ts'
import { type BatchRouteParts, batchRoutes } from './batch/batch-routes.ts'
import { lineageRoutes } from './lineage/lineage-routes.ts'
import { payloadRoutes } from './payloads/payload-routes.ts'
import { type VariantRouteParts, variantRoutes } from './variant-routes.ts'
import type { VariantService } from './variant-service.ts'
import type { StatusRouteParts } from './status-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { componentJobRoutes } from './catalogue/component-job-routes.ts'
import { type EnvironmentRouteParts, environmentRoutes } from './catalogue/environment-routes.ts'
import { type UseRouteParts, useRoutes } from './catalogue/use-routes.ts'

/** Everything our own interface asks of the rest of the program. */
export interface RestParts extends StatusRouteParts {
  readonly version: string
  /** The server's own address; known once it listens. */
  readonly url: () => string
  /** Proof of the same user on the same machine, as the server file has it. */
  readonly localToken: string
  /** Who calls; without authentication, everybody is the local user. */
  readonly principalOf?: (request: FastifyRequest) => Principal
  readonly jobs: JobService
  readonly views?: Parameters<typeof jobViewRoutes>[0] & CodeRouteParts['views']
  readonly jobChanges?: JobChanges
  /** Absent where nothing came with the program. */
  readonly examples?: ExampleRouteParts['examples']
  readonly events: EventSource
  /** Absent where nothing is counted. */
  readonly cost?: CostBook
  readonly models: ModelCatalogue
  /** Absent where nothing is served. */
  readonly endpoints?: EndpointService
  readonly variants?: VariantService
  readonly series?: SeriesRouteParts['series']
  readonly tracking?: RunCatalogue &
    RunTableCatalogue &
    RunGroupCatalogue &
    TraceCatalogue &
    UploadRouteParts['tracking']
  readonly uploads?: ArtifactUploads
  /** Absent where nothing is built. */
  readonly packages?: Omit<PackageRouteParts, 'localToken'>
  /** Absent where nothing is built, too. */
  readonly keptPackages?: KeptPackageParts['kept']
  readonly payloads?: Parameters<typeof payloadRoutes>[0]
  readonly lineage?: Parameters<typeof lineageRoutes>[0]
  readonly batch?: BatchRouteParts['batch']
  readonly pipelines?: Pick<PublishedPipelines, keyof PublishedPipelines>
  readonly triggers?: Pick<JobTriggers, keyof JobTriggers>
  readonly monitors?: MonitorRouteParts['monitors']
  /** Whether schedules, triggers and monitors fire in this server without being asked. */
  readonly firesByItself?: boolean
  readonly notes: Omit<NoteParts, 'principalOf'>
  /** Absent where no tables are read. */
  readonly tables?: TableRouteParts['tables']
  /** Absent where nothing is told of how components and environments are used and built. */
  readonly catalogue?: UseRouteParts & Omit<EnvironmentRouteParts, 'catalogue'>
  readonly assets: Omit<AssetParts, 'localToken' | 'principalOf'>
}

type AssetParts = AssetRouteParts &
  DatastoreRouteParts &
  ModelChangeParts &
  LockRouteParts &
  GarbageRouteParts & { readonly content: Pick<ContentStore, 'tree' | 'read'> }

/** Every route of our own interface (`/api/v1`, `/health`), the OpenAPI document of them included. */
export function restRoutes(parts: RestParts): readonly Route[] {
  const principalOf = parts.principalOf ?? (() => localPrincipal)
  const routes: readonly Route[] = [
    ...statusRoutes(parts),
    ...jobRoutes({ ...parts, principalOf }),
    ...(parts.examples === undefined ? [] : exampleRoutes({ ...parts, examples: parts.examples, principalOf })),
    ...logRoutes(parts.jobs),
    ...(parts.views === undefined ? [] : jobViewRoutes(parts.views)),
    ...(parts.views === undefined ? [] : codeRoutes({ views: parts.views, content: parts.assets.content })),
    ...outputRoutes({ jobs: parts.jobs, content: parts.assets.content }),
    ...eventRoutes(parts.events),
    ...(parts.cost === undefined ? [] : costRoutes(parts.cost)),
    ...modelRoutes(parts.models),
    ...noteRoutes({ ...parts.notes, principalOf }),
    ...everyAssetRoute({ ...parts.assets, localToken: parts.localToken, principalOf }),
    ...componentJobRoutes({ catalogue: parts.assets.catalogue, jobs: parts.jobs, principalOf }),
    ...(parts.catalogue === undefined
      ? []
      : [
          ...useRoutes(parts.catalogue),
          ...environmentRoutes({ ...parts.catalogue, catalogue: parts.assets.catalogue }),
        ]),
    ...(parts.tables === undefined ? [] : tableRoutes({ ...parts, tables: parts.tables, principalOf })),
    ...(parts.tracking === undefined ? [] : everyRunRoute(parts.tracking)),
    ...(parts.tracking === undefined || parts.uploads === undefined
      ? []
      : uploadRoutes({ tracking: parts.tracking, uploads: parts.uploads })),
    ...(parts.endpoints === undefined ? [] : servingRoutes({ ...parts, endpoints: parts.endpoints, principalOf })),
    ...(parts.packages === undefined ? [] : packageRoutes({ ...parts.packages, localToken: parts.localToken })),
    ...(parts.keptPackages === undefined ? [] : keptPackageRoutes({ kept: parts.keptPackages, principalOf })),
    ...(parts.payloads === undefined ? [] : payloadRoutes(parts.payloads)),
    ...(parts.batch === undefined ? [] : batchRoutes({ ...parts, batch: parts.batch, principalOf })),
    ...(parts.lineage === undefined ? [] : lineageRoutes(parts.lineage)),
    ...(parts.pipelines === undefined
      ? []
      : publishedPipelineRoutes({ ...parts, pipelines: parts.pipelines, principalOf })),
    ...(parts.triggers === undefined
      ? []
      : everyTriggerRoute({ firesByItself: false, ...parts, triggers: parts.triggers, principalOf })),
    ...(parts.monitors === undefined
      ? []
      : monitorRoutes({ firesByItself: false, ...parts, monitors: parts.monitors, principalOf })),
  ]
  return [
    ...routes,
    {
      method: 'GET',
      url: '/api/v1/openapi.json',
      permission: 'public',
      handler: () => Promise.resolve(openapiDocument(routes, parts.version)),
    },
  ]
}

function everyRunRoute(tracking: NonNullable<RestParts['tracking']>): readonly Route[] {
  return [...runRoutes(tracking), ...runTableRoutes(tracking), ...runGroupRoutes(tracking), ...traceRoutes(tracking)]
}

function servingRoutes(
  parts: EndpointRouteParts & Partial<VariantRouteParts & Pick<SeriesRouteParts, 'series'>>,
): readonly Route[] {
  const { variants, series } = parts
  return [
    ...endpointRoutes(parts),
    ...deploymentRoutes(parts),
    ...(variants === undefined ? [] : variantRoutes({ ...parts, variants })),
    ...(series === undefined ? [] : endpointSeriesRoutes({ ...parts, series, now: () => Date.now() })),
  ]
}

function everyTriggerRoute(parts: TriggerRouteParts): readonly Route[] {
  return [...triggerRoutes(parts), ...webhookInRoutes(parts)]
}

function everyAssetRoute(parts: AssetParts): readonly Route[] {
  return [
    ...assetRoutes(parts),
    ...dataFileRoutes(parts),
    ...lockRoutes(parts),
    ...modelChangeRoutes(parts),
    ...datastoreRoutes(parts),
    ...garbageRoutes(parts),
  ]
}
