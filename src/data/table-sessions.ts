/** Answers the requests of table engines, one DuckDB database for each session. */
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValue,
  type DuckDBValueConverter,
  DuckDBDecimalValue,
  JsonDuckDBValueConverter,
  StatementType,
} from '@duckdb/node-api'
import { statSync } from 'node:fs'
import { profileNumbers } from '../statistics/number-profile.ts'
import { compareSamples } from '../statistics/two-samples.ts'
import type {
  CategoriesOfOneSide,
  CategoryPairs,
  ChildRequest,
  ChildResult,
  OpenRequest,
  TableFailure,
  TableRows,
  TableValue,
} from './table-engine-messages.ts'

interface OpenSession {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
}

const sessions = new Map<number, OpenSession>()

/** Does what is asked; throws what `failureOf` tells. */
export async function answerTo(request: ChildRequest): Promise<ChildResult> {
  switch (request.kind) {
    case 'open':
      sessions.set(request.session, await open(request))
      return undefined
    case 'run':
      return run(request)
    case 'profile-numbers':
      return profileNumbers(await sortedNumbers(connectionOf(request), request.sql[0]!))
    case 'compare-numbers': {
      const [reference, current] = request.sql as readonly [string, string]
      // One after the other: each is sorted in place.
      const first = await sortedNumbers(connectionOf(request), reference)
      return compareSamples(first, await sortedNumbers(connectionOf(request), current))
    }
    case 'compare-categories':
      return categoryPairs(connectionOf(request), request.sql[0]!)
    case 'interrupt':
      sessions.get(request.session)?.connection.interrupt()
      return undefined
    case 'close': {
      const session = sessions.get(request.session)
      sessions.delete(request.session)
      session?.connection.closeSync()
      session?.instance.closeSync()
      return undefined
    }
  }
}

async function open({ readable, writable, spill, memoryBytes, threads }: OpenRequest): Promise<OpenSession> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryBytes / (1 << 20))}MiB`,
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  const isFolder = (path: string): boolean => statSync(path).isDirectory()
  const folders = readable.filter(isFolder)
  const directories = writable === undefined ? folders : [...folders, writable]
  const list = (paths: readonly string[]): string =>
    `[${paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')}]`
  // In this order: once access is off, nothing can be allowed any more.
  await connection.run(`set allowed_paths = ${list(readable.filter((path) => !isFolder(path)))}`)
  await connection.run(`set allowed_directories = ${list(directories.map((path) => `${path.replace(/\/+$/, '')}/`))}`)
  for (const setting of [
    'enable_external_access = false',
    "TimeZone = 'UTC'",
    'preserve_insertion_order = true',
    'lock_configuration = true',
  ])
    await connection.run(`set ${setting}`)
  return { instance, connection }
}

function connectionOf({ session }: { readonly session: number }): DuckDBConnection {
  const found = sessions.get(session)
  if (found === undefined) throw new Refusal('invalid-request', 'The session has ended.')
  return found.connection
}

/** All numbers of a column, ascending. They are counted first, so that they are held once. */
async function sortedNumbers(connection: DuckDBConnection, sql: string): Promise<Float64Array> {
  const counted = await connection.runAndReadAll(`select count(*)::double from (${sql})`)
  const numbers = new Float64Array(Number(counted.getRows()[0]![0]))
  const result = await connection.stream(sql)
  let length = 0
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const vector = chunk.getColumnVector(0)
    for (let at = 0; at < chunk.rowCount; at++) numbers[length++] = vector.getItem(at) as number
  }
  return numbers.sort()
}

const mostExamples = 100

async function categoryPairs(connection: DuckDBConnection, sql: string): Promise<CategoryPairs> {
  const counted = await connection.runAndReadAll(`select count(*)::double from (${sql})`)
  const size = Number(counted.getRows()[0]![0])
  const [reference, current] = [new Float64Array(size), new Float64Array(size)]
  const [added, missing] = [oneSide(), oneSide()]
  const result = await connection.stream(`select * from (${sql}) order by #2 + #3 desc, #1`)
  let length = 0
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [names, before, now] = [0, 1, 2].map((column) => chunk!.getColumnVector(column))
    for (let at = 0; at < chunk.rowCount; at++, length++) {
      const [r, c] = [Number(before!.getItem(at)), Number(now!.getItem(at))]
      reference[length] = r
      current[length] = c
      if (r === 0) added.count(names!.getItem(at) as string, c)
      else if (c === 0) missing.count(names!.getItem(at) as string, r)
    }
  }
  return { reference, current, added: added.result, missing: missing.result }
}

function oneSide(): { readonly result: CategoriesOfOneSide; count(name: string, rows: number): void } {
  const result = { categoryCount: 0, rowCount: 0, examples: [] as string[] }
  const count = (name: string, rows: number): void => {
    result.categoryCount++
    result.rowCount += rows
    if (result.examples.length < mostExamples) result.examples.push(name)
  }
  return { result, count }
}

class Refusal extends Error {
  readonly code: 'invalid-request' | 'limit-exceeded'
  constructor(code: 'invalid-request' | 'limit-exceeded', message: string) {
    super(message)
    this.code = code
  }
}

async function run({
  session,
  sql,
  values,
  isOnlySelect,
  maxRows,
}: Extract<ChildRequest, { kind: 'run' }>): Promise<TableRows> {
  const connection = connectionOf({ session })
  if (isOnlySelect) await requireSelect(connection, sql)
  const parameters = values === undefined || values.length === 0 ? undefined : (values as DuckDBValue[])
  const reader = await connection.streamAndReadUntil(sql, maxRows + 1, parameters)
  if (reader.currentRowCount > maxRows)
    throw new Refusal('limit-exceeded', `The query has more than ${maxRows} rows; choose among them, or count them.`)
  const types = reader.columnTypes()
  return {
    columns: reader.columnNames().map((name, at) => ({ name, type: String(types[at]) })),
    rows: reader.convertRows(convert) as TableRows['rows'],
  }
}

async function requireSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1)
    throw new Refusal('invalid-request', `One SELECT is wanted, not ${statements.count} statements.`)
  const prepared = await statements.prepare(0)
  const isSelect = prepared.statementType === StatementType.SELECT
  prepared.destroySync()
  if (!isSelect) throw new Refusal('invalid-request', 'Only a SELECT can be asked here; nothing can be changed.')
}

/** Numbers stay numbers where they are exact; the rest is what JSON would have. */
const convert: DuckDBValueConverter<TableValue> = (value, type, converter) => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (value instanceof DuckDBDecimalValue) return value.toDouble()
  return JsonDuckDBValueConverter(value, type, converter as never) as TableValue
}

/** What an error of `answerTo` says. */
export function failureOf(error: unknown): TableFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Refusal ? error.code : isOurs(message) ? 'internal' : 'invalid-request'
  return { code, message, isTooLarge: /^Out of Memory Error/.test(message) }
}

function isOurs(message: string): boolean {
  return /^(INTERNAL|FATAL) Error/i.test(message)
}
