import { join } from 'node:path'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { Bound, ColumnType, DataCheck, DataTest, DataTestsDocument } from '../spec/data-test-document.ts'
import { driftMetrics } from '../statistics/drift-verdict.ts'
import { sqlList, sqlLiteral, sqlName } from './sql-text.ts'
import { isThere, openTable, type OpenTable, type TableColumn } from './table-columns.ts'
import { diffTables, type TableDiff } from './table-diff.ts'
import type { TableEngine, TableSession } from './table-engine.ts'
import { tableSource } from './table-source.ts'

/** What became of one test. `error`: it could not be asked (an unknown column, SQL that is none); that counts as failed. */
export interface DataTestResult {
  readonly name: string
  readonly table: string
  readonly status: 'passed' | 'failed' | 'warned' | 'error'
  /** In one sentence, with the numbers. */
  readonly message: string
  /** Rows that were looked at, and those that are wrong; absent for checks that are not about rows. */
  readonly rowCount?: number
  readonly failingCount?: number
  /** All failing rows, as csv. */
  readonly rowsFile?: string
}

export interface DataTestsRequest {
  readonly document: Pick<DataTestsDocument, 'tests'>
  /** Table name -> where it lies now; the first is the one that tests are about unless they say otherwise. */
  readonly paths: Readonly<Record<string, string>>
  /** A folder for the failing rows; it must exist. */
  readonly rowsFolder?: string
  readonly nowMs: number
}

interface TestContext {
  readonly session: TableSession
  readonly tables: ReadonlyMap<string, OpenTable>
  readonly request: DataTestsRequest
}

/** Asks every test of a file. A test that fails or cannot be asked does not keep the others from it. */
export async function runDataTests(engine: TableEngine, request: DataTestsRequest): Promise<readonly DataTestResult[]> {
  const { paths, rowsFolder, document } = request
  const readable = Object.values(paths)
  const writable = rowsFolder === undefined ? {} : { writable: rowsFolder }
  return engine.session({ readable, ...writable }, async (session) => {
    const tables = new Map<string, OpenTable>()
    for (const [name, path] of Object.entries(paths)) {
      // Sequential: what is wrong with the first is said first.
      tables.set(name, await openTable(session, name, await tableSource(path)))
    }
    const results: DataTestResult[] = []
    const taken = new Set<string>()
    // Sequential: a test may need much of the session's memory, and results stand in the order of the file.
    for (const test of document.tests) {
      const name = uniqueName(test.name ?? nameOf(test.check), taken)
      results.push(await runTest({ session, tables, request }, test, name))
    }
    return results
  })
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`
  taken.add(name)
  return name
}

function nameOf(check: DataCheck): string {
  const columns = 'columns' in check && Array.isArray(check.columns) ? check.columns.join(', ') : ''
  const about = 'column' in check ? check.column : columns
  return `${check.kind.replaceAll('_', ' ')}${about === '' ? '' : `: ${about}`}`
}

async function runTest(context: TestContext, test: DataTest, name: string): Promise<DataTestResult> {
  const table = test.table ?? [...context.tables.keys()][0]!
  try {
    const outcome = await outcomeOf(context, { test, table, name })
    const status = outcome.isPassed ? 'passed' : test.severity === 'warn' ? 'warned' : 'failed'
    const { isPassed: _isPassed, ...rest } = outcome
    return { name, table, status, ...rest }
  } catch (error) {
    if (error instanceof SluiceError && !['invalid-request', 'not-found'].includes(error.code)) throw error
    return { name, table, status: 'error', message: messageOf(error).split('\n')[0]! }
  }
}

type Outcome = Pick<DataTestResult, 'message' | 'rowCount' | 'failingCount' | 'rowsFile'> & {
  readonly isPassed: boolean
}

interface Asked {
  readonly test: DataTest
  readonly table: string
  readonly name: string
}

async function outcomeOf(context: TestContext, asked: Asked): Promise<Outcome> {
  const { check } = asked.test
  const table = context.tables.get(asked.table)!
  switch (check.kind) {
    case 'schema':
      return schemaOutcome(table, check)
    case 'row_count':
      return rowCountOutcome(table.rowCount, check)
    case 'fresh':
      return freshOutcome(context, table, check)
    case 'drift':
      return driftOutcome(context, asked, check)
    default:
      return rowsOutcome(context, asked, failingSql(context.tables, table, check))
  }
}

/** Counts the failing rows and writes all of them down. */
async function rowsOutcome({ session, tables, request }: TestContext, asked: Asked, failing: string): Promise<Outcome> {
  const { test, table } = asked
  const counted =
    test.check.kind === 'sql'
      ? await session.select(`select count(*) from (${failing}\n)`)
      : await session.run(`select count(*) from (${failing})`)
  const failingCount = Number(counted.rows[0]![0])
  const { rowCount } = tables.get(table)!
  const isPassed = failingCount === 0 || failingCount <= test.tolerance * rowCount
  const allowed = test.tolerance === 0 ? '' : `, at most ${percent(test.tolerance)} may`
  const message =
    failingCount === 0
      ? `all ${rowCount} rows pass`
      : `${failingCount} of ${rowCount} rows (${percent(failingCount / rowCount)}) fail${allowed}`
  if (failingCount === 0 || request.rowsFolder === undefined) return { isPassed, message, rowCount, failingCount }
  const rowsFile = join(request.rowsFolder, `${asked.name.replaceAll(/[^\w.-]+/g, '-').slice(0, 100)}.csv`)
  await session.run(`copy (${failing}\n) to ${sqlLiteral(rowsFile)} (format csv, header)`)
  return { isPassed, message, rowCount, failingCount, rowsFile }
}

type RowCheck = Exclude<DataCheck, { kind: 'schema' | 'row_count' | 'fresh' | 'drift' }>

/** A SELECT of the rows that a check finds wrong. A missing value is wrong only where the check is about missing values. */
function failingSql(tables: ReadonlyMap<string, OpenTable>, table: OpenTable, check: RowCheck): string {
  const rows = (condition: string): string => `select * from ${table.name} where ${condition}`
  const column = (name: string): string => sqlName(columnOf(table, name).name)
  const values = (name: string, condition: string): string =>
    rows(`${isThere(columnOf(table, name))} and (${condition})`)
  switch (check.kind) {
    case 'not_null':
      return rows(check.columns.map((name) => `not ${isThere(columnOf(table, name))}`).join(' or '))
    case 'unique':
      return (
        `select * from ${table.name} ` +
        `qualify count(*) over (partition by ${check.columns.map(column).join(', ')}) > 1`
      )
    case 'type':
      return check.is === 'any' || check.is === 'text'
        ? rows('false')
        : values(check.column, `try_cast(${column(check.column)}::varchar as ${sqlTypes[check.is]}) is null`)
    case 'range':
      return values(check.column, outsideSql(column(check.column), columnOf(table, check.column), check))
    case 'length':
      return values(check.column, outsideSql(`length(${column(check.column)}::varchar)`, undefined, check))
    case 'in_set':
    case 'not_in_set': {
      const isIn = `list_contains(${sqlList(check.values)}::varchar[], ${column(check.column)}::varchar)`
      return values(check.column, check.kind === 'in_set' ? `not ${isIn}` : isIn)
    }
    case 'matches':
      return values(
        check.column,
        `not regexp_full_match(${column(check.column)}::varchar, ${sqlLiteral(check.pattern)})`,
      )
    case 'references': {
      const target = tables.get(check.toTable)!
      const other = sqlName(columnOf(target, check.toColumn).name)
      return values(
        check.column,
        `not exists (select 1 from ${target.name} as target where target.${other}::varchar = ${table.name}.${column(check.column)}::varchar)`,
      )
    }
    case 'sql':
      return check.sql.trim().replace(/;+$/, '')
  }
}

const sqlTypes: Readonly<Record<Exclude<ColumnType, 'any' | 'text'>, string>> = {
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
}

function columnOf(table: OpenTable, name: string): TableColumn {
  const found = table.columns.find((column) => column.name === name)
  if (found !== undefined) return found
  const names = table.columns.map((column) => column.name).join(', ')
  throw new SluiceError('invalid-request', `There is no column "${name}"; there are ${names}.`)
}

function outsideSql(
  value: string,
  column: TableColumn | undefined,
  { min, max }: { readonly min?: Bound; readonly max?: Bound },
): string {
  const bound = (limit: Bound): string =>
    typeof limit === 'number' || column === undefined ? String(limit) : `cast(${sqlLiteral(limit)} as ${column.type})`
  return [
    ...(min === undefined ? [] : [`${value} < ${bound(min)}`]),
    ...(max === undefined ? [] : [`${value} > ${bound(max)}`]),
  ].join(' or ')
}

function schemaOutcome(table: OpenTable, check: Extract<DataCheck, { kind: 'schema' }>): Outcome {
  const wrong: string[] = []
  for (const [name, wanted] of Object.entries(check.columns)) {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined) wrong.push(`${name} is missing`)
    else if (!isOfType(column, wanted)) wrong.push(`${name} is ${column.type}, not ${wanted}`)
  }
  if (check.isExact)
    wrong.push(
      ...table.columns
        .filter(({ name }) => !Object.hasOwn(check.columns, name))
        .map(({ name }) => `${name} is not expected`),
    )
  const count = Object.keys(check.columns).length
  return {
    isPassed: wrong.length === 0,
    message: wrong.length === 0 ? `${count} columns are as expected` : wrong.join('; '),
  }
}

function isOfType({ type, kind }: TableColumn, wanted: ColumnType): boolean {
  switch (wanted) {
    case 'any':
      return true
    case 'number':
      return kind === 'number'
    case 'integer':
      return /INT(EGER)?$/.test(type)
    case 'boolean':
      return type === 'BOOLEAN'
    case 'text':
      return type === 'VARCHAR'
    case 'date':
      return type === 'DATE'
    case 'timestamp':
      return type.startsWith('TIMESTAMP')
  }
}

function rowCountOutcome(count: number, { min, max }: { readonly min?: number; readonly max?: number }): Outcome {
  const isPassed = count >= (min ?? 0) && count <= (max ?? Infinity)
  const wanted = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`]
  return { isPassed, message: `${count} rows, ${wanted.filter(Boolean).join(' and ')} wanted`, rowCount: count }
}

async function freshOutcome(
  { session, request }: TestContext,
  table: OpenTable,
  { column, maxAge, maxAgeMs }: Extract<DataCheck, { kind: 'fresh' }>,
): Promise<Outcome> {
  const name = sqlName(columnOf(table, column).name)
  const { rows } = await session.run(
    `select max(try_cast(${name}::varchar as timestamptz))::varchar, epoch_ms(max(try_cast(${name}::varchar as timestamptz))) from ${table.name}`,
  )
  const [newest, newestMs] = rows[0]!
  if (newest === null) return { isPassed: false, message: `${column} has no time` }
  const isPassed = request.nowMs - Number(newestMs) <= maxAgeMs
  return { isPassed, message: `the newest ${column} is ${String(newest)}, at most ${maxAge} ago wanted` }
}

async function driftOutcome(
  { session, tables }: TestContext,
  { table }: Asked,
  check: Extract<DataCheck, { kind: 'drift' }>,
): Promise<Outcome> {
  const number = driftMetrics.number.find((metric) => metric === check.metric)
  const category = driftMetrics.category.find((metric) => metric === check.metric)
  const pair = { reference: tables.get(check.reference)!, current: tables.get(table)! }
  const diff = await diffTables(session, pair, {
    ...(check.columns !== undefined && { columns: check.columns }),
    ...(check.threshold !== undefined && { threshold: check.threshold }),
    ...(number !== undefined && { numberMetric: number }),
    ...(category !== undefined && { categoryMetric: category }),
  })
  const missing = (check.columns ?? []).filter((name) => !diff.columns.some((column) => column.name === name))
  if (missing.length > 0)
    throw new SluiceError('invalid-request', `There is no column ${missing.join(', ')} in both tables.`)
  const drifted = diff.columns.filter(({ verdict }) => verdict?.isDrift === true)
  const message =
    drifted.length === 0
      ? `none of ${diff.comparedCount} columns drifted from ${check.reference}`
      : drifted.map(driftText).join('; ')
  return { isPassed: drifted.length === 0, message }
}

function driftText({ name, verdict }: TableDiff['columns'][number]): string {
  const { metric, effect, threshold, binning, note } = verdict!
  const size = effect === null ? (note ?? 'no values') : `${Number(effect.toPrecision(4))} from ${threshold} on`
  return `${name} drifted: ${metric} ${size}${binning === undefined ? '' : ` (${binning})`}`
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
