import type { SourcePosition } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'

/** What documents of several kinds are made of. */

/** Finds the position of a value (or of its key) by path from the document's root, for messages of later layers. */
export type PositionFinder = (path: readonly (string | number)[]) => SourcePosition | undefined

/** Where a document stands: `at` is relative to its own root, also for components loaded from other files. */
export interface Located {
  readonly file: string
  readonly at: PositionFinder
  /** The source line of a position with a caret below it; absent where the text is not at hand. */
  readonly frame?: (position: SourcePosition) => string | undefined
}

export interface AssetIdentity {
  readonly name?: string
  readonly version?: string
  readonly displayName?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
}

export type DataType = 'uri_file' | 'uri_folder' | 'mltable' | 'custom_model' | 'mlflow_model' | 'triton_model'

export type PrimitiveType = 'string' | 'integer' | 'number' | 'boolean'

export type InputMode = 'ro_mount' | 'download' | 'direct' | 'eval_mount' | 'eval_download' | 'rw_mount'

export type OutputMode = 'rw_mount' | 'upload' | 'direct'

/**
 * What a name refers to. `local`: an absolute path. `asset`: `azureml:name:version` or `@label` (bare name: label
 * `default`). `registry`: `azureml://registries/...`. `uri`: anything else with a scheme, verbatim.
 */
export type Reference =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'asset'; readonly name: string; readonly version?: string; readonly label?: string }
  | {
      readonly kind: 'registry'
      readonly registry: string
      readonly assetType: string
      readonly name: string
      readonly version?: string
      readonly label?: string
    }
  | { readonly kind: 'uri'; readonly uri: string }

/** A declared input of a component (`inputs:` of a component file). */
export interface InputDeclaration {
  readonly type: DataType | PrimitiveType
  readonly optional: boolean
  readonly description?: string
  /** A literal as Azure renders it (`True`, `1.0`), or a path/URI for data. */
  readonly default?: string
  readonly min?: number
  readonly max?: number
  readonly enum?: readonly string[]
  readonly mode?: InputMode
}

export interface OutputDeclaration {
  readonly type: DataType | PrimitiveType
  readonly mode?: OutputMode
  readonly description?: string
  /** Registers the output as an asset on completion. */
  readonly name?: string
  readonly version?: string
  readonly path?: string
}

/** What a job or step gives an input: text (a literal or an expression, possibly mixed) or data. */
export type InputValue =
  | {
      readonly kind: 'text'
      readonly text: string
      readonly type?: DataType | PrimitiveType
      readonly mode?: InputMode
    }
  | { readonly kind: 'data'; readonly type: DataType; readonly source: Reference; readonly mode?: InputMode }

/** What a job or step says of an output: a promotion `${{parent.outputs.x}}`, or its type, mode, path and name. */
export interface OutputValue {
  readonly promotedTo?: string
  readonly type?: DataType | PrimitiveType
  readonly mode?: OutputMode
  readonly path?: string
  readonly name?: string
  readonly version?: string
}

export interface EnvironmentSpec {
  readonly name?: string
  readonly version?: string
  readonly image?: string
  /** A conda file: its parsed content and, when it came from a file, that file. */
  readonly conda?: { readonly content: JsonObject; readonly file?: string }
  readonly build?: { readonly path: string; readonly dockerfilePath?: string }
  readonly inferenceConfig?: JsonObject
  readonly osType?: 'linux' | 'windows'
}

export type EnvironmentChoice =
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'inline'; readonly environment: EnvironmentSpec }

export interface Resources {
  readonly instanceCount: number
  readonly instanceType?: string
  /** As Docker takes it: a number and b, k, m or g. */
  readonly shmSize?: string
  /** Numbers that are expressions (`instance_count: ${{parent.inputs.n}}`), by YAML key; their fields hold defaults. */
  readonly expressions?: Readonly<Record<string, string>>
  readonly properties?: JsonObject
}

export interface RetryPolicy {
  readonly maxRetries: number
  readonly delaySeconds: number
  readonly backoff: number
  readonly maxDelaySeconds?: number
}

export type RunIf = 'always' | 'failed' | 'succeeded'

/** `queue_settings.priority`: which of two waiting steps goes first. */
export type Priority = 'low' | 'medium' | 'high'

/** A value, or the expression (`${{parent.inputs.n}}`) that gives it when the pipeline is planned. */
export type Bindable<Value> = Value | { readonly expression: string }

/**
 * How many processes a command runs as. `pytorch` and `mpi`: `processCountPerInstance` on every instance; `tensorflow`:
 * one per worker and parameter server; `ray`: a head, and a worker on every further instance.
 */
export type Distribution =
  | { readonly type: 'pytorch' | 'mpi'; readonly processCountPerInstance: Bindable<number> }
  | {
      readonly type: 'tensorflow'
      /** Absent: one for every instance. */
      readonly workerCount?: Bindable<number>
      readonly parameterServerCount: Bindable<number>
    }
  | {
      readonly type: 'ray'
      readonly port?: number
      readonly address?: string
      readonly includeDashboard?: boolean
      readonly dashboardPort?: number
      readonly headNodeAdditionalArgs?: string
      readonly workerNodeAdditionalArgs?: string
    }

/** How a command starts: in a new process, or forked from an interpreter that has made the script's imports. */
export type Isolation = 'process' | 'warm'

/** Ours: what all processes of a step together may use. */
export interface StepLimits {
  readonly memoryBytes?: number
  /** Processes and threads. */
  readonly processes?: number
}
