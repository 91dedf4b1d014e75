import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { traceSearch } from './trace-search.ts'
import { tracesSearch } from './traces-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/traces',
  validateSearch: tracesSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.traces },
  component: lazyRouteComponent(() => import('./traces-page.tsx'), 'TracesPage'),
})

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/traces/$name',
  validateSearch: traceSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./trace-page.tsx'), 'TracePage'),
})

export const tracesRoutes = [list, one] as const
