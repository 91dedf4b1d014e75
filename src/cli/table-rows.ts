import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { AssetVersion, TableRows } from './rest-types.ts'
import { parsePairs } from './submission.ts'
import { chartsOf } from './saved-query.ts'
import { countOf, tableOf } from './table-source.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

const widestCell = 40

/** Prints rows of a table. */
export const sampleData: Command = async (invocation) => {
  const [typed] = invocation.arguments as readonly [string]
  const [rows, seed] = [countOf(invocation, 'rows'), countOf(invocation, 'seed')]
  const request = { source: tableOf(invocation, typed), ...defined({ rows, seed }) }
  const answer = await withConnection(invocation, 'work', ({ client }) =>
    client.post<TableRows>('/api/v1/tables/sample', request),
  )
  showRows(invocation, answer)
  return exitCode.ok
}

/** Asks a SELECT and prints its answer, or keeps it. */
export const queryData: Command = async (invocation) => {
  const { options, arguments: typed, terminal } = invocation
  const [sql] = typed
  const pairs = parsePairs('--input', options.texts('input'))
  const inputs = Object.fromEntries(Object.entries(pairs).map(([name, table]) => [name, tableOf(invocation, table)]))
  const save = options.text('save')
  if (save !== undefined) {
    const path = `/api/v1/data/${encodeURIComponent(save)}/query`
    const version = await withConnection(invocation, 'work', ({ client }) =>
      client.post<AssetVersion>(path, { ...(sql !== undefined && { sql, inputs }), ...chartsOf(options) }),
    )
    if (invocation.json) writeJson(invocation, version)
    else terminal.out(`Saved as azureml:${version.name}:${version.version}\n`)
    return exitCode.ok
  }
  if (options.texts('chart').length > 0)
    throw new SluiceError('invalid-request', '--chart is kept with a query: it needs --save NAME.')
  if (sql === undefined)
    throw new SluiceError('invalid-request', 'There is no query.', {
      hint: 'For example: sluice data query "SELECT count(*) FROM t" --input t=./rides.csv',
    })
  const to = options.text('to')
  if (to !== undefined) return writeAnswer(invocation, { sql, inputs }, to)
  const rows = countOf(invocation, 'rows')
  const answer = await withConnection(invocation, 'work', ({ client }) =>
    client.post<TableRows>('/api/v1/tables/query', { sql, inputs, ...defined({ rows }) }),
  )
  showRows(invocation, answer)
  return exitCode.ok
}

const formats: Readonly<Record<string, string>> = { '.csv': 'csv', '.jsonl': 'json', '.parquet': 'parquet' }

/** The file is whole or as it was: the answer comes beside it first. */
async function writeAnswer(invocation: Invocation, query: object, to: string): Promise<number> {
  const format = formats[extname(to)]
  if (format === undefined)
    throw new SluiceError('invalid-request', `The answer cannot be written as ${JSON.stringify(basename(to))}.`, {
      hint: `Name a file that ends in ${Object.keys(formats).join(', ')}.`,
    })
  const file = resolve(invocation.workingFolder, to)
  const aside = `${file}.${process.pid}.part`
  try {
    await withConnection(invocation, 'work', async ({ client }) => {
      const answer = await client.postStream('/api/v1/tables/answer', { ...query, format })
      await pipeline(answer, createWriteStream(aside))
    })
    await rename(aside, file)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
  if (invocation.json) writeJson(invocation, { path: file })
  else invocation.terminal.out(`${file}\n`)
  return exitCode.ok
}

function defined(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined))
}

function showRows(invocation: Invocation, { columns, rows }: TableRows): void {
  if (invocation.json) return writeJson(invocation, { columns, rows })
  const { terminal } = invocation
  const cells = rows.map((row) => row.map((cell) => cut(cellText(cell), widestCell)))
  terminal.out(
    textTable(
      columns.map(({ name }) => printable(name)),
      cells,
    ),
  )
  terminal.err(rows.length === 1 ? '1 row\n' : `${rows.length} rows\n`)
}

function cellText(cell: unknown): string {
  if (cell === null) return ''
  return printable((typeof cell === 'string' ? cell : JSON.stringify(cell)).replaceAll('\n', '\\n'))
}
