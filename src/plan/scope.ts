import type { StepPath } from '../base/ids.ts'
import type {
  DataType,
  InputMode,
  InputValue,
  Located,
  OutputDeclaration,
  OutputMode,
  OutputValue,
  PrimitiveType,
  Reference,
} from '../spec/document-parts.ts'
import type {
  CommandComponent,
  ComponentStep,
  DoWhileStep,
  IfElseStep,
  ParallelBody,
  ParallelForStep,
  PipelineComponent,
  Step,
} from '../spec/documents.ts'
import type { SearchDistribution, WrittenSweepSettings } from '../spec/sweep-settings.ts'
import type { ValueBounds } from './bindings/literal.ts'
import type { Place } from './mistakes.ts'

/**
 * A pipeline and everything in it as a tree, before it is flattened. `expand` builds it top-down from the documents;
 * later passes fill in what is mutable: `outputs` upward (`settleOutputs`), then `inputs` downward (`bindInputs`).
 */
export interface Scope {
  readonly path: StepPath
  readonly located: Located
  /** The step whose pipeline component this is; none for the job itself. */
  readonly outer?: { readonly key: string; readonly scope: Scope; readonly step: ComponentStep }
  /** A command job has no pipeline around it: `parent.` means nothing there. */
  readonly isPipeline: boolean
  readonly defaultCompute?: string
  readonly declaredOutputs: Readonly<Record<string, OutputDeclaration | OutputValue>>
  readonly nodes: Map<string, Node>
  /** Loops by the key of the step they run. */
  readonly loops: Map<string, LoopNode>
  readonly inputs: Map<string, BoundValue>
  readonly outputs: Map<string, LeafOutput>
  /** Those of `declaredOutputs` that no step writes. */
  readonly unwritten: Set<string>
}

export type Node = CommandNode | GroupNode | IfElseNode | LoopNode | UnknownNode

export interface NodeCommon<Of extends Step> {
  readonly key: string
  readonly path: StepPath
  readonly scope: Scope
  readonly step: Of
  /** The steps inside stand at `first` to `end - 1` of all; a step that is no pipeline is its own only one. */
  readonly first: number
  end: number
  readonly inputs: Map<string, BoundValue>
}

export interface CommandNode extends NodeCommon<ComponentStep> {
  readonly kind: 'command'
  readonly component: CommandComponent
  /** Written out in the step, as it has no name: without declarations, inputs and outputs are what the step mentions. */
  readonly isInline: boolean
  readonly isDeterministic: boolean
  readonly outputs: Map<string, OutputDraft>
  /** A parallel step: what the step and its component say together. `component` then has everything but a command. */
  readonly parallel?: Pick<ParallelBody, 'task' | 'settings'>
  /** The command is the trial of a sweep. */
  readonly sweep?: WrittenSweepSettings
}

export interface GroupNode extends NodeCommon<ComponentStep> {
  readonly kind: 'group'
  readonly component: PipelineComponent
  readonly inner: Scope
}

export interface IfElseNode extends NodeCommon<IfElseStep> {
  readonly kind: 'if_else'
}

/** Runs another step of its scope in rounds. That step is planned in its place like any, and then folded into it. */
export interface LoopNode extends NodeCommon<DoWhileStep | ParallelForStep> {
  readonly kind: 'loop'
  /** The step it runs; absent if that was not found, which has been reported. */
  body?: CommandNode | GroupNode
  /** Values of inputs that a do_while's first iteration takes, or that an item takes that does not give its own. */
  readonly firsts: Map<string, BoundValue>
  /** Inputs of the body that items known only later may give, as what. */
  readonly open: Map<string, DataType | PrimitiveType>
  /** What a parallel_for goes through. */
  items?: LoopItems
}

export type LoopItems =
  | {
      readonly kind: 'list'
      /** `given`: as written; `inputs`: what that came to, defaults included. */
      readonly items: readonly {
        readonly name: string
        readonly given: Readonly<Record<string, InputValue>>
        readonly inputs: Map<string, BoundValue>
      }[]
    }
  | { readonly kind: 'output'; readonly from: LeafOutput }

/** A step whose component was not found or cannot be planned; that is reported, and nothing about it is reported again. */
export interface UnknownNode extends NodeCommon<Exclude<Step, IfElseStep>> {
  readonly kind: 'unknown'
}

/** An output of a command, as the step, its component and the pipelines around it describe it together. */
export interface OutputDraft {
  type: DataType | PrimitiveType
  /** Nobody gave it a type yet. */
  isImplicit: boolean
  mode: OutputMode
  name?: string
  version?: string
  path?: string
}

export interface LeafOutput {
  /** The step runs once for each item of a loop: what is read are the outputs of all. */
  readonly isGathered?: true
  readonly node: CommandNode
  readonly name: string
}

/** What an input or expression came to. `absent`: optional without a value. `invalid`: reported already. */
export type BoundValue =
  /** `file`: where the text was written, from which relative paths in it start. */
  | { readonly kind: 'literal'; readonly value: string; readonly type?: PrimitiveType; readonly file: string }
  | {
      readonly kind: 'data'
      readonly type: DataType
      readonly mode?: InputMode
      readonly source: Reference
      /** A place inside other data: nobody said what lies there, so it is what its taker takes. */
      readonly isInside?: true
    }
  /** `type`: what the input takes it as, if that is declared. */
  | {
      readonly kind: 'output'
      readonly from: LeafOutput
      readonly mode?: InputMode
      readonly type?: DataType | PrimitiveType
      readonly bounds?: ValueBounds
    }
  /** What every round of the control step `of` gives anew: a value that a sweep chooses for each trial. */
  | {
      readonly kind: 'parameter'
      readonly of: StepPath
      readonly name: string
      readonly distribution: SearchDistribution
      readonly logbase?: number
      readonly type?: DataType | PrimitiveType
    }
  /** What each round of a loop gives anew. */
  | {
      readonly kind: 'round'
      readonly loop: LoopNode
      readonly name: string
      readonly mode?: InputMode
      readonly type?: DataType | PrimitiveType
      readonly bounds?: ValueBounds
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid' }

export interface Expansion {
  readonly root: Scope
  /** Every step that is not a pipeline, in the order of declaration. */
  readonly leaves: readonly (CommandNode | IfElseNode | LoopNode | UnknownNode)[]
  /** Nested pipelines, outer before inner. */
  readonly groups: readonly GroupNode[]
  /** False when there were too many steps to go on. */
  readonly isComplete: boolean
}

/** Where something of a step stands in YAML. */
export function placeOf(node: Node, ...path: (string | number)[]): Place {
  const { located, isPipeline } = node.scope
  return { located, path: isPipeline ? ['jobs', node.key, ...path] : path }
}

/** What a message calls a step. */
export function labelOf(node: Node): string {
  return node.scope.isPipeline ? `step "${node.key}"` : 'the job'
}
