import type { ExperimentId, JobName, StepPath } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import { forecastStarts, middleOf } from '../../plan/forecast.ts'
import type { Priority } from '../../spec/document-parts.ts'
import type { SlotsInUse } from '../engine.ts'
import { findDurations } from '../job-list-store.ts'
import type { Job } from '../job-service.ts'
import { findJobsNamed } from '../job-store.ts'

/** A step that has a slot or wants one, with the job it is a step of. */
interface QueuedJob {
  readonly job: Job
  readonly root: Job
  readonly priority: Priority
  /** How many it has or wants. */
  readonly slots: number
  /** How long it ran before, where it ever did. */
  readonly estimatedMs?: number
}

/** Who has the slots of the compute, and who waits for one. */
export interface QueueView {
  readonly slots: number
  readonly running: readonly QueuedJob[]
  /** The next one first, at most 500. */
  readonly waiting: readonly (QueuedJob & {
    /** From 1. */
    readonly place: number
    /** From now on, if everything takes as long as before; absent where something of it never ran. */
    readonly startsInMs?: number
  })[]
  readonly waitingCount: number
}

const mostShown = 500

/** The queue with what earlier jobs tell about its future. */
export async function queueView(tables: Tables, inUse: SlotsInUse, nowMs: number): Promise<QueueView> {
  const { slots, running, waiting } = inUse
  const shown = waiting.slice(0, mostShown)
  const jobs = await findJobsNamed(tables, [...new Set([...running, ...shown].flatMap(({ job, root }) => [job, root]))])
  const known = await estimates(tables, jobs)
  const describe = ({ job, root, priority, slots: count }: SlotsInUse['running'][number]): QueuedJob[] => {
    const [own, whole] = [jobs.get(job), jobs.get(root)]
    if (own === undefined || whole === undefined) return []
    const estimatedMs = known.get(job)
    return [{ job: own, root: whole, priority, slots: count, ...(estimatedMs !== undefined && { estimatedMs }) }]
  }
  const left = running.map(({ job, slots: count }) => {
    const estimatedMs = known.get(job)
    const ms = estimatedMs === undefined ? undefined : estimatedMs - (nowMs - (jobs.get(job)?.startedMs ?? nowMs))
    return { ms, slots: count }
  })
  const wanted = shown.map(({ job, slots: count }) => ({ ms: known.get(job), slots: count }))
  const starts = forecastStarts({ running: left, slots }, wanted)
  return {
    slots,
    running: running.flatMap(describe),
    waiting: shown.flatMap((step, index) => {
      const startsInMs = starts[index]
      return describe(step).map((each) => ({
        ...{ ...each, place: index + 1 },
        ...(startsInMs !== undefined && { startsInMs }),
      }))
    }),
    waitingCount: waiting.length,
  }
}

async function estimates(tables: Tables, jobs: ReadonlyMap<JobName, Job>): Promise<ReadonlyMap<JobName, number>> {
  const steps = new Map<ExperimentId, Set<StepPath>>()
  for (const { experimentId, step } of jobs.values()) {
    if (step === undefined) continue
    steps.set(experimentId, (steps.get(experimentId) ?? new Set()).add(step))
  }
  const durations = new Map<ExperimentId, Awaited<ReturnType<typeof findDurations>>>()
  // Sequential: the steps of a queue belong to few experiments.
  for (const [experimentId, paths] of steps)
    durations.set(experimentId, await findDurations(tables, { experimentId, steps: [...paths] }))
  return new Map(
    [...jobs.values()].flatMap(({ name, experimentId, step }) => {
      const middle = middleOf((step !== undefined && durations.get(experimentId)?.get(step)) || [])
      return middle === undefined ? [] : [[name, middle] as const]
    }),
  )
}
