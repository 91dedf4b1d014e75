import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type ChartRange, chartRanges, type PercentileChoice, percentileChoices } from './chart-series.ts'
import { type EndpointTab, endpointTabs } from './endpoint-tabs.ts'
import { tableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/endpoints',
  validateSearch: tableSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.endpoints },
  component: lazyRouteComponent(() => import('./endpoints-page.tsx'), 'EndpointsPage'),
})

interface EndpointSearch {
  readonly tab?: EndpointTab
  /** Whose log is shown. */
  readonly deployment?: string
  /** Of the charts. */
  readonly range?: ChartRange
  readonly percentile?: PercentileChoice
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/endpoints/$name',
  validateSearch: (search: Readonly<Record<string, unknown>>): EndpointSearch => {
    const tab = endpointTabs.find((each) => each === search['tab'])
    const range = chartRanges.find((each) => each === search['range'])
    const percentile = percentileChoices.find((each) => each === search['percentile'])
    const { deployment } = search
    return {
      ...(tab !== undefined && { tab }),
      ...(typeof deployment === 'string' && { deployment }),
      ...(range !== undefined && { range }),
      ...(percentile !== undefined && { percentile }),
    }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./endpoint-page.tsx'), 'EndpointPage'),
})

export const endpointsRoutes = [list, one] as const
