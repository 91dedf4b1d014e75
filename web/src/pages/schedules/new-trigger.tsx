import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { baseOf, type Family } from './trigger-types.ts'
import { useUnsaved } from './use-unsaved.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { CodeEditor } from '../../components/code/code-block.tsx'
import { Skeleton } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Segments } from '../../components/segments.tsx'
import { toast } from '../../components/toasts.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { shellMessages } from '../../messages/shell.ts'

interface NewTriggerProps {
  readonly family: Family
  readonly onFamily: (family: Family) => void
  readonly onCancel: () => void
}

/** Writing a schedule or trigger as YAML, begun with something of this store that it can start. */
export function NewTrigger({ family, onFamily, onCancel }: NewTriggerProps): ReactNode {
  const texts = useMessages(schedulesMessages)
  const pipelines = useQuery(restQuery('/api/v1/published-pipelines'))
  const jobs = useQuery(restQuery('/api/v1/jobs', { params: { query: { limit: 1 } } }))
  const isKnown = !pipelines.isPending && !jobs.isPending
  const pipeline = pipelines.data?.items.find(({ status }) => status === 'enabled')?.name
  const job = jobs.data?.items[0]?.name
  const starts =
    pipeline !== undefined ? `pipeline: ${pipeline}` : job !== undefined ? `job: azureml:${job}` : 'pipeline: NAME'
  return (
    <div className="stack">
      <Segments
        label={texts.columns.kind}
        choices={(['schedule', 'trigger'] as const).map((id) => ({ id, label: texts.new[id] }))}
        current={family}
        onSelect={onFamily}
      />
      {isKnown ? (
        <Writing family={family} first={templates[family](starts)} onCancel={onCancel} />
      ) : (
        <Skeleton lines={8} />
      )}
    </div>
  )
}

interface WritingProps {
  readonly family: Family
  readonly first: string
  readonly onCancel: () => void
}

function Writing({ family, first, onCancel }: WritingProps): ReactNode {
  const texts = useMessages(schedulesMessages)
  const shell = useMessages(shellMessages)
  const navigate = useNavigate()
  const client = useQueryClient()
  // What it began with stays, whatever is published meanwhile.
  const [begun] = useState(first)
  const [text, setText] = useState(begun)
  const unsaved = useUnsaved(text !== begun)
  const create = useMutation({
    mutationFn: () => answerOf(rest.POST(baseOf(family), { body: { text } })),
    onSuccess: async ({ name, webhook_url: webhook, fires_at_once: isAtOnce }) => {
      unsaved.settle()
      toast(isAtOnce === true ? texts.new.atOnce(name) : texts.new.done(name))
      await client.invalidateQueries({ queryKey: ['rest', baseOf(family)] })
      if (family === 'schedule') await navigate({ to: '/schedules/$name', params: { name } })
      else
        await navigate({
          to: '/triggers/$name',
          params: { name },
          search: webhook === undefined ? {} : { tab: 'webhook' },
        })
    },
  })
  return (
    <Panel
      title={texts.document.label}
      actions={
        <>
          <Button isSmall onClick={onCancel}>
            {shell.cancel}
          </Button>
          <Button isSmall look="primary" disabled={create.isPending} onClick={() => create.mutate()}>
            {texts.new.create}
          </Button>
        </>
      }
    >
      <div className="panel-body stack">
        <p className="quiet">{texts.new.body}</p>
        <CodeEditor label={texts.document.label} text={begun} language="yaml" maxHeight={560} onChange={setText} />
        {create.isError && <ErrorState error={create.error} />}
      </div>
    </Panel>
  )
}

const templates: Readonly<Record<Family, (starts: string) => string>> = {
  schedule: (starts) => `name: nightly
trigger:
  type: cron
  expression: '30 2 * * *'
  time_zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}
create_job:
  ${starts}
policy:
  missed_runs: last
  overlap: skip
`,
  trigger: (starts) => `name: train-on-each-version
trigger:
  type: data_version
  data: NAME
create_job:
  ${starts}
policy:
  overlap: queue
  max_per_day: 6
`,
}
