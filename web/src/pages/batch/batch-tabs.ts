export const batchTabs = ['jobs', 'invoke', 'deployments'] as const
export type BatchTab = (typeof batchTabs)[number]
