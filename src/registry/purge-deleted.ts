import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { Clock } from '../base/clock.ts'
import type { Database, Tables } from '../database/database.ts'
import { artifactFolder } from '../tracking/artifact-locations.ts'
import {
  findPurgeable,
  purgeExperiment,
  purgeModels,
  purgeRuns,
  traceLocations,
  type Purgeable,
} from '../tracking/purge.ts'
import { deleteRunComments } from './notes/comment-store.ts'
import type { RegistryTables } from './registry-tables.ts'

/** What was removed for good, or would be. */
export interface PurgeReport {
  readonly experiments: number
  readonly runs: number
  readonly loggedModels: number
  /** Left as they are, because a registered model's version was made of them or lies in them. */
  readonly kept: number
}

interface PurgeParts {
  readonly database: Database
  readonly clock: Clock
  readonly artifacts: Pick<ArtifactStore, 'remove'>
}

/** Runs of one transaction: other writers get their turn between them. */
const together = 50

/**
 * Removes what was deleted at least `olderThanMs` ago: runs, logged models and experiments, whose names are free
 * afterwards. The files' names go first and the rows afterwards, so a crash in between leaves something deleted that the
 * next call removes. The bytes go with the next collection of content that nothing names.
 */
export async function purgeDeleted(
  { database, clock, artifacts }: PurgeParts,
  { olderThanMs, isDryRun = false }: { readonly olderThanMs: number; readonly isDryRun?: boolean },
): Promise<PurgeReport> {
  const found = await findPurgeable(database.read, clock.now() - olderThanMs)
  const needed = await neededByRegistry(database.read)
  const isNeeded = ({ id, location }: { readonly id: string; readonly location: string }): boolean =>
    needed.ids.has(id) || needed.locations.some((place) => place === location || place.startsWith(`${location}/`))
  const runs = found.runs.filter((run) => !isNeeded(run))
  const models = found.models.filter((model) => !isNeeded(model))
  const kept = [...found.runs, ...found.models].filter(isNeeded)
  const experiments = emptied(found, kept)
  const report = {
    experiments: experiments.length,
    runs: runs.length,
    loggedModels: models.length,
    kept: kept.length + found.experiments.length - experiments.length,
  }
  if (isDryRun) return report
  for (let start = 0; start < runs.length; start += together) {
    const piece = runs.slice(start, start + together)
    for (const run of piece) await removeFiles(artifacts, run)
    const ids = piece.map(({ id }) => id)
    await database.write(async (tables) => {
      await purgeRuns(tables, ids)
      await deleteRunComments(tables, ids)
    })
  }
  for (let start = 0; start < models.length; start += together) {
    const piece = models.slice(start, start + together)
    for (const model of piece) await removeFiles(artifacts, model)
    await database.write((tables) =>
      purgeModels(
        tables,
        piece.map(({ id }) => id),
      ),
    )
  }
  for (const { id } of experiments) {
    for (const location of await traceLocations(database.read, id))
      await removeFiles(artifacts, { id: 'traces', location })
    await database.write((tables) => purgeExperiment(tables, id))
  }
  return report
}

/** Artifacts elsewhere are between their owner and that place; a folder without the id may be somebody else's too. */
async function removeFiles(
  artifacts: PurgeParts['artifacts'],
  { id, location }: { readonly id: string; readonly location: string },
): Promise<void> {
  const folder = artifactFolder(location)
  if (folder?.split('/').includes(id) === true) await artifacts.remove(folder)
}

/** An experiment whose folder still holds what is needed stays, with its name. */
function emptied(found: Purgeable, kept: readonly { readonly location: string }[]): Purgeable['experiments'] {
  return found.experiments.filter(({ location }) => !kept.some((each) => each.location.startsWith(`${location}/`)))
}

async function neededByRegistry(
  tables: Tables,
): Promise<{ readonly ids: ReadonlySet<string>; readonly locations: readonly string[] }> {
  const rows = await tables
    .withTables<RegistryTables>()
    .selectFrom('model_version')
    .select(['run_id', 'logged_model_id', 'storage_location'])
    .execute()
  return {
    ids: new Set(rows.flatMap((row) => [row.run_id, row.logged_model_id]).filter((id) => id !== '')),
    locations: [...new Set(rows.map((row) => row.storage_location))],
  }
}
