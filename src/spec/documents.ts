import type { SourcePosition } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { SweepSettings } from './sweep-settings.ts'

/**
 * The typed documents that YAML becomes: Azure ML CLI v2, camelCase inside. Local paths are absolute already, resolved
 * against the file that contains them; text with `${{ }}` is kept verbatim for `plan/`.
 */
export type Document =
  | Job
  | Component
  | EnvironmentDocument
  | DataDocument
  | ModelDocument
  | DatastoreDocument
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

/** What a command runs and with what; shared by command jobs, command components and inline steps. */
export interface CommandBody {
  /** Empty with a notebook. */
  readonly command: string
  /** Ours: a notebook instead of a command, by its path in the code. */
  readonly notebook?: string
  /** Absolute folder or file, or a git/https URI. */
  readonly code?: Reference
  readonly additionalIncludes: readonly string[]
  readonly environment?: EnvironmentChoice
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources: Resources
  readonly distribution?: Distribution
  readonly timeoutSeconds?: number
  readonly limits?: StepLimits
  readonly retry?: RetryPolicy
  readonly priority?: Priority
  readonly isolation?: Isolation
  readonly isDeterministic: boolean
}

/** How many of an input make one mini-batch: files (or rows of a table), or about so many bytes. */
export type MiniBatchSize = { readonly unit: 'items' | 'bytes'; readonly amount: number }

/** What runs on every mini-batch. */
export interface ParallelTask {
  readonly type: 'run_function' | 'function' | 'model'
  readonly code?: Reference
  /** With `run_function` and `function`: a file of `code` with `run(mini_batch)`. */
  readonly entryScript?: string
  readonly programArguments?: string
  /** `${{outputs.x}}`: where the returned rows are put together. */
  readonly appendRowTo?: string
  readonly environment?: EnvironmentChoice
  readonly model?: Reference
}

/** How a parallel step works through its input; what nobody says is absent, and planning knows the defaults. */
export interface ParallelSettings {
  /** `${{inputs.x}}`: the input that is cut into mini-batches. */
  readonly inputData?: string
  readonly miniBatchSize?: Bindable<MiniBatchSize>
  readonly partitionKeys?: readonly string[]
  readonly maxConcurrencyPerInstance?: Bindable<number>
  /** Tries after the first, and seconds, of one mini-batch. */
  readonly miniBatchRetries?: Bindable<number>
  readonly miniBatchTimeoutSeconds?: Bindable<number>
  /** Failed items and mini-batches that are tolerated; -1: any number. */
  readonly errorThreshold?: Bindable<number>
  readonly miniBatchErrorThreshold?: Bindable<number>
  readonly loggingLevel?: 'DEBUG' | 'INFO' | 'WARNING'
}

/** A parallel step or component: its task, on every mini-batch of an input. */
export interface ParallelBody {
  readonly task: ParallelTask
  readonly settings: ParallelSettings
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources: Resources
  readonly isDeterministic: boolean
}

/** What `spark-submit` is told. */
export interface SparkSubmission {
  /** A Python file of the code, or a class of the first of `jars`. */
  readonly entry: { readonly file: string } | { readonly className: string }
  readonly pyFiles: readonly string[]
  readonly jars: readonly string[]
  readonly files: readonly string[]
  readonly archives: readonly string[]
  /** By Spark's own names: `spark.driver.cores`. */
  readonly conf: Readonly<Record<string, string>>
  readonly args?: string
  /** `resources.runtime_version`: the Spark to run on where no environment brings one, e.g. `3.5`. */
  readonly runtimeVersion?: string
}

/** What a Spark job or component runs and with what. */
export interface SparkBody extends Omit<CommandBody, 'command' | 'notebook' | 'distribution'> {
  readonly spark: SparkSubmission
}

/** Where data comes from or goes to that is outside: behind a connection of an Azure workspace. */
export interface ExternalData {
  readonly type: 'database' | 'file_system'
  readonly connection?: string
  readonly query?: string
  readonly tableName?: string
  readonly storedProcedure?: string
  readonly path?: string
}

/** A data transfer: inputs copied to an output, or brought in from or out to another system. */
export type DataTransferBody =
  | { readonly task: 'copy_data'; readonly dataCopyMode: 'merge_with_overwrite' | 'fail_if_conflict' }
  | { readonly task: 'import_data'; readonly source: ExternalData }
  | { readonly task: 'export_data'; readonly sink: ExternalData }

/** `services:` of a job by name; kept as data, as there is nowhere to reach them. */
export interface JobService {
  readonly type: string
  readonly port?: number
  readonly nodes?: string
  readonly logDir?: string
  readonly sshPublicKeys?: string
}

export interface JobIdentity {
  readonly name?: string
  readonly displayName?: string
  readonly experimentName?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly compute?: string
  /** Whom a job acts as in Azure; here it is always the user who runs the server. */
  readonly identity?: 'aml_token' | 'managed' | 'user_identity'
  readonly services?: Readonly<Record<string, JobService>>
}

/** What can be submitted. */
export type Job = CommandJob | PipelineJob | SweepJob | SparkJob | DataTransferJob

export interface CommandJob extends JobIdentity, CommandBody {
  readonly kind: 'command-job'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
}

/** A sweep: its trial with values of the search space, again and again. */
export interface SweepJob extends JobIdentity, SweepSettings {
  readonly kind: 'sweep-job'
  readonly located: Located
  readonly trial: CommandComponent | Reference
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  /** Fields that are not given leave the trial's. */
  readonly resources?: Partial<Resources>
  readonly priority?: Priority
}

export interface SparkJob extends JobIdentity, SparkBody {
  readonly kind: 'spark-job'
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
}

export interface DataTransferJob extends JobIdentity {
  readonly kind: 'data-transfer-job'
  readonly located: Located
  readonly transfer: DataTransferBody
  readonly isDeterministic: boolean
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly timeoutSeconds?: number
  readonly retry?: RetryPolicy
  readonly priority?: Priority
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

/** What every component declares. */
export interface ComponentCommon extends AssetIdentity {
  readonly located: Located
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  readonly outputs: Readonly<Record<string, OutputDeclaration>>
}

export interface CommandComponent extends ComponentCommon, CommandBody {
  readonly kind: 'command-component'
}
export interface ParallelComponent extends ComponentCommon, ParallelBody {
  readonly kind: 'parallel-component'
}
export interface SparkComponent extends ComponentCommon, SparkBody {
  readonly kind: 'spark-component'
}
export interface DataTransferComponent extends ComponentCommon {
  readonly kind: 'data-transfer-component'
  readonly transfer: DataTransferBody
  readonly isDeterministic: boolean
}

export interface PipelineComponent extends ComponentCommon {
  readonly kind: 'pipeline-component'
  readonly settings: PipelineSettings
  readonly steps: Readonly<Record<string, Step>>
  readonly isDeterministic: boolean
}

export type Component =
  CommandComponent | PipelineComponent | ParallelComponent | SparkComponent | DataTransferComponent

/** What every step of a pipeline may carry, ours included (`depends_on`, `run_if`). */
export interface StepCommon {
  readonly displayName?: string
  readonly dependsOn: readonly string[]
  readonly runIf: RunIf
}

/** A step: a component (loaded from its file, inline, or still a reference to a registered one) with its bindings, a sweep, or control flow. */
export type Step = ComponentStep | SweepStep | IfElseStep | DoWhileStep | ParallelForStep

/** What a step may say on top of its component; absent fields leave the component's. */
export interface RunSettings {
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly resources?: Partial<Resources>
  readonly distribution?: Distribution
  readonly timeoutSeconds?: number
  readonly limits?: StepLimits
  readonly retry?: RetryPolicy
  readonly priority?: Priority
  readonly isolation?: Isolation
  readonly isDeterministic?: boolean
}

/** A step of one component: a command, a pipeline, a parallel or Spark step or a data transfer, as `component.kind` says. */
export interface ComponentStep extends StepCommon, RunSettings {
  readonly kind: 'component'
  readonly component: Component | Reference
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly compute?: string
  /** The same of a parallel component: fields that are given replace the component's. */
  readonly parallel?: ParallelSettings & { readonly task?: ParallelTask }
  /** The same of a Spark component. */
  readonly spark?: Partial<SparkSubmission>
}

/** A sweep in a pipeline; its outputs are those of its best trial. */
export interface SweepStep
  extends
    StepCommon,
    SweepSettings,
    Pick<RunSettings, 'environmentVariables' | 'resources' | 'retry' | 'priority' | 'isDeterministic'> {
  readonly kind: 'sweep'
  readonly trial: CommandComponent | Reference
  /** Given to every trial; names of `searchSpace` go before them. */
  readonly inputs: Readonly<Record<string, InputValue>>
  readonly outputs: Readonly<Record<string, OutputValue>>
  readonly compute?: string
}

/** Runs `body` again and again, each time with outputs of the time before, while `condition` is true. */
export interface DoWhileStep extends StepCommon {
  readonly kind: 'do_while'
  /** The name of a step of the same pipeline. */
  readonly body: string
  /** The name of a boolean output of `body`; absent: as often as the limit says. */
  readonly condition?: string
  /** Outputs of `body` and the inputs of its next run that take them. */
  readonly mapping: Readonly<Record<string, readonly string[]>>
  /** 1 to 1000. */
  readonly maxIterationCount: number
}

/** Runs `body` once for every item, with the item's values as its inputs. */
export interface ParallelForStep extends StepCommon {
  readonly kind: 'parallel_for'
  /** The name of a step of the same pipeline. */
  readonly body: string
  readonly items: ParallelForItems
  /** Items that run at the same time; absent: no limit of its own. */
  readonly maxConcurrency?: number
  /** Outputs of the body, of all items together. */
  readonly outputs: Readonly<Record<string, OutputValue>>
}

/** Items by name (a list's are `0`, `1`, ...), or the expression that gives them as JSON text. */
export type ParallelForItems =
  | { readonly kind: 'items'; readonly items: readonly ParallelForItem[] }
  | { readonly kind: 'expression'; readonly text: string }
export interface ParallelForItem {
  readonly name: string
  readonly inputs: Readonly<Record<string, InputValue>>
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
}
export interface OnlineDeploymentDocument extends AssetIdentity {
  readonly kind: 'online-deployment'
  readonly located: Located
  readonly name: string
  /** Absent where it is said on deploying, which counts more than what is written here. */
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
}
