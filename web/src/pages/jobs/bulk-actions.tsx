import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { hasEnded, type Job } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Verb = 'cancel' | 'retry' | 'archive' | 'restore'

/** Which jobs a verb can be said to. */
const fits: Readonly<Record<Verb, (job: Job) => boolean>> = {
  cancel: (job) => !hasEnded(job),
  retry: hasEnded,
  archive: (job) => hasEnded(job) && job.archived_at === undefined,
  restore: (job) => job.archived_at !== undefined,
}

/** What can be done with all selected jobs at once; each verb says how many of them it concerns. */
export function BulkActions({
  jobs,
  onDone,
}: {
  readonly jobs: readonly Job[]
  readonly onDone: () => void
}): ReactNode {
  const texts = useMessages(jobsMessages).bulk
  const client = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  if (jobs.length === 0) return null
  const act = async (verb: Verb): Promise<void> => {
    const concerned = jobs.filter(fits[verb])
    if (verb === 'cancel') {
      const question = { title: texts.cancelTitle(concerned.length), body: texts.cancelBody, action: texts.cancel }
      if (!(await confirm({ ...question, isDangerous: true }))) return
    }
    setBusy(true)
    const ends = await Promise.allSettled(concerned.map(({ name }) => change(verb, name)))
    setBusy(false)
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []))
    const count = ends.length - failed.length
    if (count > 0) toast(texts.done(count))
    if (failed.length > 0) toast(texts.failed(failed.length, failed[0]!.message), 'failed')
    await client.invalidateQueries({ queryKey: ['rest'] })
    onDone()
  }
  return (
    <div className="row" role="group" aria-label={texts.selected(jobs.length)}>
      <span>{texts.selected(jobs.length)}</span>
      {(['cancel', 'retry', 'archive', 'restore'] as const).map((verb) => {
        const count = jobs.filter(fits[verb]).length
        return count === 0 ? null : (
          <Button key={verb} isSmall disabled={isBusy} onClick={() => void act(verb)}>
            {texts[verb]} {count < jobs.length && `(${count})`}
          </Button>
        )
      })}
    </div>
  )
}

function change(verb: Verb, name: string): Promise<unknown> {
  const params = { path: { name } }
  switch (verb) {
    case 'cancel':
      return answerOf(rest.POST('/api/v1/jobs/{name}/cancel', { params, body: {} }))
    case 'retry':
      return answerOf(rest.POST('/api/v1/jobs/{name}/retry', { params, body: {} }))
    case 'archive':
      return answerOf(rest.POST('/api/v1/jobs/{name}/archive', { params }))
    case 'restore':
      return answerOf(rest.POST('/api/v1/jobs/{name}/restore', { params }))
  }
}
