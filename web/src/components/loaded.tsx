import type { ReactNode } from 'react'
import { ErrorState, Skeleton } from './page-states.tsx'

interface LoadedProps<T> {
  /** What `useQuery` gave. */
  readonly query: {
    readonly data: T | undefined
    readonly error: unknown
    readonly isPending: boolean
    readonly refetch: () => Promise<unknown>
  }
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}

/** What a query brought; before that a skeleton, and an error with a way to try again. Old data stays on an error. */
export function Loaded<T>({ query, lines = 3, children }: LoadedProps<T>): ReactNode {
  const { data, error, isPending, refetch } = query
  if (data !== undefined) return children(data)
  if (isPending) return <Skeleton lines={lines} />
  return <ErrorState error={error} onRetry={() => void refetch()} />
}
