import { useState } from 'react'
import type { ReactNode } from 'react'
import { ChartPanel } from './chart-panel.tsx'
import { type ChartChoice, type Rows, usualChart } from './drawn-lines.ts'
import { queriesMessages } from './messages.ts'
import type { AskedQuery } from './query-form.tsx'
import { SaveQueryDialog } from './save-query-dialog.tsx'
import { serverErrorOf } from '../../api/server-error.ts'
import { AnswerTable } from '../../components/answer-table.tsx'
import { Button } from '../../components/button.tsx'
import { saveFile } from '../../components/save-file.ts'
import { Segments } from '../../components/segments.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

export interface Answer {
  readonly rows: Rows
  /** There are more rows than these. */
  readonly isCut: boolean
  readonly tookMs: number
}

interface AnswerPanelProps {
  readonly query: AskedQuery
  readonly answer: Answer
  readonly look: 'table' | 'chart'
  readonly onLook: (look: 'table' | 'chart') => void
  /** The name it is saved under already. */
  readonly saved: string
  readonly onSaved: (name: string) => void
}

/** The answer to a query: as a table or a chart, as a file, to be kept. */
export function AnswerPanel({ query, answer, look, onLook, saved, onSaved }: AnswerPanelProps): ReactNode {
  const texts = useMessages(queriesMessages)
  const format = useFormat()
  const [chosen, setChosen] = useState<ChartChoice>()
  const [isSaving, setSaving] = useState(false)
  const { rows, isCut, tookMs } = answer
  const names = rows.columns.map(({ name }) => name)
  const fits = chosen !== undefined && names.includes(chosen.x) && names.includes(chosen.y)
  const choice = fits ? chosen : usualChart(rows)
  const count = format.count(rows.rows.length)
  const took = format.duration(tookMs)
  return (
    <section className="panel" aria-label={texts.answer}>
      <div className="panel-head query-answer-head">
        <span role="status">{isCut ? texts.first(count, took) : texts.rows(count, took)}</span>
        <div className="row">
          <Segments
            label={texts.looks.label}
            choices={[
              { id: 'table', label: texts.looks.table },
              { id: 'chart', label: texts.looks.chart },
            ]}
            current={look}
            onSelect={onLook}
          />
          <Download query={query} />
          <Button isSmall onClick={() => setSaving(true)}>
            {texts.save.button}
          </Button>
        </div>
      </div>
      {look === 'chart' ? (
        <ChartPanel rows={rows} choice={choice} onChoice={setChosen} />
      ) : (
        <AnswerTable label={texts.answer} columns={rows.columns} rows={rows.rows} maxHeight={520} />
      )}
      {isSaving && (
        <SaveQueryDialog
          query={query}
          name={saved}
          chart={look === 'chart' ? choice : undefined}
          onSaved={onSaved}
          onClose={() => setSaving(false)}
        />
      )}
    </section>
  )
}

/** The whole answer, which the server asks for anew. */
function Download({ query }: { readonly query: AskedQuery }): ReactNode {
  const texts = useMessages(queriesMessages)
  const [isBusy, setBusy] = useState(false)
  const download = async (format: 'csv' | 'parquet'): Promise<void> => {
    setBusy(true)
    try {
      const answer = await fetch('/api/v1/tables/answer', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...query, format }),
      })
      if (!answer.ok) throw serverErrorOf(answer.status, await answer.json().catch(() => undefined))
      saveFile(`answer.${format}`, await answer.blob())
    } catch (error) {
      toast((error as Error).message, 'failed')
    }
    setBusy(false)
  }
  return (
    <>
      <Button isSmall icon="download" disabled={isBusy} onClick={() => void download('csv')}>
        {texts.csv}
      </Button>
      <Button isSmall disabled={isBusy} onClick={() => void download('parquet')}>
        {texts.parquet}
      </Button>
    </>
  )
}
