/** What the table engine and its process say to each other. */

/** A cell as JavaScript has it: whole numbers beyond 2^53, dates and times are text; NaN and infinities stay numbers. */
export type TableValue =
  string | number | boolean | null | readonly TableValue[] | { readonly [key: string]: TableValue }

export interface TableRows {
  /** Types in DuckDB's words: BIGINT, DOUBLE, VARCHAR, TIMESTAMP, ... */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly TableValue[])[]
}

export interface OpenRequest {
  readonly kind: 'open'
  readonly session: number
  readonly readable: readonly string[]
  readonly writable?: string
  readonly spill: string
  readonly memoryBytes: number
  readonly threads: number
}

export type ChildRequest =
  | OpenRequest
  | {
      readonly kind: 'run'
      readonly session: number
      readonly sql: string
      readonly values?: readonly unknown[]
      readonly isOnlySelect: boolean
      readonly maxRows: number
    }
  | { readonly kind: 'interrupt' | 'close'; readonly session: number }

export type ChildAnswer =
  | { readonly kind: 'rows'; readonly id: number; readonly rows: TableRows }
  | {
      readonly kind: 'error'
      readonly id: number
      readonly code: 'invalid-request' | 'limit-exceeded' | 'internal'
      readonly message: string
      /** More memory than the session has. */
      readonly isTooLarge: boolean
    }
