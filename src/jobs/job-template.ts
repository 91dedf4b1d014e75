import { readDocumentText } from '../assets/document-text.ts'
import type { AssetVersion } from '../assets/asset.ts'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { Tables } from '../database/database.ts'
import type { PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import { isPrimitive } from '../plan/bindings/data-types.ts'
import type { DataType, InputDeclaration, InputValue, PrimitiveType } from '../spec/document-parts.ts'
import type { CommandJob, PipelineJob, Step, SweepJob } from '../spec/documents.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { referenceText } from '../spec/scope.ts'
import { type LoadedJob, loadJob, type ReadText, type SubmittedDocument } from './load-job.ts'
import { type SettleDeps, type SettledSources, settleSources } from './settle-sources.ts'

/**
 * A job file as it was at one moment, with all it needs, so that it can be submitted again and again when its folder is
 * gone: the texts of the file and of those it loads, registered components, its code, and its environments. Data are looked up again at each
 * submission; what they were is kept for local paths that are gone by then.
 */
export interface JobTemplate extends SettledSources {
  /** The absolute path that the file had. */
  readonly file: string
  /** Every file that was read, by its absolute path. */
  readonly texts: Readonly<Record<string, string>>
  /** Registered components by `componentKey`: labels move, and versions may be deleted. */
  readonly components: Readonly<Record<string, AssetVersion>>
  /** What the file is to say differently, by dotted path. */
  readonly changes?: Readonly<Record<string, string>>
  /** What an earlier job was given (`--set`): its inputs have these values where a submission says nothing else. */
  readonly inputs?: Readonly<Record<string, string>>
}

/** An input of the job that a submission may set. */
export interface JobParameter extends Pick<InputDeclaration, 'min' | 'max' | 'enum' | 'description'> {
  readonly name: string
  readonly type: DataType | PrimitiveType
  /** A literal, or the reference of data; absent for one that every submission must set. */
  readonly default?: string
  readonly isRequired: boolean
}

/** One submission of a template. */
export interface TemplateSubmission {
  /** Checked values by the name of the parameter. */
  readonly values: Readonly<Record<string, string>>
  readonly experimentName?: string
  readonly displayName: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly submittedBy: string
  /** Stored in the unit that stores the job; what it throws undoes both. */
  readonly also: (tables: Tables, job: JobName) => Promise<void>
}

export interface CapturedTemplate {
  readonly template: JobTemplate
  readonly parameters: readonly JobParameter[]
  readonly loaded: LoadedJob
  readonly description?: string
}

/** Stands for the data of a parameter without a default while its pipeline is checked. */
export const dataPlaceholder = 'azureml:value-of-a-parameter:1'

/** What is captured of a job file. What is absent is as it is now. */
export interface CaptureWish extends Partial<SubmittedDocument> {
  /** Absolute path. */
  readonly file: string
  /** Code and environments as an earlier job had them. */
  readonly earlier?: SettledSources
}

/** Reads, checks and keeps a job file whole. Throws `invalid-document` with all mistakes, and `input-not-found`. */
export async function captureTemplate(deps: SettleDeps, wish: CaptureWish): Promise<CapturedTemplate> {
  const { file, text, loads = {}, inputs: given = {}, earlier, changes } = wish
  const texts: Record<string, string> = text === undefined ? {} : { ...loads, [file]: text }
  const readText: ReadText = async (path) => (texts[path] ??= await readDocumentText(path))
  const { document } = await loadValidDocument({
    file,
    readText,
    family: 'job',
    ...(changes && { overrides: changes }),
  })
  if (document.kind !== 'pipeline-job' && document.kind !== 'command-job' && document.kind !== 'sweep-job')
    throw new SluiceError('invalid-document', `${file} is a ${document.kind}, which cannot be published.`, {
      hint: 'Publish a pipeline, a command or a sweep.',
    })
  const parameters = parametersOf(document).map((one): JobParameter => {
    const value = given[one.name] ?? given[`inputs.${one.name}`]
    return value === undefined ? one : { ...one, default: value, isRequired: false }
  })
  const missing = parameters.filter(({ isRequired }) => isRequired)
  const overrides = { ...Object.fromEntries(missing.map((one) => [one.name, stopgapOf(one)])), ...given }
  const components: Record<string, AssetVersion> = {}
  const assets: Assets = {
    get: async (name, choice) => (components[componentKey(name, choice)] = await deps.assets.get(name, choice)),
  }
  const loaded = await loadJob(file, { overrides, changes, assets, readFrom: readText })
  const settled = await settleSources(deps, { ...loaded, plan: withoutPlaceholders(loaded.plan) }, earlier)
  return {
    template: { file, texts, components, ...(changes && { changes }), inputs: given, ...settled },
    parameters,
    loaded,
    ...(document.description !== undefined && { description: document.description }),
  }
}

/** Plans a template with these values. Throws `invalid-document` where a value does not fit a step. */
export async function loadTemplate(
  template: JobTemplate,
  values: TemplateSubmission['values'],
  catalogue: Assets,
): Promise<LoadedJob> {
  const assets: Assets = {
    get: async (name, choice) => template.components[componentKey(name, choice)] ?? catalogue.get(name, choice),
  }
  const readFrom: ReadText = async (path) => {
    const text = Object.hasOwn(template.texts, path) ? template.texts[path] : undefined
    if (text !== undefined) return text
    throw new SluiceError('not-found', `${path} was not kept when the pipeline was published`)
  }
  const { changes, inputs = {} } = template
  const overrides = { ...inputs, ...values }
  const { name: _, ...loaded } = await loadJob(template.file, { overrides, changes, assets, readFrom })
  // A name in the file is the name of one job; each submission is a job of its own.
  return loaded
}

type Assets = Pick<SettleDeps['assets'], 'get'>

function componentKey(...asked: Parameters<Assets['get']>): string {
  return canonicalJson(asked as unknown as JsonValue)
}

/** The paths of local data that were gone, so that they are as they were when the template was captured. */
export function dataFromCapture(template: JobTemplate, settled: SettledSources): readonly string[] {
  return Object.entries(settled.sources).flatMap(([key, source]) => {
    if (template.sources[key] !== source) return []
    return [(JSON.parse(key) as { path: string }).path]
  })
}

function parametersOf(document: PipelineJob | CommandJob | SweepJob): readonly JobParameter[] {
  const component = document.kind === 'pipeline-job' ? document.component : undefined
  const declared = component !== undefined && 'inputs' in component ? component.inputs : {}
  const steps = document.kind === 'pipeline-job' ? document.steps : {}
  return [...new Set([...Object.keys(declared), ...Object.keys(document.inputs)])].map((name) => {
    const given = Object.hasOwn(document.inputs, name) ? document.inputs[name] : undefined
    const declaration = Object.hasOwn(declared, name) ? declared[name]! : takenBy(steps, name)
    const text = given === undefined ? undefined : given.kind === 'data' ? referenceText(given.source) : given.text
    const type = declaration?.type ?? given?.type ?? typeOfText(given)
    const isOptional = Object.hasOwn(declared, name) && declared[name]!.optional
    return {
      name,
      type: given?.type !== undefined && !isPrimitive(type) ? given.type : type,
      isRequired: text === undefined && !isOptional,
      ...(text !== undefined && { default: text }),
      ...(declaration?.description !== undefined && { description: declaration.description }),
      ...(declaration?.min !== undefined && { min: declaration.min }),
      ...(declaration?.max !== undefined && { max: declaration.max }),
      ...(declaration?.enum !== undefined && { enum: declaration.enum }),
    }
  })
}

/** What a step declares for an input that it takes from the pipeline as it is. */
function takenBy(steps: Readonly<Record<string, Step>>, name: string): InputDeclaration | undefined {
  for (const step of Object.values(steps)) {
    if (!('inputs' in step) || !('component' in step) || !('inputs' in step.component)) continue
    for (const [input, value] of Object.entries(step.inputs)) {
      if (value.kind !== 'text') continue
      const taken = /^\s*\$\{\{\s*parent\.inputs\.([^\s{}]+)\s*\}\}\s*$/.exec(value.text)?.[1]
      if (taken === name && Object.hasOwn(step.component.inputs, input)) return step.component.inputs[input]
    }
  }
  return undefined
}

function typeOfText(given: InputValue | undefined): PrimitiveType {
  const text = given?.kind === 'text' ? given.text : ''
  if (/^(true|false)$/i.test(text)) return 'boolean'
  // 3 may be given as 3.5 another time: nobody said that it is an integer.
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? 'number' : 'string'
}

function stopgapOf({ type, enum: allowed, min, max }: JobParameter): string {
  if (!isPrimitive(type)) return dataPlaceholder
  if (allowed?.[0] !== undefined) return allowed[0]
  if (type === 'boolean') return 'true'
  return String(min ?? max ?? 0)
}

function withoutPlaceholders(plan: PlannedPipeline): PlannedPipeline {
  const steps = plan.steps.map((step): PlannedStep => {
    if (step.kind !== 'command') return step
    const inputs = Object.entries(step.inputs).filter(
      ([, input]) => input.kind !== 'data' || referenceText(input.source) !== dataPlaceholder,
    )
    return { ...step, inputs: Object.fromEntries(inputs) }
  })
  return { ...plan, steps }
}
