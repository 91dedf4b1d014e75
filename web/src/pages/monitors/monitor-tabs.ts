/** What the page has, in order; a tab stands in the address. */
export const monitorTabs = ['features', 'alerts', 'runs', 'breaches'] as const
export type MonitorTab = (typeof monitorTabs)[number]
