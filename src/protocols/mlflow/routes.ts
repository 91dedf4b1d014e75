import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { ArtifactUploads } from '../../artifacts/artifact-uploads.ts'
import type { Route } from '../../server/route.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { artifactRoutes } from './artifact-routes.ts'
import { evaluationDatasetRoutes } from './evaluation/evaluation-dataset-routes.ts'
import { scorerRoutes } from './evaluation/scorer-routes.ts'
import { experimentRoutes } from './experiment-routes.ts'
import { loggedModelRoutes } from './logged-model-routes.ts'
import { metricRoutes } from './metric-routes.ts'
import { multipartRoutes } from './multipart-routes.ts'
import { runRoutes } from './run-routes.ts'
import { serverRoutes } from './server-routes.ts'
import { assessmentRoutes } from './tracing/assessment-routes.ts'
import { otlpRoutes } from './tracing/otlp-routes.ts'
import { traceRoutes } from './tracing/trace-routes.ts'

/**
 * The MLflow protocol as routes: tracking, artifacts and logged models (the registry's are its own file's). What is not
 * here is answered 404 without JSON, which makes clients fall back to what is.
 */
export function mlflowRoutes(parts: {
  readonly tracking: TrackingStore
  readonly artifacts: ArtifactStore
  readonly uploads: ArtifactUploads
}): readonly Route[] {
  return [
    ...serverRoutes(),
    ...experimentRoutes(parts),
    ...runRoutes(parts),
    ...metricRoutes(parts),
    ...loggedModelRoutes(parts),
    ...artifactRoutes(parts),
    ...multipartRoutes(parts),
    ...traceRoutes(parts),
    ...assessmentRoutes(parts.tracking.traces),
    ...otlpRoutes(parts.tracking),
    ...evaluationDatasetRoutes(parts),
    ...scorerRoutes(parts.tracking),
  ]
}
