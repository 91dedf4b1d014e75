/** The process that reads tables: answers the requests of table-engine.ts, one DuckDB database for each session. */
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
import type { ChildAnswer, ChildRequest, OpenRequest, TableRows, TableValue } from './table-engine-messages.ts'

interface OpenSession {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
}

const sessions = new Map<number, OpenSession>()
const nothing: TableRows = { columns: [], rows: [] }

process.on('disconnect', () => process.exit(0))
process.on('message', (request: ChildRequest & { readonly id: number }) => {
  answerTo(request).then(
    (rows) => process.send!({ kind: 'rows', id: request.id, rows } satisfies ChildAnswer),
    (error: unknown) => process.send!(failure(request.id, error)),
  )
})

async function answerTo(request: ChildRequest): Promise<TableRows> {
  switch (request.kind) {
    case 'open':
      sessions.set(request.session, await open(request))
      return nothing
    case 'run':
      return run(request)
    case 'interrupt':
      sessions.get(request.session)?.connection.interrupt()
      return nothing
    case 'close': {
      const session = sessions.get(request.session)
      sessions.delete(request.session)
      session?.connection.closeSync()
      session?.instance.closeSync()
      return nothing
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
  const connection = sessions.get(session)?.connection
  if (connection === undefined) throw new Refusal('invalid-request', 'The session has ended.')
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

function failure(id: number, error: unknown): ChildAnswer {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Refusal ? error.code : isOurs(message) ? 'internal' : 'invalid-request'
  return { kind: 'error', id, code, message, isTooLarge: /^Out of Memory Error/.test(message) }
}

function isOurs(message: string): boolean {
  return /^(INTERNAL|FATAL) Error/i.test(message)
}
