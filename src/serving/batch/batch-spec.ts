import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { BatchSettings } from '../../spec/asset-documents.ts'

/** What a batch deployment is made of, but for the files that its template keeps. */
export type BatchSpec = BatchModelSpec | BatchPipelineSpec

/** A model, or a script, on mini-batches of the input. */
export interface BatchModelSpec {
  readonly type: 'model'
  /** As it was written or resolved: `azureml:diabetes:7`, or the name of local files. */
  readonly model?: string
  /** Where its files are, for jobs: a reference, or stored content. */
  readonly modelPath?: string
  /** Stored content that holds the model's folder, as `AZUREML_MODEL_DIR` does; for scripts. */
  readonly modelFolder?: string
  /** Absolute folder and the file in it; absent: an MLflow model scores by itself. */
  readonly scoring?: { readonly code: string; readonly script: string }
  /** As written; relative paths are relative to the deployment's file. */
  readonly environment?: JsonValue
  readonly settings: BatchSettings
}

export interface BatchPipelineSpec {
  readonly type: 'pipeline'
  /** As written. One of the three. */
  readonly component?: JsonObject | string
  /** A whole pipeline job, as written. */
  readonly job?: JsonObject
  /** The job is what its template holds. */
  readonly captured?: true
  /** Of the pipeline. */
  readonly settings?: JsonObject
}

/** A data input of an invocation. */
export interface BatchInput {
  readonly type: 'uri_file' | 'uri_folder' | 'mltable'
  /** An absolute path or a reference. */
  readonly path: string
}

/** What one invocation says. */
export interface BatchRun {
  readonly endpoint: string
  readonly deployment: string
  /** What a model deployment scores. */
  readonly input?: BatchInput
  /** Inputs of a pipeline deployment by name, as YAML has them. */
  readonly inputs: Readonly<Record<string, JsonValue>>
  /** `mini_batch_size: 5` and the like, over what the deployment says. */
  readonly settings: Readonly<Record<string, string>>
  /** Where the output goes beside the store: `azureml://datastores/.../paths/...` */
  readonly outputPath?: string
}
