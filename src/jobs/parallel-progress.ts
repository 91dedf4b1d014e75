import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AttemptFiles } from './attempt-files.ts'
import type { Job } from './job-service.ts'

/** What a host keeps in its resume folder (python/src/sluiceworks/parallel/progress.py). */
type Progress = { readonly done: number; readonly failed: number; readonly total: number }

/** A running parallel step with how far it is; every other job as it is. */
export function withProgress(job: Job, files: Pick<AttemptFiles, 'resume'>): Job {
  if (job.status !== 'Running' || job.statusDetail !== undefined) return job
  const progress = readProgress(join(files.resume(job.name), 'progress.json'))
  if (progress === undefined) return job
  const { done, failed, total } = progress
  const failures = failed > 0 ? `, ${failed} failed` : ''
  return { ...job, statusDetail: `${done} of ${total} mini-batches done${failures}` }
}

/** Undefined where there is none: most steps are not parallel, and a host removes it when it has ended. */
function readProgress(file: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Progress
  } catch {
    return undefined
  }
}
