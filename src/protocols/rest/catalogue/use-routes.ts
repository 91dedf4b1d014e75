import type { AssetUse } from '../../../jobs/asset-use.ts'
import { type UsedKind, usedKinds } from '../../../jobs/asset-properties.ts'
import type { Route } from '../../../server/route.ts'
import { wireTime } from '../translate.ts'
import { AssetUseList, AssetUseQuery } from './messages.ts'

/** What tells how assets are used; `reference` is of one of them. */
export interface UseRouteParts {
  readonly assetUse: (kind: UsedKind, reference?: string) => Promise<readonly AssetUse[]>
}

/** How components and environments are used by jobs. */
export function useRoutes({ assetUse }: UseRouteParts): readonly Route[] {
  return usedKinds.map((kind) => ({
    method: 'GET',
    url: `/api/v1/${kind}-use`,
    permission: 'read',
    summary: `Say how the newest jobs, 20,000 at most, used ${kind}s, the last used first; or the newest 5,000 uses of one.`,
    query: AssetUseQuery,
    response: AssetUseList,
    handler: async (request) => {
      const { reference } = request.query as AssetUseQuery
      return { items: (await assetUse(kind, reference)).map(toUseMessage) } satisfies AssetUseList
    },
  }))
}

function toUseMessage({ registry, name, versions, pipelines, ...counts }: AssetUse): AssetUseList['items'][number] {
  return {
    ...(registry !== undefined && { registry }),
    name,
    ...countsMessage(counts),
    versions: versions.map(({ version, ...own }) => ({ version, ...countsMessage(own) })),
    pipelines: pipelines.map(({ name: title, jobCount, lastUsedMs }) => ({
      name: title,
      job_count: jobCount,
      last_used_at: wireTime(lastUsedMs),
    })),
  }
}

type Counts = Omit<AssetUse, 'registry' | 'name' | 'versions' | 'pipelines'>

function countsMessage({ jobCount, completedCount, failedCount, reusedCount, medianMs, lastUsedMs }: Counts) {
  return {
    job_count: jobCount,
    completed_count: completedCount,
    failed_count: failedCount,
    reused_count: reusedCount,
    ...(medianMs !== undefined && { median_seconds: medianMs / 1000 }),
    last_used_at: wireTime(lastUsedMs),
  }
}
