import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type EnvironmentTab, environmentTabs } from './environment-tabs.ts'
import { type AssetListSearch, assetListSearch, textsOf } from '../../components/asset-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/environments',
  validateSearch: (search: Readonly<Record<string, unknown>>): AssetListSearch => assetListSearch(search),
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.environments },
  component: lazyRouteComponent(() => import('./environments-page.tsx'), 'EnvironmentsPage'),
})

interface OneSearch {
  readonly tab?: EnvironmentTab
  readonly version?: string
  /** The version that the shown one is compared with. */
  readonly against?: string
  /** Of a curated one. */
  readonly registry?: string
  /** Part of a package's name. */
  readonly text?: string
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/environments/$name',
  validateSearch: (search: Readonly<Record<string, unknown>>): OneSearch => {
    const tab = environmentTabs.find((each) => each === search['tab'])
    return {
      ...(tab !== undefined && { tab }),
      ...textsOf(search, ['version', 'against', 'registry', 'text']),
    }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./environment-page.tsx'), 'EnvironmentPage'),
})

export const environmentsRoutes = [list, one] as const
