import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const home = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.home },
  component: lazyRouteComponent(() => import('./home-page.tsx'), 'HomePage'),
})

export const homeRoutes = [home] as const
