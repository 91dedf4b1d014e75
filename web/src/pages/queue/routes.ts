import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { messagesIn } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'
import { rootRoute } from '../root-route.ts'

const queue = createRoute({
  getParentRoute: () => rootRoute,
  path: '/queue',
  staticData: { title: ({ language }) => messagesIn(shellMessages, language).pages.compute },
  component: lazyRouteComponent(() => import('./queue-page.tsx'), 'QueuePage'),
})

export const queueRoutes = [queue] as const
