import type { ReactNode } from 'react'
import { Page } from './page.tsx'
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
  /** The heading of a page whose own one comes with the data: a page has one whatever happens. */
  readonly heading?: string
  readonly children: (data: T) => ReactNode
}

/** What a query brought; before that a skeleton, and an error with a way to try again. Old data stays on an error. */
export function Loaded<T>({ query, lines = 3, heading, children }: LoadedProps<T>): ReactNode {
  const { data, error, isPending, refetch } = query
  if (data !== undefined) return children(data)
  const state = isPending ? <Skeleton lines={lines} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  return heading === undefined ? state : <Page title={heading}>{state}</Page>
}
