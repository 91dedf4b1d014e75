import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type ComponentTab, componentTabs } from './component-tabs.ts'
import { type AssetListSearch, assetListSearch, textsOf } from '../../components/asset-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/components',
  validateSearch: (search: Readonly<Record<string, unknown>>): AssetListSearch => assetListSearch(search),
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.components },
  component: lazyRouteComponent(() => import('./components-page.tsx'), 'ComponentsPage'),
})

interface OneSearch {
  readonly tab?: ComponentTab
  readonly version?: string
  /** The version that the shown one is compared with. */
  readonly against?: string
  /** Of one of the program's own. */
  readonly registry?: string
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/components/$name',
  validateSearch: (search: Readonly<Record<string, unknown>>): OneSearch => {
    const tab = componentTabs.find((each) => each === search['tab'])
    return { ...(tab !== undefined && { tab }), ...textsOf(search, ['version', 'against', 'registry']) }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./component-page.tsx'), 'ComponentPage'),
})

export const componentsRoutes = [list, one] as const
