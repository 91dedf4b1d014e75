import type { AssetIdentity, Located, Reference } from './document-parts.ts'

/** What the values of a column can be said to be. */
export const columnTypes = ['integer', 'number', 'boolean', 'text', 'date', 'timestamp', 'any'] as const
export type ColumnType = (typeof columnTypes)[number]

/** A bound of a range: a number, or text that is read as the column's own type (dates). */
export type Bound = number | string

export type DataCheck =
  | { readonly kind: 'schema'; readonly columns: Readonly<Record<string, ColumnType>>; readonly isExact: boolean }
  | { readonly kind: 'not_null' | 'unique'; readonly columns: readonly string[] }
  | { readonly kind: 'type'; readonly column: string; readonly is: ColumnType }
  | { readonly kind: 'range'; readonly column: string; readonly min?: Bound; readonly max?: Bound }
  | { readonly kind: 'length'; readonly column: string; readonly min?: number; readonly max?: number }
  | { readonly kind: 'in_set' | 'not_in_set'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'matches'; readonly column: string; readonly pattern: string }
  | { readonly kind: 'row_count'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'fresh'; readonly column: string; readonly maxAge: string; readonly maxAgeMs: number }
  | { readonly kind: 'references'; readonly column: string; readonly toTable: string; readonly toColumn: string }
  | {
      readonly kind: 'drift'
      readonly columns?: readonly string[]
      readonly reference: string
      readonly metric?: string
      readonly threshold?: number
    }
  | { readonly kind: 'sql'; readonly sql: string }

export interface DataTest {
  readonly name?: string
  /** Absent: the first input. */
  readonly table?: string
  readonly severity: 'fail' | 'warn'
  /** This share of the rows may be wrong. */
  readonly tolerance: number
  readonly check: DataCheck
}

/** A file of data tests (ours). */
export interface DataTestsDocument extends AssetIdentity {
  readonly kind: 'data-tests'
  readonly located: Located
  /** Tables by name, in the order of the file. */
  readonly inputs: Readonly<Record<string, Reference>>
  readonly tests: readonly DataTest[]
}
