import { readFileSync } from 'node:fs'
import type { AttemptFiles } from './attempt-files.ts'
import type { Job, MiniBatchCounts } from './job-service.ts'

/** A parallel step with how many of its mini-batches are done; every other job as it is. */
export function withProgress(job: Job, files: Pick<AttemptFiles, 'miniBatches'>): Job {
  // Only hosted steps have an empty command, and what was reused ran nothing.
  if (job.command !== '' || job.startedMs === undefined || job.reusedFrom !== undefined) return job
  const miniBatches = readCounts(files.miniBatches(job.name))
  if (miniBatches === undefined) return job
  if (job.status !== 'Running' || job.statusDetail !== undefined) return { ...job, miniBatches }
  return { ...job, miniBatches, statusDetail: countsText(miniBatches) }
}

function countsText({ done, failed, retried, total }: MiniBatchCounts): string {
  const failures = failed > 0 ? `, ${failed} failed` : ''
  return `${done} of ${total} mini-batches done${failures}${retried > 0 ? `, tried again ${retried} ${retried === 1 ? 'time' : 'times'}` : ''}`
}

/** Undefined where there is none: notebooks are hosted too, and a host may not have begun. */
function readCounts(file: string): MiniBatchCounts | undefined {
  try {
    // python/src/sluiceworks/parallel/progress.py writes it; change both.
    const { done, failed, retried, total } = JSON.parse(readFileSync(file, 'utf8')) as MiniBatchCounts
    return { done, failed, retried, total }
  } catch {
    return undefined
  }
}
