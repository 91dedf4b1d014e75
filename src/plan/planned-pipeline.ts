import type { ValueBounds } from './bindings/literal.ts'
import type { StepPath } from '../base/ids.ts'
import type { HostedWork } from './hosted-work.ts'
import type {
  DataType,
  Distribution,
  EnvironmentChoice,
  InputMode,
  Located,
  OutputMode,
  Priority,
  PrimitiveType,
  Reference,
  Resources,
  RetryPolicy,
  RunIf,
  StepLimits,
  Isolation,
} from '../spec/document-parts.ts'
import type { SweepSettings } from '../spec/sweep-settings.ts'

/**
 * A job as the engine runs it: nested pipelines flattened to one graph, every binding resolved to a literal, to data
 * or to an output of another step. Plain JSON (but for `located`), so it is stored with the job and read back after a
 * restart.
 */
export interface PlannedPipeline {
  /** In an order in which every step follows what it waits for. */
  readonly steps: readonly PlannedStep[]
  /** Nested pipelines, outer before inner. */
  readonly groups: readonly PlannedGroup[]
  /** What a pipeline job was given, for people: steps have what they take of it. Absent: nothing. */
  readonly inputs?: Readonly<Record<string, PlannedInput>>
  readonly outputs: Readonly<Record<string, PipelineOutput>>
  readonly continueOnStepFailure: boolean
  readonly forceRerun: boolean
}

export interface PlannedGroup {
  /** Keys joined by dots: `prepare`, `prepare.inner`. */
  readonly path: StepPath
  readonly parent?: StepPath
  readonly key: string
  readonly displayName?: string
  /** As of a command. */
  readonly component?: string
  readonly outputs: Readonly<Record<string, PipelineOutput>>
}

export type PipelineOutput = { readonly step: StepPath; readonly output: string }

/** What every step has, whatever its kind. */
export interface PlannedStepCommon {
  /** Keys joined by dots; the empty path is the only step of a job that is a single command. */
  readonly path: StepPath
  readonly key: string
  readonly group?: StepPath
  readonly displayName?: string
  /** Everything this step waits for: data edges, `depends_on`, its if_else, all by path. */
  readonly parents: readonly StepPath[]
  /** The branch it stands in, if any: runs only if `step`'s condition turned out as `when`. */
  readonly branch?: { readonly step: StepPath; readonly when: boolean }
  readonly runIf: RunIf
}

export type PlannedStep = PlannedCommand | PlannedIfElse | PlannedControl

/**
 * A step that runs steps of its own in rounds, made while the job runs (iterations, items, trials). The first round is
 * `PATH.0`, a sweep's first trial `PATH.trial_1`, and so on.
 */
export type PlannedControl = PlannedDoWhile | PlannedParallelFor | PlannedSweep

interface PlannedControlCommon extends PlannedStepCommon {
  /** What one round runs. */
  readonly body: PlannedBody
  /** Whether a failed round is a result like any other (a trial), or fails the job. */
  readonly roundsMayFail: boolean
}

/** The steps of a round under the path that the body has in YAML; `instantiateBody` gives them a round's path. */
export interface PlannedBody {
  readonly path: StepPath
  readonly steps: readonly PlannedStep[]
  readonly groups: readonly PlannedGroup[]
  readonly outputs: Readonly<Record<string, PipelineOutput & { readonly type: DataType | PrimitiveType }>>
}

/** Runs its body again as long as an output of the last round is true. */
export interface PlannedDoWhile extends PlannedControlCommon {
  readonly kind: 'do_while'
  /** Output of the body, true to go on; absent: as often as the limit says. */
  readonly condition?: string
  /** Inputs of the body that the round before gives: by input, its first value (if any) and the output that follows. */
  readonly carried: Readonly<Record<string, { readonly first?: PlannedInput; readonly output: string }>>
  readonly maxIterations: number
}

/** Runs its body once for each item. */
export interface PlannedParallelFor extends PlannedControlCommon {
  readonly kind: 'parallel_for'
  readonly items: PlannedItems
  /** Most rounds at once. */
  readonly maxConcurrency?: number
}

/** Runs its body, one command, with values of a search space again and again; its outputs are those of the best trial. */
export interface PlannedSweep extends PlannedControlCommon, SweepSettings {
  readonly kind: 'sweep'
  /** What becomes of the best trial's outputs: the trials themselves register nothing. */
  readonly outputs: Readonly<Record<string, PlannedOutput>>
}

/** Values of the body's inputs by item; or the output or input whose text is a JSON list or map of such. */
export type PlannedItems =
  | {
      readonly kind: 'literal'
      readonly items: readonly { readonly key: string; readonly inputs: Readonly<Record<string, PlannedInput>> }[]
    }
  | {
      readonly kind: 'output'
      readonly step: StepPath
      readonly output: string
      /** Declared types of the body's inputs, which the values must fit. */
      readonly types: Readonly<Record<string, DataType | PrimitiveType>>
      /** Inputs that an item may leave out and that then have no value. Absent: none. */
      readonly optional?: readonly string[]
      /** What an item takes that does not give the input. */
      readonly defaults: Readonly<Record<string, PlannedInput>>
    }

export interface PlannedIfElse extends PlannedStepCommon {
  readonly kind: 'if_else'
  readonly condition:
    | { readonly kind: 'literal'; readonly value: boolean }
    | { readonly kind: 'output'; readonly step: StepPath; readonly output: string }
    /** In the body of a loop: what each round gives. */
    | { readonly kind: 'parameter'; readonly of: StepPath; readonly name: string }
}

export interface PlannedCommand extends PlannedStepCommon {
  readonly kind: 'command'
  /**
   * The command with `$[[ ]]` decided, but for what a loop's rounds decide, and literal inputs still as `${{inputs.x}}`:
   * rendered when paths are known.
   */
  readonly command: string
  /** The registered component it runs, as `azureml:NAME:VERSION`, or the address of one of the program's own. Never part of the reuse key. */
  readonly component?: string
  /** Instead of `command`, which then is empty. */
  readonly hosted?: HostedWork
  readonly code?: Reference
  readonly additionalIncludes: readonly string[]
  readonly environment?: EnvironmentChoice
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly inputs: Readonly<Record<string, PlannedInput>>
  readonly outputs: Readonly<Record<string, PlannedOutput>>
  readonly resources: Resources
  readonly distribution?: PlannedDistribution
  /** Which of two waiting steps goes first; absent: medium. */
  readonly priority?: Priority
  readonly compute?: string
  readonly timeoutSeconds?: number
  /** Never part of the reuse key: they say how much, not what comes of it. */
  readonly limits?: StepLimits
  readonly retry?: RetryPolicy
  /** Never part of the reuse key: the outcome is the same. */
  readonly isolation?: Isolation | 'warm-where-equal'
  readonly isDeterministic: boolean
}

/** How many processes a step runs as, all of them on this machine. */
export type PlannedDistribution =
  | { readonly type: 'pytorch' | 'mpi'; readonly processCountPerInstance: number }
  /** Without a number of workers: one for every instance. */
  | { readonly type: 'tensorflow'; readonly workerCount?: number; readonly parameterServerCount: number }
  | Extract<Distribution, { readonly type: 'ray' }>

export type PlannedInput =
  | {
      readonly kind: 'literal'
      readonly value: string
      readonly type?: PrimitiveType
      /** Only of what a round gives: others were checked when they were planned. */
      readonly bounds?: ValueBounds
    }
  | { readonly kind: 'data'; readonly type: DataType; readonly mode: InputMode; readonly source: Reference }
  | {
      readonly kind: 'output'
      readonly type: DataType | PrimitiveType
      readonly mode: InputMode
      readonly step: StepPath
      readonly output: string
      readonly bounds?: ValueBounds
    }
  /** In the body of the control step `of`: what each round gives. */
  | {
      readonly kind: 'parameter'
      readonly of: StepPath
      readonly name: string
      readonly type: DataType | PrimitiveType
      readonly mode: InputMode
      readonly bounds?: ValueBounds
    }

export interface PlannedOutput {
  readonly type: DataType | PrimitiveType
  readonly mode: OutputMode
  /** Registers the output as an asset of this name (and version) on completion. */
  readonly name?: string
  readonly version?: string
  /** Where the author wants it, verbatim: may hold `${{name}}`, `${{output_name}}` and `${{default_datastore}}`. */
  readonly path?: string
}

/** Where a step's fields stand in YAML, for messages; not stored. */
export type PlannedPositions = ReadonlyMap<StepPath, Located>
