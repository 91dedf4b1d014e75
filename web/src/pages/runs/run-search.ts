/** How curves are shown, as the address says it. */
export interface ChartsSearch {
  /** A part of a metric's name. */
  readonly find?: string
  /** 0 to 0.99: how much what came before weighs. */
  readonly smooth?: number
  readonly log?: boolean
  readonly axis?: 'step' | 'time'
}

/** For `validateSearch`; what does not fit, or is as usual, is left out. */
export function chartsSearch({ find, smooth, log, axis }: Readonly<Record<string, unknown>>): ChartsSearch {
  return {
    ...(typeof find === 'string' && find !== '' && { find }),
    ...(typeof smooth === 'number' && smooth > 0 && smooth < 1 && { smooth }),
    ...(log === true && { log }),
    ...(axis === 'time' && { axis }),
  }
}

const runTabs = ['overview', 'charts', 'system', 'artifacts', 'children', 'comments'] as const
export type RunTab = (typeof runTabs)[number]

/** What of a run is shown, as its address says it. */
export interface RunSearch extends ChartsSearch {
  readonly tab?: RunTab
  /** Of the artifacts: what is open. */
  readonly folder?: string
  readonly file?: string
}

/** For `validateSearch`; what does not fit is left out. */
export function runSearch(search: Readonly<Record<string, unknown>>): RunSearch {
  const { tab, folder, file } = search
  const known = runTabs.find((each) => each === tab)
  return {
    ...chartsSearch(search),
    ...(known !== undefined && { tab: known }),
    ...(typeof folder === 'string' && folder !== '' && { folder }),
    ...(typeof file === 'string' && file !== '' && { file }),
  }
}
