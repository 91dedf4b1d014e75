/** What is shown of an endpoint, in the order of its tabs; the address says which. */
export const endpointTabs = ['traffic', 'try', 'rollout', 'compare', 'charts', 'logs', 'payloads', 'keys'] as const
export type EndpointTab = (typeof endpointTabs)[number]
