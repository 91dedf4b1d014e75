/** What the table engine and its process say to each other. */
import type { NumberProfile } from '../statistics/number-profile.ts'
import type { SampleComparison } from '../statistics/two-samples.ts'

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
  | {
      readonly kind: 'profile-numbers' | 'compare-numbers' | 'compare-categories'
      readonly session: number
      /** One column of DOUBLE without NULL and NaN for each sample; for categories (value, count, count). */
      readonly sql: readonly string[]
    }
  | { readonly kind: 'interrupt' | 'close'; readonly session: number }

/** Why a request was not answered. */
export interface TableFailure {
  readonly code: 'invalid-request' | 'limit-exceeded' | 'internal'
  readonly message: string
  /** More memory than the session has. */
  readonly isTooLarge: boolean
}

export type ChildAnswer =
  | { readonly kind: 'result'; readonly id: number; readonly result: ChildResult }
  | ({ readonly kind: 'error'; readonly id: number } & TableFailure)

export type ChildResult = TableRows | NumberProfile | SampleComparison | CategoryPairs | undefined

/** Categories of two samples, counted. */
export interface CategoryPairs {
  /** Place by place the same category. */
  readonly reference: Float64Array
  readonly current: Float64Array
  /** Those that only the current data have, or only the reference; the most frequent first, up to a hundred. */
  readonly added: CategoriesOfOneSide
  readonly missing: CategoriesOfOneSide
}

export interface CategoriesOfOneSide {
  readonly categoryCount: number
  readonly rowCount: number
  readonly examples: readonly string[]
}
