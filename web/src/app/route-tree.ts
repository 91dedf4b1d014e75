import { homeRoutes } from '../pages/home/routes.ts'
import { settingsRoutes } from '../pages/settings/routes.ts'
import { rootRoute } from '../pages/root-route.ts'

/** Every page: one line each, in the order of the navigation. */
export const routeTree = rootRoute.addChildren([...homeRoutes, ...settingsRoutes])
