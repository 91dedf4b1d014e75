import type { Selectable } from 'kysely'
import { SluiceError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { ExperimentId } from '../base/ids.ts'
import { compiledStatement } from '../database/compiled-statement.ts'
import type { Database, Tables } from '../database/database.ts'
import { checkedArtifactLocation, defaultArtifactLocation } from './artifact-locations.ts'
import type { Experiment, Tag } from './entities.ts'
import { checkExperimentTag, checkLength, invalidValue, limits } from './limits.ts'
import { pieces, trackingTables, type TrackingTables } from './tables.ts'

export interface NewExperiment {
  readonly name: string
  readonly artifactLocation?: string
  readonly tags?: readonly Tag[]
}

/** Experiments. Names are unique, deleted experiments included, until these are removed for good. */
export interface ExperimentStore {
  /** Throws `already-exists`. */
  create(experiment: NewExperiment): Promise<ExperimentId>
  /** Also a deleted one. Throws `not-found`. */
  get(id: string): Promise<Experiment>
  /** Also a deleted one. Throws `not-found`. */
  getByName(name: string): Promise<Experiment>
  rename(id: string, name: string): Promise<void>
  /** Marks the experiment and all its runs deleted. */
  delete(id: string): Promise<void>
  /** Brings the experiment and all its runs back. */
  restore(id: string): Promise<void>
  setTag(id: string, tag: Tag): Promise<void>
  /** Throws `not-found` where the tag is not set. */
  deleteTag(id: string, key: string): Promise<void>
}

export type ExperimentRow = Selectable<TrackingTables['experiment']>

export function experimentStore({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): ExperimentStore {
  return {
    create: (experiment) => database.write((tables) => insertExperiment(tables, experiment, clock.now())),
    get: async (id) => hydrated(database.read, await findExperiment(database.read, id)),
    getByName: async (name) => {
      const row = await findByName(database.read, name)
      if (row !== undefined) return hydrated(database.read, row)
      throw new SluiceError('not-found', `Could not find experiment with name '${name}'`)
    },
    rename: (id, name) => database.write((tables) => renameExperiment(tables, { id, name, atMs: clock.now() })),
    delete: (id) => database.write((tables) => setLifecycle(tables, { id, deleted: true, atMs: clock.now() })),
    restore: (id) => database.write((tables) => setLifecycle(tables, { id, deleted: false, atMs: clock.now() })),
    setTag: (id, tag) => database.write((tables) => setExperimentTag(tables, id, tag)),
    deleteTag: (id, key) => database.write((tables) => deleteExperimentTag(tables, id, key)),
  }
}

/** The number of an id as MLflow writes them. Throws `invalid-request` for anything else. */
export function experimentNumber(id: string): number {
  // As Python reads one: `-1` is a number too, of no experiment.
  if (/^\s*[-+]?\d{1,19}\s*$/.test(id)) return Math.min(Number(id), Number.MAX_SAFE_INTEGER)
  throw new SluiceError(
    'invalid-request',
    `Invalid experiment ID '${id.slice(0, 100)}'. Experiment ID must be a valid integer.`,
  )
}

export function experimentId(number: number): ExperimentId {
  return String(number) as ExperimentId
}

const selectExperiment = compiledStatement((tables, { experiment_id }: Pick<ExperimentRow, 'experiment_id'>) =>
  trackingTables(tables).selectFrom('experiment').selectAll().where('experiment_id', '=', experiment_id),
)

/** The experiment's row, deleted or not. Throws `not-found`. */
async function findExperiment(tables: Tables, id: string): Promise<ExperimentRow> {
  const number = experimentNumber(id)
  const [row] = (await selectExperiment(tables, [{ experiment_id: number }])).rows
  if (row !== undefined) return row
  throw new SluiceError('not-found', `No Experiment with id=${number} exists`)
}

/** Like `findExperiment`, and throws `invalid-request` for a deleted one. */
export async function findActiveExperiment(tables: Tables, id: string): Promise<ExperimentRow> {
  const row = await findExperiment(tables, id)
  if (row.deleted_ms === null) return row
  throw new SluiceError(
    'invalid-request',
    `The experiment ${row.experiment_id} must be in the 'active' state. Current state is deleted.`,
    { hint: 'Restore it first.' },
  )
}

/** The experiment of that name, deleted or not. */
export async function findByName(tables: Tables, name: string): Promise<ExperimentRow | undefined> {
  return trackingTables(tables)
    .selectFrom('experiment')
    .selectAll()
    .where('workspace', '=', 'default')
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Inserts in the caller's transaction. Throws `already-exists`, also when the experiment of that name is deleted. */
export async function insertExperiment(
  tables: Tables,
  { name, artifactLocation, tags = [] }: NewExperiment,
  atMs: number,
): Promise<ExperimentId> {
  checkExperimentName(name)
  for (const tag of tags) checkExperimentTag(tag)
  const location = artifactLocation === undefined ? undefined : checkedArtifactLocation(artifactLocation)
  await checkNameIsFree(tables, name)
  const tracking = trackingTables(tables)
  const { next } = await tracking
    .updateTable('experiment_number')
    .set((eb) => ({ next: eb('next', '+', 1) }))
    .returning('next')
    .executeTakeFirstOrThrow()
  const number = next - 1
  await tracking
    .insertInto('experiment')
    .values({
      experiment_id: number,
      name,
      artifact_location: location ?? defaultArtifactLocation(number),
      created_ms: atMs,
      updated_ms: atMs,
      deleted_ms: null,
    })
    .execute()
  const values = new Map(tags.map((tag) => [tag.key, tag.value]))
  const rows = [...values].map(([key, value]) => ({ experiment_id: number, key, value }))
  if (rows.length > 0) await tracking.insertInto('experiment_tag').values(rows).execute()
  return experimentId(number)
}

function checkExperimentName(name: string): void {
  if (name === '') throw new SluiceError('invalid-request', `Invalid experiment name: ''`)
  checkLength(name, 'name', limits.experimentName)
}

async function checkNameIsFree(tables: Tables, name: string): Promise<void> {
  const existing = await findByName(tables, name)
  if (existing === undefined) return
  const deleted = existing.deleted_ms === null ? '' : ' in deleted state'
  throw new SluiceError('already-exists', `Experiment(name=${name}) already exists${deleted}.`, {
    hint:
      deleted === '' ? 'Use it, or choose another name.' : `Restore experiment ${existing.experiment_id} or rename.`,
  })
}

async function renameExperiment(
  tables: Tables,
  { id, name, atMs }: { readonly id: string; readonly name: string; readonly atMs: number },
): Promise<void> {
  checkExperimentName(name)
  const row = await findExperiment(tables, id)
  if (row.deleted_ms !== null) throw new SluiceError('invalid-request', 'Cannot rename a non-active experiment.')
  if (row.name !== name) await checkNameIsFree(tables, name)
  await trackingTables(tables)
    .updateTable('experiment')
    .set({ name, updated_ms: atMs })
    .where('experiment_id', '=', row.experiment_id)
    .execute()
}

async function setLifecycle(
  tables: Tables,
  { id, deleted, atMs }: { readonly id: string; readonly deleted: boolean; readonly atMs: number },
): Promise<void> {
  const row = await findExperiment(tables, id)
  if ((row.deleted_ms !== null) === deleted) {
    throw new SluiceError('not-found', `No Experiment with id=${row.experiment_id} exists`, {
      hint: deleted ? 'It is deleted already.' : 'Only a deleted experiment can be restored; this one is active.',
    })
  }
  const deletedMs = deleted ? atMs : null
  const tracking = trackingTables(tables)
  await tracking
    .updateTable('experiment')
    .set({ deleted_ms: deletedMs, updated_ms: atMs })
    .where('experiment_id', '=', row.experiment_id)
    .execute()
  await tracking
    .updateTable('run')
    .set({ deleted_ms: deletedMs })
    .where('experiment_id', '=', row.experiment_id)
    .execute()
}

async function setExperimentTag(tables: Tables, id: string, tag: Tag): Promise<void> {
  checkExperimentTag(tag)
  const { experiment_id } = await findActiveExperiment(tables, id)
  await trackingTables(tables)
    .insertInto('experiment_tag')
    .values({ experiment_id, key: tag.key, value: tag.value })
    .onConflict((conflict) => conflict.columns(['experiment_id', 'key']).doUpdateSet({ value: tag.value }))
    .execute()
}

async function deleteExperimentTag(tables: Tables, id: string, key: string): Promise<void> {
  const { experiment_id } = await findActiveExperiment(tables, id)
  const { numDeletedRows } = await trackingTables(tables)
    .deleteFrom('experiment_tag')
    .where('experiment_id', '=', experiment_id)
    .where('key', '=', key)
    .executeTakeFirst()
  if (numDeletedRows === 0n) {
    throw new SluiceError('not-found', `No tag with name: ${key} in experiment with id ${id}`)
  }
}

async function hydrated(tables: Tables, row: ExperimentRow): Promise<Experiment> {
  return (await hydrateExperiments(tables, [row]))[0]!
}

/** Rows as experiments, with their tags, in the same order. */
export async function hydrateExperiments(
  tables: Tables,
  rows: readonly ExperimentRow[],
): Promise<readonly Experiment[]> {
  const tags = new Map<number, Tag[]>(rows.map((row) => [row.experiment_id, []]))
  const tracking = trackingTables(tables)
  for (const piece of pieces([...tags.keys()])) {
    const found = await tracking
      .selectFrom('experiment_tag')
      .select(['experiment_id', 'key', 'value'])
      .where('experiment_id', 'in', piece)
      .orderBy('experiment_id')
      .orderBy('key')
      .execute()
    for (const { experiment_id, key, value } of found) tags.get(experiment_id)?.push({ key, value })
  }
  return rows.map((row) => ({
    experimentId: experimentId(row.experiment_id),
    name: row.name,
    artifactLocation: row.artifact_location,
    lifecycleStage: row.deleted_ms === null ? 'active' : 'deleted',
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    tags: tags.get(row.experiment_id) ?? [],
  }))
}

/** The numbers of a list of ids, each once. */
export function experimentNumbers(ids: readonly string[]): readonly number[] {
  if (ids.length > 10_000) throw invalidValue('experiment_ids', `${ids.length} ids`, 'At most 10000 are read.')
  return [...new Set(ids.map(experimentNumber))]
}
