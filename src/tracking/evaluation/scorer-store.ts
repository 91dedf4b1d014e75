import { SluiceError } from '../../base/errors.ts'
import { randomHex } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import { experimentId, experimentNumbers, findActiveExperiment } from '../experiment-store.ts'
import { checkLength, invalidValue, limits } from '../limits.ts'
import type { TrackingContext } from '../run-store.ts'
import { evaluationTables } from './evaluation-tables.ts'

/** A judge of an experiment's traces as its client wrote it down. It is kept, never run here. */
export interface ScorerVersion {
  readonly scorerId: string
  readonly experimentId: string
  readonly name: string
  readonly version: number
  /** JSON. */
  readonly serialized: string
  readonly createdMs: number
}

interface ScorerReference {
  readonly experimentId: string
  readonly name: string
  /** Absent: the newest, or, to delete, all. */
  readonly version?: number
}

/** Scorers and their versions; an unknown one throws `not-found`. */
export interface ScorerStore {
  /** Gives the next version: one more than the highest there is. */
  register(scorer: Omit<ScorerReference, 'version'> & { readonly serialized: string }): Promise<ScorerVersion>
  /** The newest version of each scorer, by name; of these experiments, or of all that are not deleted. */
  list(experimentIds?: readonly string[]): Promise<readonly ScorerVersion[]>
  /** Oldest first. */
  versions(reference: Omit<ScorerReference, 'version'>): Promise<readonly ScorerVersion[]>
  get(reference: ScorerReference): Promise<ScorerVersion>
  delete(reference: ScorerReference): Promise<void>
}

const maxLength = 1_000_000

export function scorerStore({ database, clock, random }: TrackingContext): ScorerStore {
  return {
    register: async ({ serialized, ...reference }) => {
      checkScorer(reference.name, serialized)
      const version = await database.write((tables) =>
        insertVersion(tables, reference, { serialized, scorerId: randomHex(random, 16), nowMs: clock.now() }),
      )
      return findVersion(database.read, { ...reference, version })
    },
    list: async (ids) => {
      const all = await readVersions(database.read, ids === undefined ? undefined : experimentNumbers(ids))
      const newest = new Map(all.map((version) => [version.scorerId, version]))
      return [...newest.values()]
    },
    versions: async (reference) => {
      const found = await versionsOf(database.read, reference)
      if (found.length === 0) throw noScorer(reference)
      return found
    },
    get: (reference) => findVersion(database.read, reference),
    delete: (reference) => database.write((tables) => deleteVersions(tables, reference)),
  }
}

function noScorer({ name, version, experimentId: id }: ScorerReference): SluiceError {
  const which = version === undefined ? '' : ` and version ${version}`
  return new SluiceError(
    'not-found',
    `Scorer with name '${name.slice(0, 300)}'${which} not found for experiment ${id}.`,
  )
}

function checkScorer(name: string, serialized: string): void {
  if (name.trim() === '') throw invalidValue('name', name, 'A scorer name cannot be empty or only white space.')
  checkLength(name, 'name', limits.key)
  checkLength(serialized, 'serialized_scorer', maxLength)
  try {
    JSON.parse(serialized)
  } catch (cause) {
    throw new SluiceError('invalid-request', 'serialized_scorer must be valid JSON.', { cause })
  }
}

async function insertVersion(
  tables: Tables,
  { experimentId: id, name }: ScorerReference,
  { serialized, scorerId, nowMs }: { readonly serialized: string; readonly scorerId: string; readonly nowMs: number },
): Promise<number> {
  const { experiment_id } = await findActiveExperiment(tables, id)
  const store = evaluationTables(tables)
  await store
    .insertInto('scorer')
    .values({ scorer_id: scorerId, experiment_id, name })
    .onConflict((conflict) => conflict.columns(['experiment_id', 'name']).doNothing())
    .execute()
  const scorer = await store
    .selectFrom('scorer')
    .select('scorer_id')
    .where('experiment_id', '=', experiment_id)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  const newest = await store
    .selectFrom('scorer_version')
    .select('version')
    .where('scorer_id', '=', scorer.scorer_id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  const version = (newest?.version ?? 0) + 1
  await store
    .insertInto('scorer_version')
    .values({ scorer_id: scorer.scorer_id, version, serialized_scorer: serialized, created_ms: nowMs })
    .execute()
  return version
}

/** By experiment, name and version. */
async function readVersions(
  tables: Tables,
  experiments: readonly number[] | undefined,
  name?: string,
): Promise<readonly ScorerVersion[]> {
  let query = evaluationTables(tables)
    .selectFrom('scorer')
    .innerJoin('scorer_version', 'scorer_version.scorer_id', 'scorer.scorer_id')
    .select(['scorer.scorer_id', 'scorer.experiment_id', 'scorer.name', 'version', 'serialized_scorer', 'created_ms'])
    .orderBy('scorer.experiment_id')
    .orderBy('scorer.name')
    .orderBy('version')
  if (experiments !== undefined) query = query.where('scorer.experiment_id', 'in', [...experiments, -1])
  if (name !== undefined) query = query.where('scorer.name', '=', name)
  const rows = await query.execute()
  return rows.map((row) => ({
    scorerId: row.scorer_id,
    experimentId: experimentId(row.experiment_id),
    name: row.name,
    version: row.version,
    serialized: row.serialized_scorer,
    createdMs: row.created_ms,
  }))
}

async function versionsOf(
  tables: Tables,
  { experimentId: id, name }: ScorerReference,
): Promise<readonly ScorerVersion[]> {
  const { experiment_id } = await findActiveExperiment(tables, id)
  return readVersions(tables, [experiment_id], name)
}

async function findVersion(tables: Tables, reference: ScorerReference): Promise<ScorerVersion> {
  const found = await versionsOf(tables, reference)
  const wanted =
    reference.version === undefined ? found.at(-1) : found.find(({ version }) => version === reference.version)
  if (wanted === undefined) throw noScorer(reference)
  return wanted
}

async function deleteVersions(tables: Tables, reference: ScorerReference): Promise<void> {
  const found = await versionsOf(tables, reference)
  const gone = found.filter(({ version }) => reference.version === undefined || version === reference.version)
  if (gone.length === 0) throw noScorer(reference)
  const store = evaluationTables(tables)
  const { scorerId } = gone[0]!
  const versions = gone.map(({ version }) => version)
  const ofScorer = store.deleteFrom('scorer_version').where('scorer_id', '=', scorerId)
  await ofScorer.where('version', 'in', versions).execute()
  if (gone.length === found.length) await store.deleteFrom('scorer').where('scorer_id', '=', scorerId).execute()
}
