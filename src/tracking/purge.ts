import type { Tables } from '../database/database.ts'
import { evaluationTables } from './evaluation/evaluation-tables.ts'
import { pieces, trackingTables } from './tables.ts'
import { traceTables } from './traces/trace-tables.ts'
import { traceKeys } from './traces/trace.ts'

/** What can be removed for good: deleted before a moment, and of no job. `location` is where its artifacts are. */
export interface Purgeable {
  readonly experiments: readonly { readonly id: number; readonly location: string }[]
  readonly runs: readonly { readonly id: string; readonly location: string }[]
  readonly models: readonly { readonly id: string; readonly location: string }[]
}

/**
 * Runs, experiments and logged models deleted before `deletedBeforeMs`. An experiment comes with all its runs and
 * models. Runs of jobs stay, since a job tells of its run, and so does an experiment that has one.
 */
export async function findPurgeable(tables: Tables, deletedBeforeMs: number): Promise<Purgeable> {
  const store = trackingTables(tables)
  const deleted = await store
    .selectFrom('experiment')
    .select(['experiment_id', 'artifact_location'])
    .where('deleted_ms', '<=', deletedBeforeMs)
    // The experiment that clients log to when they name none is as old as the store.
    .where('experiment_id', '!=', 0)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('run')
            .select('run_id')
            .whereRef('run.experiment_id', '=', 'experiment.experiment_id')
            .where('is_job', '=', 1),
        ),
      ),
    )
    .execute()
  const numbers = [-1, ...deleted.map((row) => row.experiment_id)]
  const runs = await store
    .selectFrom('run')
    .select(['run_id', 'artifact_uri'])
    .where('is_job', '=', 0)
    .where((eb) => eb.or([eb('deleted_ms', '<=', deletedBeforeMs), eb('experiment_id', 'in', numbers)]))
    .execute()
  const models = await store
    .selectFrom('logged_model')
    .select(['model_id', 'artifact_uri'])
    .where((eb) => eb.or([eb('deleted_ms', '<=', deletedBeforeMs), eb('experiment_id', 'in', numbers)]))
    .execute()
  return {
    experiments: deleted.map((row) => ({ id: row.experiment_id, location: row.artifact_location })),
    runs: runs.map((row) => ({ id: row.run_id, location: row.artifact_uri })),
    models: models.map((row) => ({ id: row.model_id, location: row.artifact_uri })),
  }
}

/** Removes runs with everything that was logged to them, in the caller's transaction. */
export async function purgeRuns(tables: Tables, ids: readonly string[]): Promise<void> {
  const store = trackingTables(tables)
  for (const piece of pieces(ids)) {
    for (const table of [
      'metric',
      'latest_metric',
      'param',
      'run_tag',
      'run_dataset_tag',
      'run_dataset',
      'run_model_input',
      'run_model_output',
      'logged_model_metric',
      'run',
    ] as const) {
      await store.deleteFrom(table).where('run_id', 'in', piece).execute()
    }
    await traceTables(tables).deleteFrom('trace_run').where('run_id', 'in', piece).execute()
  }
}

/** Removes logged models in the caller's transaction. */
export async function purgeModels(tables: Tables, ids: readonly string[]): Promise<void> {
  const store = trackingTables(tables)
  for (const piece of pieces(ids)) {
    for (const table of [
      'logged_model_metric',
      'logged_model_param',
      'logged_model_tag',
      'run_model_input',
      'run_model_output',
      'logged_model',
    ] as const) {
      await store.deleteFrom(table).where('model_id', 'in', piece).execute()
    }
  }
}

/** The artifact locations of an experiment's traces, which hold spans of older clients and attachments. */
export async function traceLocations(tables: Tables, experimentId: number): Promise<readonly string[]> {
  const rows = await traceTables(tables)
    .selectFrom('trace')
    .innerJoin('trace_tag', 'trace_tag.trace_id', 'trace.trace_id')
    .select(['trace.trace_id', 'trace_tag.value'])
    .where('trace.experiment_id', '=', experimentId)
    .where('trace_tag.key', '=', traceKeys.artifactLocationTag)
    .execute()
  // The tag is the client's to change: only a folder that is the trace's is believed.
  return rows.filter((row) => row.value.endsWith(`/traces/${row.trace_id}/artifacts`)).map((row) => row.value)
}

/** Removes an experiment that has no runs and models left, with its traces, in the caller's transaction: its name is free. */
export async function purgeExperiment(tables: Tables, id: number): Promise<void> {
  const traces = traceTables(tables)
  const ofExperiment = () => traces.selectFrom('trace').select('trace_id').where('experiment_id', '=', id)
  for (const table of ['trace_tag', 'trace_metadata', 'trace_run', 'trace_prompt', 'span', 'assessment'] as const) {
    await traces.deleteFrom(table).where('trace_id', 'in', ofExperiment()).execute()
  }
  await traces.deleteFrom('trace').where('experiment_id', '=', id).execute()
  const evaluation = evaluationTables(tables)
  const scorers = evaluation.selectFrom('scorer').select('scorer_id').where('experiment_id', '=', id)
  await evaluation.deleteFrom('scorer_version').where('scorer_id', 'in', scorers).execute()
  await evaluation.deleteFrom('scorer').where('experiment_id', '=', id).execute()
  await evaluation.deleteFrom('evaluation_dataset_experiment').where('experiment_id', '=', id).execute()
  const store = trackingTables(tables)
  for (const table of ['experiment_tag', 'dataset', 'experiment'] as const) {
    await store.deleteFrom(table).where('experiment_id', '=', id).execute()
  }
}
