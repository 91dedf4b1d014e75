import type { ReactNode } from 'react'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Comments } from '../../components/comments.tsx'

const path = '/api/v1/runs/{run_id}/comments'

/** What people said about a run. */
export function RunComments({ runId }: { readonly runId: string }): ReactNode {
  const params = { path: { run_id: runId } }
  return (
    <Comments
      query={restQuery(path, { params })}
      send={(body) => answerOf(rest.POST(path, { params, body: { body } }))}
    />
  )
}
