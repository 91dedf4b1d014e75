import type { Tables } from '../../database/database.ts'
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

/** The windows of a selection, the oldest first. */
export async function listWindows(tables: Tables, selection: WindowSelection): Promise<readonly PayloadWindow[]> {
  const { endpoint, deployment, collection, fromMs, toMs } = selection
  let query = tables
    .withTables<PayloadTables>()
    .selectFrom('payload_window')
    .selectAll()
    .where('workspace', '=', workspace)
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
  if (deployment !== undefined) query = query.where('deployment', '=', deployment)
  if (collection !== undefined) query = query.where('collection', '=', collection)
  if (fromMs !== undefined) query = query.where('end_ms', '>', fromMs)
  if (toMs !== undefined) query = query.where('start_ms', '<', toMs)
  const rows = await query.orderBy('start_ms').orderBy('part').orderBy('collection').execute()
  return rows.map(toWindow)
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
