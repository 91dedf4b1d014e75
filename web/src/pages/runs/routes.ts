import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { runsMessages } from './messages.ts'
import { runSearch } from './run-search.ts'
import { runsSearch } from './runs-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { rootRoute } from '../root-route.ts'

const experiments = createRoute({
  getParentRoute: () => rootRoute,
  path: '/experiments',
  validateSearch: runsSearch,
  staticData: { title: ({ language }) => messagesIn(runsMessages, language).experiments.title },
  component: lazyRouteComponent(() => import('./experiments-page.tsx'), 'ExperimentsPage'),
})

const experiment = createRoute({
  getParentRoute: () => rootRoute,
  path: '/experiments/$name',
  validateSearch: runsSearch,
  staticData: {
    title: ({ language, params }) => messagesIn(runsMessages, language).experiment.title(params['name'] ?? ''),
  },
  component: lazyRouteComponent(() => import('./experiment-page.tsx'), 'ExperimentPage'),
})

const run = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$name',
  validateSearch: runSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./run-page.tsx'), 'RunPage'),
})

export const runsRoutes = [experiments, experiment, run] as const
