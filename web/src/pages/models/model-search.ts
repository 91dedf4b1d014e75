export const modelTabs = ['versions', 'compare', 'history', 'lineage', 'deployed', 'comments'] as const
export type ModelTab = (typeof modelTabs)[number]

export interface ModelSearch {
  readonly tab?: ModelTab
  /** The version that is looked at. */
  readonly version?: string
  /** Versions to compare, with commas between. */
  readonly with?: string
}
