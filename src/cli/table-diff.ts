import { isAbsolute } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { ColumnDiff, TableDiff } from './rest-types.ts'
import { tableOf } from './table-source.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Prints how two tables differ. */
export const diffData: Command = async (invocation) => {
  const [reference, current] = invocation.arguments as readonly [string, string]
  const request = {
    reference: tableOf(invocation, reference),
    current: tableOf(invocation, current),
    ...diffOptions(invocation),
  }
  const diff = await diffOf(invocation, request)
  if (invocation.json) writeJson(invocation, diff)
  else invocation.terminal.out(diffText(diff))
  return diff.is_drift && invocation.options.has('fail-on-drift') ? exitCode.failed : exitCode.ok
}

/** Files of this machine are compared here: no server is asked, and none is started for it. */
async function diffOf(
  invocation: Invocation,
  request: { readonly reference: string; readonly current: string },
): Promise<TableDiff> {
  if (isAbsolute(request.reference) && isAbsolute(request.current)) {
    const { diffLocalTables } = await import('../main/local-tables.ts')
    return (await diffLocalTables(request)) as TableDiff
  }
  return withConnection(invocation, 'work', ({ client }) => client.post<TableDiff>('/api/v1/tables/diff', request))
}

function diffOptions({ options }: Invocation): Record<string, unknown> {
  const threshold = options.text('threshold')
  if (threshold !== undefined && !(Number(threshold) >= 0))
    throw new SluiceError('invalid-request', `--threshold must be a number from 0 on, not "${threshold}".`)
  const columns = options.texts('column')
  const given = {
    columns: columns.length === 0 ? undefined : columns,
    number_metric: options.text('number-metric'),
    category_metric: options.text('category-metric'),
    threshold: threshold === undefined ? undefined : Number(threshold),
    mode: options.text('mode'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function diffText(diff: TableDiff): string {
  const { row_counts, added_columns, removed_columns, columns, drifted_count, compared_count, is_drift } = diff
  const rows = columns.map((column) => [
    printable(column.name),
    typeText(column),
    nullText(column),
    ...verdictText(column),
  ])
  const headings = ['column', 'type', 'missing', 'metric', 'effect', 'threshold', 'drift', 'more']
  const list = (word: string, names: readonly { readonly name: string; readonly type: string }[]): string =>
    names.length === 0 ? '' : `${word}: ${names.map(({ name, type }) => `${printable(name)} (${type})`).join(', ')}\n`
  return (
    `rows: ${row_counts.reference} -> ${row_counts.current}\n` +
    list('columns added', added_columns) +
    list('columns removed', removed_columns) +
    `\n${textTable(headings, rows)}\n` +
    `${drifted_count} of ${compared_count} compared columns drifted${is_drift ? ': the table drifted' : ''}.\n`
  )
}

function typeText({ reference_type, current_type }: ColumnDiff): string {
  return reference_type === current_type ? reference_type : `${reference_type} -> ${current_type}`
}

function nullText({ null_rate: { reference, current } }: ColumnDiff): string {
  if (reference === 0 && current === 0) return ''
  return `${(reference * 100).toFixed(1)} % -> ${(current * 100).toFixed(1)} %`
}

function verdictText(column: ColumnDiff): readonly string[] {
  const { verdict } = column
  if (verdict === undefined) return ['', '', '', '', 'not compared']
  const { metric, effect, effect_is, threshold, is_drift, p_value, binning, interval, note } = verdict
  const more = [
    effect_is,
    p_value === undefined || p_value === null ? undefined : `p ${p_value.toPrecision(3)}`,
    binning === undefined || binning === 'categories' ? undefined : binning,
    interval === undefined ? undefined : `between ${interval.low.toPrecision(4)} and ${interval.high.toPrecision(4)}`,
    note,
    ...outside(column),
  ].filter((text) => text !== undefined)
  const shown = effect === null ? '' : String(Number(effect.toPrecision(4)))
  return [metric, shown, String(threshold), is_drift ? 'DRIFT' : 'no', cut(more.join('; '), 80)]
}

function outside({
  data_type_error_rate,
  out_of_bounds_rate,
  new_categories,
  missing_categories,
}: ColumnDiff): readonly string[] {
  const names = (examples: readonly string[]): string =>
    examples
      .slice(0, 3)
      .map((name) => printable(name))
      .join(', ')
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
  return [
    ...(data_type_error_rate > 0 ? [`${percent(data_type_error_rate)} of another type`] : []),
    ...(new_categories !== undefined && new_categories.category_count > 0
      ? [`${new_categories.category_count} new: ${names(new_categories.examples)}`]
      : []),
    ...(missing_categories !== undefined && missing_categories.category_count > 0
      ? [`${missing_categories.category_count} gone: ${names(missing_categories.examples)}`]
      : []),
    ...(new_categories === undefined && (out_of_bounds_rate ?? 0) >= 0.00005
      ? [`${percent(out_of_bounds_rate!)} out of bounds`]
      : []),
  ]
}
