import { useState } from 'react'
import type { ReactNode } from 'react'
import { CommandList, shellWord } from './command-list.tsx'
import { hasEnded, type Job } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { RunAgain } from './run-again.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { Popover } from '../../components/popover.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

/** What a job can be told: stop, run again, be left out of lists; and the same as commands. */
export function JobActions({ job, step }: { readonly job: Job; readonly step?: string }): ReactNode {
  const texts = useMessages(jobsMessages)
  const [isRunAgain, setRunAgain] = useState(false)
  const params = { path: { name: job.name } }
  const cancel = async (): Promise<void> => {
    const { cancelTitle, cancelBody } = texts.bulk
    const question = { title: cancelTitle(1), body: cancelBody, action: texts.actions.cancel, isDangerous: true }
    if (!(await confirm(question))) return
    await told(answerOf(rest.POST('/api/v1/jobs/{name}/cancel', { params, body: {} })), texts.actions.canceled)
  }
  const archive = (): Promise<boolean> =>
    job.archived_at === undefined
      ? told(answerOf(rest.POST('/api/v1/jobs/{name}/archive', { params })), texts.actions.archived)
      : told(answerOf(rest.POST('/api/v1/jobs/{name}/restore', { params })), texts.actions.restored)
  return (
    <>
      <Popover label={texts.actions.copy} icon="copy">
        <div className="command-popover">
          <h2>{texts.commands.title}</h2>
          <CommandList commands={commandsOf(job, step, texts.commands)} />
        </div>
      </Popover>
      {hasEnded(job) ? (
        <>
          <Button isSmall onClick={() => void archive()}>
            {job.archived_at === undefined ? texts.actions.archive : texts.actions.restore}
          </Button>
          <Button isSmall look="primary" icon="refresh" onClick={() => setRunAgain(true)}>
            {texts.actions.runAgain}
          </Button>
        </>
      ) : (
        <Button isSmall look="danger" icon="close" onClick={() => void cancel()}>
          {texts.actions.cancel}
        </Button>
      )}
      {isRunAgain && <RunAgain job={job} {...(step !== undefined && { step })} onClose={() => setRunAgain(false)} />}
    </>
  )
}

function commandsOf(
  job: Job,
  step: string | undefined,
  texts: Readonly<Record<'show' | 'logs' | 'again' | 'from' | 'diff' | 'cancel' | 'reproduce', string>>,
): readonly (readonly [string, string])[] {
  const { name } = job
  const ofStep = step === undefined || step === '' ? '' : ` --step ${shellWord(step)}`
  const isOver = hasEnded(job)
  return [
    [texts.show, `sluice job show ${name}`],
    [texts.logs, `sluice job logs ${name}${ofStep} --follow`],
    ...(isOver
      ? [[texts.again, `sluice job retry ${name}`] as const]
      : [[texts.cancel, `sluice job cancel ${name}`] as const]),
    ...(isOver && ofStep !== '' ? [[texts.from, `sluice job retry ${name} --from ${shellWord(step!)}`] as const] : []),
    ...(isOver ? [[texts.diff, `sluice job diff ${name}`] as const] : []),
    ...(job.status === 'Completed' ? [[texts.reproduce, `sluice job reproduce ${name}`] as const] : []),
  ]
}
