import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { ChartChoice } from './drawn-lines.ts'
import { queriesMessages } from './messages.ts'
import type { AskedQuery } from './query-form.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface SaveQueryDialogProps {
  readonly query: AskedQuery
  readonly name: string
  /** The chart as it is shown, where one can be. */
  readonly chart: ChartChoice | undefined
  readonly onSaved: (name: string) => void
  readonly onClose: () => void
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/** Keeps a query with its whole answer as a version of a data asset. */
export function SaveQueryDialog({ query, name: first, chart, onSaved, onClose }: SaveQueryDialogProps): ReactNode {
  const texts = useMessages(queriesMessages).save
  const shell = useMessages(shellMessages)
  const client = useQueryClient()
  const id = useId()
  const [name, setName] = useState(first)
  const [isDrawn, setDrawn] = useState(chart !== undefined)
  const save = useMutation({
    mutationFn: () => {
      const charts = isDrawn && chart !== undefined ? [{ ...chart, y: [chart.y] }] : []
      return answerOf(
        rest.POST('/api/v1/data/{name}/query', {
          params: { path: { name } },
          body: { sql: query.sql, inputs: query.inputs, charts },
        }),
      )
    },
    onSuccess: ({ version }) => {
      toast(texts.done(name, version))
      onClose()
      onSaved(name)
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['rest', '/api/v1/queries'] }),
  })
  return (
    <Modal
      title={texts.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell.cancel}</Button>
          <Button look="primary" type="submit" form={id} disabled={!namePattern.test(name) || save.isPending}>
            {texts.action}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="query-save"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <p className="quiet">{texts.body}</p>
        <label>
          {texts.name}
          <input
            className="field"
            value={name}
            placeholder={texts.nameRule}
            aria-invalid={name !== '' && !namePattern.test(name)}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        {chart !== undefined && (
          <label className="row">
            <input type="checkbox" checked={isDrawn} onChange={() => setDrawn(!isDrawn)} />
            {texts.withChart}
          </label>
        )}
        {save.isError && <ErrorState error={save.error} />}
      </form>
    </Modal>
  )
}
