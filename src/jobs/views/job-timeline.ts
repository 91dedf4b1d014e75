/**
 * What a job spent its time with, from its journal: of each step when it waited for its environment, for a slot, and
 * when its attempts ran. The journal says when something was decided, to the millisecond, so nothing is guessed.
 */
import { SluiceError } from '../../base/errors.ts'
import type { StepPath } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import { criticalPath } from '../../plan/critical-path.ts'
import type { PlannedStep } from '../../plan/planned-pipeline.ts'
import { findPlan, readTimedJournal, type TimedEvent } from '../journal-store.ts'
import type { Job } from '../job-service.ts'

/** A stretch of a step's time. `following`: another job computes the same, and it waits for that one. */
interface TimelineSpan {
  readonly kind: 'preparing' | 'queued' | 'following' | 'running'
  readonly startMs: number
  /** Absent while it lasts. */
  readonly endMs?: number
  /** Number of the attempt that runs, from 1. */
  readonly attempt?: number
  /** How that attempt ended. */
  readonly end?: 'succeeded' | 'failed' | 'canceled' | 'never-started'
}

export interface JobTimeline {
  readonly root: Job
  /** Steps in the order of the job; of rounds (iterations, items, trials) too. */
  readonly steps: readonly { readonly job: Job; readonly spans: readonly TimelineSpan[] }[]
  /** Steps that decided when the job ended, or will: the chain of latest ends. Rounds are part of their loop or sweep. */
  readonly criticalPath: readonly StepPath[]
  /** What those steps spent their time with, in milliseconds by kind of span. */
  readonly criticalMs: Readonly<Record<TimelineSpan['kind'], number>>
}

/** Throws `not-found` where the plan is gone. `jobs`: the root first. */
export async function jobTimeline(tables: Tables, jobs: readonly Job[], nowMs: number): Promise<JobTimeline> {
  const root = jobs[0]!
  const stored = await findPlan(tables, root.name)
  if (stored === undefined) throw new SluiceError('not-found', `The plan of job ${root.name} is gone.`)
  const spans = spansOf(await readTimedJournal(tables, root.name))
  const steps = jobs
    .filter(({ step }) => step !== undefined)
    .map((job) => ({ job, spans: ended(spans.get(job.step!) ?? [], job) }))
  const path = criticalSteps(stored.plan.steps, steps, nowMs)
  const isCritical = new Set(path)
  const criticalMs = { preparing: 0, queued: 0, following: 0, running: 0 }
  for (const { job, spans: own } of steps) {
    if (!isCritical.has(job.step!)) continue
    for (const { kind, startMs, endMs } of own) criticalMs[kind] += (endMs ?? nowMs) - startMs
    // Loops and sweeps have no spans of their own: their rounds do.
    if (own.length === 0 && job.startedMs !== undefined) criticalMs.running += (job.endedMs ?? nowMs) - job.startedMs
  }
  return { root, steps, criticalPath: path, criticalMs }
}

interface OpenSpan {
  kind: TimelineSpan['kind']
  startMs: number
  endMs?: number
  attempt?: number
  end?: NonNullable<TimelineSpan['end']>
}

function spansOf(journal: readonly TimedEvent[]): ReadonlyMap<StepPath, readonly OpenSpan[]> {
  const spans = new Map<StepPath, OpenSpan[]>()
  const close = (step: StepPath, atMs: number): OpenSpan | undefined => {
    const last = spans.get(step)?.at(-1)
    if (last !== undefined) last.endMs ??= atMs
    return last
  }
  const open = (step: StepPath, span: OpenSpan): void => {
    close(step, span.startMs)
    const own = spans.get(step)
    if (own === undefined) spans.set(step, [span])
    else own.push(span)
  }
  for (const { event, atMs } of journal) {
    switch (event.kind) {
      case 'resolved':
        for (const { step, outcome } of event.steps) {
          if (outcome.kind === 'reuse') close(step, atMs)
          else if (outcome.kind === 'follow') open(step, { kind: 'following', startMs: atMs })
          else open(step, { kind: outcome.isPrepared ? 'queued' : 'preparing', startMs: atMs })
        }
        break
      case 'prepared':
        open(event.step, { kind: 'queued', startMs: atMs })
        break
      case 'started':
        open(event.step, { kind: 'running', startMs: atMs, attempt: event.attempt })
        break
      case 'ended': {
        const running = close(event.step, event.atMs)
        if (running?.kind === 'running') running.end = event.end.kind
        // Only while it is not over: the next attempt waits for its slot from here on.
        if (event.end.kind !== 'succeeded') open(event.step, { kind: 'queued', startMs: event.atMs })
        break
      }
      case 'unpreparable':
      case 'leader-ended':
        close(event.step, atMs)
        break
      case 'submitted':
      case 'unresolvable':
      case 'cancel-requested':
      case 'expanded':
        break
    }
  }
  return spans
}

/** A step that has ended waits for nothing: what was still open ended with it, and a wait after its last end was none. */
function ended(spans: readonly OpenSpan[], { endedMs }: Job): readonly TimelineSpan[] {
  if (endedMs === undefined) return spans
  const last = spans.at(-1)
  const isAfterEnd = last?.kind === 'queued' && last.endMs === undefined && spans.at(-2)?.end !== undefined
  const kept = isAfterEnd ? spans.slice(0, -1) : spans
  return kept.map((span) => (span.endMs === undefined ? { ...span, endMs: Math.max(span.startMs, endedMs) } : span))
}

function criticalSteps(
  planned: readonly PlannedStep[],
  steps: JobTimeline['steps'],
  nowMs: number,
): readonly StepPath[] {
  const byPath = new Map(steps.map((step) => [step.job.step, step]))
  const timed = planned.flatMap(({ path, parents }) => {
    const step = byPath.get(path)
    const startMs = step?.spans[0]?.startMs ?? step?.job.startedMs
    if (step === undefined || startMs === undefined) return []
    return [{ path, parents, startMs, endMs: step.job.endedMs ?? nowMs }]
  })
  return criticalPath(timed)
}
