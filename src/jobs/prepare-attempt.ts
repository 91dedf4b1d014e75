import { mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ContentStore } from '../artifacts/content-store.ts'
import { SluiceError } from '../base/errors.ts'
import type { Digest, JobName } from '../base/ids.ts'
import type { AttemptSpec } from '../compute/compute-backend.ts'
import { plainPython } from '../compute/plain-python.ts'
import type { BuiltEnvironment } from '../environments/environment-builder.ts'
import type { HostedWork } from '../plan/hosted-work.ts'
import type { PlannedCommand, PlannedInput } from '../plan/planned-pipeline.ts'
import { renderCommand, type RenderValues } from '../plan/render-command.ts'
import { type AttemptFiles, smallBytes } from './attempt-files.ts'
import { distributedCommand } from './distributed-attempt.ts'
import { evaluateTable } from './evaluated-table.ts'
import { hostedCommand } from './hosted-attempt.ts'
import type { StepOutput } from './pipeline-state.ts'
import { stepWords } from './step-sources.ts'

/** Folder types get an existing folder, a file or value gets a path in one (azureml-yaml.md 4). */
export function isFolderType(type: string): boolean {
  return type === 'uri_folder' || type === 'mltable' || type.endsWith('_model')
}

export interface PrepareAttempt {
  readonly files: AttemptFiles
  readonly content: Pick<ContentStore, 'materialise'>
  readonly job: JobName
  readonly attempt: number
  readonly step: PlannedCommand
  /** How many there are: so many workers has a parallel step that names no number. */
  readonly slots: number
  readonly codeDigest?: Digest
  readonly inputs: Readonly<Record<string, Exclude<StepOutput, { kind: 'absent' }>>>
  readonly environment: BuiltEnvironment
  /** Exact packages of the environment, one per line. */
  readonly requirements: string
  /** Our Python: `src/` and, for what an environment may lack, `fallback/`. */
  readonly pythonFolder: string
  /** The variables every step gets: machine, tracking, Azure's. */
  readonly variables: Readonly<Record<string, string>>
}

/** Lays out an attempt's folders, inputs and code, and says what to run. */
export async function prepareAttempt(options: PrepareAttempt): Promise<AttemptSpec> {
  const { files, content, job, attempt, step, codeDigest } = options
  const workingFolder = files.working(job, attempt)
  files.make(job, attempt, { hasCode: codeDigest !== undefined })
  if (codeDigest !== undefined) {
    await content.materialise({ kind: 'folder', digest: codeDigest }, { by: 'copy', target: workingFolder })
    for (const name of ['outputs', 'logs']) mkdirSync(join(workingFolder, name), { recursive: true })
  }
  const inputs = await placeInputs(options)
  files.dropOld(job, attempt)
  const outputs = makeOutputs(options)
  const values = { inputs, outputs }
  const attemptSpec: AttemptSpec = {
    id: files.id(job, attempt),
    folder: files.folder(job, attempt),
    workingFolder,
    logFile: files.log(job),
    command: step.hosted === undefined ? startCommand(options, values) : startHost(options, step.hosted, values),
    environment: environmentOf(options, values),
    ...(step.timeoutSeconds !== undefined && { timeoutMs: step.timeoutSeconds * 1000 }),
    ...(step.limits !== undefined && { limits: step.limits }),
  }
  const { isolation = 'process' } = step
  return isolation === 'process' ? attemptSpec : warmed(options, attemptSpec, isolation === 'warm')
}

/** An attempt that may be forked from a warm interpreter, or as it was; the log says why not where that was asked for. */
function warmed(
  { files, job, step, requirements }: PrepareAttempt,
  attempt: AttemptSpec,
  isAskedFor: boolean,
): AttemptSpec {
  // A host starts processes of its own, which a fork of an interpreter with threads should not.
  const isHost = step.hosted !== undefined
  const found = isHost ? { cold: `it is a ${step.hosted.kind} step` } : plainPython({ ...attempt, requirements })
  if (!('cold' in found)) return { ...attempt, warm: { ...found, isAskedFor } }
  if (isAskedFor) files.appendTo(job)(`note: started as a new process: ${found.cold}`)
  return attempt
}

function startCommand(options: PrepareAttempt, values: Required<RenderValues>): string {
  const { files, job, attempt, step, environment, pythonFolder } = options
  return distributedCommand(renderCommand(step.command, values), step, {
    pythonSource: join(pythonFolder, 'src'),
    python: environment.python,
    attemptFolder: files.folder(job, attempt),
    workingFolder: files.working(job, attempt),
  })
}

/** A parallel step writes its outputs where the next attempt finds them; the host moves them here when it is done. */
function startHost(options: PrepareAttempt, work: HostedWork, values: Required<RenderValues>): string {
  const { files, job, attempt, step, slots, environment, pythonFolder } = options
  return hostedCommand(work, step, {
    pythonSource: join(pythonFolder, 'src'),
    python: environment.python,
    attemptFolder: files.folder(job, attempt),
    resumeFolder: files.resume(job),
    summaryFile: files.miniBatches(job),
    slots,
    values,
    results: Object.fromEntries(Object.keys(step.outputs).map((name) => [name, files.output(job, attempt, name)])),
  })
}

async function placeInputs(options: PrepareAttempt): Promise<Record<string, string>> {
  const placed: Record<string, string> = {}
  const taken = new Map<string, number>()
  // Sequential: few inputs, and a failure should name the first.
  for (const [name, value] of Object.entries(options.inputs)) {
    placed[name] =
      value.kind === 'literal'
        ? value.value
        : await placeContent(options, { value, input: options.step.inputs[name]!, taken }).catch(
            lost(options.step, name),
          )
  }
  return placed
}

/** A step that writes into what it shares with others destroys that, and the store does not pass on what is damaged. */
function lost(step: PlannedCommand, name: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof SluiceError) || error.code !== 'not-found') throw error
    const message = `Input "${name}" of ${stepWords(step)} is no longer in the store, or damaged there: ${error.message}`
    throw new SluiceError('input-not-found', message, {
      hint: 'If a step wrote into it (its log has a warning), give that step a copy with mode: download; then run the job again.',
      cause: error,
    })
  }
}

/**
 * A copy for who asked for one (`download`) and for what is small; else a link to the shared, read-only copy. The path
 * ends in the content's own name, extension included.
 */
async function placeContent(
  options: PrepareAttempt,
  { value, input, taken }: { value: StoredOutput; input: PlannedInput; taken: Map<string, number> },
): Promise<string> {
  const { content } = options
  const stored = { kind: value.content, digest: value.digest }
  const mode = input.kind === 'literal' ? 'ro_mount' : input.mode
  if (isEvaluated(input)) return placeTable(options, { value, taken, isCopy: isDownload(input) })
  if (isShared(input, value)) {
    const path = await content.materialise(stored, { by: 'link', baseName: value.baseName })
    return mode === 'direct' ? pathToFileURL(path).href : path
  }
  const mayBeOld = value.content === 'file' && value.sizeBytes <= smallBytes
  const place = nextPlace(options, { value, taken, mayBeOld })
  const path = await content.materialise(stored, { by: 'copy', target: place.path, isOurs: place.isOld })
  return mode === 'direct' ? pathToFileURL(path).href : path
}

function nextPlace(
  { files, job, attempt }: PrepareAttempt,
  { value, taken, mayBeOld }: { value: StoredOutput; taken: Map<string, number>; mayBeOld: boolean },
): ReturnType<AttemptFiles['inputPlace']> {
  const namesakes = taken.get(value.baseName) ?? 0
  taken.set(value.baseName, namesakes + 1)
  return files.inputPlace(job, attempt, { baseName: value.baseName, namesakes, mayBeOld })
}

/** Whether a step works on the store's own copy of an input, which others are given as well. */
export function isShared(input: PlannedInput, value: StoredOutput): boolean {
  if (isEvaluated(input)) return true
  return !isDownload(input) && (value.content === 'folder' || value.sizeBytes > smallBytes)
}

function isDownload(input: PlannedInput): boolean {
  return input.kind !== 'literal' && (input.mode === 'download' || input.mode === 'eval_download')
}

/** Modes of an mltable that show its files instead of the table. */
function isEvaluated(input: PlannedInput): boolean {
  return input.kind !== 'literal' && input.type === 'mltable' && /^eval_/.test(input.mode)
}

async function placeTable(
  options: PrepareAttempt,
  { value, taken, isCopy }: { value: StoredOutput; taken: Map<string, number>; isCopy: boolean },
): Promise<string> {
  const { content, environment, pythonFolder, variables } = options
  const stored = { kind: value.content, digest: value.digest }
  const table = await content.materialise(stored, { by: 'link', baseName: value.baseName })
  const { path: target } = nextPlace(options, { value, taken, mayBeOld: false })
  const path = pathOf(environment, variables)
  const { python } = environment
  await evaluateTable({ python, pythonFolder, environment: { ...variables, PATH: path }, table, target, isCopy })
  return target
}

function pathOf(environment: BuiltEnvironment, variables: Readonly<Record<string, string>>): string {
  return [...environment.path, variables['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':')
}

type StoredOutput = Extract<StepOutput, { kind: 'content' }>

function makeOutputs({ files, job, attempt, step }: PrepareAttempt): Record<string, string> {
  const isResumed = step.hosted?.kind === 'parallel'
  if (isResumed) mkdirSync(join(files.resume(job), 'out'), { recursive: true })
  return Object.fromEntries(
    Object.entries(step.outputs).map(([name, { type }]) => {
      const path = isResumed ? join(files.resume(job), 'out', name) : files.output(job, attempt, name)
      if (isFolderType(type)) mkdirSync(path, { recursive: true })
      return [name, path]
    }),
  )
}

function environmentOf(
  options: PrepareAttempt,
  values: { inputs: Record<string, string>; outputs: Record<string, string> },
): Record<string, string> {
  const { environment, step, variables, pythonFolder } = options
  const own = Object.entries(step.environmentVariables).map(([name, text]) => [name, renderCommand(text, values)])
  const azure = [
    ...Object.entries(values.inputs).flatMap(([name, text]) => [
      [`AZURE_ML_INPUT_${name}`, text],
      [`AZUREML_PARAMETER_${name}`, text],
    ]),
    ...Object.entries(values.outputs).map(([name, text]) => [`AZURE_ML_OUTPUT_${name}`, text]),
  ]
  const path = pathOf(environment, variables)
  const all = {
    ...variables,
    ...Object.fromEntries(azure),
    ...environment.variables,
    PATH: path,
    ...Object.fromEntries(own),
  }
  // Last: a step's own modules come first, and `fallback` steps back for what is installed.
  const modules = [all['PYTHONPATH'], join(pythonFolder, 'fallback'), join(pythonFolder, 'src')]
  return { ...all, PYTHONPATH: modules.filter((folder) => folder !== undefined && folder !== '').join(delimiter) }
}
