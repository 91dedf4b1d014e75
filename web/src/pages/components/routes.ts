import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type ComponentTab, componentTabs } from './component-tabs.ts'
import { type TableSearch, tableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

interface ListSearch extends TableSearch {
  /** Part of a name or description. */
  readonly text?: string
  /** Archived ones too. */
  readonly archived?: true
}

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/components',
  validateSearch: (search: Readonly<Record<string, unknown>>): ListSearch => ({
    ...tableSearch(search),
    ...(typeof search['text'] === 'string' && search['text'] !== '' && { text: search['text'] }),
    ...(search['archived'] === true && { archived: true }),
  }),
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
    // The address bar's 2 is a number.
    const text = (key: string): string | undefined =>
      ['string', 'number'].includes(typeof search[key]) ? String(search[key]) : undefined
    const [version, against, registry] = ['version', 'against', 'registry'].map(text)
    return {
      ...(tab !== undefined && { tab }),
      ...(version !== undefined && { version }),
      ...(against !== undefined && { against }),
      ...(registry !== undefined && { registry }),
    }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./component-page.tsx'), 'ComponentPage'),
})

export const componentsRoutes = [list, one] as const
