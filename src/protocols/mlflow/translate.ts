import type {
  DatasetInput,
  Experiment,
  LoggedMetric,
  LoggedModel,
  LoggedModelMetric,
  LoggedModelStatus,
  Metric,
  Page,
  Run,
  RunInfo,
  Tag,
} from '../../tracking/entities.ts'
import type { DatasetSummary } from '../../tracking/run-inputs.ts'
import type { LoggedModelOrder } from '../../tracking/search/logged-model-search.ts'
import type {
  ExperimentMessage,
  LoggedModelMessage,
  MetricMessage,
  RunInfoMessage,
  RunMessage,
  WireDouble,
} from './messages.ts'

/** Between the wire's messages and our entities; pure. Empty lists are left out, as protobuf's JSON does. */

/** A list field of an answer, absent when the list is empty. */
export function listField<Name extends string, Item>(
  name: Name,
  items: readonly Item[],
): { readonly [Key in Name]?: readonly Item[] } {
  return (items.length === 0 ? {} : { [name]: items }) as { readonly [Key in Name]?: readonly Item[] }
}

/** A page as an answer: the items under their name, and the token where there are more. */
export function pageMessage<Item, Shown>(name: string, page: Page<Item>, show: (item: Item) => Shown): object {
  return {
    ...listField(name, page.items.map(show)),
    ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
  }
}

interface GivenPair {
  readonly key?: string
  readonly value?: string
}

/** Tags or params of a request; a value that is left out is "". */
export function toPairs(pairs: readonly GivenPair[] | undefined): readonly Tag[] {
  return (pairs ?? []).map(toPair)
}

export function toPair({ key = '', value = '' }: GivenPair): Tag {
  return { key, value }
}

interface GivenMetric {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step?: number
  readonly model_id?: string
  readonly dataset_name?: string
  readonly dataset_digest?: string
}

export function toMetric(given: GivenMetric): LoggedMetric {
  return {
    key: given.key,
    value: given.value,
    timestampMs: given.timestamp,
    step: given.step ?? 0,
    ...(isGiven(given.model_id) && { modelId: given.model_id }),
    ...(isGiven(given.dataset_name) && { datasetName: given.dataset_name }),
    ...(isGiven(given.dataset_digest) && { datasetDigest: given.dataset_digest }),
  }
}

/** Protobuf writes an unset text as "". */
export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

interface GivenDataset {
  readonly tags?: readonly GivenPair[]
  readonly dataset: {
    readonly name: string
    readonly digest: string
    readonly source_type: string
    readonly source: string
    readonly schema?: string
    readonly profile?: string
  }
}

export function toDatasetInput({ dataset, tags }: GivenDataset): DatasetInput {
  const { source_type: sourceType, ...rest } = dataset
  return { dataset: { ...rest, sourceType }, tags: toPairs(tags) }
}

export function metricMessage({ key, value, timestampMs, step }: Metric): MetricMessage {
  return { key, value: wireDouble(value), timestamp: timestampMs, step }
}

function wireDouble(value: number): WireDouble {
  return Number.isNaN(value) ? 'NaN' : value
}

function modelMetricMessage(metric: LoggedModelMetric): MetricMessage {
  return {
    ...metricMessage(metric),
    ...(metric.datasetName !== undefined && { dataset_name: metric.datasetName }),
    ...(metric.datasetDigest !== undefined && { dataset_digest: metric.datasetDigest }),
    model_id: metric.modelId,
    run_id: metric.runId,
  }
}

export function experimentMessage(experiment: Experiment): ExperimentMessage {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.updatedMs,
    creation_time: experiment.createdMs,
    ...listField('tags', experiment.tags),
    workspace: 'default',
  }
}

export function runInfoMessage(info: RunInfo): RunInfoMessage {
  return {
    run_uuid: info.runId,
    experiment_id: info.experimentId,
    run_name: info.runName,
    user_id: info.userId,
    status: info.status,
    start_time: info.startMs,
    ...(info.endMs !== undefined && { end_time: info.endMs }),
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
  }
}

export function runMessage(run: Run): RunMessage {
  return {
    info: runInfoMessage(run.info),
    data: {
      ...listField('metrics', run.metrics.map(metricMessage)),
      ...listField('params', run.params),
      ...listField('tags', run.tags),
    },
    inputs: {
      ...listField('dataset_inputs', run.datasetInputs.map(datasetInputMessage)),
      ...listField(
        'model_inputs',
        run.modelInputs.map(({ modelId }) => ({ model_id: modelId })),
      ),
    },
    outputs: listField(
      'model_outputs',
      run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
    ),
  }
}

function datasetInputMessage({ dataset, tags }: DatasetInput): object {
  const { sourceType, ...rest } = dataset
  return { ...listField('tags', tags), dataset: { ...rest, source_type: sourceType } }
}

export function datasetSummaryMessage({ experimentId, ...summary }: DatasetSummary): object {
  return { experiment_id: experimentId, ...summary }
}

export function toLoggedModelStatus(status: `LOGGED_MODEL_${string}`): LoggedModelStatus {
  return status === 'LOGGED_MODEL_STATUS_UNSPECIFIED'
    ? 'UNSPECIFIED'
    : (status.slice('LOGGED_MODEL_'.length) as LoggedModelStatus)
}

function loggedModelStatusWord(status: LoggedModelStatus): string {
  return status === 'UNSPECIFIED' ? 'LOGGED_MODEL_STATUS_UNSPECIFIED' : `LOGGED_MODEL_${status}`
}

export function loggedModelMessage(model: LoggedModel): LoggedModelMessage {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdMs,
      last_updated_timestamp_ms: model.updatedMs,
      artifact_uri: model.artifactUri,
      status: loggedModelStatusWord(model.status),
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      ...(model.statusMessage !== undefined && { status_message: model.statusMessage }),
      ...listField('tags', model.tags),
    },
    data: {
      ...listField('params', model.params),
      ...listField('metrics', model.metrics.map(modelMetricMessage)),
    },
  }
}

interface GivenOrder {
  readonly field_name: string
  readonly ascending?: boolean
  readonly dataset_name?: string
  readonly dataset_digest?: string
}

export function toLoggedModelOrder(order: GivenOrder): LoggedModelOrder {
  return {
    field: order.field_name,
    ascending: order.ascending ?? true,
    ...(isGiven(order.dataset_name) && { datasetName: order.dataset_name }),
    ...(isGiven(order.dataset_digest) && { datasetDigest: order.dataset_digest }),
  }
}
