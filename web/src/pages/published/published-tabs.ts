export const publishedTabs = ['start', 'jobs', 'versions', 'keys'] as const
export type PublishedTab = (typeof publishedTabs)[number]
