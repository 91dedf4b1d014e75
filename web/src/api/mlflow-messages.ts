/*
 * The messages of MLflow's protocol that pages use, in the wire's own names. Whole numbers of 64 bits come as numbers;
 * lists that are empty are left out.
 */

export interface MlflowKeyValue {
  readonly key: string
  readonly value: string
}

export interface MlflowMetric {
  readonly key: string
  /** `NaN`, `Infinity` and `-Infinity` come as texts. */
  readonly value: number | string
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly step: number
}

export interface MlflowExperiment {
  readonly experiment_id: string
  readonly name: string
  readonly lifecycle_stage: 'active' | 'deleted'
  readonly artifact_location?: string
  readonly creation_time?: number
  readonly last_update_time?: number
  readonly tags?: readonly MlflowKeyValue[]
}

export interface MlflowRunInfo {
  readonly run_id: string
  readonly run_name?: string
  readonly experiment_id: string
  readonly user_id?: string
  readonly status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
  readonly start_time?: number
  readonly end_time?: number
  readonly artifact_uri?: string
  readonly lifecycle_stage: 'active' | 'deleted'
}

export interface MlflowRun {
  readonly info: MlflowRunInfo
  readonly data: {
    readonly metrics?: readonly MlflowMetric[]
    readonly params?: readonly MlflowKeyValue[]
    readonly tags?: readonly MlflowKeyValue[]
  }
  readonly inputs?: { readonly dataset_inputs?: readonly MlflowDatasetInput[] }
}

export interface MlflowDatasetInput {
  readonly tags?: readonly MlflowKeyValue[]
  readonly dataset: {
    readonly name: string
    readonly digest: string
    readonly source_type: string
    readonly source: string
    readonly schema?: string
    readonly profile?: string
  }
}

export interface MlflowFile {
  readonly path: string
  readonly is_dir: boolean
  readonly file_size?: number
}

export interface MlflowModelVersion {
  readonly name: string
  readonly version: string
  readonly creation_timestamp?: number
  readonly last_updated_timestamp?: number
  readonly current_stage?: string
  readonly description?: string
  readonly source?: string
  readonly run_id?: string
  readonly status?: string
  readonly aliases?: readonly string[]
  readonly tags?: readonly MlflowKeyValue[]
}

export interface MlflowRegisteredModel {
  readonly name: string
  readonly creation_timestamp?: number
  readonly last_updated_timestamp?: number
  readonly description?: string
  readonly latest_versions?: readonly MlflowModelVersion[]
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
  readonly tags?: readonly MlflowKeyValue[]
}

interface Paged {
  readonly max_results?: number
  readonly page_token?: string
}

type Call<Request, Response> = { readonly request: Request; readonly response: Response }
type Nothing = Readonly<Record<string, never>>
type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

/** Request and response of each call, by its path after `/2.0/mlflow/`. Add what a page needs. */
export interface MlflowCalls {
  'experiments/search': Call<
    Paged & { readonly filter?: string; readonly order_by?: readonly string[]; readonly view_type?: ViewType },
    { readonly experiments?: readonly MlflowExperiment[]; readonly next_page_token?: string }
  >
  'experiments/get': Call<{ readonly experiment_id: string }, { readonly experiment: MlflowExperiment }>
  'experiments/get-by-name': Call<{ readonly experiment_name: string }, { readonly experiment: MlflowExperiment }>
  'experiments/create': Call<{ readonly name: string }, { readonly experiment_id: string }>
  'experiments/update': Call<{ readonly experiment_id: string; readonly new_name: string }, Nothing>
  'experiments/delete': Call<{ readonly experiment_id: string }, Nothing>
  'experiments/restore': Call<{ readonly experiment_id: string }, Nothing>
  'experiments/set-experiment-tag': Call<MlflowKeyValue & { readonly experiment_id: string }, Nothing>
  'runs/search': Call<
    Paged & {
      readonly experiment_ids: readonly string[]
      readonly filter?: string
      readonly order_by?: readonly string[]
      readonly run_view_type?: ViewType
    },
    { readonly runs?: readonly MlflowRun[]; readonly next_page_token?: string }
  >
  'runs/get': Call<{ readonly run_id: string }, { readonly run: MlflowRun }>
  'runs/update': Call<
    { readonly run_id: string; readonly run_name?: string; readonly status?: string; readonly end_time?: number },
    { readonly run_info: MlflowRunInfo }
  >
  'runs/delete': Call<{ readonly run_id: string }, Nothing>
  'runs/restore': Call<{ readonly run_id: string }, Nothing>
  'runs/set-tag': Call<MlflowKeyValue & { readonly run_id: string }, Nothing>
  'runs/delete-tag': Call<{ readonly run_id: string; readonly key: string }, Nothing>
  'metrics/get-history': Call<
    Paged & { readonly run_id: string; readonly metric_key: string },
    { readonly metrics?: readonly MlflowMetric[]; readonly next_page_token?: string }
  >
  'artifacts/list': Call<
    { readonly run_id: string; readonly path?: string; readonly page_token?: string },
    { readonly root_uri?: string; readonly files?: readonly MlflowFile[]; readonly next_page_token?: string }
  >
  'registered-models/search': Call<
    Paged & { readonly filter?: string; readonly order_by?: readonly string[] },
    { readonly registered_models?: readonly MlflowRegisteredModel[]; readonly next_page_token?: string }
  >
  'registered-models/get': Call<{ readonly name: string }, { readonly registered_model: MlflowRegisteredModel }>
  'registered-models/alias': Call<{ readonly name: string; readonly alias: string; readonly version: string }, Nothing>
  'model-versions/search': Call<
    Paged & { readonly filter?: string; readonly order_by?: readonly string[] },
    { readonly model_versions?: readonly MlflowModelVersion[]; readonly next_page_token?: string }
  >
  'model-versions/get': Call<
    { readonly name: string; readonly version: string },
    { readonly model_version: MlflowModelVersion }
  >
}
