/** What the page has, in order; a tab stands in the address. */
export const assetTabs = ['profile', 'rows', 'compare', 'tests', 'versions'] as const
export type AssetTab = (typeof assetTabs)[number]
