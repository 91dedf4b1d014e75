import './style/tokens.css'
import './style/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { listenForEvents } from './api/live-events.ts'
import { addressOfMlflowFragment } from './app/mlflow-address.ts'
import { queryClient } from './app/query-client.ts'
import { refreshOnEvents } from './app/refresh-on-events.ts'
import { router } from './app/router.tsx'
import { listenForShortcuts } from './keyboard/shortcuts.ts'
import { applyLanguage } from './messages/language.ts'
import { applyTheme } from './preferences/theme.ts'

const mlflowAddress = addressOfMlflowFragment(location.hash)
if (mlflowAddress !== undefined) history.replaceState(null, '', mlflowAddress)
applyTheme(document.documentElement)
applyLanguage(document.documentElement)
listenForShortcuts(document)
refreshOnEvents(queryClient)
listenForEvents()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
