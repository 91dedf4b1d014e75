import { sqlName } from '../../data/sql-text.ts'
import { openTable, type OpenTable } from '../../data/table-columns.ts'
import type { TableSession } from '../../data/table-engine.ts'
import { normalizedDiscountedCumulativeGain } from '../../statistics/ranking.ts'
import { productionWindow } from '../monitor-windows.ts'
import { type WindowRows, windowRows } from '../window-data.ts'
import { fewestRows } from './judge-pair.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { importanceOf, noColumn, openShaped, preparedData, type SignalParts, type SignalWork } from './signal-tables.ts'

/*
 * Whether the features still matter as they did: what each alone explains of the target in the training data, against what
 * it explains of the model's predictions in production. The two rankings are compared by the normalised discounted
 * cumulative gain, as in Azure ML, which takes the importance from a surrogate model instead.
 */

const usualThreshold = 0.9
const method = 'importance: share of the target that the feature alone explains, by tenths or categories'

/** Drift of what features contribute. */
export async function attributionSignal(parts: SignalParts, work: SignalWork): Promise<SignalResult> {
  const { monitor, run, signal } = work
  const { target } = monitor.definition.monitor
  const window = productionWindow(monitor, run, signal.production[0])
  const [first, second] = signal.production
  const one = (data: typeof first, role: string): Promise<WindowRows> =>
    windowRows(parts, { ...{ target, signal, window }, data: preparedData(parts, `${signal.name}/${role}`, data) })
  const inputs = await one(first, 'production')
  // Without data of its own both collections of the deployment; else a second entry may hold the predictions.
  const outputs =
    second !== undefined
      ? await one(second, 'outputs')
      : first?.source === undefined
        ? await one({ columns: first?.columns ?? {}, context: 'model_outputs' }, 'outputs')
        : undefined
  const reference = await windowRows(parts, {
    ...{ target, signal, window },
    data: preparedData(parts, `${signal.name}/reference`, signal.reference),
  })
  for (const rows of [inputs, outputs, reference])
    if (rows !== undefined && rows.source === undefined)
      return { window, status: 'no-data', detail: `no rows of ${rows.from}`, verdicts: [] }
  const readable = [inputs, outputs, reference].flatMap((rows) => rows?.readable ?? [])
  return parts.tables.session({ readable: [...new Set(readable)] }, async (session) => {
    const known = await openShaped(session, 'reference', { rows: reference, signal })
    const joined = await openJoined(session, work, { inputs, outputs })
    const rows = { production: joined.table.rowCount, reference: known.rowCount }
    if (Math.min(rows.production, rows.reference) < fewestRows) {
      const detail = `${rows.production} rows against ${rows.reference}: fewer than ${fewestRows} say nothing`
      return { window, status: 'no-data', rows, detail, verdicts: [] }
    }
    const column = signal.reference!.columns['target_column']!
    const columns = known.columns.map(({ name }) => name)
    if (!columns.includes(column)) throw noColumn(column, { columns, from: reference.from })
    const hidden = new Set([...inputs.hidden, ...reference.hidden, joined.prediction])
    const there = joined.table.columns.map(({ name }) => name)
    const features = columns.filter((name) => there.includes(name) && !hidden.has(name))
    const before = await importanceOf(session, known, { features, target: column })
    const now = await importanceOf(session, joined.table, { features, target: joined.prediction })
    const detail = `${inputs.from} against ${reference.from}`
    return { ...{ window, status: 'computed', rows, detail }, verdicts: verdictsOf(work, before, now) }
  })
}

interface Sides {
  readonly inputs: WindowRows
  readonly outputs: WindowRows | undefined
}

/** The production rows with their predictions, joined by the correlation id where those lie apart. */
async function openJoined(
  session: TableSession,
  { signal }: SignalWork,
  { inputs, outputs }: Sides,
): Promise<{ readonly table: OpenTable; readonly prediction: string }> {
  const table = await openShaped(session, 'inputs', { rows: inputs, signal })
  const said = signal.production.find(({ columns }) => columns['prediction'] !== undefined)?.columns['prediction']
  const prediction = said ?? 'prediction'
  const at = (from: WindowRows, columns: readonly string[], name: string): string => {
    if (columns.includes(name)) return name
    throw noColumn(name, { columns, from: from.from })
  }
  const there = table.columns.map(({ name }) => name)
  if (outputs === undefined) return { table, prediction: at(inputs, there, prediction) }
  const answers = await openTable(session, 'outputs', outputs.source!)
  const given = answers.columns.map(({ name }) => name)
  const keyOf = (rows: WindowRows, columns: readonly string[], index: number): string =>
    at(
      rows,
      columns,
      signal.production[index]?.columns['correlation_id'] ??
        (columns.includes('correlation_id') ? 'correlation_id' : '_correlation_id'),
    )
  const [left, right] = [keyOf(inputs, there, 0), keyOf(outputs, given, signal.production.length > 1 ? 1 : 0)]
  at(outputs, given, prediction)
  const own = there.filter((name) => name !== prediction).map((name) => `i.${sqlName(name)}`)
  const joined = await openTable(session, 'joined', {
    sql:
      `select ${own.join(', ')}, o.${sqlName(prediction)} from ${table.name} i ` +
      `join ${answers.name} o on i.${sqlName(left)}::varchar = o.${sqlName(right)}::varchar`,
    format: 'mltable',
    files: [],
  })
  return { table: joined, prediction }
}

type Importance = Readonly<Record<string, number>>

function verdictsOf({ signal }: SignalWork, before: Importance, now: Importance): readonly NewVerdict[] {
  const [wanted] = signal.thresholds
  const threshold = wanted?.threshold ?? usualThreshold
  const gain = normalizedDiscountedCumulativeGain(before, now)
  const effect = Number.isNaN(gain) ? null : gain
  const overall: NewVerdict = {
    feature: '',
    metric: 'normalized_discounted_cumulative_gain',
    effect,
    threshold,
    isBreach: effect !== null && effect < threshold,
    detail: {
      breachesWhen: 'below',
      binning: 'tenths or categories',
      note: effect === null ? 'no feature explains anything of the target' : method,
    },
  }
  const each = Object.keys(before).map((feature): NewVerdict => ({
    feature,
    metric: 'importance',
    effect: now[feature]!,
    isBreach: false,
    detail: { moved: { of: 'importance', from: before[feature]!, to: now[feature]! } },
  }))
  return [overall, ...each]
}
