import { existsSync, readFileSync, readdirSync, statSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import type { Content, ContentStore, IngestOptions } from '../artifacts/content-store.ts'
import type { PrimitiveType } from '../spec/document-parts.ts'
import type { PlannedCommand, PlannedOutput } from '../plan/planned-pipeline.ts'
import type { AttemptFiles } from './attempt-files.ts'
import { isFolderType } from './prepare-attempt.ts'
import { checkLiteral } from '../plan/bindings/literal.ts'
import { isPrimitive } from '../plan/bindings/data-types.ts'
import type { StepOutput, StepOutputs } from './pipeline-state.ts'
import { stepWords } from './step-sources.ts'

/** More than this is not a value but a file that was given the wrong type. */
const maxLiteralBytes = 64 * 1024

export interface CollectOutputs {
  readonly files: AttemptFiles
  readonly content: Pick<ContentStore, 'ingest' | 'tree' | 'writeTree'>
  readonly job: JobName
  readonly attempt: number
  readonly step: PlannedCommand
  /** Gets what is left to write; absent: the outputs are stored when they are collected. */
  readonly defer?: IngestOptions['defer']
}

/**
 * Takes what a finished attempt wrote into the store: by hard link, never copied. What was not written is `absent`
 * (whoever needs it says so). Doing it twice gives the same result, so a crash in between costs nothing.
 */
export async function collectOutputs(options: CollectOutputs, artifacts: Content | undefined): Promise<StepOutputs> {
  const outputs: Record<string, StepOutput> = {}
  // Sequential: outputs are few, their files are handled side by side inside `ingest`.
  for (const [name, output] of Object.entries(options.step.outputs))
    outputs[name] = isArtifactRoot(options, name)
      ? stored(output, await artifactRoot(options, artifacts), name)
      : await collect(options, name, output)
  return outputs
}

/**
 * An output called `artifacts` of which the command does not know and in which nothing lies is the root of the run's
 * artifacts (azureml-yaml.md 4).
 */
function isArtifactRoot({ files, job, attempt, step }: CollectOutputs, name: string): boolean {
  if (name !== 'artifacts' || !isFolderType(step.outputs[name]!.type)) return false
  if (/\$\{\{\s*outputs\.artifacts\s*\}\}/.test(step.command)) return false
  const folder = files.output(job, attempt, name)
  return existsSync(folder) && readdirSync(folder).length === 0
}

/** What lies in `./outputs`, below a folder `outputs` as among the run's artifacts. */
async function artifactRoot({ content }: CollectOutputs, artifacts: Content | undefined): Promise<Content> {
  const entries = artifacts === undefined ? [] : await content.tree(artifacts.digest)
  return content.writeTree(entries.map((entry) => ({ ...entry, path: `outputs/${entry.path}` })))
}

async function collect(
  { files, content, job, attempt, step, defer }: CollectOutputs,
  name: string,
  output: PlannedOutput,
): Promise<StepOutput> {
  const file = files.output(job, attempt, name)
  const how = { by: 'link', ...(defer !== undefined && { defer }) } as const
  const stats = statSync(file, { throwIfNoEntry: false })
  if (isFolderType(output.type)) {
    if (stats !== undefined) return stored(output, await content.ingest(file, how), name)
    throw refusal(step, name)('is gone: the step removed its folder', 'Remove what lies in the folder, not the folder.')
  }
  if (stats === undefined) return { kind: 'absent', type: output.type }
  const { type } = output
  if (isPrimitive(type)) return literal(step, name, { type, file, stats })
  // A program may have made a folder where a file was declared: Azure takes it as it is.
  return stored(output, await content.ingest(file, how), name)
}

function stored(output: PlannedOutput, content: Content, name: string): StepOutput {
  return {
    kind: 'content',
    type: output.type,
    content: content.kind,
    digest: content.digest,
    sizeBytes: content.sizeBytes,
    baseName: name,
  }
}

function literal(
  step: PlannedCommand,
  name: string,
  { type, file, stats }: { type: PrimitiveType; file: string; stats: Stats },
): StepOutput {
  const refuse = refusal(step, name)
  const hint = 'Write the value alone, or declare the output as uri_file.'
  // To read from a pipe or a device would never end, and nothing else of the server would go on.
  if (!stats.isFile()) throw refuse(`is a ${type}, but no file was written: ${kindOf(stats)}`, hint)
  if (stats.size > maxLiteralBytes) throw refuse(`is a ${type}, but ${stats.size} bytes were written`, hint)
  const value = readFileSync(file, 'utf8').trim()
  if (value.includes('\0')) throw refuse(`is a ${type}, but has a NUL, which no command line can hold`, hint)
  const checked = checkLiteral(value, { type })
  if (!checked.isValid) throw refuse(checked.problem, checked.hint ?? `Write one ${type}, nothing else.`)
  return { kind: 'literal', type, value: checked.value }
}

function refusal(step: PlannedCommand, name: string): (problem: string, hint: string) => SluiceError {
  return (problem, hint) =>
    new SluiceError('step-failed', `Output "${name}" of ${stepWords(step)} ${problem}.`, { hint })
}

function kindOf(stats: Stats): string {
  return stats.isDirectory() ? 'there is a folder' : 'there is a special file'
}

/** What lies in \`./outputs\` and becomes artifacts of the run; undefined when nothing does, or the step removed it. */
export async function collectArtifacts({ files, content, job, attempt }: CollectOutputs): Promise<Content | undefined> {
  const folder = join(files.working(job, attempt), 'outputs')
  if (!existsSync(folder) || readdirSync(folder).length === 0) return undefined
  return content.ingest(folder, { by: 'link' })
}
