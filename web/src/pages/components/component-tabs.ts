/** What is shown of a component, in the order of its tabs; the address says which. */
export const componentTabs = ['ports', 'run', 'jobs', 'yaml', 'compare', 'versions'] as const
export type ComponentTab = (typeof componentTabs)[number]
