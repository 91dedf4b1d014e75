import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import type { JobAction } from '../spec/schedules/schedule-documents.ts'
import { type CapturedAction, captureAction, type CaptureParts, exampleValues } from './capture-action.ts'
import { findTemplate } from './job-trigger-store.ts'
import type { FiringDocument, JobTrigger } from './job-trigger.ts'
import { checkParameters } from './pipeline-parameters.ts'

type KeptTrigger = Pick<JobTrigger, 'id' | 'definition' | 'parameters'>

/**
 * As `captureAction`, for who may change schedules but not name files of this machine, e.g. in a browser: a job of the
 * store or a published pipeline, and values that such a pipeline would take. What was there before (`before`) may stay
 * as it is: a job file is then not read again, but kept as it was captured. Throws `permission-denied` too.
 */
export async function captureRemoteAction(
  parts: CaptureParts & { readonly database: Database },
  document: FiringDocument,
  before?: KeptTrigger,
): Promise<CapturedAction> {
  refuseWatchedFiles(document, before)
  const { action } = document
  const isSame = before !== undefined && jobOf(action) === jobOf(before.definition.action)
  if (!isSame) refuseFiles(document)
  const isFile = action.kind === 'job' && 'file' in action.job
  const template = isSame && isFile ? await findTemplate(parts.database.read, before.id) : undefined
  const kept = template === undefined ? undefined : { template, parameters: before!.parameters }
  const captured = await captureAction(parts, document, kept)
  checkSaidValues(document, captured, before?.definition.action)
  return captured
}

function refuseWatchedFiles(document: FiringDocument, before: KeptTrigger | undefined): void {
  if (document.kind !== 'trigger' || document.source.type !== 'data_change') return
  const { path } = document.source
  const source = before?.definition.source
  if (/^azureml:/i.test(path) || (source?.type === 'data_change' && source.path === path)) return
  throw denied(`The trigger "${document.name}" watches ${path}, a path of the server's machine.`, {
    kind: 'trigger',
    instead: 'Watch a datastore (azureml://datastores/NAME/paths/PATH) or versions of data (type: data_version)',
  })
}

function refuseFiles({ kind, name, action }: FiringDocument): void {
  if (action.kind !== 'job') return
  const instead = 'Name a published pipeline (pipeline: NAME) or a job of the store (job: azureml:NAME)'
  if ('file' in action.job)
    throw denied(`The ${kind} "${name}" names ${action.job.file}, a file of the server's machine.`, { kind, instead })
  const output = Object.keys(action.changes).find((path) => path.startsWith('outputs.'))
  if (output !== undefined)
    throw denied(`The ${kind} "${name}" says where outputs go (${output}).`, { kind, instead: 'Leave "outputs" out' })
}

/** Values that stay as they were may be what only the command line may say. */
function checkSaidValues({ name, action }: FiringDocument, { parameters }: CapturedAction, before?: JobAction): void {
  const said = Object.fromEntries(Object.entries(action.inputs).filter(([key, text]) => before?.inputs[key] !== text))
  // `jobs.STEP.KEY` and the like name no input: as a parameter it is unknown, and is refused as one.
  checkParameters(
    parameters.filter((one) => Object.hasOwn(said, one.name)),
    exampleValues(said, name),
  )
}

/** What tells one job from another: its file or name, and what is said differently of it; nothing for a pipeline. */
function jobOf(action: JobAction): string {
  return action.kind === 'job' ? JSON.stringify([action.job, Object.entries(action.changes).sort()]) : ''
}

function denied(
  message: string,
  { kind, instead }: { readonly kind: FiringDocument['kind']; readonly instead: string },
): SluiceError {
  return new SluiceError('permission-denied', message, {
    hint: `${instead}, or use the command line of that machine: sluice ${kind} create FILE`,
  })
}
