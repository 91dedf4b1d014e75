/** What is shown of an environment, in the order of its tabs; the address says which. */
export const environmentTabs = ['packages', 'build', 'use', 'compare', 'yaml', 'versions'] as const
export type EnvironmentTab = (typeof environmentTabs)[number]
