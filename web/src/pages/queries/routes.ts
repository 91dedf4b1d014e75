import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { querySearch } from './query-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const queries = createRoute({
  getParentRoute: () => rootRoute,
  path: '/queries',
  validateSearch: querySearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.queries },
  component: lazyRouteComponent(() => import('./queries-page.tsx'), 'QueriesPage'),
})

export const queriesRoutes = [queries] as const
