import type { MlflowDestination } from './mlflow-destination.ts'
import type { MlflowSource } from './mlflow-source.ts'

/** What was copied; printed with `--json`. */
export interface TransferReport {
  experiments: number
  runs: number
  params: number
  tags: number
  metric_points: number
  datasets: number
  logged_models: number
  traces: number
  spans: number
  artifacts: number
  artifact_bytes: number
  /** Files that were there already. */
  artifacts_present: number
  registered_models: number
  model_versions: number
  aliases: number
  comments: number
  saved_views: number
  webhooks: number
  evaluation_datasets: number
  evaluation_records: number
  /** What could not be taken along, in words. */
  left_out: string[]
}

/** What ids and places of the source are called at the destination. */
export interface Renamed {
  /** Those that are not deleted. */
  readonly experiments: Map<string, string>
  readonly runs: Map<string, string>
  readonly loggedModels: Map<string, string>
  /** Artifact roots: `mlflow-artifacts:/3/<run>/artifacts` and the like. */
  readonly roots: Map<string, string>
}

export interface TransferOptions {
  readonly source: MlflowSource
  readonly destination: MlflowDestination
  /** Only experiments of these names; absent: all, and the registry. */
  readonly experiments?: readonly string[]
  readonly note: (line: string) => void
}

/** A transfer under way. */
export type Transfer = TransferOptions & { readonly report: TransferReport; readonly renamed: Renamed }

export function emptyReport(): TransferReport {
  const counts = { experiments: 0, runs: 0, params: 0, tags: 0, metric_points: 0, datasets: 0, logged_models: 0 }
  const traced = { traces: 0, spans: 0 }
  const files = { artifacts: 0, artifact_bytes: 0, artifacts_present: 0 }
  const registry = { registered_models: 0, model_versions: 0, aliases: 0 }
  const notes = { comments: 0, saved_views: 0, webhooks: 0, evaluation_datasets: 0, evaluation_records: 0 }
  return { ...counts, ...traced, ...files, ...registry, ...notes, left_out: [] }
}
