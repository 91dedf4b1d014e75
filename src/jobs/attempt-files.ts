import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Digest, JobName } from '../base/ids.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { BuiltEnvironment } from '../environments/environment-builder.ts'
import type { AttemptSpec } from '../compute/compute-backend.ts'
import type { PlannedCommand, PlannedInput, PlannedOutput } from '../plan/planned-pipeline.ts'
import { renderCommand } from '../plan/render-command.ts'
import type { StepOutput } from './pipeline-state.ts'

/**
 * Where the files of attempts lie, below the store's folder: `attempts/<job>.<n>/` with the launcher's files, the
 * working folder, copied inputs and outputs; `logs/<job>.log` for all attempts of a job.
 */
export class AttemptFiles {
  readonly #root: string

  constructor(storeFolder: string) {
    this.#root = storeFolder
    mkdirSync(join(storeFolder, 'attempts'), { recursive: true })
    mkdirSync(join(storeFolder, 'logs'), { recursive: true })
  }

  id(job: JobName, attempt: number): string {
    return `${job}.${attempt}`
  }

  folder(job: JobName, attempt: number): string {
    return join(this.#root, 'attempts', this.id(job, attempt))
  }

  log(job: JobName): string {
    return join(this.#root, 'logs', `${job}.log`)
  }

  /** Appends lines of ours (notes, an environment being built) to a job's log. */
  appendTo(job: JobName): (line: string) => void {
    const file = this.log(job)
    return (line) => appendFileSync(file, `${line}\n`)
  }

  output(job: JobName, attempt: number, name: string): string {
    return join(this.folder(job, attempt), 'out', name)
  }

  working(job: JobName, attempt: number): string {
    return join(this.folder(job, attempt), 'work')
  }

  /** Drops what a killed server left of attempts that nobody waits for. */
  keepOnly(ids: ReadonlySet<string>): void {
    const folder = join(this.#root, 'attempts')
    for (const id of readdirSync(folder)) if (!ids.has(id)) rmSync(join(folder, id), { recursive: true, force: true })
  }

  /** Drops everything of an attempt but its log. */
  remove(job: JobName, attempt: number): void {
    rmSync(this.folder(job, attempt), { recursive: true, force: true })
  }
}

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
  readonly codeDigest?: Digest
  readonly inputs: Readonly<Record<string, Exclude<StepOutput, { kind: 'absent' }>>>
  readonly environment: BuiltEnvironment
  /** The variables every step gets: machine, tracking, Azure's. */
  readonly variables: Readonly<Record<string, string>>
}

/** Lays out an attempt's folders, inputs and code, and says what to run. */
export async function prepareAttempt(options: PrepareAttempt): Promise<AttemptSpec> {
  const { files, job, attempt, step } = options
  const folder = files.folder(job, attempt)
  const workingFolder = files.working(job, attempt)
  mkdirSync(folder)
  await copyCode(options, workingFolder)
  mkdirSync(join(workingFolder, 'outputs'), { recursive: true })
  mkdirSync(join(workingFolder, 'logs'), { recursive: true })
  const inputs = await placeInputs(options)
  const outputs = makeOutputs(options)
  const values = { inputs, outputs }
  return {
    id: files.id(job, attempt),
    folder,
    workingFolder,
    logFile: files.log(job),
    command: renderCommand(step.command, values),
    environment: environmentOf(options, values),
    ...(step.timeoutSeconds !== undefined && { timeoutMs: step.timeoutSeconds * 1000 }),
  }
}

async function copyCode({ content, codeDigest }: PrepareAttempt, target: string): Promise<void> {
  if (codeDigest === undefined) mkdirSync(target)
  else await content.materialise({ kind: 'folder', digest: codeDigest }, { by: 'copy', target })
}

async function placeInputs(options: PrepareAttempt): Promise<Record<string, string>> {
  const placed: Record<string, string> = {}
  // Sequential: few inputs, and a failure should name the first.
  for (const [name, value] of Object.entries(options.inputs)) {
    placed[name] =
      value.kind === 'literal'
        ? value.value
        : await placeContent(options, { name, value, input: options.step.inputs[name]! })
  }
  return placed
}

async function placeContent(
  { content, files, job, attempt }: PrepareAttempt,
  { name, value, input }: { name: string; value: Extract<StepOutput, { kind: 'content' }>; input: PlannedInput },
): Promise<string> {
  const stored = { kind: value.content, digest: value.digest }
  const mode = input.kind === 'literal' ? 'ro_mount' : input.mode
  if (mode === 'download' || mode === 'eval_download') {
    const target = join(files.folder(job, attempt), 'in', name, value.baseName)
    mkdirSync(join(target, '..'), { recursive: true })
    return content.materialise(stored, { by: 'copy', target })
  }
  const path = await content.materialise(stored, { by: 'link', baseName: value.baseName })
  return mode === 'direct' ? pathToFileURL(path).href : path
}

function makeOutputs({ files, job, attempt, step }: PrepareAttempt): Record<string, string> {
  const entries = Object.entries(step.outputs)
  if (entries.length > 0) mkdirSync(files.output(job, attempt, ''), { recursive: true })
  return Object.fromEntries(
    entries.map(([name, output]) => [name, makeOutput(files.output(job, attempt, name), name, output)]),
  )
}

function makeOutput(path: string, name: string, output: PlannedOutput): string {
  // A file's folder must exist, the file must not; each output has a folder of its own for its siblings.
  mkdirSync(path)
  return isFolderType(output.type) ? path : join(path, name)
}

function environmentOf(
  options: PrepareAttempt,
  values: { inputs: Record<string, string>; outputs: Record<string, string> },
): Record<string, string> {
  const { environment, step, variables } = options
  const own = Object.entries(step.environmentVariables).map(([name, text]) => [name, renderCommand(text, values)])
  const azure = [
    ...Object.entries(values.inputs).flatMap(([name, text]) => [
      [`AZURE_ML_INPUT_${name}`, text],
      [`AZUREML_PARAMETER_${name}`, text],
    ]),
    ...Object.entries(values.outputs).map(([name, text]) => [`AZURE_ML_OUTPUT_${name}`, text]),
  ]
  const path = [...environment.path, variables['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':')
  return {
    ...variables,
    ...Object.fromEntries(azure),
    ...environment.variables,
    PATH: path,
    ...Object.fromEntries(own),
  }
}
