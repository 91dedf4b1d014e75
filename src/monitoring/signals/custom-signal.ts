import { SluiceError } from '../../base/errors.ts'
import { sqlName } from '../../data/sql-text.ts'
import { openTable } from '../../data/table-columns.ts'
import { tableSource } from '../../data/table-source.ts'
import type { MetricThreshold } from '../../spec/monitors/monitor-document.ts'
import { productionWindow } from '../monitor-windows.ts'
import type { NewVerdict, SignalResult } from './signal-result.ts'
import { noColumn, type SignalParts, type SignalWork } from './signal-tables.ts'

const metricColumns = ['metric_name', 'metric_value'] as const

/** What the job of a custom signal computed: rows of metrics, judged by the signal's thresholds (above is a breach). */
export async function customSignal(parts: SignalParts, { monitor, run, signal }: SignalWork): Promise<SignalResult> {
  const source = parts.prepared(signal.name)
  const [data] = Object.values(signal.custom?.data ?? {})
  const window = productionWindow(monitor, run, data)
  if (source === undefined)
    throw new SluiceError('conflict', `The data of the signal ${signal.name} could not be prepared.`)
  const { path } = await parts.find(source)
  const table = await tableSource(path)
  return parts.tables.session({ readable: [path] }, async (session) => {
    const opened = await openTable(session, 'signal_metrics', table)
    const columns = opened.columns.map(({ name }) => name)
    for (const name of metricColumns)
      if (!columns.includes(name)) throw noColumn(name, { columns, from: 'the output "signal_metrics"' })
    const group = columns.includes('group') ? `coalesce(${sqlName('group')}::varchar, '')` : `''`
    const { rows } = await session.run(
      `select metric_name::varchar, ${group}, try_cast(metric_value::varchar as double) from ${opened.name}`,
    )
    const found = new Map<string, NewVerdict>()
    for (const [metric, feature, value] of rows) {
      const verdict = verdictOf(signal.thresholds, [String(metric), String(feature), value as number | null])
      // The last of the same metric and group counts.
      found.set(JSON.stringify([verdict.feature, verdict.metric]), verdict)
    }
    const missing = signal.thresholds.filter(({ metric }) => !rows.some(([name]) => name === metric))
    const detail =
      missing.length === 0
        ? `${rows.length} metrics`
        : `${rows.length} metrics; not computed: ${missing.map(({ metric }) => metric).join(', ')}`
    return { status: 'computed', window, detail, verdicts: [...found.values()] }
  })
}

function verdictOf(
  thresholds: readonly MetricThreshold[],
  [metric, feature, value]: readonly [string, string, number | null],
): NewVerdict {
  const threshold = thresholds.find((one) => one.metric === metric)?.threshold
  const effect = value !== null && Number.isFinite(value) ? value : null
  return {
    feature,
    metric,
    effect,
    isBreach: threshold !== undefined && effect !== null && effect > threshold,
    detail: { breachesWhen: 'exceeds' },
    ...(threshold !== undefined && { threshold }),
  }
}
