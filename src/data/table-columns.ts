import { SluiceError } from '../base/errors.ts'
import { sqlName } from './sql-text.ts'
import type { TableSession } from './table-engine.ts'
import type { TableSource } from './table-format.ts'

/** How a column is looked at. `time` and `other` (lists, structs, bytes) are described, not compared. */
type ColumnKind = 'number' | 'category' | 'time' | 'other'

export interface TableColumn {
  readonly name: string
  /** In DuckDB's words. */
  readonly type: string
  readonly kind: ColumnKind
}

/** A table of a session. */
export interface OpenTable {
  /** As SQL has it. */
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly rowCount: number
}

/** Gives a source a name in the session. Throws `invalid-request` for files that are not what they seem. Parquet is read where it lies, column by column; text is parsed once. */
export async function openTable(session: TableSession, name: string, { sql, format }: TableSource): Promise<OpenTable> {
  try {
    await session.run(`create ${format === 'parquet' ? 'view' : 'table'} ${sqlName(name)} as ${sql}`)
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'invalid-request')) throw error
    // What follows the first line is SQL of ours, which says nothing of the file.
    const reason = error.message.split('\n')[0]!
    throw new SluiceError(error.code, `The table "${name}" cannot be read: ${reason}`, { cause: error })
  }
  if (format === 'csv') await numbersWithWords(session, sqlName(name))
  const { rows } = await session.run(`describe ${sqlName(name)}`)
  const counted = await session.run(`select count(*) from ${sqlName(name)}`)
  return {
    name: sqlName(name),
    columns: rows.map(([column, type]) => ({
      name: String(column),
      type: String(type),
      kind: kindOf(String(type)),
    })),
    rowCount: Number(counted.rows[0]![0]),
  }
}

/**
 * Makes numbers of text columns that hold numbers and the words inf and nan, which pandas writes: DuckDB takes such a
 * column for text when it guesses the types of a csv file.
 */
async function numbersWithWords(session: TableSession, table: string): Promise<void> {
  const { rows } = await session.run(`describe ${table}`)
  const texts = rows.filter(([, type]) => type === 'VARCHAR').map(([column]) => sqlName(String(column)))
  if (texts.length === 0) return
  const isWord = `'(?i)[+-]?(inf|infinity|nan)'`
  const tests = texts.map(
    (column) =>
      `coalesce(bool_and(${column} is null or try_cast(${column} as double) is not null) ` +
      `and bool_or(regexp_full_match(trim(${column}), ${isWord})), false)`,
  )
  const { rows: found } = await session.run(`select ${tests.join(', ')} from ${table}`)
  for (const [at, column] of texts.entries())
    if (found[0]![at] === true) await session.run(`alter table ${table} alter ${column} type double`)
}

const numbers = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/

function kindOf(type: string): ColumnKind {
  if (numbers.test(type)) return 'number'
  if (/^(VARCHAR|BOOLEAN|UUID|ENUM\(.*\))$/.test(type)) return 'category'
  return /^(DATE|TIME|TIMESTAMP)/.test(type) ? 'time' : 'other'
}

/** Whether a value of a column is there: pandas writes what is missing as NaN. */
export function isThere({ name, kind }: TableColumn): string {
  const column = sqlName(name)
  return kind === 'number' ? `(${column} is not null and not isnan(${column}::double))` : `(${column} is not null)`
}

/** The numbers of a column, as the engine's statistics want them. */
export function numbersSql(table: OpenTable, column: TableColumn): string {
  return `select ${sqlName(column.name)}::double from ${table.name} where ${isThere(column)}`
}
