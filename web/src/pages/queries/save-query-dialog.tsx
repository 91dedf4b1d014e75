import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { ChartChoice } from './drawn-lines.ts'
import { queriesMessages } from './messages.ts'
import type { AskedQuery } from './query-form.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

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
  const client = useQueryClient()
  const [name, setName] = useState(first)
  const [isDrawn, setDrawn] = useState(chart !== undefined)
  const save = async (): Promise<void> => {
    const charts = isDrawn && chart !== undefined ? [{ ...chart, y: [chart.y] }] : []
    const body = { sql: query.sql, inputs: query.inputs, charts }
    try {
      const { version } = await answerOf(rest.POST('/api/v1/data/{name}/query', { params: { path: { name } }, body }))
      toast(texts.done(name, version))
      onSaved(name)
    } finally {
      void client.invalidateQueries({ queryKey: ['rest', '/api/v1/queries'] })
    }
  }
  return (
    <FormDialog
      title={texts.title}
      action={texts.action}
      isReady={namePattern.test(name)}
      onSubmit={save}
      onClose={onClose}
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
    </FormDialog>
  )
}
