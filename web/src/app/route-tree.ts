import { batchRoutes } from '../pages/batch/routes.ts'
import { componentsRoutes } from '../pages/components/routes.ts'
import { dataRoutes } from '../pages/data/routes.ts'
import { endpointsRoutes } from '../pages/endpoints/routes.ts'
import { environmentsRoutes } from '../pages/environments/routes.ts'
import { homeRoutes } from '../pages/home/routes.ts'
import { jobsRoutes } from '../pages/jobs/routes.ts'
import { modelsRoutes } from '../pages/models/routes.ts'
import { monitorsRoutes } from '../pages/monitors/routes.ts'
import { promptsRoutes } from '../pages/prompts/routes.ts'
import { publishedRoutes } from '../pages/published/routes.ts'
import { queriesRoutes } from '../pages/queries/routes.ts'
import { queueRoutes } from '../pages/queue/routes.ts'
import { runsRoutes } from '../pages/runs/routes.ts'
import { schedulesRoutes } from '../pages/schedules/routes.ts'
import { settingsRoutes } from '../pages/settings/routes.ts'
import { tracesRoutes } from '../pages/traces/routes.ts'
import { rootRoute } from '../pages/root-route.ts'

/** Every page: one line each, in the order of the navigation. */
export const routeTree = rootRoute.addChildren([
  ...homeRoutes,
  ...jobsRoutes,
  ...runsRoutes,
  ...endpointsRoutes,
  ...modelsRoutes,
  ...publishedRoutes,
  ...schedulesRoutes,
  ...batchRoutes,
  ...monitorsRoutes,
  ...dataRoutes,
  ...queriesRoutes,
  ...tracesRoutes,
  ...componentsRoutes,
  ...promptsRoutes,
  ...environmentsRoutes,
  ...queueRoutes,
  ...settingsRoutes,
])
