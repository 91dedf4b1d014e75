import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { ArtifactUploads } from '../artifacts/artifact-uploads.ts'
import type { Clock } from '../base/clock.ts'
import type { Database } from '../database/database.ts'
import { referredDigests } from '../database/referred-digests.ts'
import type { EnvironmentKeeper } from '../environments/environment-builder.ts'
import { countedJobs } from '../jobs/counted-jobs.ts'
import type { GarbageRequest, GarbageReport } from '../protocols/rest/gc-routes.ts'
import { purgeDeleted } from '../registry/purge-deleted.ts'
import { countedArtifacts, type StoredModels } from '../registry/stored-models.ts'
import { type FiringRetention, pruneFirings } from '../triggers/prune-firings.ts'

interface GarbageParts {
  readonly database: Database
  readonly content: ContentStore
  readonly environments: EnvironmentKeeper
  readonly models: Pick<StoredModels, 'removeUnused'>
  readonly clock: Clock
  readonly artifacts: Pick<ArtifactStore, 'remove'>
  readonly uploads: Pick<ArtifactUploads, 'removeBefore'>
  readonly firings: FiringRetention
}

const dayMs = 24 * 3_600_000
/** So long an upload in parts may lie. */
const uploadDays = 7

/**
 * Tables whose digests keep nothing: those of the contents themselves, what is only remembered of files, URLs and
 * commits (it is read again), and the record of what happened.
 */
const countNothing = ['content_object', 'cached_folder', 'file_stat', 'web_file', 'git_folder', 'event', 'data_profile']

/**
 * Removes what nothing refers to any more. First the references are taken, then what they do not name is removed; what
 * comes into use in between was touched within the last hour and stays (`ContentStore.sweep`).
 */
export async function collectGarbage(
  { database, content, environments, models, clock, artifacts, uploads, firings }: GarbageParts,
  { isDryRun, outputsOlderThanDays, environmentsOlderThanDays, deletedOlderThanDays }: GarbageRequest,
): Promise<GarbageReport> {
  const before = (days: number): number => clock.now() - days * dayMs
  const purged =
    deletedOlderThanDays === undefined
      ? undefined
      : await purgeDeleted({ database, clock, artifacts }, { olderThanMs: deletedOlderThanDays * dayMs, isDryRun })
  const prunedFirings = await pruneFirings({ database, clock }, { ...firings, isDryRun })
  if (!isDryRun) await models.removeUnused()
  if (!isDryRun) await uploads.removeBefore(before(uploadDays))
  const referred = await referredDigests(database, {
    except: countNothing,
    counted: {
      artifact: countedArtifacts,
      ...(outputsOlderThanDays !== undefined && countedJobs(before(outputsOlderThanDays))),
    },
  })
  const swept = await content.sweep({ isReferred: (digest) => referred.has(digest), isDryRun })
  const unused =
    environmentsOlderThanDays === undefined
      ? undefined
      : await environments.removeUnused({ beforeMs: before(environmentsOlderThanDays), isDryRun })
  const counted = (count: number) => ({ count, sizeBytes: 0 })
  return {
    ...swept,
    firings: counted(prunedFirings),
    ...(unused !== undefined && { environments: unused }),
    ...(purged !== undefined && {
      runs: counted(purged.runs),
      experiments: counted(purged.experiments),
      models: counted(purged.loggedModels),
    }),
  }
}
