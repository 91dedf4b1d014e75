import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { environmentsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Modal } from '../../components/modal.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Report = components['schemas']['GarbageReport']

const usualDays = 30

/** First says what would go, then removes just that on demand. */
export function FreeSpace({ onClose }: { readonly onClose: () => void }): ReactNode {
  const texts = useMessages(environmentsMessages).free
  const format = useFormat()
  const client = useQueryClient()
  const [days, setDays] = useState(usualDays)
  const look = useMutation({ mutationFn: () => collect(days, true) })
  const free = useMutation({
    mutationFn: () => collect(days, false),
    onSuccess: async ({ size_bytes: size }) => {
      toast(texts.done(format.bytes(size)))
      onClose()
      await client.invalidateQueries({ queryKey: ['rest', '/api/v1/environment-states'] })
    },
  })
  const found = look.data
  const isNothing = found?.removed.every(({ count }) => count === 0) === true
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    look.mutate()
  }
  return (
    <Modal
      title={texts.title}
      onClose={onClose}
      actions={
        found !== undefined &&
        !isNothing && (
          <Button look="danger" disabled={free.isPending} onClick={() => free.mutate()}>
            {texts.action}
          </Button>
        )
      }
    >
      <div className="stack">
        <p>{texts.body}</p>
        <form className="row" onSubmit={submit}>
          <label className="row">
            {texts.days}
            <input
              className="field environment-days"
              type="number"
              min={0}
              max={100_000}
              step={1}
              required
              value={days}
              onChange={({ target }) => {
                setDays(target.valueAsNumber)
                // What was found is of other days.
                look.reset()
              }}
            />
          </label>
          <Button type="submit" disabled={look.isPending}>
            {texts.look}
          </Button>
        </form>
        {found !== undefined && (isNothing ? <p>{texts.nothing}</p> : <Removed report={found} />)}
        {look.isError && <ErrorState error={look.error} />}
        {free.isError && <ErrorState error={free.error} />}
      </div>
    </Modal>
  )
}

function collect(days: number, isDryRun: boolean): Promise<Report> {
  return answerOf(rest.POST('/api/v1/gc', { body: { dry_run: isDryRun, environments_older_than_days: days } }))
}

function Removed({ report: { removed, size_bytes: size } }: { readonly report: Report }): ReactNode {
  const texts = useMessages(environmentsMessages).free
  const format = useFormat()
  const kinds: Readonly<Record<string, string>> = texts.kinds
  const rows = removed
    .filter(({ count }) => count > 0)
    .map((each) => ({
      key: each.kind,
      cells: [kinds[each.kind] ?? each.kind, format.count(each.count), format.bytes(each.size_bytes)],
    }))
  return (
    <PlainTable
      label={texts.look}
      columns={[
        { label: texts.what, isRowHead: true },
        { label: texts.count, isNumber: true },
        { label: texts.size, isNumber: true },
      ]}
      rows={[...rows, { key: ' total', cells: [texts.total, '', format.bytes(size)] }]}
    />
  )
}
