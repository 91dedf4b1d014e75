import type { SelectQueryBuilder } from 'kysely'
import type { Tables } from '../../database/database.ts'
import type { Page, PageWish } from '../../tracking/entities.ts'
import { checkMaxResults } from '../../tracking/limits.ts'
import { decodePageToken, encodePageToken } from '../../tracking/search/page-token.ts'
import { longestWindowMs } from './collector-settings.ts'
import type { WindowHeader } from './window-file.ts'

/** A window of collected payloads as Parquet; without `path` it had no rows, only drops. */
export interface PayloadWindow extends Pick<
  WindowHeader,
  'endpoint' | 'deployment' | 'collection' | 'startMs' | 'endMs' | 'part'
> {
  readonly requests: number
  readonly rows: number
  readonly dropped: number
  readonly sizeBytes: number
  /** `azureml://datastores/<name>/paths/<file>` */
  readonly path?: string
  readonly asset?: { readonly name: string; readonly version: string }
  readonly keepUntilMs?: number
  readonly createdMs: number
}

/** Which windows: those of these names that overlap the time from `fromMs` to `toMs` (exclusive). */
export interface WindowSelection {
  readonly endpoint?: string
  readonly deployment?: string
  readonly collection?: string
  readonly fromMs?: number
  readonly toMs?: number
  /** Name of the data asset that they are versions of. */
  readonly asset?: string
}

type WindowKey = Pick<PayloadWindow, 'endpoint' | 'deployment' | 'collection' | 'startMs' | 'part'>

type PayloadTables = {
  payload_window: {
    workspace: string
    endpoint: string
    deployment: string
    collection: string
    start_ms: number
    part: number
    end_ms: number
    requests: number
    row_count: number
    dropped: number
    size_bytes: number
    path: string | null
    asset: string | null
    asset_version: string | null
    keep_until_ms: number | null
    created_ms: number
  }
}

const workspace = 'default'

/** Adds a window; its key must be new. */
export async function insertWindow(tables: Tables, window: PayloadWindow): Promise<void> {
  await tables
    .withTables<PayloadTables>()
    .insertInto('payload_window')
    .values({
      workspace,
      endpoint: window.endpoint,
      deployment: window.deployment,
      collection: window.collection,
      start_ms: window.startMs,
      part: window.part,
      end_ms: window.endMs,
      requests: window.requests,
      row_count: window.rows,
      dropped: window.dropped,
      size_bytes: window.sizeBytes,
      path: window.path ?? null,
      asset: window.asset?.name ?? null,
      asset_version: window.asset?.version ?? null,
      keep_until_ms: window.keepUntilMs ?? null,
      created_ms: window.createdMs,
    })
    .execute()
}

/** Whether a window is stored. */
export async function hasWindow(tables: Tables, key: WindowKey): Promise<boolean> {
  const row = await tables
    .withTables<PayloadTables>()
    .selectFrom('payload_window')
    .select('part')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('deployment', '=', key.deployment)
    .where('collection', '=', key.collection)
    .where('start_ms', '=', key.startMs)
    .where('part', '=', key.part)
    .executeTakeFirst()
  return row !== undefined
}

type WindowQuery = SelectQueryBuilder<PayloadTables, 'payload_window', object>

function selectedWindows(tables: Tables, selection: WindowSelection): WindowQuery {
  const { endpoint, deployment, collection, fromMs, toMs, asset } = selection
  let query: WindowQuery = tables
    .withTables<PayloadTables>()
    .selectFrom('payload_window')
    .where('workspace', '=', workspace)
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
  if (deployment !== undefined) query = query.where('deployment', '=', deployment)
  if (collection !== undefined) query = query.where('collection', '=', collection)
  // When they begin is what indexes have: without it every earlier window would be read.
  if (fromMs !== undefined) query = query.where('end_ms', '>', fromMs).where('start_ms', '>', fromMs - longestWindowMs)
  if (toMs !== undefined) query = query.where('start_ms', '<', toMs)
  if (asset !== undefined) query = query.where('asset', '=', asset)
  return query
}

/** By a bound, whatever it is, SQLite sees that an index has them in the order of time, and does not sort all of them. */
function inOrder(query: WindowQuery): WindowQuery {
  return query.where('start_ms', '>=', 0)
}

/** The windows of a selection, the oldest first. */
export async function listWindows(tables: Tables, selection: WindowSelection): Promise<readonly PayloadWindow[]> {
  const query = selectedWindows(tables, selection).selectAll()
  const rows = await query.orderBy('start_ms').orderBy('part').orderBy('collection').execute()
  return rows.map(toWindow)
}

/**
 * The windows of a selection by pages of 1 to 1000, the default, the oldest first. Throws `invalid-request` for a size or
 * token that cannot be.
 */
export async function pageOfWindows(
  tables: Tables,
  selection: WindowSelection,
  { maxResults = 1000, pageToken }: PageWish,
): Promise<Page<PayloadWindow>> {
  checkMaxResults(maxResults, 1000)
  const fingerprint = `payload windows ${JSON.stringify(selection)}`
  const after = decodePageToken(pageToken, fingerprint, () => ['number', 'number', 'string', 'string', 'string'])
  let query = inOrder(selectedWindows(tables, selection)).selectAll()
  if (after !== undefined) {
    const [startMs, part, endpoint, deployment, collection] = after as readonly [number, number, string, string, string]
    query = query
      // The same again for indexes that have no more than this.
      .where('start_ms', '>=', startMs)
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('start_ms', 'part', 'endpoint', 'deployment', 'collection'),
          '>',
          tuple(startMs, part, endpoint, deployment, collection),
        ),
      )
  }
  const rows = await query
    .orderBy('start_ms')
    .orderBy('part')
    .orderBy('endpoint')
    .orderBy('deployment')
    .orderBy('collection')
    .limit(maxResults + 1)
    .execute()
  const items = rows.slice(0, maxResults).map(toWindow)
  const last = items.at(-1)
  if (rows.length <= maxResults || last === undefined) return { items }
  const { startMs, part, endpoint, deployment, collection } = last
  return { items, nextPageToken: encodePageToken(fingerprint, [startMs, part, endpoint, deployment, collection]) }
}

const windowsAtOnce = 200

/**
 * The windows of a selection, the newest first (by start, part, deployment, collection), some hundred at a time, so that
 * who has found enough reads no further. Those that begin at one time come together.
 */
export async function* newestWindows(
  tables: Tables,
  selection: WindowSelection,
): AsyncGenerator<readonly PayloadWindow[]> {
  let left = inOrder(selectedWindows(tables, selection))
  for (;;) {
    // Sequential: where a page begins depends on the one before.
    const first = await left
      .select('start_ms')
      .orderBy('start_ms', 'desc')
      .offset(windowsAtOnce - 1)
      .limit(1)
      .executeTakeFirst()
    const page = first === undefined ? left : left.where('start_ms', '>=', first.start_ms)
    const rows = await page
      .selectAll()
      .orderBy('start_ms', 'desc')
      .orderBy('part', 'desc')
      .orderBy('deployment', 'desc')
      .orderBy('collection', 'desc')
      .execute()
    if (rows.length > 0) yield rows.map(toWindow)
    if (first === undefined) return
    left = selectedWindows(tables, selection).where('start_ms', '<', first.start_ms)
  }
}

/** Sums over the windows of one collection. */
export interface WindowSums extends Pick<PayloadWindow, 'endpoint' | 'deployment' | 'collection'> {
  readonly windows: number
  readonly rows: number
  readonly requests: number
  readonly dropped: number
  readonly sizeBytes: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Sums over the windows of a selection, by endpoint, deployment and collection, in this order. */
export async function sumWindows(tables: Tables, selection: WindowSelection): Promise<readonly WindowSums[]> {
  const whose = ['endpoint', 'deployment', 'collection'] as const
  const rows = await selectedWindows(tables, selection)
    .select(whose)
    .select(({ fn }) => [
      fn.countAll().as('windows'),
      fn.sum('row_count').as('rows'),
      fn.sum('requests').as('requests'),
      fn.sum('dropped').as('dropped'),
      fn.sum('size_bytes').as('sizeBytes'),
      fn.min('start_ms').as('firstMs'),
      fn.max('end_ms').as('lastMs'),
    ])
    .groupBy(whose)
    .orderBy('endpoint')
    .orderBy('deployment')
    .orderBy('collection')
    .execute()
  // PostgreSQL has sums and counts as text.
  return rows.map(({ endpoint, deployment, collection, ...sums }) => ({
    ...{ endpoint, deployment, collection },
    ...{ windows: Number(sums.windows), rows: Number(sums.rows), requests: Number(sums.requests) },
    ...{ dropped: Number(sums.dropped), sizeBytes: Number(sums.sizeBytes) },
    ...{ firstMs: Number(sums.firstMs), lastMs: Number(sums.lastMs) },
  }))
}

/** The newest window of a selection that had rows: it is a file and a version of a data asset. */
export async function newestFile(tables: Tables, selection: WindowSelection): Promise<PayloadWindow | undefined> {
  const row = await selectedWindows(tables, selection)
    .selectAll()
    .where('path', 'is not', null)
    .orderBy('start_ms', 'desc')
    .orderBy('part', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toWindow(row)
}

/** Windows that were to be kept until a time that has passed. */
export async function listExpired(tables: Tables, nowMs: number): Promise<readonly PayloadWindow[]> {
  const rows = await tables
    .withTables<PayloadTables>()
    .selectFrom('payload_window')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('keep_until_ms', '<=', nowMs)
    .execute()
  return rows.map(toWindow)
}

/** Forgets a window. */
export async function removeWindow(tables: Tables, key: WindowKey): Promise<void> {
  await tables
    .withTables<PayloadTables>()
    .deleteFrom('payload_window')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('deployment', '=', key.deployment)
    .where('collection', '=', key.collection)
    .where('start_ms', '=', key.startMs)
    .where('part', '=', key.part)
    .execute()
}

function toWindow(row: PayloadTables['payload_window']): PayloadWindow {
  return {
    endpoint: row.endpoint,
    deployment: row.deployment,
    collection: row.collection,
    startMs: row.start_ms,
    part: row.part,
    endMs: row.end_ms,
    requests: row.requests,
    rows: row.row_count,
    dropped: row.dropped,
    sizeBytes: row.size_bytes,
    ...(row.path !== null && { path: row.path }),
    ...(row.asset !== null && row.asset_version !== null && { asset: { name: row.asset, version: row.asset_version } }),
    ...(row.keep_until_ms !== null && { keepUntilMs: row.keep_until_ms }),
    createdMs: row.created_ms,
  }
}
