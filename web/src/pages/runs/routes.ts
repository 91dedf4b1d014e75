import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { compareSearch } from './compare-search.ts'
import { runsMessages } from './messages.ts'
import { runSearch } from './run-search.ts'
import { runsSearch } from './runs-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
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

const compare = createRoute({
  getParentRoute: () => rootRoute,
  path: '/compare',
  validateSearch: compareSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.compare },
  component: lazyRouteComponent(() => import('./compare-page.tsx'), 'ComparePage'),
})

export const runsRoutes = [experiments, experiment, run, compare] as const
