import type { JsonObject } from '../base/json.ts'
import type { AssetIdentity, EnvironmentChoice, EnvironmentSpec, Located, Reference } from './document-parts.ts'

/** Documents of what is kept by name, and of what serves it. */

export interface EnvironmentDocument extends AssetIdentity {
  readonly kind: 'environment'
  readonly located: Located
  readonly environment: EnvironmentSpec
}

export interface DataDocument extends AssetIdentity {
  readonly kind: 'data'
  readonly located: Located
  readonly type: 'uri_file' | 'uri_folder' | 'mltable'
  readonly source: Reference
}

export interface ModelDocument extends AssetIdentity {
  readonly kind: 'model'
  readonly located: Located
  readonly type: 'custom_model' | 'mlflow_model' | 'triton_model'
  readonly source: Reference
  readonly stage?: string
  readonly flavors?: JsonObject
}

/** Where data lies. Only a `local_folder` needs nothing from outside. */
export interface DatastoreDocument extends AssetIdentity {
  readonly kind: 'datastore'
  readonly located: Located
  readonly name: string
  readonly store:
    | { readonly type: 'local_folder'; readonly path: string }
    | {
        readonly type: 'azure_blob'
        readonly accountName: string
        readonly containerName: string
        readonly endpoint?: string
        readonly protocol?: string
        readonly credential?: { readonly kind: 'account_key' | 'sas_token'; readonly secret: string }
      }
}

export interface OnlineEndpointDocument extends AssetIdentity {
  readonly kind: 'online-endpoint'
  readonly located: Located
  readonly name: string
  readonly authMode: 'key' | 'aml_token' | 'aad_token'
  readonly traffic: Readonly<Record<string, number>>
  readonly mirrorTraffic: Readonly<Record<string, number>>
  readonly routing?: EndpointRouting
}

/** How an endpoint chooses a deployment by headers of the request (lower case). */
export interface EndpointRouting {
  /** Says for whom a request is: the same value goes to the same deployment. */
  readonly unitHeader?: string
  /** Chooses a deployment by its name or by one of `labels`. */
  readonly deploymentHeader?: string
  /** Deployment by what the header may say of it, e.g. `v1`. */
  readonly labels: Readonly<Record<string, string>>
}

/** How many workers there are, and what each may do. */
export interface WorkerLimits {
  /** Instances; 0 at least: none while nobody asks. */
  readonly scale?: {
    readonly min: number
    readonly max: number
    readonly targetUtilization: number
    readonly pollMs: number
    readonly idleMs: number
  }
  readonly memoryLimitBytes?: number
  /** How long a worker may take to be ready. */
  readonly startLimitMs?: number
  readonly readiness?: ProbeSettings
  readonly liveness?: ProbeSettings
}

/** How a worker is asked whether it answers, as Kubernetes does it. */
export interface ProbeSettings {
  /** From the start of the worker to the first question. */
  readonly initialDelayMs: number
  readonly periodMs: number
  /** Without an answer by then the question counts as failed. */
  readonly timeoutMs: number
  /** In a row, after a failure. */
  readonly successThreshold: number
  /** In a row, before anything is done about it. */
  readonly failureThreshold: number
}

export interface OnlineDeploymentDocument extends AssetIdentity {
  readonly kind: 'online-deployment'
  readonly located: Located
  /** As the name: absent where it is said on deploying, which counts more than what is written here. */
  readonly endpointName?: string
  readonly model?:
    | { readonly kind: 'reference'; readonly reference: Reference }
    | { readonly kind: 'inline'; readonly source: Reference; readonly type: ModelDocument['type'] }
  readonly scoring?: { readonly code: string; readonly script: string }
  readonly environment?: EnvironmentChoice
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly instanceCount: number
  readonly request: {
    readonly timeoutMs: number
    readonly maxConcurrentPerInstance: number
    readonly maxQueueWaitMs: number
  }
  readonly dataCollector?: JsonObject
  readonly workers?: WorkerLimits
  /** Ours: whether rows of several requests are predicted together. */
  readonly batching?: { readonly enabled?: boolean; readonly maxRows?: number }
}

/** A batch endpoint: a stable name in front of deployments that score whole inputs as jobs. */
export interface BatchEndpointDocument extends AssetIdentity {
  readonly kind: 'batch-endpoint'
  readonly located: Located
  readonly name: string
  readonly defaultDeployment?: string
}

/** How a batch deployment works through its input; Azure's defaults are filled in. */
export interface BatchSettings {
  /** Files, or rows of a table. */
  readonly miniBatchSize: number
  readonly maxConcurrencyPerInstance: number
  readonly instanceCount: number
  /** Failed items that are tolerated; -1: any number. */
  readonly errorThreshold: number
  readonly maxRetries: number
  readonly timeoutSeconds: number
  /** `summary_only`: the script writes what it wants to keep below `AZUREML_BI_OUTPUT_PATH`. */
  readonly outputAction: 'append_row' | 'summary_only'
  readonly outputFileName: string
  readonly loggingLevel: 'DEBUG' | 'INFO' | 'WARNING'
  readonly environmentVariables: Readonly<Record<string, string>>
}

export interface BatchDeploymentDocument extends AssetIdentity {
  readonly kind: 'batch-deployment'
  readonly located: Located
  readonly name: string
  readonly endpointName?: string
  readonly work:
    | {
        readonly type: 'model'
        readonly model?: OnlineDeploymentDocument['model'] & object
        readonly scoring?: { readonly code: string; readonly script: string }
        /** As written. */
        readonly environment?: JsonObject | string
        readonly settings: BatchSettings
      }
    | {
        readonly type: 'pipeline'
        /** One of the two. */
        readonly component?: JsonObject | string
        readonly job?: BatchJobDefinition
        readonly settings?: JsonObject
      }
}

/** The pipeline job that invocations are like: as it is written, an absolute path of its file, or a job of the store. */
export type BatchJobDefinition =
  { readonly written: JsonObject } | { readonly file: string } | { readonly name: string }
