/** What is asked, as the address says it. */
export interface QuerySearch {
  readonly sql?: string
  /** Name of a table -> what it is. */
  readonly inputs?: Readonly<Record<string, string>>
  /** The saved query it is. */
  readonly saved?: string
  readonly look?: 'chart'
}

/** For `validateSearch`; what does not fit is left out. */
export function querySearch({ sql, inputs, saved, look }: Readonly<Record<string, unknown>>): QuerySearch {
  return {
    ...(typeof sql === 'string' && sql.trim() !== '' && { sql }),
    ...(isTexts(inputs) && { inputs }),
    ...((typeof saved === 'string' || typeof saved === 'number') && { saved: String(saved) }),
    ...(look === 'chart' && { look }),
  }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  )
}
