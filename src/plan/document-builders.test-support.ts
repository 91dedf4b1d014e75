import { assert, type SourcePosition } from '../base/errors.ts'
import type { InputDeclaration, InputValue, Located, OutputDeclaration, OutputValue } from '../spec/document-parts.ts'
import type {
  CommandComponent,
  CommandJob,
  ComponentStep,
  IfElseStep,
  PipelineComponent,
  PipelineJob,
  Step,
} from '../spec/documents.ts'
import { planJob, type PlanOptions } from './plan-pipeline.ts'
import type { PlannedCommand, PlannedPipeline } from './planned-pipeline.ts'

/** A made-up document that has everything in its first line; its frames are the paths that were asked for. */
function located(file = '/p/pipeline.yml'): Located {
  const asked = new WeakMap<SourcePosition, string>()
  return {
    file,
    at: (path) => {
      const position = { file, line: 1, column: 1 }
      asked.set(position, path.join('.'))
      return position
    },
    frame: (position) => asked.get(position)!,
  }
}

const identity = { tags: {}, properties: {} }
const body = {
  additionalIncludes: [],
  environmentVariables: {},
  resources: { instanceCount: 1 },
  isDeterministic: true,
}
const settings = { continueOnStepFailure: false, forceRerun: false }

/** Short forms of inputs: text, or a local file or folder. */
function text(value: string): InputValue {
  return { kind: 'text', text: value }
}
export function folder(path: string): InputValue {
  return { kind: 'data', type: 'uri_folder', source: { kind: 'local', path } }
}
export function file(path: string): InputValue {
  return { kind: 'data', type: 'uri_file', source: { kind: 'local', path } }
}

type Inputs = Readonly<Record<string, InputValue | string>>

function inputs(given: Inputs = {}): Readonly<Record<string, InputValue>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? text(value) : value]),
  )
}

type Outputs = Readonly<Record<string, OutputValue | string>>

/** A text is the name of the pipeline output that the output is promoted to. */
function outputs(given: Outputs = {}): Readonly<Record<string, OutputValue>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? { promotedTo: value } : value]),
  )
}

function declare(given: Readonly<Record<string, Partial<InputDeclaration> | InputDeclaration['type']>> = {}) {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]): [string, InputDeclaration] => [
      name,
      typeof value === 'string'
        ? { type: value, optional: false }
        : { optional: false, ...value, type: value.type ?? 'string' },
    ]),
  )
}

function declareOutputs(given: Readonly<Record<string, OutputDeclaration | OutputDeclaration['type']>> = {}) {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]): [string, OutputDeclaration] => [
      name,
      typeof value === 'string' ? { type: value } : value,
    ]),
  )
}

interface ComponentShort extends Partial<Omit<CommandComponent, 'inputs' | 'outputs'>> {
  readonly inputs?: Parameters<typeof declare>[0]
  readonly outputs?: Parameters<typeof declareOutputs>[0]
}

/** A command component in a file of its own. */
export function component(name: string, { inputs, outputs, ...rest }: ComponentShort = {}): CommandComponent {
  return {
    ...identity,
    ...body,
    kind: 'command-component',
    name,
    located: located(`/p/${name}.yml`),
    command: 'true',
    inputs: declare(inputs),
    outputs: declareOutputs(outputs),
    ...rest,
  }
}

interface StepShort extends Partial<Omit<ComponentStep, 'inputs' | 'outputs'>> {
  readonly inputs?: Inputs
  readonly outputs?: Outputs
}

/** A step with its component. */
export function step(component: ComponentStep['component'], short: StepShort = {}): ComponentStep {
  const { inputs: given, outputs: made, ...rest } = short
  return {
    kind: 'component',
    component,
    dependsOn: [],
    runIf: 'succeeded',
    environmentVariables: {},
    ...rest,
    inputs: inputs(given),
    outputs: outputs(made),
  }
}

/** A command written out in the step, as in `jobs: {a: {command: ...}}`. */
export function inline(command: string, short: StepShort & { readonly body?: Partial<CommandComponent> } = {}) {
  const { body: more, ...rest } = short
  const { name: _, ...anonymous } = component('inline', { command, located: located(), ...more })
  return step(anonymous, rest)
}

export function ifElse(condition: string, blocks: Partial<IfElseStep>): IfElseStep {
  return { kind: 'if_else', condition, trueBlock: [], falseBlock: [], dependsOn: [], runIf: 'succeeded', ...blocks }
}

type Steps = Readonly<Record<string, Step>>

interface PipelineShort extends Partial<Omit<PipelineJob, 'inputs' | 'outputs'>> {
  readonly inputs?: Inputs
  readonly outputs?: Readonly<Record<string, OutputValue>>
}

export function pipeline(steps: Steps, { inputs: given, ...rest }: PipelineShort = {}): PipelineJob {
  return {
    ...identity,
    kind: 'pipeline-job',
    located: located(),
    outputs: {},
    settings,
    steps,
    ...rest,
    inputs: inputs(given),
  }
}

interface PipelineComponentShort extends Partial<Omit<PipelineComponent, 'inputs' | 'outputs'>> {
  readonly inputs?: Parameters<typeof declare>[0]
  readonly outputs?: Parameters<typeof declareOutputs>[0]
}

/** A pipeline component in a file of its own. */
export function pipelineComponent(
  name: string,
  steps: Steps,
  { inputs, outputs, ...rest }: PipelineComponentShort = {},
): PipelineComponent {
  return {
    ...identity,
    kind: 'pipeline-component',
    name,
    located: located(`/p/${name}.yml`),
    settings,
    steps,
    isDeterministic: true,
    inputs: declare(inputs),
    outputs: declareOutputs(outputs),
    ...rest,
  }
}

interface JobShort extends Partial<Omit<CommandJob, 'inputs' | 'outputs'>> {
  readonly inputs?: Inputs
  readonly outputs?: Readonly<Record<string, OutputValue>>
}

export function commandJob(command: string, { inputs: given, ...rest }: JobShort = {}): CommandJob {
  return {
    ...identity,
    ...body,
    kind: 'command-job',
    located: located('/p/job.yml'),
    command,
    outputs: {},
    ...rest,
    inputs: inputs(given),
  }
}

type Options = Partial<PlanOptions>

/** The plan of a document that has no mistakes. */
export function planned(document: CommandJob | PipelineJob, options: Options = {}): PlannedPipeline {
  const { plan, diagnostics } = planJob(document, { resolveComponent: () => undefined, ...options })
  assert(diagnostics.length === 0, diagnostics.map(({ message }) => message).join('\n'))
  return plan
}

/** A command of that plan, by path. */
export function plannedStep(document: CommandJob | PipelineJob, path: string, options: Options = {}): PlannedCommand {
  const found = planned(document, options).steps.find((step) => step.path === path)
  assert(found?.kind === 'command', `there is a command at "${path}"`)
  return found
}

/** Every mistake as `message | hint`. */
export function mistakesOf(document: CommandJob | PipelineJob, options: Options = {}): readonly string[] {
  const { diagnostics } = planJob(document, { resolveComponent: () => undefined, ...options })
  return diagnostics.map(({ message, hint }) => (hint === undefined ? message : `${message} | ${hint}`))
}

/** Where every mistake stands, as `file#path`. */
export function placesOf(document: CommandJob | PipelineJob, options: Options = {}): readonly (string | undefined)[] {
  return planJob(document, { resolveComponent: () => undefined, ...options }).diagnostics.map(
    ({ at, frame }) => at && `${at.file}#${frame}`,
  )
}
