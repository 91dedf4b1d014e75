/**
 * A sweep: each trial is a round of one ordinary step, so it is reused, retried and adopted like any other. What the
 * sweep knows of its trials lies in the journal (their rounds, with the values they were given) and in tracking (what
 * they logged), never in this process: a restarted server goes on where the last one was, and no trial that ended runs
 * again.
 */
import type { Clock } from '../../base/clock.ts'
import { assert, SluiceError } from '../../base/errors.ts'
import { type RunId, runIdOf } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { PlannedSweep } from '../../plan/planned-pipeline.ts'
import { bestValue, type MetricHistory } from '../../plan/sweeps/best-trial.ts'
import { decideSweep, type SweepDecision, type TrialProgress } from '../../plan/sweeps/decide-sweep.ts'
import { pointOfValues, sampledParameters, type SampledValues } from '../../plan/sweeps/sampled-values.ts'
import { trialRound } from '../../plan/sweeps/trial-round.ts'
import { gridSize, trialAt, type TrialPoint } from '../../plan/sweeps/trial-point.ts'
import type { Round } from '../pipeline-state.ts'
import { type ControlView, type Expander, type Expansion, roundOutputs } from './expander.ts'
import type { EarlierTrial, SamplerQuestion } from './optuna-sampler.ts'

/** What runs logged; tracking's metric store is one. */
interface TrialMetrics {
  values(runIds: readonly RunId[], key: string): Promise<ReadonlyMap<RunId, MetricHistory>>
  names(runIds: readonly RunId[]): Promise<readonly string[]>
}

export interface SweepDeps {
  readonly metrics: TrialMetrics
  readonly sampler: { propose(question: SamplerQuestion): Promise<SampledValues> }
  readonly clock: Clock
}

/** Kept with each trial's round. */
interface TrialNote {
  readonly point: TrialPoint
  /** Of a bayesian sweep: what the sampler said. */
  readonly values?: SampledValues
  /** When the sweep began, epoch milliseconds; every trial has the same. */
  readonly startedMs: number
}

/** How often running trials are looked at for an early end; more seldom where looking takes long. */
const lookEveryMs = 1000
const lookShare = 20

export function sweepExpander(deps: SweepDeps): Expander<PlannedSweep> {
  return async (step, view) => {
    const nowMs = deps.clock.now()
    const notes = view.rounds.map(noteOf)
    const startedMs = notes[0]?.startedMs ?? nowMs
    const histories = await historiesOf(deps, step, view)
    const trials = view.rounds.map((round, index) => progressOf(round, histories[index]!))
    const lookedMs = deps.clock.now() - nowMs
    const rules = {
      goal: step.objective.goal,
      limits: step.limits,
      gridSize: step.sampling.type === 'grid' ? gridSize(step.searchSpace) : Infinity,
      ...(step.earlyTermination !== undefined && { earlyTermination: step.earlyTermination }),
    }
    const decision = decideSweep(rules, { trials, elapsedMs: nowMs - startedMs })
    if (decision.end !== undefined)
      return { rounds: [], end: await endOf(deps, step, { view, trials, end: decision.end }) }
    const rounds = await newTrials(deps, step, { view, trials, startedMs, count: decision.start })
    const againAfterMs = nextLookMs(step, { elapsedMs: nowMs - startedMs, lookedMs })
    const stop = decision.stop.map(({ trial, why }) => ({ round: view.rounds[trial]!.path, why }))
    return {
      rounds,
      ...(stop.length > 0 && { stop }),
      ...(againAfterMs !== undefined && { againAfterMs }),
    }
  }
}

function noteOf({ note }: Readonly<Round>): TrialNote {
  assert(note !== undefined, 'every trial has a note')
  return note as unknown as TrialNote
}

/** Metrics are read only where something is decided by them. */
async function historiesOf(
  { metrics }: SweepDeps,
  { earlyTermination, sampling, objective }: PlannedSweep,
  view: ControlView,
): Promise<readonly MetricHistory[]> {
  const isNeeded =
    earlyTermination !== undefined ||
    sampling.type === 'bayesian' ||
    !view.rounds.some(({ status }) => status === 'running')
  if (!isNeeded) return view.rounds.map(() => [])
  const runs = runsOf(view)
  const values = await metrics.values(runs, objective.primaryMetric)
  return runs.map((run) => values.get(run) ?? [])
}

function runsOf(view: ControlView): readonly RunId[] {
  return view.rounds.map(({ path }) => runIdOf(view.jobOf(path)))
}

function progressOf({ status, stopReason }: Readonly<Round>, values: MetricHistory): TrialProgress {
  return { status, isStopping: stopReason !== undefined, values }
}

interface NewTrials {
  readonly view: ControlView
  readonly trials: readonly TrialProgress[]
  readonly startedMs: number
  readonly count: number
}

async function newTrials(
  deps: SweepDeps,
  step: PlannedSweep,
  { view, trials, startedMs, count }: NewTrials,
): Promise<Expansion['rounds']> {
  const rounds: Expansion['rounds'][number][] = []
  const earlier = step.sampling.type === 'bayesian' ? earlierTrials(step, view, trials) : []
  // Sequential: a sampler is told of each trial before it is asked for the next.
  for (let index = view.rounds.length; index < view.rounds.length + count; index++) {
    const chosen = await choose(deps, step, { index, earlier })
    if (chosen.values !== undefined) earlier.push({ values: chosen.values, state: 'running' })
    const note: TrialNote = { ...chosen, startedMs }
    const tags = { hyperparameters: JSON.stringify(chosen.point) }
    rounds.push({ ...trialRound(step, index, chosen.point), note: note as unknown as JsonObject, tags })
  }
  return rounds
}

async function choose(
  { sampler }: SweepDeps,
  { searchSpace, sampling, objective }: PlannedSweep,
  { index, earlier }: { readonly index: number; readonly earlier: readonly EarlierTrial[] },
): Promise<Pick<TrialNote, 'point' | 'values'>> {
  if (sampling.type !== 'bayesian') {
    const point = trialAt(searchSpace, sampling, index)
    assert(point !== undefined, `a grid has a trial ${index}`)
    return { point }
  }
  const parameters = sampledParameters(searchSpace)
  const values = await sampler.propose({ goal: objective.goal, seed: 0, trial: index, parameters, earlier })
  return { point: pointOfValues(searchSpace, values), values }
}

function earlierTrials(
  { objective }: PlannedSweep,
  view: ControlView,
  trials: readonly TrialProgress[],
): EarlierTrial[] {
  return view.rounds.map((round, index) => {
    const { values: history, status } = trials[index]!
    const value = bestValue(objective.goal, history)
    const state = status === 'canceled' ? (round.stopReason === undefined ? 'failed' : 'stopped') : status
    const values = noteOf(round).values ?? {}
    return { values, state, logged: history.length, ...(value !== undefined && { value }) }
  })
}

/** When to look again though no trial ended: for policies that watch, and at the sweep's timeout. */
function nextLookMs(
  { earlyTermination, limits }: PlannedSweep,
  { elapsedMs, lookedMs }: { readonly elapsedMs: number; readonly lookedMs: number },
): number | undefined {
  const looks: number[] = []
  if (earlyTermination !== undefined) looks.push(Math.max(lookEveryMs, lookedMs * lookShare))
  const { timeoutSeconds } = limits
  if (timeoutSeconds !== undefined && elapsedMs < timeoutSeconds * 1000) looks.push(timeoutSeconds * 1000 - elapsedMs)
  return looks.length === 0 ? undefined : Math.min(...looks)
}

interface SweepEnd {
  readonly view: ControlView
  readonly trials: readonly TrialProgress[]
  readonly end: NonNullable<SweepDecision['end']>
}

async function endOf(
  { metrics }: SweepDeps,
  { path, objective }: PlannedSweep,
  { view, trials, end }: SweepEnd,
): Promise<NonNullable<Expansion['end']>> {
  if ('best' in end) {
    const round = view.rounds[end.best]!
    const score = bestValue(objective.goal, trials[end.best]!.values)
    return {
      outputs: roundOutputs(round, view),
      // The names that Azure ML gives them.
      properties: { best_child_run_id: view.jobOf(round.path), score: String(score), best_metric_status: 'Succeeded' },
    }
  }
  const title = path === '' ? 'The sweep' : `Sweep "${path}"`
  if (end.failure === 'timed-out') {
    throw new SluiceError(
      'timed-out',
      `${title} has no result: none of its ${trials.length} trials completed in time.`,
      {
        hint: 'Give limits.timeout more seconds, or the trials less to do.',
      },
    )
  }
  if (end.failure === 'none-completed') {
    throw new SluiceError('step-failed', `${title} has no result: none of its ${trials.length} trials completed.`, {
      hint: `See why the first one did not: sluice job show ${view.jobOf(view.rounds[0]!.path)}`,
    })
  }
  const { primaryMetric } = objective
  const logged = await metrics.names(runsOf(view))
  const found = logged.length === 0 ? 'They logged no metrics.' : `They logged: ${logged.slice(0, 10).join(', ')}.`
  throw new SluiceError(
    'step-failed',
    `${title} has no result: no trial that completed logged a number as "${primaryMetric}".`,
    { hint: `${found} The name must be exactly that of primary_metric: mlflow.log_metric("${primaryMetric}", value)` },
  )
}
