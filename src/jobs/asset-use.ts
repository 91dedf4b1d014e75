import type { JobStatus } from './job-service.ts'

/** One job that used an asset. */
export interface AssetUseRow {
  /** Its reference: `azureml:NAME:VERSION`, `azureml:NAME`, or the address of one of the program's own. */
  readonly asset: string
  readonly job: string
  /** What the whole job is called. */
  readonly pipeline: string
  readonly status: JobStatus
  readonly createdMs: number
  readonly isReused: boolean
  /** From start to end, of a job that has ended. */
  readonly tookMs?: number
}

/** What jobs came to that used something. */
interface UseCounts {
  readonly jobCount: number
  readonly completedCount: number
  readonly failedCount: number
  /** Of the completed: those whose result was there already. */
  readonly reusedCount: number
  /** Half of those that completed by running took at most so long; absent without any. */
  readonly medianMs?: number
  readonly lastUsedMs: number
}

/** How an asset is used. */
export interface AssetUse extends UseCounts {
  /** The program's own are in the registry `sluice`. */
  readonly registry?: string
  readonly name: string
  /** By version, the last used first; a curated environment has none. */
  readonly versions: readonly (UseCounts & { readonly version: string })[]
  /** What the jobs are parts of, the last used first. */
  readonly pipelines: readonly (Pick<UseCounts, 'jobCount' | 'lastUsedMs'> & { readonly name: string })[]
}

/** Uses, newest first, by asset; the last used first. Linear in the rows but for the sorting of durations. */
export function summariseUses(rows: readonly AssetUseRow[]): readonly AssetUse[] {
  const byAsset = groupBy(rows, (row) => {
    const { registry = '', name } = partsOf(row.asset)
    return `${registry} ${name}`
  })
  return [...byAsset.values()].map((uses) => {
    const { registry, name } = partsOf(uses[0]!.asset)
    const versioned = uses.filter(({ asset }) => partsOf(asset).version !== undefined)
    const versions = [...groupBy(versioned, ({ asset }) => partsOf(asset).version!)]
    const pipelines = [...groupBy(uses, ({ pipeline }) => pipeline)]
    return {
      ...(registry !== undefined && { registry }),
      name,
      ...countsOf(uses),
      versions: versions.map(([version, own]) => ({ version, ...countsOf(own) })),
      pipelines: pipelines.map(([title, own]) => ({
        name: title,
        jobCount: own.length,
        lastUsedMs: own[0]!.createdMs,
      })),
    }
  })
}

function countsOf(rows: readonly AssetUseRow[]): UseCounts {
  const completed = rows.filter(({ status }) => status === 'Completed')
  const durations = completed
    .filter(({ isReused }) => !isReused)
    .flatMap(({ tookMs }) => tookMs ?? [])
    .sort((left, right) => left - right)
  return {
    jobCount: rows.length,
    completedCount: completed.length,
    failedCount: rows.filter(({ status }) => status === 'Failed').length,
    reusedCount: completed.filter(({ isReused }) => isReused).length,
    ...(durations.length > 0 && { medianMs: durations[Math.floor((durations.length - 1) / 2)]! }),
    lastUsedMs: rows[0]!.createdMs,
  }
}

interface AssetParts {
  readonly registry?: string
  readonly name: string
  readonly version?: string
}

function partsOf(reference: string): AssetParts {
  const [, registry, own, ownVersion] =
    /^azureml:\/\/registries\/([^/]+)\/[^/]+\/([^/]+)(?:\/versions\/([^/]+))?$/.exec(reference) ?? []
  if (registry !== undefined && own !== undefined)
    return { registry, name: own, ...(ownVersion !== undefined && { version: ownVersion }) }
  const [, name = reference, version] = /^azureml:([^:]+)(?::(.+))?$/.exec(reference) ?? []
  return { name, ...(version !== undefined && { version }) }
}

/** In the order of the first of each. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
