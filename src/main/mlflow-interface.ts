import type { FastifyRequest } from 'fastify'
import type { Principal } from '../access/principal.ts'
import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { ArtifactUploads } from '../artifacts/artifact-uploads.ts'
import { mlflowRegistryRoutes } from '../protocols/mlflow/registry-routes.ts'
import { mlflowRoutes } from '../protocols/mlflow/routes.ts'
import { graphqlRoutes } from '../protocols/mlflow/web-ui/graphql-routes.ts'
import type { PageBundle } from '../protocols/mlflow/web-ui/page-bundle.ts'
import { pageRoutes } from '../protocols/mlflow/web-ui/page-routes.ts'
import { webhookRoutes, type WebhookRouteParts } from '../protocols/mlflow/webhooks/webhook-routes.ts'
import type { ModelRegistry } from '../registry/model-registry.ts'
import type { Route } from '../server/route.ts'
import type { TrackingStore } from '../tracking/tracking-store.ts'

interface MlflowParts {
  readonly tracking: TrackingStore
  readonly artifacts: ArtifactStore
  readonly uploads: ArtifactUploads
  readonly registry: ModelRegistry
  readonly principalOf?: (request: FastifyRequest) => Principal
  /** Absent for who only looks. */
  readonly webhooks?: WebhookRouteParts
  /** MLflow's own pages, where they are to be served. */
  readonly pages?: PageBundle
}

/** Everything that speaks MLflow's protocol, and its pages. */
export function mlflowInterface({ webhooks, pages, ...parts }: MlflowParts): readonly Route[] {
  const calls = [...mlflowRoutes(parts), ...mlflowRegistryRoutes(parts)]
  const routes = [...calls, ...graphqlRoutes(calls), ...(webhooks === undefined ? [] : webhookRoutes(webhooks))]
  return pages === undefined ? routes : [...routes, ...pageRoutes(pages, routes)]
}
