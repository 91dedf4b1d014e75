import { sql, type Expression, type SqlBool } from 'kysely'
import { checkMaxResults } from '../tracking/limits.ts'
import { sortsAfter, type SortColumn } from '../tracking/search/keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint } from '../tracking/search/page-token.ts'

/** A search in MLflow's language; `filter` and `orderBy` as `tracking/filter/grammar.ts` tells. */
export interface RegistrySearch {
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly maxResults?: number
  readonly pageToken?: string
}

/** A column to sort by, and its value in a row that was read. */
export interface RowColumn<Row> extends SortColumn {
  valueOf(row: Row): string | number
}

/** How one page of a search is asked for, and what is made of the rows. */
export interface Paging<Row> {
  readonly order: readonly RowColumn<Row>[]
  /** True of rows after those of the earlier pages. */
  readonly condition: Expression<SqlBool>
  /** One row more than the page holds: whether there is a next one. */
  readonly limit: number
  page(found: readonly Row[]): { readonly rows: readonly Row[]; readonly nextPageToken?: string }
}

/** Paging by key over an order that is total. Throws `invalid-request` for a page size or token that cannot be. */
export function pagingOf<Row>(
  { filter = '', orderBy = [], maxResults, pageToken }: RegistrySearch,
  kind: {
    readonly of: string
    readonly order: readonly RowColumn<Row>[]
    readonly usual: number
    readonly most: number
  },
): Paging<Row> {
  const { of, order, usual, most } = kind
  const size = maxResults ?? usual
  checkMaxResults(size, most)
  const fingerprint = queryFingerprint(of, filter, orderBy)
  const after = decodePageToken(pageToken, fingerprint, () => order.map((column) => column.type))
  return {
    order,
    condition: after === undefined ? sql<SqlBool>`1 = 1` : sortsAfter(order, after),
    limit: size + 1,
    page(found) {
      const rows = found.slice(0, size)
      const last = found.length > size ? rows.at(-1) : undefined
      if (last === undefined) return { rows }
      const values = order.map((column) => column.valueOf(last))
      return { rows, nextPageToken: encodePageToken(fingerprint, values) }
    },
  }
}
