import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { tableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { type BatchTab, batchTabs } from './batch-tabs.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/batch-endpoints',
  validateSearch: tableSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.batchEndpoints },
  component: lazyRouteComponent(() => import('./batch-list-page.tsx'), 'BatchListPage'),
})

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/batch-endpoints/$name',
  validateSearch: ({ tab }: Readonly<Record<string, unknown>>): { readonly tab?: BatchTab } => {
    const known = batchTabs.find((each) => each === tab)
    return known === undefined ? {} : { tab: known }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./batch-page.tsx'), 'BatchPage'),
})

export const batchRoutes = [list, one] as const
