import type { ExperimentId, RunId } from '../base/ids.ts'

/** What MLflow tracks, in our spelling: experiments hold runs, runs hold metrics, params, tags, inputs and outputs. */

type LifecycleStage = 'active' | 'deleted'
export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
/** Which lifecycle stages a search looks at. */
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface Param {
  readonly key: string
  readonly value: string
}

/** One point of a metric; `value` may be NaN or infinite. */
export interface Metric {
  readonly key: string
  readonly value: number
  readonly timestampMs: number
  readonly step: number
}

/** A metric as a client logs it: with a model id it also counts for that logged model. */
export interface LoggedMetric extends Metric {
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

export interface Experiment {
  readonly experimentId: ExperimentId
  readonly name: string
  readonly artifactLocation: string
  readonly lifecycleStage: LifecycleStage
  readonly createdMs: number
  readonly updatedMs: number
  readonly tags: readonly Tag[]
}

export interface RunInfo {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly runName: string
  readonly userId: string
  readonly status: RunStatus
  readonly startMs: number
  readonly endMs?: number
  readonly artifactUri: string
  readonly lifecycleStage: LifecycleStage
}

interface Dataset {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema?: string
  readonly profile?: string
}

export interface DatasetInput {
  readonly dataset: Dataset
  readonly tags: readonly Tag[]
}

export interface ModelOutput {
  readonly modelId: string
  readonly step: number
}

/** A run with everything but its metric histories; metrics are the latest of each key. Lists are sorted by key, datasets as logged. */
export interface Run {
  readonly info: RunInfo
  readonly metrics: readonly Metric[]
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  readonly datasetInputs: readonly DatasetInput[]
  readonly modelInputs: readonly { readonly modelId: string }[]
  readonly modelOutputs: readonly ModelOutput[]
}

export type LoggedModelStatus = 'UNSPECIFIED' | 'PENDING' | 'READY' | 'UPLOAD_FAILED'

/** A metric of a logged model, with the run that logged it. */
export interface LoggedModelMetric extends LoggedMetric {
  readonly modelId: string
  readonly runId: RunId
}

export interface LoggedModel {
  readonly modelId: string
  readonly experimentId: ExperimentId
  readonly name: string
  readonly artifactUri: string
  readonly status: LoggedModelStatus
  readonly statusMessage?: string
  readonly modelType: string
  readonly sourceRunId: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  readonly metrics: readonly LoggedModelMetric[]
}

/** A page of a search; `nextPageToken` is absent on the last one. */
/** Which page of a list; the list says how many it gives where nobody says. */
export interface PageWish {
  readonly maxResults?: number
  readonly pageToken?: string
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken?: string
}
