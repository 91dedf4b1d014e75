import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { StartedLink } from './started-link.tsx'
import { baseOf, inputsOf, startedBy, type Trigger } from './trigger-types.ts'
import { useTriggerCalls } from './use-trigger-calls.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface RunDialogProps {
  readonly trigger: Trigger
  readonly onClose: () => void
}

/** Says what a firing now would start with which values, takes what an event would say, and starts it. */
export function RunDialog({ trigger, onClose }: RunDialogProps): ReactNode {
  const { run: texts } = useMessages(schedulesMessages)
  const navigate = useNavigate()
  const { refresh } = useTriggerCalls(trigger)
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({})
  const { kind: family, name } = trigger
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''))
  const request = { params: { path: { name } }, body: { variables: given } }
  const test = useQuery({
    queryKey: ['rest', `${baseOf(family)}/{name}/test`, name, given],
    queryFn: ({ signal }) => answerOf(rest.POST(`${baseOf(family)}/{name}/test`, { ...request, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const run = async (): Promise<void> => {
    const { job, detail, status } = await answerOf(rest.POST(`${baseOf(family)}/{name}/run`, request))
    await refresh()
    if (job === undefined) {
      toast(texts.refused(detail ?? status), 'failed')
      return
    }
    toast(texts.started(job))
    await navigate({ to: '/jobs/$name', params: { name: job } })
  }
  return (
    <FormDialog title={texts.title(name)} action={texts.start} onSubmit={run} onClose={onClose}>
      <p>
        {texts.body} <StartedLink started={startedBy(trigger)} />
      </p>
      {asked(trigger).map((variable) => (
        <label key={variable}>
          {variable}
          <input
            className="field"
            value={said[variable] ?? ''}
            onChange={({ target }) => setSaid({ ...said, [variable]: target.value })}
          />
        </label>
      ))}
      <Loaded query={test}>
        {({ inputs }) =>
          Object.keys(inputs).length === 0 ? (
            <p className="quiet">{texts.noInputs}</p>
          ) : (
            <KeyValues entries={Object.entries(inputs).map(([key, value]) => [key, <code key={key}>{value}</code>])} />
          )
        }
      </Loaded>
    </FormDialog>
  )
}

/** Names that the server fills in by itself, for a firing by hand too. */
const known = /^(name|trigger\.(name|time|nominal_time|window_start|window_end)|creation_context\.trigger_time)$/

/** What an event would say of itself, as far as inputs ask for it. */
function asked(trigger: Trigger): readonly string[] {
  const texts = Object.values(inputsOf(trigger))
  const names = texts.flatMap((text) => [...text.matchAll(/\$\{\{([^{}]*)\}\}/g)].map(([, name]) => name!.trim()))
  return [...new Set(names)].filter((name) => !known.test(name))
}
