import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { toast } from '../../components/toasts.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

type Monitor = components['schemas']['Monitor']
type Call = Parameters<typeof answerOf>[0]

/** Changes a monitor, says what came of it, and has the page ask anew; whether it was done. */
export function useMonitorCall(): (call: Call, done: string) => Promise<boolean> {
  const refresh = useRefresh()
  return async (call, done) => {
    const isDone = await told(answerOf(call), done)
    await refresh()
    return isDone
  }
}

function useRefresh(): () => Promise<void> {
  const client = useQueryClient()
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [, path] }) => String(path).startsWith('/api/v1/monitors'),
    })
}

interface AlertActionsProps {
  readonly monitor: Monitor
  readonly alert: components['schemas']['Alert']
}

/** Saying that one has seen an alert, and having its signal be quiet. */
export function AlertActions({ monitor, alert }: AlertActionsProps): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const [asked, setAsked] = useState<'acknowledge' | 'mute'>()
  const { signal, status } = alert
  const isMuted = monitor.mutes.some((mute) => mute.signal === undefined || mute.signal === signal)
  const shared = { name: monitor.name, signal, onClose: () => setAsked(undefined) }
  return (
    <>
      {status === 'open' && (
        <Button isSmall aria-label={texts.acknowledgeTitle(signal)} onClick={() => setAsked('acknowledge')}>
          {texts.acknowledge}
        </Button>
      )}
      {!isMuted && (
        <Button isSmall aria-label={texts.muteTitle(signal)} onClick={() => setAsked('mute')}>
          {texts.mute}
        </Button>
      )}
      {asked === 'acknowledge' && <AcknowledgeDialog {...shared} />}
      {asked === 'mute' && <MuteDialog {...shared} />}
    </>
  )
}

interface DialogProps {
  readonly name: string
  readonly signal: string
  readonly onClose: () => void
}

function AcknowledgeDialog({ name, signal, onClose }: DialogProps): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const refresh = useRefresh()
  const [note, setNote] = useState('')
  const acknowledge = async (): Promise<void> => {
    await answerOf(
      rest.POST('/api/v1/monitors/{name}/acknowledge', {
        params: { path: { name } },
        body: { signal, ...(note.trim() !== '' && { note: note.trim() }) },
      }),
    )
    toast(texts.acknowledgeDone(signal))
    void refresh()
  }
  return (
    <FormDialog
      title={texts.acknowledgeTitle(signal)}
      action={texts.acknowledge}
      onSubmit={acknowledge}
      onClose={onClose}
    >
      <p>{texts.acknowledgeBody}</p>
      <label>
        {texts.note}
        <textarea
          className="field"
          rows={3}
          maxLength={10_000}
          value={note}
          onChange={({ target }) => setNote(target.value)}
        />
      </label>
    </FormDialog>
  )
}

const muteHours = [1, 12, 24, 168, 0] as const

function MuteDialog({ name, signal, onClose }: DialogProps): ReactNode {
  const texts = useMessages(monitorsMessages).alerts
  const refresh = useRefresh()
  const [hours, setHours] = useState<(typeof muteHours)[number]>(24)
  const mute = async (): Promise<void> => {
    await answerOf(
      rest.POST('/api/v1/monitors/{name}/mute', {
        params: { path: { name } },
        body: { signal, ...(hours > 0 && { for: hours * 3600 }) },
      }),
    )
    toast(texts.muteDone(signal))
    void refresh()
  }
  return (
    <FormDialog title={texts.muteTitle(signal)} action={texts.mute} onSubmit={mute} onClose={onClose}>
      <p>{texts.muteBody}</p>
      <label>
        {texts.muteFor}
        <select
          className="field"
          value={hours}
          onChange={({ target }) => setHours(muteHours.find((each) => String(each) === target.value) ?? 24)}
        >
          {muteHours.map((each) => (
            <option key={each} value={each}>
              {texts.hours[each]}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  )
}
