import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { triggerSearch, triggersSearch } from './trigger-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/schedules',
  validateSearch: triggersSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.schedules },
  component: lazyRouteComponent(() => import('./schedules-page.tsx'), 'SchedulesPage'),
})

const schedule = createRoute({
  getParentRoute: () => rootRoute,
  path: '/schedules/$name',
  validateSearch: triggerSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./trigger-page.tsx'), 'SchedulePage'),
})

const trigger = createRoute({
  getParentRoute: () => rootRoute,
  path: '/triggers/$name',
  validateSearch: triggerSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./trigger-page.tsx'), 'TriggerPage'),
})

export const schedulesRoutes = [list, schedule, trigger] as const
