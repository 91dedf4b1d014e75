import { createRootRoute } from '@tanstack/react-router'

/** The parent of every page's route; the shell is put around it in `app/router.tsx`. */
export const rootRoute = createRootRoute()
