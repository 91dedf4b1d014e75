import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { tableSearch, type TableSearch } from '../../components/data-table/table-view.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { type ModelSearch, modelTabs } from './model-search.ts'
import { rootRoute } from '../root-route.ts'

interface ModelsSearch extends TableSearch {
  /** Part of a name. */
  readonly text?: string
}

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/models',
  validateSearch: (search: Readonly<Record<string, unknown>>): ModelsSearch => {
    const text = textOf(search['text'])
    return { ...tableSearch(search), ...(text !== undefined && text !== '' && { text }) }
  },
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.models },
  component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
})

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/models/$name',
  validateSearch: (search: Readonly<Record<string, unknown>>): ModelSearch => {
    const tab = modelTabs.find((each) => each === search['tab'])
    const [version, compared] = [textOf(search['version']), textOf(search['with'])]
    return {
      ...(tab !== undefined && { tab }),
      ...(version !== undefined && { version }),
      ...(compared !== undefined && { with: compared }),
    }
  },
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./model-page.tsx'), 'ModelPage'),
})

export const modelsRoutes = [list, one] as const

/** An address has `version=3` as a number. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
