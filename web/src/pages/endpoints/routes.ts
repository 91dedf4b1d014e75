import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
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
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/endpoints/$name',
  validateSearch: ({ tab, deployment }: Readonly<Record<string, unknown>>): EndpointSearch => {
    const known = endpointTabs.find((each) => each === tab)
    return { ...(known !== undefined && { tab: known }), ...(typeof deployment === 'string' && { deployment }) }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./endpoint-page.tsx'), 'EndpointPage'),
})

export const endpointsRoutes = [list, one] as const
