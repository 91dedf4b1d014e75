import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { QueryKey } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button } from './button.tsx'
import { confirm } from './confirm.tsx'
import { Loaded } from './loaded.tsx'
import { ErrorState } from './page-states.tsx'
import { TimeAgo } from './time-ago.tsx'
import { told } from './told.ts'
import type { components } from '../api.gen.ts'
import { answerOf, rest } from '../api/rest-client.ts'
import { useMessages } from '../messages/catalogue.ts'
import { shellMessages } from '../messages/shell.ts'
import './comments.css'
import './form.css'

type Comment = components['schemas']['Comment']

interface CommentsProps {
  /** What brings them, oldest first. */
  readonly query: {
    readonly queryKey: QueryKey
    readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<{ readonly items: readonly Comment[] }>
  }
  readonly send: (body: string) => Promise<unknown>
}

/** What people say of a thing, and a field to say more. */
export function Comments({ query, send }: CommentsProps): ReactNode {
  const texts = useMessages(shellMessages).comments
  const client = useQueryClient()
  const comments = useQuery(query)
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: query.queryKey })
  const remove = async (id: string): Promise<void> => {
    if (!(await confirm({ title: texts.removeTitle, body: '', action: texts.remove, isDangerous: true }))) return
    await told(answerOf(rest.DELETE('/api/v1/comments/{id}', { params: { path: { id } } })), texts.removed)
    await refresh()
  }
  return (
    <Loaded query={comments}>
      {({ items }) => (
        <div className="stack">
          {items.length === 0 ? (
            <p className="quiet">{texts.none}</p>
          ) : (
            <ul className="comments">
              {items.map(({ id, body, author, created_at: at }) => (
                <li key={id}>
                  <div className="comment-head">
                    <span className="quiet">
                      <strong>{author}</strong>, <TimeAgo at={at} />
                    </span>
                    <Button isSmall look="quiet" onClick={() => void remove(id)}>
                      {texts.remove}
                    </Button>
                  </div>
                  <p className="comment-text">{body}</p>
                </li>
              ))}
            </ul>
          )}
          <NewComment send={send} onSent={refresh} />
        </div>
      )}
    </Loaded>
  )
}

interface NewCommentProps {
  readonly send: (body: string) => Promise<unknown>
  readonly onSent: () => Promise<void>
}

function NewComment({ send, onSent }: NewCommentProps): ReactNode {
  const texts = useMessages(shellMessages).comments
  const id = useId()
  const [body, setBody] = useState('')
  const sending = useMutation({
    mutationFn: () => send(body),
    onSuccess: async () => {
      setBody('')
      await onSent()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    sending.mutate()
  }
  return (
    <form className="form new-comment" onSubmit={submit}>
      <label htmlFor={id}>{texts.add}</label>
      <textarea id={id} className="field" rows={3} value={body} onChange={({ target }) => setBody(target.value)} />
      <div>
        <Button type="submit" disabled={body.trim() === '' || sending.isPending}>
          {texts.send}
        </Button>
      </div>
      {sending.isError && <ErrorState error={sending.error} />}
    </form>
  )
}
