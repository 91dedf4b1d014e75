/** How rows lie in files. */
export type TableFormat = 'csv' | 'parquet' | 'json'

/** What lies at a path, as a table. */
export interface TableSource {
  /** A SELECT of all rows, for a session that may read the path. */
  readonly sql: string
  readonly format: TableFormat | 'mltable'
  /** Absolute paths of the files it is made of, sorted. */
  readonly files: readonly string[]
}
