import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { RunRow } from '../run-rows.ts'
import { orderList, sortsAfter, startsAt, type SortColumn } from './keyset.ts'
import type { KeyValues } from './page-token.ts'
import { countUpTo } from './plan-search.ts'
import { indexedLength } from './run-conditions.ts'
import type { PageStart, Stretch } from './run-stretches.ts'

export interface FoundRun {
  readonly row: RunRow
  readonly stretch: number
  readonly key: KeyValues
}

interface PageQuery {
  readonly stretches: readonly Stretch[]
  readonly start: PageStart
  readonly where: readonly Expression<SqlBool>[]
  readonly lists: (runId: Expression<unknown>) => readonly Expression<SqlBool>[]
  readonly limit: number
  /** More runs of one value are picked from all runs by their start rather than sorted. */
  readonly crowd: number
}

/** Reads one stretch after the other until the page is full. */
export async function readPage(database: Database, page: PageQuery): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = []
  for (const [index, stretch] of page.stretches.entries()) {
    if (index < page.start.stretch || found.length >= page.limit) continue
    const after = index === page.start.stretch ? page.start.after : undefined
    const part = { after, limit: page.limit - found.length }
    // Sequential: a later stretch is read only when the page is not full.
    const rows = await readStretch(database, page, { ...part, stretch })
    found.push(...rows.map((row) => ({ ...row, stretch: index })))
  }
  return found
}

interface Part {
  readonly stretch: Stretch
  readonly after: KeyValues | undefined
  readonly limit: number
}

type FoundRow = Omit<FoundRun, 'stretch'>

async function readStretch(database: Database, page: PageQuery, part: Part): Promise<readonly FoundRow[]> {
  const { stretch } = part
  if (stretch.isEmpty !== undefined && (await stretch.isEmpty(database))) return []
  const { tied } = stretch
  if (tied === undefined) return readRows(database, page, part)
  if (tied.columns > 0) return readCrowded(database, page, { ...part, tied })
  // All of it shares one value.
  const all = sql`${stretch.from} where ${sql.join(stretch.where, sql` and `)}`
  const isCrowd = (await countUpTo(database, all, page.crowd)) > page.crowd
  return isCrowd ? readTied(database, page, { ...part, parts: tied.at(0) }) : readRows(database, page, part)
}

/** The runs of one value, part by part, with the values of the columns that follow it as keys. */
async function readTied(
  database: Database,
  page: PageQuery,
  { parts, after, limit }: Omit<Part, 'stretch'> & { readonly parts: ReturnType<NonNullable<Stretch['tied']>['at']> },
): Promise<readonly FoundRow[]> {
  const found: FoundRow[] = []
  let isReached = after === undefined
  for (const { stretch, outward, inward } of parts) {
    const start = isReached || after === undefined ? undefined : inward(after)
    isReached ||= start !== undefined
    if (!isReached || found.length >= limit) continue
    // Sequential: a later part is read only when the page is not full.
    const rows = await readStretch(database, page, { stretch, after: start, limit: limit - found.length })
    found.push(...rows.map(({ row, key }) => ({ row, key: outward(key) })))
  }
  return found
}

async function readRows(
  database: Database,
  { where, lists }: PageQuery,
  { stretch, after, limit }: Part,
): Promise<readonly FoundRow[]> {
  const { columns, runId, from } = stretch
  const beyond = after === undefined ? [] : [sortsAfter(columns, after)]
  const conditions = [...stretch.where, ...lists(runId), ...where, ...beyond]
  const keys = columns.map(({ expression }, at) => sql`${expression} as ${sql.ref(`key_${at}`)}`)
  const { rows } = await sql<RunRow & Record<string, string | number>>`
    select run.*, ${sql.join(keys)} from ${from}
    where ${sql.join(conditions, sql` and `)}
    order by ${orderList(columns)} limit ${limit}
  `.execute(database.read)
  return rows.map((row) => ({ row, key: columns.map((_, at) => row[`key_${at}`]!) }))
}

/**
 * The rows of a stretch whose values may be shared by many runs, say a status, or a metric that is 10 in all of them.
 * The index holds no start to order such a crowd by, and sorting it for each page would cost all of it: its runs are
 * picked from those in the order of their start. What lies before and after a crowd is read as usual.
 */
async function readCrowded(
  database: Database,
  page: PageQuery,
  { stretch, after, limit, tied }: Part & { readonly tied: NonNullable<Stretch['tied']> },
): Promise<readonly FoundRow[]> {
  const found: FoundRow[] = []
  let [rest, begin]: [Stretch, KeyValues | undefined] = [stretch, after]
  const lead = stretch.columns[0]!
  for (;;) {
    const value = await crowdAhead(database, rest, { from: begin?.[0], limit: limit - found.length, crowd: page.crowd })
    if (value === undefined) {
      found.push(...(await readRows(database, page, { stretch: rest, after: begin, limit: limit - found.length })))
      return found
    }
    const isInside = begin?.[0] === value
    if (!isInside) {
      const before = { ...rest, where: [...rest.where, past({ ...lead, ascending: !lead.ascending }, value)] }
      found.push(...(await readRows(database, page, { stretch: before, after: begin, limit: limit - found.length })))
    }
    if (found.length >= limit) return found
    const inside = isInside ? begin?.slice(tied.columns) : undefined
    const crowded = { parts: tied.at(value), after: inside, limit: limit - found.length }
    const values = new Array<string | number>(tied.columns).fill(value)
    const rows = await readTied(database, page, crowded)
    found.push(...rows.map(({ row, key }) => ({ row, key: [...values, ...key] })))
    if (found.length >= limit) return found
    rest = beyond(rest, value)
    begin = undefined
  }
}

/** What of a stretch sorts after a value. */
function beyond({ alone, where, ...rest }: Stretch, value: string | number): Stretch {
  const after = past(rest.columns[0]!, value)
  return {
    ...rest,
    where: [...where, after],
    ...(alone !== undefined && { alone: { ...alone, where: [...alone.where, after] } }),
  }
}

/** The condition "sorts after this value" by one column. */
function past({ expression, ascending }: SortColumn, value: string | number): Expression<SqlBool> {
  return sql<SqlBool>`${expression} ${sql.raw(ascending ? '>' : '<')} ${value}`
}

interface Ahead {
  readonly from: string | number | undefined
  readonly limit: number
  readonly crowd: number
}

/** The first value that a crowd shares among those that a page meets, as far as can be seen without its filter. */
async function crowdAhead(
  database: Database,
  stretch: Stretch,
  { from, limit, crowd }: Ahead,
): Promise<string | number | undefined> {
  const [lead] = stretch.columns
  const seen = { ...stretch, ...stretch.alone }
  const start = [...seen.where, ...(from === undefined ? [] : [startsAt(lead!, from)])]
  // Of the runs with the value that a page begins in, perhaps none are left.
  const places = [
    [start, 0],
    [from === undefined ? start : [...seen.where, past(lead!, from)], limit],
  ] as const
  for (const [where, offset] of places) {
    const { rows } = await sql<{ value: string | number }>`
      select ${lead!.expression} as value from ${seen.from} where ${sql.join(where, sql` and `)}
      order by ${orderList([lead!])} limit 1 offset ${sql.lit(offset)}
    `.execute(database.read)
    const value = rows[0]?.value
    if (value === undefined) return undefined
    if ((await countUpTo(database, sharing(seen, value), crowd)) > crowd) return value
  }
  return undefined
}

/** The runs of a value: what follows FROM. */
function sharing({ from, where, columns }: Stretch, value: string | number): RawBuilder<unknown> {
  // An index may hold the start of a longer text, which many have in common.
  const isWhole = typeof value === 'number' || [...value].length < indexedLength
  const same = isWhole ? sql<SqlBool>`${columns[0]!.expression} = ${value}` : sql<SqlBool>`1 = 0`
  return sql`${from} where ${sql.join([...where, same], sql` and `)}`
}
