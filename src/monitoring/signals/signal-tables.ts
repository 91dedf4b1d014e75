import { SluiceError } from '../../base/errors.ts'
import { nearestName } from '../../spec/yaml/nearest-name.ts'
import type { SignalData, SignalSpec } from '../../spec/monitors/monitor-document.ts'
import { sqlName } from '../../data/sql-text.ts'
import { openTable, type OpenTable } from '../../data/table-columns.ts'
import type { TableEngine, TableSession } from '../../data/table-engine.ts'
import type { Monitor, MonitorRun, TimeWindow } from '../monitor.ts'
import { productionWindow, referenceWindow } from '../monitor-windows.ts'
import { shaped, type WindowDataParts, type WindowRows, windowRows } from '../window-data.ts'

/** What computing a signal asks of the rest. */
export interface SignalParts extends WindowDataParts {
  readonly tables: TableEngine
  /** Data that a job has pre-processed, by the role of the data: `SIGNAL/production`. */
  readonly prepared: (role: string) => string | undefined
}

export interface SignalWork {
  readonly monitor: Monitor
  readonly run: Pick<MonitorRun, 'nominalMs'>
  readonly signal: SignalSpec
}

/** The two windows of a signal, and the rows in them. */
export interface TwoWindows {
  readonly production: WindowRows
  readonly reference: WindowRows
  readonly window: TimeWindow
  /** Absent where the reference is a whole table. */
  readonly referenceWindow?: TimeWindow
}

/** Finds the rows of both windows. */
export async function findWindows(parts: SignalParts, work: SignalWork): Promise<TwoWindows> {
  const { monitor, run, signal } = work
  const [data] = signal.production
  const window = productionWindow(monitor, run, data)
  const before = referenceWindow(window, run, signal.reference?.window)
  const { target } = monitor.definition.monitor
  const production = await windowRows(parts, {
    ...{ target, signal, window },
    data: preparedData(parts, `${signal.name}/production`, data),
  })
  const reference = await windowRows(parts, {
    ...{ target, signal, window: before },
    data: preparedData(parts, `${signal.name}/reference`, referenceData(signal)),
  })
  return { production, reference, window, ...(!reference.isWhole && { referenceWindow: before }) }
}

/** The data as a pre-processing job left them, else as they are. */
export function preparedData(
  { prepared }: Pick<SignalParts, 'prepared'>,
  role: string,
  data: SignalData | undefined,
): SignalData | undefined {
  const source = prepared(role)
  return source === undefined ? data : { columns: {}, ...data, source }
}

/** A reference without data of its own is the same as the production data, of another time. */
function referenceData({ production: [production], reference }: SignalSpec): SignalData | undefined {
  if (reference?.source !== undefined || production === undefined) return reference
  const { source, context } = production
  return {
    ...production,
    ...reference,
    columns: { ...production.columns, ...reference?.columns },
    ...(source !== undefined && { source }),
    ...(context !== undefined && { context }),
  }
}

/** Both sides of a signal in a session. */
export interface OpenPair {
  readonly production: OpenTable
  readonly reference: OpenTable
}

/** Opens both sides, cut to the segment and with the types that features are to have. */
export async function openPair(
  session: TableSession,
  { production, reference }: Pick<TwoWindows, 'production' | 'reference'>,
  signal: SignalSpec,
): Promise<OpenPair> {
  return {
    production: await openShaped(session, 'production', { rows: production, signal }),
    reference: await openShaped(session, 'reference', { rows: reference, signal }),
  }
}

/** Opens the rows of one side. */
export async function openShaped(
  session: TableSession,
  name: string,
  { rows, signal }: { readonly rows: WindowRows; readonly signal: SignalSpec },
): Promise<OpenTable> {
  const { source, from } = rows
  if (source === undefined) throw new SluiceError('invalid-request', `There are no rows in ${from}.`)
  const raw = await openTable(session, `${name}_raw`, source)
  const columns = raw.columns.map((column) => column.name)
  const { segment } = signal
  if (segment !== undefined && !columns.includes(segment.feature)) throw noColumn(segment.feature, { columns, from })
  return openTable(session, name, {
    ...source,
    format: 'parquet',
    sql: shaped(`select * from ${raw.name}`, columns, signal),
  })
}

/** A column that is not there. */
export function noColumn(
  name: string,
  { columns, from }: { readonly columns: readonly string[]; readonly from: string },
): SluiceError {
  const near = nearestName(name, columns)
  const shown = columns.slice(0, 30).join(', ')
  return new SluiceError('invalid-request', `There is no column "${name}" in ${from}.`, {
    hint: near === undefined ? `There are ${shown}.` : `Did you mean ${near}?`,
  })
}

/** Columns of both sides that can be features, in the reference's order. Throws for one that is asked for and missing. */
export async function chooseFeatures(
  session: TableSession,
  pair: OpenPair,
  { windows, signal }: { readonly windows: TwoWindows; readonly signal: SignalSpec },
): Promise<readonly string[]> {
  const named = new Set([...windows.production.hidden, ...windows.reference.hidden])
  const there = pair.production.columns.map(({ name }) => name)
  const known = pair.reference.columns.map(({ name }) => name)
  const { features, reference } = signal
  if (features.kind === 'named') {
    for (const name of features.names) {
      if (!there.includes(name)) throw noColumn(name, { columns: there, from: windows.production.from })
      if (!known.includes(name)) throw noColumn(name, { columns: known, from: windows.reference.from })
    }
    return features.names
  }
  const common = known.filter((name) => there.includes(name) && !named.has(name))
  if (common.length === 0)
    throw new SluiceError(
      'invalid-request',
      `${windows.production.from} and ${windows.reference.from} have no column in common.`,
      { hint: `There are ${there.slice(0, 20).join(', ')} and ${known.slice(0, 20).join(', ')}.` },
    )
  const target = reference?.columns['target_column']
  const count =
    features.kind === 'top'
      ? features.count
      : features.kind === 'default' && reference?.context === 'training' && target !== undefined
        ? usualTop
        : Infinity
  if (count >= common.length) return common
  if (target === undefined)
    throw new SluiceError('invalid-request', 'The most important features are asked for, of an unknown target.', {
      hint: 'Add to reference_data: data_column_names: {target_column: NAME}',
    })
  if (!known.includes(target)) throw noColumn(target, { columns: known, from: windows.reference.from })
  const importance = await importanceOf(session, pair.reference, { features: common, target })
  const best = [...common].sort((one, other) => importance[other]! - importance[one]!).slice(0, count)
  return common.filter((name) => best.includes(name))
}

/** As in Azure ML. */
const usualTop = 10

/**
 * What each feature alone explains of a target, 0 to 1: of a number the share of its variance between the tenths of a
 * numeric feature (by rank) or the categories of another (the correlation ratio), of categories Goodman and Kruskal's tau
 * in the same way. For two categories the two are equal. Both are adjusted for the number of tenths or categories.
 */
export async function importanceOf(
  session: TableSession,
  table: OpenTable,
  { features, target }: { readonly features: readonly string[]; readonly target: string },
): Promise<Readonly<Record<string, number>>> {
  const kindOf = (name: string): string | undefined => table.columns.find((column) => column.name === name)?.kind
  const isNumber = kindOf(target) === 'number'
  const found: Record<string, number> = {}
  // Sequential: a column may need much of the session's memory.
  for (const feature of features) {
    const [f, y] = [sqlName(feature), sqlName(target)]
    const bin =
      kindOf(feature) === 'number'
        ? `least(9, floor(10 * percent_rank() over (order by ${f})))::varchar`
        : `${f}::varchar`
    const value = isNumber ? `${y}::double` : `${y}::varchar`
    const rows = `select ${bin} as b, ${value} as y from ${table.name} where ${f} is not null and ${y} is not null`
    const { rows: answer } = await session.run(isNumber ? ratioSql(rows) : tauSql(rows))
    found[feature] = adjusted(answer[0]!.map((value) => (value === null ? null : Number(value))))
  }
  return found
}

function ratioSql(rows: string): string {
  return (
    `with d as (${rows}), g as (select avg(y) as mean, var_pop(y) * count(*) as total from d), ` +
    'p as (select count(*) as n, avg(y) as m from d group by b) ' +
    'select sum(n * (m - mean) ** 2) / nullif(max(total), 0), sum(n), count(*) from p, g'
  )
}

function tauSql(rows: string): string {
  return (
    `with d as (${rows}), c as (select b, y, count(*)::double as n from d group by b, y), ` +
    'p as (select sum(n * n) / sum(n) as inner_sum, sum(n) as size from c group by b), ' +
    'k as (select sum(s * s) / sum(s) ** 2 as chance from (select sum(n) as s from c group by y)) ' +
    'select (sum(inner_sum) / sum(size) - max(chance)) / nullif(1 - max(chance), 0), sum(size), count(*) from p, k'
  )
}

/** Less what so many groups explain of so many rows by chance (as adjusted R²): an id explains everything and says nothing. */
function adjusted([share, rows, groups]: readonly (number | null)[]): number {
  if (share === null || share === undefined || rows === null || groups === null || rows! <= groups!) return 0
  return Math.max(0, 1 - ((1 - share) * (rows! - 1)) / (rows! - groups!))
}
