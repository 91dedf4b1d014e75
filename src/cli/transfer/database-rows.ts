import type { Pair } from './mlflow-records.ts'

/** Reads rows of an MLflow database. */
export type Rows = (text: string, ...values: readonly (string | number)[]) => IterableIterator<Row>
export type Row = Readonly<Record<string, string | number | null>>

/** All at once: a statement that is being read holds up others of the same text. */
export function all(rows: Rows, text: string, ...values: readonly (string | number)[]): readonly Row[] {
  return [...rows(text, ...values)]
}

export const textOf = (value: string | number | null | undefined): string =>
  value === null || value === undefined ? '' : String(value)

export function pairsOf(rows: Rows, text: string, ...values: readonly (string | number)[]): readonly Pair[] {
  return all(rows, text, ...values).map((row) => ({ key: textOf(row['key']), value: textOf(row['value']) }))
}
