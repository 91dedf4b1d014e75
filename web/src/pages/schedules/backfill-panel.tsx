import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import type { Trigger } from './trigger-types.ts'
import { useTriggerCalls } from './use-trigger-calls.ts'
import { useWallTime } from './wall-time.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { toast } from '../../components/toasts.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import '../../components/form.css'

type Backfill = components['schemas']['Backfill']

interface Span {
  /** As the fields have it, in UTC: `2026-03-01T09:00`. */
  readonly from: string
  readonly to: string
}

const tones: Readonly<Record<Backfill['items'][number]['verdict'], Tone>> = {
  submit: 'busy',
  submitted: 'good',
  pending: 'quiet',
}

/** Jobs for times that have none: which times those are is shown before one is started. */
export function BackfillPanel({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages).backfill
  const format = useFormat()
  const { refresh } = useTriggerCalls(trigger)
  const [span, setSpan] = useState(lastWeek)
  const [previewed, setPreviewed] = useState<{ readonly span: Span; readonly found: Backfill }>()
  const ask = (isPreview: boolean): Promise<Backfill> =>
    answerOf(
      rest.POST('/api/v1/schedules/{name}/backfill', {
        params: { path: { name: trigger.name } },
        body: { from: `${span.from}:00Z`, to: `${span.to}:00Z`, preview: isPreview },
      }),
    )
  const preview = useMutation({ mutationFn: () => ask(true), onSuccess: (found) => setPreviewed({ span, found }) })
  const start = useMutation({
    mutationFn: () => ask(false),
    onSuccess: async ({ submitted }) => {
      toast(texts.started(format.count(submitted)))
      preview.mutate()
      await refresh()
    },
  })
  // What is started is what was seen: another span is looked at first.
  const shown = previewed?.span === span ? previewed.found : undefined
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    start.reset()
    preview.mutate()
  }
  const startThem = async (count: number): Promise<void> => {
    const told = format.count(count)
    const question = { title: texts.question(told, trigger.name), body: texts.questionBody, action: texts.start(told) }
    if (await confirm(question)) start.mutate()
  }
  const isBusy = preview.isPending || start.isPending
  return (
    <Panel title={texts.title}>
      <div className="panel-body stack">
        <p className="quiet">{texts.body}</p>
        <form className="row backfill-form" onSubmit={submit}>
          {(['from', 'to'] as const).map((end) => (
            <label key={end} className="form-field">
              {texts[end]}
              <input
                className="field"
                type="datetime-local"
                required
                value={span[end]}
                onChange={({ target }) => setSpan({ ...span, [end]: target.value })}
              />
            </label>
          ))}
          <Button type="submit" disabled={isBusy}>
            {texts.preview}
          </Button>
          {shown !== undefined && shown.submitted > 0 && (
            <Button look="primary" disabled={isBusy} onClick={() => void startThem(shown.submitted)}>
              {texts.start(format.count(shown.submitted))}
            </Button>
          )}
        </form>
        {(preview.isError || start.isError) && <ErrorState error={preview.error ?? start.error} />}
        {shown !== undefined && <Times found={shown} />}
      </div>
    </Panel>
  )
}

function Times({ found: { items, submitted } }: { readonly found: Backfill }): ReactNode {
  const texts = useMessages(schedulesMessages).backfill
  const format = useFormat()
  const wall = useWallTime()
  if (items.length === 0) return <p role="status">{texts.none}</p>
  return (
    <>
      <p role="status">
        <strong>{texts.count(format.count(submitted), format.count(items.length))}</strong>
      </p>
      <PlainTable
        label={texts.label}
        columns={[{ label: texts.time, isRowHead: true }, { label: texts.verdict }]}
        rows={items.map(({ time, local_time: local, verdict }) => ({
          key: time,
          cells: [
            wall(local),
            <Badge key="verdict" tone={tones[verdict]}>
              {texts.verdicts[verdict]}
            </Badge>,
          ],
        }))}
      />
    </>
  )
}

function lastWeek(): Span {
  const textOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16)
  const nowMs = Date.now()
  return { from: textOf(nowMs - 7 * 86_400_000), to: textOf(nowMs) }
}
