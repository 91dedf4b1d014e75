import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type AssetTab, assetTabs } from './asset-tabs.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/data',
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.data },
  component: lazyRouteComponent(() => import('./data-page.tsx'), 'DataPage'),
})

interface AssetSearch {
  readonly tab?: AssetTab
  /** The newest when absent. */
  readonly version?: string
  /** The version it is compared with; the one before when absent. */
  readonly against?: string
  /** YAML of data tests that are asked. */
  readonly tests?: string
  /** Of the newest versions, not of one. */
  readonly over?: true
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/data/$name',
  validateSearch: ({ tab, version, against, tests, over }: Readonly<Record<string, unknown>>): AssetSearch => {
    const known = assetTabs.find((each) => each === tab)
    return {
      ...(known !== undefined && { tab: known }),
      // An address turns `1` into a number.
      ...(isWord(version) && { version: String(version) }),
      ...(isWord(against) && { against: String(against) }),
      ...(typeof tests === 'string' && { tests }),
      ...(over === true && { over }),
    }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./asset-page.tsx'), 'AssetPage'),
})

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

export const dataRoutes = [list, one] as const
