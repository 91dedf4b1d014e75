import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { tableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { type PublishedTab, publishedTabs } from './published-tabs.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/published',
  validateSearch: tableSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.published },
  component: lazyRouteComponent(() => import('./published-list-page.tsx'), 'PublishedListPage'),
})

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/published/$name',
  validateSearch: ({ tab }: Readonly<Record<string, unknown>>): { readonly tab?: PublishedTab } => {
    const known = publishedTabs.find((each) => each === tab)
    return known === undefined ? {} : { tab: known }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./published-page.tsx'), 'PublishedPage'),
})

export const publishedRoutes = [list, one] as const
