import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** What people said about a run, oldest first. */
export function RunComments({ runId }: { readonly runId: string }): ReactNode {
  const texts = useMessages(runsMessages).comments
  const client = useQueryClient()
  const [body, setBody] = useState('')
  const params = { path: { run_id: runId } }
  const comments = useQuery(restQuery('/api/v1/runs/{run_id}/comments', { params }))
  const add = useMutation({
    mutationFn: () => answerOf(rest.POST('/api/v1/runs/{run_id}/comments', { params, body: { body } })),
    onSuccess: async () => {
      setBody('')
      await client.invalidateQueries({ queryKey: ['rest', '/api/v1/runs/{run_id}/comments'] })
    },
  })
  return (
    <div className="stack runs-about">
      <Loaded query={comments}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">{texts.none}</p>
          ) : (
            <ul className="stack">
              {items.map(({ id, body: said, author, created_at: at }) => (
                <li key={id} className="panel panel-body">
                  <p className="quiet">
                    {author} · <TimeAgo at={at} />
                  </p>
                  <p>{said}</p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <form
        className="runs-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <label>
          {texts.label}
          <textarea className="field" rows={3} value={body} onChange={({ target }) => setBody(target.value)} />
        </label>
        <div>
          <Button type="submit" disabled={body.trim() === '' || add.isPending}>
            {texts.add}
          </Button>
        </div>
        {add.isError && <ErrorState error={add.error} />}
      </form>
    </div>
  )
}
