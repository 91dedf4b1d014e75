import { useQueryClient } from '@tanstack/react-query'

/** Asks anew for all that is shown of traces, after something about them was changed. */
export function useTraceRefresh(): () => Promise<void> {
  const client = useQueryClient()
  return () =>
    client.invalidateQueries({
      queryKey: ['rest'],
      predicate: ({ queryKey: [, path] }) => String(path).startsWith('/api/v1/traces'),
    })
}
