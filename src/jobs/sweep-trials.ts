import { SluiceError } from '../base/errors.ts'
import { type RunId, runIdOf } from '../base/ids.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { Tables } from '../database/database.ts'
import type { PlannedSweep } from '../plan/planned-pipeline.ts'
import { bestValue, type Goal, type MetricHistory, ranking } from '../plan/sweeps/best-trial.ts'
import type { Job, SweepTrials } from './job-service.ts'
import { findChildren } from './job-store.ts'

/** Azure ML's name of the property that says what a sweep looks for. */
const objectiveProperty = 'primary_metric_config'

/** Properties that a sweep's job has from the start. */
export function sweepProperties({ objective }: PlannedSweep): Readonly<Record<string, string>> {
  return { [objectiveProperty]: JSON.stringify({ name: objective.primaryMetric, goal: objective.goal }) }
}

/** Properties of a sweep's result, which a copy of its job does not have. */
export const sweepResultProperties = ['best_child_run_id', 'score', 'best_metric_status']

interface TrialReading {
  readonly tables: Tables
  readonly values: (runIds: readonly RunId[], key: string) => Promise<ReadonlyMap<RunId, MetricHistory>>
}

/** The trials of a sweep so far, the best first, those without the metric last. Throws `invalid-request` for another job. */
export async function listTrials({ tables, values }: TrialReading, job: Job): Promise<SweepTrials> {
  const { primaryMetric, goal } = objectiveOf(job)
  const trials = (await findChildren(tables, job.root)).filter(({ parent }) => parent === job.name)
  const histories = await values(
    trials.map(({ name }) => runIdOf(name)),
    primaryMetric,
  )
  const found = trials.map((trial, index) => ({
    trial,
    number: index + 1,
    values: histories.get(runIdOf(trial.name)) ?? [],
  }))
  const ranked = ranking(goal, found)
  const isRanked = new Set(ranked)
  return {
    primaryMetric,
    goal,
    trials: [...ranked, ...found.filter((one) => !isRanked.has(one))].map(({ trial, number, values: history }) => {
      const value = bestValue(goal, history)
      return {
        job: trial,
        number,
        parameters: parametersOf(trial),
        logged: history.length,
        isBest: job.properties['best_child_run_id'] === trial.name,
        ...(value !== undefined && { value }),
      }
    }),
  }
}

function objectiveOf({ name, type, properties }: Job): { readonly primaryMetric: string; readonly goal: Goal } {
  const text = properties[objectiveProperty]
  if (type !== 'sweep' || text === undefined)
    throw new SluiceError('invalid-request', `Job ${name} is no sweep (${type}), so it has no trials.`, {
      hint: `See its steps with: sluice job show ${name}`,
    })
  const { name: primaryMetric, goal } = JSON.parse(text) as { readonly name: string; readonly goal: Goal }
  return { primaryMetric, goal }
}

function parametersOf({ tags }: Job): JsonObject {
  const parameters: unknown = JSON.parse(tags['hyperparameters'] ?? '{}')
  return isJsonObject(parameters) ? parameters : {}
}
