import { join } from 'node:path'
import type { TableEngine, TableSession } from '../../data/table-engine.ts'

/** What a window file came to. */
export interface CompactedWindow {
  /** Scored rows; 0 makes no Parquet file. */
  readonly rows: number
  readonly requests: number
  readonly dropped: number
  /** Columns of the payload with their types in DuckDB's words. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** Columns that say where a row is from; they stand before those of the payload. */
export const originColumns = [
  '_correlation_id',
  '_request_id',
  '_row',
  '_time',
  '_endpoint',
  '_deployment',
  '_revision',
  '_model',
  '_model_version',
  '_job',
] as const

/**
 * Makes Parquet of a window file: one row per scored row, the columns of `originColumns` and then those of the payload.
 * A payload's column whose name is taken gets `_payload` behind it. A column of whole numbers is BIGINT, of numbers
 * DOUBLE, of booleans BOOLEAN, anything else VARCHAR. A torn last line is left out. Doing it twice gives the same.
 */
export function compactWindow(
  tables: Pick<TableEngine, 'session'>,
  window: { readonly file: string; readonly endpoint: string; readonly deployment: string },
  target: { readonly folder: string; readonly name: string },
): Promise<CompactedWindow> {
  return tables.session({ readable: [window.file], writable: target.folder }, async (session) => {
    await readLines(session, window.file)
    const [counts] = (
      await session.run(
        `select (select count(*) from scored), (select count(distinct id) from line where id is not null),
                (select coalesce(sum(dropped), 0) from line)`,
      )
    ).rows
    const [rows = 0, requests = 0, dropped = 0] = (counts ?? []).map(Number)
    const columns = await columnsOf(session)
    if (rows > 0) await writeParquet(session, { ...window, columns, to: join(target.folder, target.name) })
    return { rows, requests, dropped, columns }
  })
}

async function readLines(session: TableSession, file: string): Promise<void> {
  await session.run(
    `create table line as select * from read_json(${text(file)}, format = 'newline_delimited', ignore_errors = true,
       maximum_object_size = 16777216, columns = {id: 'VARCHAR', t: 'BIGINT', rev: 'BIGINT', model: 'VARCHAR',
         model_version: 'VARCHAR', job: 'VARCHAR', columns: 'VARCHAR[]', data: 'JSON[]', dropped: 'BIGINT'})`,
  )
  await session.run(
    `create table scored as select id, t, rev, model, model_version, job, columns,
       unnest(data) as cells, generate_subscripts(data, 1) - 1 as row
     from line where id is not null and columns is not null and data is not null`,
  )
}

interface PayloadColumn {
  readonly name: string
  readonly type: string
}

/** Names in the order in which they first came, with the type that holds every value. */
async function columnsOf(session: TableSession): Promise<readonly PayloadColumn[]> {
  const { rows } = await session.run(
    `with named as (
       select unnest(columns) as name, generate_subscripts(columns, 1) as place, cells from scored
     ), typed as (
       select name, place, json_type(cells, '/' || (place - 1)) as type from named
     )
     select name, list(distinct type) filter (type <> 'NULL') as types from typed
     group by name order by min(place), name`,
  )
  return rows.map(([name, types]) => ({ name: String(name), type: typeOf((types ?? []) as readonly string[]) }))
}

function typeOf(types: readonly string[]): string {
  const are = (...allowed: string[]): boolean => types.length > 0 && types.every((type) => allowed.includes(type))
  if (are('BIGINT', 'UBIGINT')) return 'BIGINT'
  if (are('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')) return 'DOUBLE'
  return are('BOOLEAN') ? 'BOOLEAN' : 'VARCHAR'
}

async function writeParquet(
  session: TableSession,
  window: {
    readonly endpoint: string
    readonly deployment: string
    readonly columns: readonly PayloadColumn[]
    readonly to: string
  },
): Promise<void> {
  const taken = new Set<string>(originColumns)
  const payload = window.columns.map(({ name, type }) => {
    const value = `json_extract_string(cells, '/' || (list_position(columns, ${text(name)}) - 1))`
    return `${type === 'VARCHAR' ? value : `try_cast(${value} as ${type})`} as ${quoted(freeName(name, taken))}`
  })
  const origin = [
    "id || '_' || row as _correlation_id",
    'id as _request_id',
    'cast(row as integer) as _row',
    'make_timestamp(t * 1000) as _time',
    `${text(window.endpoint)} as _endpoint`,
    `${text(window.deployment)} as _deployment`,
    'cast(rev as integer) as _revision',
    'model as _model',
    'model_version as _model_version',
    'job as _job',
  ]
  await session.run(
    `copy (select ${[...origin, ...payload].join(',\n')} from scored)
     to ${text(window.to)} (format parquet, compression zstd)`,
  )
}

/** SQL does not tell `Age` from `age`. */
function freeName(name: string, taken: Set<string>): string {
  let free = name
  while (taken.has(free.toLowerCase())) free = `${free}_payload`
  taken.add(free.toLowerCase())
  return free
}

/** A text as SQL has it. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
