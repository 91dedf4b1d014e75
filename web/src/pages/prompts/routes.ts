import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { promptSearch } from './prompt-search.ts'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

interface PromptsSearch {
  /** Part of a name. */
  readonly text?: string
}

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/prompts',
  validateSearch: ({ text }: Readonly<Record<string, unknown>>): PromptsSearch =>
    (typeof text === 'string' || typeof text === 'number') && text !== '' ? { text: String(text) } : {},
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.prompts },
  component: lazyRouteComponent(() => import('./prompts-page.tsx'), 'PromptsPage'),
})

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/prompts/$name',
  validateSearch: promptSearch,
  staticData: { title: ({ params }) => params['name'] ?? '' },
  component: lazyRouteComponent(() => import('./prompt-page.tsx'), 'PromptPage'),
})

export const promptsRoutes = [list, one] as const
