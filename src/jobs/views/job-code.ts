import { SluiceError } from '../../base/errors.ts'
import type { Digest, StepPath } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import { findComparedSteps } from '../earlier-results-store.ts'
import type { Job } from '../job-service.ts'

/**
 * The digest of the code that a step ran with: the job itself, or the step of it at `step`. Throws `not-found` where
 * there is no such step, or none of its code.
 */
export async function codeOfJob(tables: Tables, job: Job, step?: StepPath): Promise<Digest> {
  const steps = await findComparedSteps(tables, job.root)
  const found = steps.find((each) => (step === undefined ? each.name === job.name : each.path === step))
  const code = found?.fields?.code
  if (code !== undefined && code !== '') return code as Digest
  const subject = step === undefined ? `Job ${job.name}` : `Step "${step}" of job ${job.name}`
  if (found !== undefined) throw new SluiceError('not-found', `${subject} has no folder of code.`)
  throw new SluiceError('not-found', `${subject} is no command step.`, {
    hint: `It has: ${steps.map(({ path }) => path || 'no steps of its own').join(', ')}.`,
  })
}
