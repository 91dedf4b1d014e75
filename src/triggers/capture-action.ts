import { SluiceError } from '../base/errors.ts'
import type { Job } from '../jobs/job-service.ts'
import type { CapturedTemplate, CaptureWish, JobParameter, JobTemplate } from '../jobs/job-template.ts'
import {
  expressionsIn,
  type JobAction,
  type ScheduleDocument,
  withValues,
} from '../spec/schedules/schedule-documents.ts'
import { nearestName } from '../spec/yaml/nearest-name.ts'
import { checkParameters } from './pipeline-parameters.ts'
import type { PublishedPipeline } from './published-pipeline-store.ts'
import type { PipelineSelection } from './published-pipelines.ts'

/** What capturing asks of the engine and of published pipelines. */
export interface CaptureParts {
  readonly jobs: {
    capture(wish: CaptureWish): Promise<CapturedTemplate>
    captureJob(name: string, changes: Readonly<Record<string, string>>): Promise<CapturedTemplate>
    checkTemplate(template: JobTemplate, values: Readonly<Record<string, string>>): Promise<void>
    get(name: string): Promise<Job>
  }
  readonly pipelines: { get(selection: PipelineSelection): Promise<PublishedPipeline> }
}

/** An action with all that its submissions need, checked to start. */
export interface CapturedAction {
  readonly action: JobAction
  readonly template?: JobTemplate
  readonly parameters: readonly JobParameter[]
}

/**
 * Keeps what a schedule or trigger submits, as it is now, and submits it in thought: a mistake shows when the schedule is
 * made, not in the night. What was captured before is taken instead where it is given (`kept`). Throws `invalid-document`, `input-not-found` and `not-found`.
 */
export async function captureAction(
  parts: CaptureParts,
  document: Pick<ScheduleDocument, 'name' | 'action'>,
  kept?: Pick<CapturedAction, 'template' | 'parameters'>,
): Promise<CapturedAction> {
  const captured = kept === undefined ? await capture(parts, document.action) : { action: document.action, ...kept }
  const { action, parameters } = captured
  checkNames(action, parameters)
  await checkValues(parts, { ...captured, values: exampleValues(action.inputs, document.name) })
  return captured
}

/** The values of inputs in a firing thought of, by name. */
export function exampleValues(inputs: JobAction['inputs'], document: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [name, withValues(text, examplesOf(text, document))]),
  )
}

/** Throws what submitting these values would throw. */
export async function checkValues(
  { jobs }: Pick<CaptureParts, 'jobs'>,
  { template, parameters, values }: CapturedAction & { readonly values: Readonly<Record<string, string>> },
): Promise<void> {
  if (template !== undefined) await jobs.checkTemplate(template, values)
  else checkParameters(parameters, values)
}

async function capture({ jobs, pipelines }: CaptureParts, action: JobAction): Promise<CapturedAction> {
  if (action.kind === 'published-pipeline') {
    const { name, version } = action
    const { parameters } = await pipelines.get({ name, ...(version !== undefined && { version }) })
    return { action, parameters }
  }
  const { job, changes } = action
  const { template, parameters } =
    'file' in job ? await jobs.capture({ file: job.file, changes }) : await jobs.captureJob(job.name, changes)
  return { action, template, parameters }
}

function checkNames({ inputs }: JobAction, parameters: readonly JobParameter[]): void {
  const names = parameters.map(({ name }) => name)
  const unknown = Object.keys(inputs).filter((name) => !names.includes(name) && !name.startsWith('jobs.'))
  if (unknown.length === 0) return
  const near = nearestName(unknown[0]!, names)
  const hint = names.length === 0 ? 'It has no inputs.' : `Its inputs are ${names.join(', ')}.`
  throw new SluiceError(
    'invalid-document',
    unknown.map((name) => `"create_job" sets the input "${name}", which the job does not have.`).join('\n'),
    { hint: near === undefined ? hint : `Did you mean ${near}?` },
  )
}

/** A value for every expression of a text: one that also reads as a number, a version or a time. */
function examplesOf(text: string, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    expressionsIn(text).map((variable) => {
      if (variable === 'name' || variable === 'trigger.name') return [variable, name]
      return [variable, /time|window/.test(variable) ? '2026-01-01T00:00:00Z' : '1']
    }),
  )
}
