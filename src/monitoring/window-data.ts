/**
 * Where the rows of a window come from: the collected payloads of a deployment (named by it, or by the data asset that
 * they became), or any table that a reference names.
 */
import { SluiceError } from '../base/errors.ts'
import { sqlList, sqlLiteral, sqlName } from '../data/sql-text.ts'
import type { FindTable } from '../data/table-query.ts'
import type { TableSource } from '../data/table-format.ts'
import { tableSource } from '../data/table-source.ts'
import type { CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import { originColumns } from '../serving/payloads/compact-window.ts'
import type { WindowSelection } from '../serving/payloads/payload-window-store.ts'
import type { MonitoringTarget, SignalData, SignalSpec } from '../spec/monitors/monitor-document.ts'
import { parseReference } from '../spec/reference.ts'
import type { TimeWindow } from './monitor.ts'

export interface WindowDataParts {
  readonly payloads: Pick<CollectedPayloads, 'summaries' | 'newestFile' | 'files' | 'endWindows'>
  readonly find: FindTable
}

/** Rows of a window; `source` is absent where there are none. */
export interface WindowRows {
  readonly source?: TableSource
  /** Files and folders that the session must be able to read. */
  readonly readable: readonly string[]
  /** Columns that are not features. */
  readonly hidden: ReadonlySet<string>
  /** The table has no time: the window says nothing of it. */
  readonly isWhole: boolean
  readonly from: string
}

/** What is asked of the data of a signal. */
export interface WindowWish {
  readonly target: MonitoringTarget
  readonly signal: Pick<SignalSpec, 'type'>
  readonly data: SignalData | undefined
  readonly window: TimeWindow
}

/** A collection of a deployment that a window is taken of. */
type Collection = Required<Pick<WindowSelection, 'endpoint' | 'deployment' | 'collection'>>

/** Finds the rows of a window. Throws what following a reference throws, and `invalid-request` for no deployment. */
export async function windowRows(parts: WindowDataParts, wish: WindowWish): Promise<WindowRows> {
  const { data, window } = wish
  if (data?.source === undefined) return collectedRows(parts, [collectionOf(wish)], window)
  const collections = await collectionsOfAsset(parts, data.source)
  if (collections.length > 0) return collectedRows(parts, collections, window)
  const found = await parts.find(data.source)
  const table = await tableSource(found.path)
  const time = data.columns['timestamp']
  const hidden = new Set(Object.values(data.columns))
  const common = { readable: [found.path], hidden, from: data.source }
  if (time === undefined) return { ...common, source: table, isWhole: true }
  return { ...common, source: { ...table, sql: within(table.sql, sqlName(time), window) }, isWhole: false }
}

/** Data of a deployment by what a signal looks at. */
function collectionOf({ target: { endpoint }, signal, data }: WindowWish): Collection {
  if (endpoint === undefined)
    throw new SluiceError('invalid-request', 'The monitor names no deployment whose payloads could be looked at.')
  const isOutputs =
    data?.context === undefined
      ? signal.type === 'prediction_drift' || signal.type === 'model_performance'
      : data.context === 'model_outputs'
  const collection = isOutputs ? 'model_outputs' : 'model_inputs'
  return { endpoint: endpoint.name, deployment: endpoint.deployment, collection }
}

/** The collections whose windows are versions of a data asset; none for other assets. */
async function collectionsOfAsset({ payloads }: WindowDataParts, source: string): Promise<readonly Collection[]> {
  const reference = parseReference(source, '/')
  if (reference.kind !== 'asset') return []
  const found = await payloads.summaries({ asset: reference.name })
  return found.map(({ endpoint, deployment, collection }) => ({ endpoint, deployment, collection }))
}

async function collectedRows(
  { payloads }: WindowDataParts,
  collections: readonly Collection[],
  window: TimeWindow,
): Promise<WindowRows> {
  const span = { fromMs: window.startMs, toMs: window.endMs }
  const files: string[] = []
  for (const collection of collections) files.push(...(await payloads.files({ ...collection, ...span })))
  const from = collections.map(({ endpoint, deployment, collection }) => `${endpoint}/${deployment} ${collection}`)
  const common = { readable: files, hidden: new Set<string>(originColumns), isWhole: false, from: from.join(', ') }
  if (files.length === 0) return common
  const all = `select * from read_parquet(${sqlList(files)}, union_by_name = true)`
  return { ...common, source: { sql: within(all, '"_time"', window), format: 'parquet', files } }
}

function within(sql: string, time: string, { startMs, endMs }: TimeWindow): string {
  // Times without an offset are taken as UTC; those with one are moved there by the cast.
  const at = `epoch_ms(try_cast(${time}::varchar as timestamp))`
  return `select * from (${sql}) where ${at} >= ${startMs} and ${at} < ${endMs}`
}

/** The rows of a segment, with columns as the types that they are to have. */
export function shaped(
  sql: string,
  columns: readonly string[],
  { segment, featureTypes }: Pick<SignalSpec, 'segment' | 'featureTypes'>,
): string {
  const changes = Object.entries(featureTypes)
    .filter(([name]) => columns.includes(name))
    .map(([name, type]) => {
      const column = sqlName(name)
      return type === 'categorical'
        ? `${column}::varchar as ${column}`
        : `try_cast(${column}::varchar as double) as ${column}`
    })
  const shown = changes.length === 0 ? '*' : `* replace (${changes.join(', ')})`
  const where =
    segment !== undefined && columns.includes(segment.feature)
      ? ` where ${sqlName(segment.feature)}::varchar in (${segment.values.map(sqlLiteral).join(', ')})`
      : ''
  return `select ${shown} from (${sql})${where}`
}
