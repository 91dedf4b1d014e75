import { boolean, double, integer, list, message, oneOf, required, text } from './fields.ts'

/** The protocol's requests and answers under their own names (MLflow 3.17; experiments, runs, artifacts, models). */

/** Keys of tags and params are checked where they are stored: a new run or model takes the empty one too. */
const pair = message({ key: text, value: text })
const keyedPair = message({ key: required(text), value: text })

const viewType = oneOf({ ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 })
const runStatus = oneOf({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 })
const loggedModelStatus = oneOf({
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
})

const metricFields = {
  key: required(text),
  value: required(double),
  timestamp: required(integer),
  step: integer,
  model_id: text,
  dataset_name: text,
  dataset_digest: text,
}
const runId = { run_id: required(text) }
const experimentId = { experiment_id: required(text) }
const paging = { order_by: list(text), page_token: text }

export const requests = {
  none: message({}),
  createExperiment: message({ name: required(text), artifact_location: text, tags: list(pair) }),
  experiment: message(experimentId),
  experimentByName: message({ experiment_name: required(text) }),
  updateExperiment: message({ ...experimentId, new_name: required(text) }),
  searchExperiments: message({ view_type: viewType, max_results: integer, filter: text, ...paging }),
  setExperimentTag: message({ ...experimentId, key: required(text), value: text }),
  deleteExperimentTag: message({ ...experimentId, key: required(text) }),
  searchDatasets: message({ experiment_ids: list(text) }),

  createRun: message({ experiment_id: text, user_id: text, run_name: text, start_time: integer, tags: list(pair) }),
  run: message(runId),
  updateRun: message({ ...runId, status: runStatus, end_time: integer, run_name: text }),
  searchRuns: message({
    experiment_ids: list(text),
    filter: text,
    run_view_type: viewType,
    max_results: integer,
    ...paging,
  }),
  logMetric: message({ ...runId, ...metricFields }),
  logParameter: message({ ...runId, key: required(text), value: text }),
  setTag: message({ ...runId, key: required(text), value: text }),
  deleteTag: message({ ...runId, key: required(text) }),
  logBatch: message({
    ...runId,
    metrics: list(message(metricFields)),
    params: list(keyedPair),
    tags: list(keyedPair),
  }),
  logModel: message({ ...runId, model_json: required(text) }),
  logInputs: message({
    ...runId,
    datasets: list(
      message({
        tags: list(pair),
        dataset: required(
          message({
            name: required(text),
            digest: required(text),
            source_type: required(text),
            source: required(text),
            schema: text,
            profile: text,
          }),
        ),
      }),
    ),
    models: list(message({ model_id: required(text) })),
  }),
  logOutputs: message({
    ...runId,
    models: required(list(message({ model_id: required(text), step: integer }))),
  }),

  metricHistory: message({ ...runId, metric_key: required(text), page_token: text, max_results: integer }),
  metricHistoryBulk: message({ run_id: list(text), metric_key: text, max_results: integer }),
  metricHistoryInterval: message({
    run_ids: required(list(text)),
    metric_key: required(text),
    start_step: integer,
    end_step: integer,
    max_results: integer,
  }),

  listArtifacts: message({ ...runId, path: text, page_token: text }),
  listFolder: message({ path: text }),

  createLoggedModel: message({
    ...experimentId,
    name: text,
    model_type: text,
    source_run_id: text,
    params: list(pair),
    tags: list(pair),
  }),
  loggedModel: message({ model_id: required(text), allow_deleted: boolean }),
  finalizeLoggedModel: message({ model_id: required(text), status: required(loggedModelStatus) }),
  setLoggedModelTags: message({ model_id: required(text), tags: list(pair) }),
  deleteLoggedModelTag: message({ model_id: required(text), tag_key: required(text) }),
  logLoggedModelParams: message({ model_id: required(text), params: list(pair) }),
  listLoggedModelArtifacts: message({ model_id: required(text), artifact_directory_path: text, page_token: text }),
  searchLoggedModels: message({
    experiment_ids: required(list(text)),
    filter: text,
    datasets: list(message({ dataset_name: required(text), dataset_digest: text })),
    max_results: integer,
    order_by: list(
      message({ field_name: required(text), ascending: boolean, dataset_name: text, dataset_digest: text }),
    ),
    page_token: text,
  }),
} as const

interface PairMessage {
  readonly key: string
  readonly value: string
}

/** A double on the wire: NaN is a word, since JSON has no number for it. */
export type WireDouble = number | 'NaN'

export interface MetricMessage {
  readonly key: string
  readonly value: WireDouble
  readonly timestamp: number
  readonly step: number
  readonly dataset_name?: string
  readonly dataset_digest?: string
  readonly model_id?: string
  readonly run_id?: string
}

export interface ExperimentMessage {
  readonly experiment_id: string
  readonly name: string
  readonly artifact_location: string
  readonly lifecycle_stage: string
  readonly last_update_time: number
  readonly creation_time: number
  readonly tags?: readonly PairMessage[]
  readonly workspace: string
}

export interface RunInfoMessage {
  readonly run_id: string
  readonly run_uuid: string
  readonly run_name: string
  readonly experiment_id: string
  readonly user_id: string
  readonly status: string
  readonly start_time: number
  readonly end_time?: number
  readonly artifact_uri: string
  readonly lifecycle_stage: string
}

export interface RunMessage {
  readonly info: RunInfoMessage
  readonly data: {
    readonly metrics?: readonly MetricMessage[]
    readonly params?: readonly PairMessage[]
    readonly tags?: readonly PairMessage[]
  }
  readonly inputs: {
    readonly dataset_inputs?: readonly object[]
    readonly model_inputs?: readonly { readonly model_id: string }[]
  }
  readonly outputs: { readonly model_outputs?: readonly { readonly model_id: string; readonly step: number }[] }
}

export interface FileMessage {
  readonly path: string
  readonly is_dir: boolean
  readonly file_size?: number
}

export interface LoggedModelMessage {
  readonly info: {
    readonly model_id: string
    readonly experiment_id: string
    readonly name: string
    readonly creation_timestamp_ms: number
    readonly last_updated_timestamp_ms: number
    readonly artifact_uri: string
    readonly status: string
    readonly model_type: string
    readonly source_run_id: string
    readonly status_message?: string
    readonly tags?: readonly PairMessage[]
  }
  readonly data: { readonly params?: readonly PairMessage[]; readonly metrics?: readonly MetricMessage[] }
}
