import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { jobSearch, jobsSearch } from './job-search.ts'
import { jobsMessages } from './messages.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { rootRoute } from '../root-route.ts'

const jobs = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs',
  validateSearch: jobsSearch,
  staticData: { title: ({ language }) => messagesIn(jobsMessages, language).title },
  component: lazyRouteComponent(() => import('./jobs-page.tsx'), 'JobsPage'),
})

const job = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs/$name',
  validateSearch: jobSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./job-page.tsx'), 'JobPage'),
})

export const jobsRoutes = [jobs, job] as const
