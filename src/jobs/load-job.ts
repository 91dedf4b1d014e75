import { basename } from 'node:path'
import { readDocumentText } from '../assets/document-text.ts'
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import { type Diagnostic, SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { StepPath } from '../base/ids.ts'
import { positionOf } from '../plan/mistakes.ts'
import { planJob } from '../plan/plan-pipeline.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import { invalidDocument } from '../spec/diagnostics.ts'
import type { Document, Job as JobDocument } from '../spec/documents.ts'
import { partOverrides } from '../spec/overrides.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { frameOf } from '../spec/yaml/source-text.ts'
import type { Job, ValidDocument } from './job-service.ts'
import { loadComponents } from './load-components.ts'

/** The texts of a job, and what it was given on top of them: enough to submit it once more. */
export interface SubmittedDocument {
  /** The absolute path that the file had. */
  readonly file: string
  readonly text: string
  /** The other files that it loads, by absolute path. */
  readonly loads?: Readonly<Record<string, string>>
  /** Values of inputs (`--set`, a schedule's, a request's), as `LoadJobOptions.overrides`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** What the file was to say differently, as `LoadJobOptions.changes`. */
  readonly changes?: Readonly<Record<string, string>>
}

/** A job file, read and planned: everything valid. */
export interface LoadedJob {
  readonly plan: PlannedPipeline
  /** As written, for showing and comparing. */
  readonly document: JsonObject
  readonly type: Job['type']
  readonly name?: string
  readonly displayName: string
  readonly experimentName?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  /** What the author wrote and nothing uses; never a reason not to run. */
  readonly warnings: readonly Diagnostic[]
  /** Where something of a step is written, by its keys; the nearest place that is. */
  readonly locate: Locate
  /** What `${{default_datastore}}` means in the paths of its outputs. */
  readonly defaultDatastore?: string
}

export interface LoadJobOptions {
  /** What `--set` says: inputs by name, or anything by dotted path. */
  readonly set?: Readonly<Record<string, string>> | undefined
  /** Values of inputs. */
  readonly overrides?: Readonly<Record<string, string>> | undefined
  /** What the file is to say differently, by dotted path, e.g. `settings.force_rerun`. */
  readonly changes?: Readonly<Record<string, string>> | undefined
  /** Where registered components are. */
  readonly assets: Pick<AssetCatalogue, 'get'>
  /** Where texts come from; the files themselves when absent. */
  readonly readFrom?: ReadText
}

/** The place of something of a step, with the lines to show. */
export type Locate = (step: StepPath, keys: readonly string[]) => Pick<Diagnostic, 'at' | 'frame'>

/** Gives the text of a file by its absolute path; throws where there is none. */
export type ReadText = (path: string) => Promise<string>

/** Reads and plans a job file. Throws `invalid-document` with every mistake of the file and of those it loads. */
export async function loadJob(
  file: string,
  { set = {}, overrides = {}, changes = {}, assets, readFrom = readDocumentText }: LoadJobOptions,
): Promise<LoadedJob> {
  const texts = new Map<string, string>()
  const readText = async (path: string): Promise<string> => {
    const text = await readFrom(path)
    texts.set(path, text)
    return text
  }
  const read = async (more: Readonly<Record<string, string>>) =>
    loadValidDocument({ file, readText, family: 'job', overrides: { ...changes, ...more } })
  const parted = partOverrides(set, await inputNames(set, read))
  const { document, warnings: ofReading } = await read(parted.changes)
  if (!isJob(document)) {
    throw new SluiceError('invalid-document', `${file} is not a job.`, {
      hint: 'A job has a command, or jobs (the steps of a pipeline).',
    })
  }
  const components = await loadComponents(assets, document)
  const inputs = { ...overrides, ...parted.inputs }
  const { plan, diagnostics, warnings, positions } = planJob(document, {
    resolveComponent: (reference) => components.resolve(reference),
    componentHint: (reference) => components.hint(reference),
    overrides: inputs,
  })
  if (diagnostics.length > 0)
    throw invalidDocument(
      file,
      diagnostics.map((diagnostic) => withFrame(diagnostic, texts)),
    )
  return {
    ...loaded(document, plan, submitted(file, { texts, inputs, changes: { ...changes, ...parted.changes } })),
    warnings: [...ofReading, ...warnings].map((warning) => withFrame(warning, texts)),
    locate: (step, path) => {
      const located = positions.get(step)
      const at = located && positionOf({ located, path })
      const { message: _, ...place } = withFrame({ message: '', ...(at !== undefined && { at }) }, texts)
      return place
    },
  }
}

function submitted(
  file: string,
  { texts, ...given }: { texts: ReadonlyMap<string, string> } & Required<Pick<SubmittedDocument, 'inputs' | 'changes'>>,
): JsonObject {
  const loads = Object.fromEntries([...texts].filter(([path]) => path !== file))
  const more = Object.entries({ loads, ...given }).filter(([, values]) => Object.keys(values).length > 0)
  return { file, text: texts.get(file) ?? '', ...Object.fromEntries(more) }
}

/** Inputs of the job as it is written; none where it cannot be read so, which reading it with the changes tells. */
async function inputNames(
  set: Readonly<Record<string, string>>,
  read: (changes: Readonly<Record<string, string>>) => Promise<{ readonly document: Document }>,
): Promise<readonly string[]> {
  if (Object.keys(set).length === 0) return []
  const found = await read({}).catch(() => undefined)
  return found !== undefined && isJob(found.document) ? Object.keys(found.document.inputs) : []
}

function isJob(document: Document): document is JobDocument {
  return document.kind.endsWith('-job')
}

function loaded(
  document: JobDocument,
  plan: PlannedPipeline,
  source: JsonObject,
): Omit<LoadedJob, 'warnings' | 'locate'> {
  return {
    plan,
    document: source,
    type: document.kind === 'pipeline-job' ? 'pipeline' : 'command',
    ...(document.name !== undefined && { name: document.name }),
    displayName: document.displayName ?? document.name ?? basename(document.located.file).replace(/\.ya?ml$/i, ''),
    ...(document.experimentName !== undefined && { experimentName: document.experimentName }),
    ...defaultDatastoreOf(document),
    tags: document.tags,
    properties: document.properties,
  }
}

function defaultDatastoreOf(document: JobDocument): Pick<LoadedJob, 'defaultDatastore'> {
  if (document.kind !== 'pipeline-job') return {}
  const { defaultDatastore } = document.settings
  return defaultDatastore === undefined ? {} : { defaultDatastore }
}

function withFrame(diagnostic: Diagnostic, texts: ReadonlyMap<string, string>): Diagnostic {
  const { at } = diagnostic
  const text = at === undefined ? undefined : texts.get(at.file)
  if (at === undefined || text === undefined || diagnostic.frame !== undefined) return diagnostic
  const frame = frameOf(text, at)
  return frame === undefined ? diagnostic : { ...diagnostic, frame }
}

/** Checks a file of any kind, jobs down to their bindings. Throws `invalid-document` with every mistake at once. */
export async function validateFile(file: string, assets: LoadJobOptions['assets']): Promise<ValidDocument> {
  const read = await loadValidDocument({ file, readText: readDocumentText })
  const { kind, name } = read.document
  const { warnings } = isJob(read.document) ? await loadJob(file, { assets }) : read
  return { kind, ...(name !== undefined && { name }), ...(warnings.length > 0 && { warnings }) }
}
