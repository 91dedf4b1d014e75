import type { Compilable, CompiledQuery, QueryResult } from 'kysely'
import type { Tables } from './database.ts'

/** Stands for a value of a record while a statement is made. */
class Placeholder {
  readonly record: number
  readonly key: string

  constructor(record: number, key: string) {
    this.record = record
    this.key = key
  }
}

/** Runs a statement without waiting for its turn, as an embedded database can. */
type RunAtOnce = (text: string, parameters: readonly unknown[]) => QueryResult<unknown>

const embedded = new WeakMap<Tables, RunAtOnce>()

/**
 * Compiled statements on these tables go to `run`. Kysely's own way queues each for a connection, since that may be one
 * of a pool's: where there is only one and it answers at once, that costs as much as the statement.
 */
export function runAtOnce(tables: Tables, run: RunAtOnce): void {
  embedded.set(tables, run)
}

/** Whether statements on these tables run in this process. */
export function isEmbedded(tables: Tables): boolean {
  return embedded.has(tables)
}

/** Statements of other numbers of records are made each time: there would be too many to keep. */
const mostKept = 64

/**
 * A statement that is made once for a number of records (at least one) and then run with their values: making one costs
 * several times running it. `make` is given the first record and all of them, puts their values where they belong and
 * must not look at them; all records have the same keys. `keptSize`: a number of records that comes often, besides the
 * small ones.
 *
 *     const insertTags = compiledStatement((tables, _first, tags: readonly TagRow[]) =>
 *       tables.withTables<TagTables>().insertInto('tag').values(tags))
 *     await insertTags(tables, [{ run_id, key, value }])
 */
export function compiledStatement<Values extends object, Row>(
  make: (tables: Tables, first: Values, records: readonly Values[]) => Compilable<Row>,
  { keptSize = mostKept }: { readonly keptSize?: number } = {},
): (tables: Tables, records: readonly Values[]) => Promise<QueryResult<Row>> {
  const known = new WeakMap<Tables, Map<number, CompiledQuery<Row>>>()
  const compile = (tables: Tables, records: readonly object[]): CompiledQuery<Row> => {
    const placeholders = records.map((record, index) =>
      Object.fromEntries(Object.keys(record).map((key) => [key, new Placeholder(index, key)])),
    ) as unknown as readonly Values[]
    return make(tables, placeholders[0]!, placeholders).compile()
  }
  return async (tables, records) => {
    const count = records.length
    let ofTables = known.get(tables)
    if (ofTables === undefined) known.set(tables, (ofTables = new Map<number, CompiledQuery<Row>>()))
    let compiled = ofTables.get(count)
    if (compiled === undefined) {
      compiled = compile(tables, records)
      if (count <= mostKept || count === keptSize) ofTables.set(count, compiled)
    }
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? records[parameter.record]![parameter.key as keyof Values] : parameter,
    )
    const run = embedded.get(tables)
    if (run === undefined) return tables.executeQuery({ ...compiled, parameters })
    return run(compiled.sql, parameters) as QueryResult<Row>
  }
}
