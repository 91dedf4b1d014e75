import type { SourcePosition } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'

/**
 * The typed documents that YAML becomes: Azure ML CLI v2, camelCase inside. Local paths are absolute already, resolved
 * against the file that contains them; text with `${{ }}` is kept verbatim for `plan/`.
 */
export type Document =
  | CommandJob
  | PipelineJob
  | CommandComponent
  | PipelineComponent
  | EnvironmentDocument
  | DataDocument
  | ModelDocument
  | OnlineEndpointDocument
  | OnlineDeploymentDocument

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

/** What a command runs and with what; shared by command jobs, command components and inline steps. */
export interface CommandBody {
  readonly command: string
  /** Absolute folder or file, or a git/https URI. */
  readonly code?: Reference
  readonly additionalIncludes: readonly string[]
  readonly environment?: EnvironmentChoice
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources: Resources
  readonly distribution?: JsonObject
  readonly timeoutSeconds?: number
  readonly retry?: RetryPolicy
  readonly isDeterministic: boolean
}

export interface JobIdentity {
  readonly name?: string
  readonly displayName?: string
  readonly experimentName?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly compute?: string
}

export interface CommandJob extends JobIdentity, CommandBody {
  readonly kind: 'command-job'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
}

export interface PipelineSettings {
  readonly defaultCompute?: string
  readonly defaultDatastore?: string
  readonly continueOnStepFailure: boolean
  readonly forceRerun: boolean
}

export interface PipelineJob extends JobIdentity {
  readonly kind: 'pipeline-job'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly settings: PipelineSettings
  readonly steps: Readonly<Record<string, Step>>
  /**
   * `component:` of a job that runs a pipeline component. One from a file is already merged into `inputs` (defaults),
   * `outputs` and `steps`; a reference is merged by `mergeRootComponent` once it is resolved, `steps` being empty.
   */
  readonly component?: PipelineComponent | Reference
}

export interface CommandComponent extends AssetIdentity, CommandBody {
  readonly kind: 'command-component'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
}

export interface PipelineComponent extends AssetIdentity {
  readonly kind: 'pipeline-component'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
  readonly settings: PipelineSettings
  readonly steps: Readonly<Record<string, Step>>
  readonly isDeterministic: boolean
}

export type Component = CommandComponent | PipelineComponent

/** What every step of a pipeline may carry, ours included (`depends_on`, `run_if`). */
export interface StepCommon {
  readonly displayName?: string
  readonly dependsOn: readonly string[]
  readonly runIf: RunIf
}

/** A step: a component (loaded from its file, inline, or still a reference to a registered one) with its bindings, or control flow. */
export type Step = ComponentStep | IfElseStep

export interface ComponentStep extends StepCommon {
  readonly kind: 'component'
  readonly component: Component | Reference
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly compute?: string
  /** What the step says on top of its component; absent fields leave the component's. */
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources?: Resources
  readonly distribution?: JsonObject
  readonly timeoutSeconds?: number
  readonly retry?: RetryPolicy
  readonly isDeterministic?: boolean
}

export interface IfElseStep extends StepCommon {
  readonly kind: 'if_else'
  /** `${{parent.jobs.x.outputs.y}}` or a literal boolean as text. */
  readonly condition: string
  /** Names of steps of the same pipeline. */
  readonly trueBlock: readonly string[]
  readonly falseBlock: readonly string[]
}

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
export interface OnlineEndpointDocument extends AssetIdentity {
  readonly kind: 'online-endpoint'
  readonly located: Located
  readonly name: string
  readonly authMode: 'key' | 'aml_token' | 'aad_token'
  readonly traffic: Readonly<Record<string, number>>
  readonly mirrorTraffic: Readonly<Record<string, number>>
}
export interface OnlineDeploymentDocument extends AssetIdentity {
  readonly kind: 'online-deployment'
  readonly located: Located
  readonly name: string
  readonly endpointName: string
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
}
