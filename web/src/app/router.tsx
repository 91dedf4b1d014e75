import { createRouter } from '@tanstack/react-router'
import { NotFound, PageError } from './page-error.tsx'
import { routeTree } from './route-tree.ts'
import { Shell } from './shell.tsx'
import { Skeleton } from '../components/page-states.tsx'
import { rootRoute } from '../pages/root-route.ts'

rootRoute.update({ component: Shell })

/** Addresses are paths; what a view shows is in its search parameters, so that a link opens the same view. */
export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  // Queries have a cache of their own.
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: () => <Skeleton lines={6} />,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
