import { sql } from 'kysely'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database, Tables } from '../database/database.ts'
import type { DatasetInput, ModelOutput } from './entities.ts'
import { checkLength, limits } from './limits.ts'
import { experimentId, experimentNumbers } from './experiment-store.ts'
import { findActiveRun, type RunRow } from './run-rows.ts'
import { pieces, trackingTables } from './tables.ts'

/** What runs read and made: datasets (one per name and digest in an experiment) and logged models. */
export interface RunInputStore {
  /** Logging a dataset or a model twice is one input; its place and the tags of the first time stay. */
  logInputs(runId: string, inputs: RunInputs): Promise<void>
  logOutputs(runId: string, models: readonly ModelOutput[]): Promise<void>
  /** The datasets of these experiments, each once per context it was used in; at most 1,000. */
  searchDatasets(experimentIds: readonly string[]): Promise<readonly DatasetSummary[]>
}

interface RunInputs {
  readonly datasets?: readonly DatasetInput[]
  readonly models?: readonly { readonly modelId: string }[]
}

export interface DatasetSummary {
  readonly experimentId: string
  readonly name: string
  readonly digest: string
  readonly context?: string
}

/** The tag of a dataset input that says what it was for, e.g. "training". */
export const datasetContextTag = 'mlflow.data.context'
const maxSummaries = 1000

export function runInputStore({
  database,
  random,
}: {
  readonly database: Database
  readonly random: RandomBytes
}): RunInputStore {
  return {
    logInputs: async (runId, inputs) => {
      checkDatasets(inputs.datasets ?? [])
      return database.write((tables) => logInputs(tables, runId, { ...inputs, random }))
    },
    logOutputs: (runId, models) => database.write((tables) => logOutputs(tables, runId, models)),
    searchDatasets: (experimentIds) => searchDatasets(database.read, experimentIds),
  }
}

function checkDatasets(inputs: readonly DatasetInput[]): void {
  if (inputs.length > limits.datasetsPerCall) {
    throw new SluiceError(
      'limit-exceeded',
      `A call can log at most ${limits.datasetsPerCall} datasets. Got ${inputs.length} datasets.`,
    )
  }
  for (const { dataset, tags } of inputs) {
    checkLength(dataset.name, 'name', limits.datasetName)
    checkLength(dataset.digest, 'digest', limits.datasetDigest)
    checkLength(dataset.source, 'source', limits.datasetSource)
    checkLength(dataset.sourceType, 'source_type', limits.datasetName)
    checkLength(dataset.schema ?? '', 'schema', limits.datasetSchema)
    checkLength(dataset.profile ?? '', 'profile', limits.datasetProfile)
    for (const tag of tags) {
      checkLength(tag.key, 'key', limits.inputTagKey)
      checkLength(tag.value, 'value', limits.inputTagValue)
    }
  }
}

async function logInputs(
  tables: Tables,
  runId: string,
  { datasets = [], models = [], random }: RunInputs & { readonly random: RandomBytes },
): Promise<void> {
  const run = await findActiveRun(tables, runId)
  const tracking = trackingTables(tables)
  for (const piece of pieces(uniqueDatasets(datasets))) await logDatasets(tables, run, { inputs: piece, random })
  const modelIds = [...new Set(models.map((model) => model.modelId))]
  for (const piece of pieces(modelIds)) {
    await tracking
      .insertInto('run_model_input')
      .values(piece.map((modelId) => ({ run_id: runId, model_id: modelId })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

function identity({ name, digest }: { readonly name: string; readonly digest: string }): string {
  return JSON.stringify([name, digest])
}

function uniqueDatasets(inputs: readonly DatasetInput[]): readonly DatasetInput[] {
  const seen = new Map<string, DatasetInput>()
  for (const input of inputs) {
    const id = identity(input.dataset)
    if (!seen.has(id)) seen.set(id, input)
  }
  return [...seen.values()]
}

async function logDatasets(
  tables: Tables,
  run: RunRow,
  { inputs, random }: { readonly inputs: readonly DatasetInput[]; readonly random: RandomBytes },
): Promise<void> {
  const tracking = trackingTables(tables)
  await tracking
    .insertInto('dataset')
    .values(
      inputs.map(({ dataset }) => ({
        dataset_id: randomHex(random, 16),
        experiment_id: run.experiment_id,
        name: dataset.name,
        digest: dataset.digest,
        source_type: dataset.sourceType,
        source: dataset.source,
        schema: dataset.schema ?? null,
        profile: dataset.profile ?? null,
      })),
    )
    .onConflict((conflict) => conflict.columns(['experiment_id', 'name', 'digest']).doNothing())
    .execute()
  const rows = await tracking
    .selectFrom('dataset')
    .select(['dataset_id', 'name', 'digest'])
    .where('experiment_id', '=', run.experiment_id)
    .where('name', 'in', [...new Set(inputs.map(({ dataset }) => dataset.name))])
    .where('digest', 'in', [...new Set(inputs.map(({ dataset }) => dataset.digest))])
    .execute()
  const ids = new Map(rows.map((row) => [identity(row), row.dataset_id]))
  const { next } = await tracking
    .selectFrom('run_dataset')
    .select((eb) => eb(eb.fn.coalesce(eb.fn.max('position'), sql<number>`-1`), '+', 1).as('next'))
    .where('run_id', '=', run.run_id)
    .executeTakeFirstOrThrow()
  const inserted = await tracking
    .insertInto('run_dataset')
    .values(
      inputs.map(({ dataset }, index) => ({
        run_id: run.run_id,
        dataset_id: ids.get(identity(dataset))!,
        position: next + index,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('dataset_id')
    .execute()
  const isNew = new Set(inserted.map((row) => row.dataset_id))
  const tags = inputs.flatMap((input) => {
    const dataset_id = ids.get(identity(input.dataset))!
    if (!isNew.has(dataset_id)) return []
    const values = new Map(input.tags.map((tag) => [tag.key, tag.value]))
    return [...values].map(([key, value]) => ({ run_id: run.run_id, dataset_id, key, value }))
  })
  for (const piece of pieces(tags)) await tracking.insertInto('run_dataset_tag').values(piece).execute()
}

async function logOutputs(tables: Tables, runId: string, models: readonly ModelOutput[]): Promise<void> {
  await findActiveRun(tables, runId)
  for (const piece of pieces(models)) {
    await trackingTables(tables)
      .insertInto('run_model_output')
      .values(piece.map(({ modelId, step }) => ({ run_id: runId, model_id: modelId, step })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

async function searchDatasets(tables: Tables, experimentIds: readonly string[]): Promise<readonly DatasetSummary[]> {
  const rows = await trackingTables(tables)
    .selectFrom('dataset')
    .innerJoin('run_dataset', 'run_dataset.dataset_id', 'dataset.dataset_id')
    .leftJoin('run_dataset_tag', (join) =>
      join
        .onRef('run_dataset_tag.run_id', '=', 'run_dataset.run_id')
        .onRef('run_dataset_tag.dataset_id', '=', 'run_dataset.dataset_id')
        .on('run_dataset_tag.key', '=', datasetContextTag),
    )
    .select(['dataset.experiment_id', 'dataset.name', 'dataset.digest', 'run_dataset_tag.value as context'])
    .distinct()
    .where('dataset.experiment_id', 'in', experimentNumbers(experimentIds))
    .orderBy('dataset.experiment_id')
    .orderBy('dataset.name')
    .orderBy('dataset.digest')
    .limit(maxSummaries)
    .execute()
  return rows.map((row) => ({
    experimentId: experimentId(row.experiment_id),
    name: row.name,
    digest: row.digest,
    ...(row.context !== null && { context: row.context }),
  }))
}
