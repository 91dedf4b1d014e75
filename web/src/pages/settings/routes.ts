import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.settings },
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
})

export const settingsRoutes = [settings] as const
