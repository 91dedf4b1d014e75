import type { DataTestsDocument } from './data-test-document.ts'
import type {
  BatchDeploymentDocument,
  BatchEndpointDocument,
  DataDocument,
  DatastoreDocument,
  EnvironmentDocument,
  ModelDocument,
  OnlineDeploymentDocument,
  OnlineEndpointDocument,
} from './asset-documents.ts'
import type {
  AssetIdentity,
  Bindable,
  Distribution,
  EnvironmentChoice,
  InputDeclaration,
  InputValue,
  Isolation,
  Located,
  OutputDeclaration,
  OutputValue,
  Priority,
  Reference,
  Resources,
  RetryPolicy,
  RunIf,
  StepLimits,
} from './document-parts.ts'
import type { MonitorDocument } from './monitors/monitor-document.ts'
import type { ScheduleDocument, TriggerDocument } from './schedules/schedule-documents.ts'
import type { WrittenSweepSettings } from './sweep-settings.ts'

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
  | DataTestsDocument
  | OnlineEndpointDocument
  | OnlineDeploymentDocument
  | ScheduleDocument
  | MonitorDocument
  | TriggerDocument
  | BatchEndpointDocument
  | BatchDeploymentDocument

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
export interface SweepJob extends JobIdentity, WrittenSweepSettings {
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
  /** The step that runs before all others. */
  readonly onInit?: string
  /** The step that runs after all others, whatever became of them. */
  readonly onFinalize?: string
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
    WrittenSweepSettings,
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
