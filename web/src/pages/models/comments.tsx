import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { modelsMessages } from './messages.ts'
import { commentsQuery, pathOf, postComment } from './comments-query.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface CommentsProps {
  readonly model: string
  /** Absent: of the model as a whole. */
  readonly version?: string | undefined
}

/** What people say of a model or of one version, oldest first. */
export function Comments({ model, version }: CommentsProps): ReactNode {
  const texts = useMessages(modelsMessages).comments
  const client = useQueryClient()
  const comments = useQuery(commentsQuery({ model, version }))
  const remove = async (id: string): Promise<void> => {
    if (!(await confirm({ title: texts.removeTitle, body: '', action: texts.remove, isDangerous: true }))) return
    await told(answerOf(rest.DELETE('/api/v1/comments/{id}', { params: { path: { id } } })), texts.removed)
    await client.invalidateQueries({ queryKey: ['rest', pathOf(version)] })
  }
  return (
    <Loaded query={comments}>
      {({ items }) => (
        <div className="stack">
          {items.length === 0 ? (
            <p className="quiet">{texts.none}</p>
          ) : (
            <ul className="model-comments">
              {items.map(({ id, body, author, created_at: at }) => (
                <li key={id}>
                  <div className="model-comment-head">
                    <span className="quiet">
                      <strong>{author}</strong>, <TimeAgo at={at} />
                    </span>
                    <Button isSmall look="quiet" onClick={() => void remove(id)}>
                      {texts.remove}
                    </Button>
                  </div>
                  <p className="model-text">{body}</p>
                </li>
              ))}
            </ul>
          )}
          <NewComment model={model} version={version} />
        </div>
      )}
    </Loaded>
  )
}

function NewComment({ model, version }: CommentsProps): ReactNode {
  const texts = useMessages(modelsMessages).comments
  const client = useQueryClient()
  const id = useId()
  const [body, setBody] = useState('')
  const send = useMutation({
    mutationFn: () => postComment({ model, version }, body),
    onSuccess: async () => {
      setBody('')
      await client.invalidateQueries({ queryKey: ['rest', pathOf(version)] })
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <form className="model-form model-comments" onSubmit={submit}>
      <label htmlFor={id}>{texts.add}</label>
      <textarea id={id} className="field" rows={3} value={body} onChange={({ target }) => setBody(target.value)} />
      <div>
        <Button type="submit" disabled={body.trim() === '' || send.isPending}>
          {texts.send}
        </Button>
      </div>
      {send.isError && <ErrorState error={send.error} />}
    </form>
  )
}
