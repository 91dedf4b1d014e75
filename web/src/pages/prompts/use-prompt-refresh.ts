import { useQueryClient } from '@tanstack/react-query'

/** Asks anew for all that is shown of prompts, after one was changed. */
export function usePromptRefresh(): () => Promise<void> {
  const client = useQueryClient()
  return () =>
    client.invalidateQueries({
      queryKey: ['mlflow'],
      predicate: ({ queryKey: [, call] }) => /^(registered-models|model-versions)\//.test(String(call)),
    })
}
