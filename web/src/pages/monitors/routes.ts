import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type MonitorTab, monitorTabs } from './monitor-tabs.ts'
import { tableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/monitors',
  validateSearch: tableSearch,
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.monitors },
  component: lazyRouteComponent(() => import('./monitors-page.tsx'), 'MonitorsPage'),
})

/** What of a monitor is looked at; a cell of the heat map is a feature, a metric and a run. */
interface MonitorSearch {
  readonly tab?: MonitorTab
  readonly signal?: string
  readonly feature?: string
  readonly metric?: string
  readonly run?: string
}

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/monitors/$name',
  validateSearch: ({ tab, ...search }: Readonly<Record<string, unknown>>): MonitorSearch => {
    const known = monitorTabs.find((each) => each === tab)
    const texts = (['signal', 'feature', 'metric', 'run'] as const).flatMap((key) =>
      // An address turns what looks like a number into one, and features may be called 7.
      typeof search[key] === 'string' || typeof search[key] === 'number' ? [[key, String(search[key])]] : [],
    )
    return { ...(known !== undefined && { tab: known }), ...(Object.fromEntries(texts) as MonitorSearch) }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./monitor-page.tsx'), 'MonitorPage'),
})

export const monitorsRoutes = [list, one] as const
