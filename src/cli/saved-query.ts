import { SluiceError } from '../base/errors.ts'
import type { Command, Options } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { pageQuery } from './page-query.ts'
import type { Chart, DrawnChart, Page, SavedQuery } from './rest-types.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'

/** Lists the queries that are kept with their answers. */
export const listQueries: Command = async (invocation) => {
  const { options, terminal, json } = invocation
  const page = await withConnection(invocation, 'look', ({ client }) =>
    client.get<Page<SavedQuery>>(`/api/v1/queries${pageQuery(options)}`),
  )
  if (json) writeJson(invocation, page)
  else {
    const rows = page.items.map(({ name, version, charts, created_at: createdAt, sql }) => [
      ...[name, version, String(charts.length), createdAt, cut(printable(sql.replaceAll(/\s+/g, ' ')), 60)],
    ])
    terminal.out(textTable(['name', 'version', 'charts', 'asked', 'query'], rows))
    if (page.next_page_token !== undefined) terminal.err(`There are more: --page-token ${page.next_page_token}\n`)
  }
  return exitCode.ok
}

/** Shows a kept query with its charts. */
export const showQuery: Command = async (invocation) => {
  const { options, terminal, json } = invocation
  const path = pathOf(invocation.arguments[0]!)
  const withPoints = options.has('points')
  const query = await withConnection(invocation, withPoints ? 'work' : 'look', ({ client }) =>
    client.get<SavedQuery<Chart | DrawnChart>>(`${path}/${withPoints ? 'charts' : 'query'}`),
  )
  if (json) writeJson(invocation, query)
  else terminal.out(queryText(query))
  return exitCode.ok
}

/** `--chart kind=line,x=day,y=fare,y=tip,series=zone`, or the same as JSON; `none` takes the charts away. */
export function chartsOf(options: Options): { readonly charts?: readonly unknown[] } {
  const typed = options.texts('chart')
  if (typed.length === 0) return {}
  return { charts: typed.filter((text) => text !== 'none').map(chartOf) }
}

function chartOf(text: string): unknown {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw wrongChart(text, cause)
    }
  }
  const fields = new Map<string, string[]>()
  for (const pair of text.split(',')) {
    const [, name, value] = /^\s*(kind|title|x|y|series)\s*=(.+)$/s.exec(pair) ?? []
    if (name === undefined || (name !== 'y' && fields.has(name))) throw wrongChart(text)
    fields.set(name, [...(fields.get(name) ?? []), value!.trim()])
  }
  const { y = [], ...rest } = Object.fromEntries(fields)
  return { ...Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values![0]])), y }
}

function wrongChart(text: string, cause?: unknown): SluiceError {
  return new SluiceError('invalid-request', `--chart is ${JSON.stringify(text)}, which is no chart.`, {
    cause,
    hint: 'For example kind=line,x=day,y=fare,series=zone; several y as y=fare,y=tip; a name with a comma as JSON.',
  })
}

function pathOf(typed: string): string {
  const [, name, separator, choice = 'latest'] = /^(?:azureml:)?([^:@/\s]+)(?:([:@])([^:@/\s]+))?$/.exec(typed) ?? []
  if (name === undefined)
    throw new SluiceError('invalid-request', `${JSON.stringify(typed)} is no NAME, NAME:VERSION or NAME@LABEL.`)
  const version = separator === ':' ? choice : `@${choice}`
  return `/api/v1/data/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
}

function queryText({ name, version, sql, inputs, charts, ...made }: SavedQuery<Chart | DrawnChart>): string {
  const fields = textFields([
    ['name', `${name}:${version}`],
    ['asked', `${made.created_at} by ${printable(made.created_by)}`],
    ...Object.entries(inputs).map(([table, source]) => [`table ${table}`, printable(source)] as const),
    ...charts.map((chart, at) => [`chart ${at + 1}`, printable(chartText(chart))] as const),
  ])
  const points = charts.flatMap((chart) => ('lines' in chart ? [`\n${pointsText(chart)}`] : []))
  return `${fields}\n${printable(sql).trim()}\n${points.join('')}`
}

function chartText({ kind, title, x, y, series }: Chart): string {
  const by = series === undefined ? '' : ` by ${series}`
  return `${kind} of ${y.join(', ')} over ${x}${by}${title === undefined ? '' : ` (${title})`}`
}

function pointsText({ x, lines, is_cut: isCut }: DrawnChart): string {
  const rows = lines.flatMap(({ name, points }) =>
    points.map(([at, value]) => [
      printable(name),
      printable(typeof at === 'string' ? at : JSON.stringify(at)),
      String(value),
    ]),
  )
  return `${textTable(['series', printable(x), 'value'], rows)}${isCut ? 'and more\n' : ''}`
}
