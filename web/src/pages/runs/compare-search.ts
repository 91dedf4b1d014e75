import { type ChartsSearch, chartsSearch } from './run-search.ts'

export const compareTabs = ['values', 'origin', 'files', 'charts', 'coordinates', 'scatter'] as const
export type CompareTab = (typeof compareTabs)[number]

/** Which runs are compared, and how, as the address says it. */
export interface CompareSearch extends ChartsSearch {
  /** Ids, joined by commas. */
  readonly runs?: string
  readonly tab?: CompareTab
  /** Also what is the same in all runs. */
  readonly all?: boolean
  /** A row for each run. */
  readonly across?: boolean
  /** The folder that is open, and the file of it that is shown. */
  readonly folder?: string
  readonly file?: string
  /** Of the scatter: columns such as `metrics.acc`. */
  readonly x?: string
  readonly y?: string
}

/** For `validateSearch`; what does not fit, or is as usual, is left out. */
export function compareSearch(search: Readonly<Record<string, unknown>>): CompareSearch {
  const { runs, tab, all, across, folder, file, x, y } = search
  const known = compareTabs.find((each) => each === tab)
  return {
    ...chartsSearch(search),
    ...(isText(runs) && { runs }),
    ...(known !== undefined && { tab: known }),
    ...(all === true && { all }),
    ...(across === true && { across }),
    ...(isText(folder) && { folder }),
    ...(isText(file) && { file }),
    ...(isText(x) && { x }),
    ...(isText(y) && { y }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
