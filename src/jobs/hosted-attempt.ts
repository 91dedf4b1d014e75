import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../base/json.ts'
import { shellWord } from '../base/shell-word.ts'
import type { HostedWork, NotebookWork, ParallelWork } from '../plan/hosted-work.ts'
import { renderCommand, type RenderValues } from '../plan/render-command.ts'
import { parallelWorkers } from './slots-wanted.ts'
import type { PlannedCommand, PlannedInput } from '../plan/planned-pipeline.ts'

/** Where an attempt of hosted work finds what it needs. */
export interface HostedPlaces {
  /** Our Python sources: the folder that holds `sluiceworks`. */
  readonly pythonSource: string
  /** The environment's interpreter. */
  readonly python: string
  readonly attemptFolder: string
  /** Of the job, not of the attempt: what is in it is not done again by the next attempt. */
  readonly resumeFolder: string
  /** Gets how many mini-batches there were in the end. */
  readonly summaryFile: string
  /** So many workers has a parallel step that names no number. */
  readonly slots: number
  readonly values: Required<RenderValues>
  /** Output name to where the attempt is to leave it. */
  readonly results: Readonly<Record<string, string>>
}

/** Writes what the host is told and returns the command that starts it. */
export function hostedCommand(work: HostedWork, step: PlannedCommand, places: HostedPlaces): string {
  const { pythonSource, python, attemptFolder } = places
  const isParallel = work.kind === 'parallel'
  const description = isParallel ? parallelDescription(work, step, places) : notebookDescription(work, step, places)
  const file = join(attemptFolder, 'hosted.json')
  writeFileSync(file, JSON.stringify(description))
  const host = isParallel ? 'parallel_host.py' : 'notebook_host.py'
  return [python, join(pythonSource, 'sluiceworks', host), file].map(shellWord).join(' ')
}

/** python/src/sluiceworks/parallel/description.py reads it; change both. */
function parallelDescription(work: ParallelWork, step: PlannedCommand, places: HostedPlaces): JsonObject {
  const { values, resumeFolder, summaryFile, slots, results } = places
  const { entry, inputData } = work
  const input = step.inputs[inputData]
  return {
    entry: entry.kind === 'script' ? { ...entry } : { kind: 'model', path: values.inputs[entry.input] ?? '' },
    arguments: work.arguments.map((word) => renderCommand(word, values)),
    data: { path: values.inputs[inputData] ?? '', type: dataType(input) },
    ...(work.miniBatchSize !== undefined && { miniBatchSize: { ...work.miniBatchSize } }),
    partitionKeys: [...work.partitionKeys],
    miniBatchErrorThreshold: work.miniBatchErrorThreshold,
    ...(work.errorThreshold !== undefined && { errorThreshold: work.errorThreshold }),
    maxRetries: work.maxRetries,
    timeoutSeconds: work.timeoutSeconds,
    workers: Math.max(1, parallelWorkers(work, step, slots)),
    loggingLevel: work.loggingLevel,
    ...(work.appendRowTo !== undefined && { appendRowTo: renderCommand(work.appendRowTo, values) }),
    resumeFolder,
    summaryFile,
    outputs: Object.entries(results).map(([name, result]) => ({ written: values.outputs[name] ?? '', result })),
  }
}

/** The files of an evaluated table lie in a folder like any other. */
function dataType(input: PlannedInput | undefined): string {
  if (input === undefined || input.kind === 'literal') return ''
  return input.mode.startsWith('eval_') ? 'uri_folder' : input.type
}

/** python/src/sluiceworks/notebook_host.py reads it; change both. */
function notebookDescription(work: NotebookWork, step: PlannedCommand, { values }: HostedPlaces): JsonObject {
  const parameters = Object.entries(values.inputs).map(([name, text]) => {
    const input = step.inputs[name]
    // Paths are texts; a literal that nobody gave a type is what it looks like.
    return { name, text, type: input?.kind === 'literal' ? (input.type ?? '') : 'string' }
  })
  const outputs = Object.entries(values.outputs).map(([name, text]) => ({ name, text, type: 'string' }))
  return { notebook: work.file, parameters: [...parameters, ...outputs] }
}
