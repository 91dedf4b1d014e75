import { QueryClient } from '@tanstack/react-query'
import { isWorthAnotherTry } from '../api/rest-client.ts'

/** Answers stay fresh for a while: live events say when something changed. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: isWorthAnotherTry, refetchOnWindowFocus: true } },
})
