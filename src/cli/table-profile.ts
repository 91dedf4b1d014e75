import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { ColumnProfile, TableProfile } from './rest-types.ts'
import { tableOf } from './table-source.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

const shownCorrelations = 10

/** Prints the statistics of a table. */
export const profileData: Command = async (invocation) => {
  const [typed] = invocation.arguments as readonly [string]
  const source = tableOf(invocation, typed)
  const profile = await withConnection(invocation, 'work', ({ client }) =>
    client.post<TableProfile>('/api/v1/tables/profile', { source }),
  )
  if (invocation.json) writeJson(invocation, profile)
  else invocation.terminal.out(profileText(profile))
  return exitCode.ok
}

function profileText({ row_count, file_count, format, columns, correlations }: TableProfile): string {
  const head = textFields([
    ['rows', String(row_count)],
    ['columns', String(columns.length)],
    ['format', file_count === 1 ? format : `${format}, ${file_count} files`],
  ])
  const rows = columns.map((column) => [
    printable(column.name),
    column.type,
    column.missing_count === 0 ? '' : `${column.missing_count} (${percent(column.missing_count / row_count)})`,
    column.distinct_count === undefined
      ? ''
      : `${column.is_distinct_estimated === true ? 'about ' : ''}${column.distinct_count}`,
    ...middle(column),
  ])
  const headings = [
    'column',
    'type',
    'missing',
    'distinct',
    'min',
    'median',
    'max',
    'mean',
    'distribution or top values',
  ]
  const strong = correlations
    .filter(({ r }) => r !== null)
    .sort((a, b) => Math.abs(b.r!) - Math.abs(a.r!))
    .slice(0, shownCorrelations)
    .map(({ first, second, r }) => [printable(first), printable(second), r!.toFixed(3)])
  const pairs = strong.length === 0 ? '' : `\nStrongest correlations\n${textTable(['column', 'column', 'r'], strong)}`
  return `${head}\n${textTable(headings, rows)}${pairs}`
}

function middle({ numbers, categories, times }: ColumnProfile): readonly string[] {
  if (numbers !== undefined) {
    const { min, max, mean, percentiles, histogram, infinite_count } = numbers
    const infinite = infinite_count === 0 ? '' : ` and ${infinite_count} infinite`
    return [short(min), short(percentiles['50'] ?? null), short(max), short(mean), bars(histogram.counts) + infinite]
  }
  if (categories !== undefined) {
    const top = categories.top_values.slice(0, 4).map(({ value, count }) => `${printable(value)} (${count})`)
    return ['', '', '', '', cut(top.join(', '), 60)]
  }
  return times === undefined ? [] : [times.earliest ?? '', '', times.latest ?? '']
}

function short(value: number | null): string {
  return value === null ? '' : String(Number(value.toPrecision(5)))
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** A histogram in one line. */
function bars(counts: readonly number[]): string {
  const most = Math.max(...counts, 1)
  return counts.map((count) => (count === 0 ? ' ' : '▁▂▃▄▅▆▇█'[Math.ceil((count / most) * 8) - 1]!)).join('')
}
