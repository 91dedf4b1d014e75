import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Job, Plan } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Modal } from '../../components/modal.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface RunAgainProps {
  readonly job: Job
  /** Where it begins at first. */
  readonly step?: string
  readonly onClose: () => void
}

type Mode = 'all' | 'failed' | 'from'

/** Asks how a job runs again, and shows before it does what each step would do and why. */
export function RunAgain({ job, step, onClose }: RunAgainProps): ReactNode {
  const { again: texts, actions } = useMessages(jobsMessages)
  const navigate = useNavigate()
  const [mode, setMode] = useState<Mode>(step === undefined ? 'all' : 'from')
  const [from, setFrom] = useState(step ?? '')
  const [isBusy, setBusy] = useState(false)
  const params = { path: { name: job.name } }
  const graph = useQuery(restQuery('/api/v1/jobs/{name}/graph', { params }))
  const paths = graph.data?.steps.map(({ path }) => path).filter((path) => path !== '') ?? []
  const body = {
    ...(mode === 'failed' && { only_failed: true }),
    ...(mode === 'from' && from !== '' && { from: [from] }),
  }
  const plan = useQuery({
    queryKey: ['rest', '/api/v1/jobs/{name}/plan', job.name, body],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/jobs/{name}/plan', { params, body, signal })),
  })
  const submit = async (): Promise<void> => {
    setBusy(true)
    try {
      const { name } = await answerOf(rest.POST('/api/v1/jobs/{name}/retry', { params, body }))
      toast(actions.submitted(name))
      onClose()
      void navigate({ to: '/jobs/$name', params: { name } })
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'failed')
      setBusy(false)
    }
  }
  const modes: readonly Mode[] = [
    'all',
    ...(job.status === 'Completed' ? [] : (['failed'] as const)),
    ...(paths.length > 0 ? (['from'] as const) : []),
  ]
  return (
    <Modal
      title={texts.title}
      size="wide"
      onClose={onClose}
      actions={
        <Button look="primary" disabled={isBusy || plan.isError} onClick={() => void submit()}>
          {texts.submit}
        </Button>
      }
    >
      <div className="stack">
        <p>{texts.body}</p>
        <fieldset className="choices">
          <legend>{texts.mode}</legend>
          {modes.map((each) => (
            <label key={each} className="row">
              <input type="radio" name="mode" checked={mode === each} onChange={() => setMode(each)} />
              {texts[each]}
            </label>
          ))}
          {mode === 'from' && (
            <select
              className="field"
              aria-label={texts.step}
              value={from}
              onChange={({ target }) => setFrom(target.value)}
            >
              {from === '' && <option value="">–</option>}
              {paths.map((path) => (
                <option key={path}>{path}</option>
              ))}
            </select>
          )}
        </fieldset>
        <Loaded query={plan}>{(found) => <PlanTable plan={found} />}</Loaded>
      </div>
    </Modal>
  )
}

function PlanTable({ plan }: { readonly plan: Plan }): ReactNode {
  const { again, timeline } = useMessages(jobsMessages)
  const format = useFormat()
  const run = plan.steps.filter(({ verdict }) => ['run', 'depends', 'rounds'].includes(kindOf(verdict)))
  return (
    <>
      <p role="status">
        {again.count(run.length, plan.steps.length)}.{' '}
        {plan.estimated_seconds === undefined
          ? again.noEstimate
          : again.estimate(format.duration(plan.estimated_seconds * 1000))}
      </p>
      <PlainTable
        label={again.verdict}
        columns={[{ label: timeline.step }, { label: again.verdict }, { label: again.before, isNumber: true }]}
        rows={plan.steps.map(({ path, verdict_text: text, estimated_seconds: seconds }) => ({
          key: path,
          cells: [path === '' ? '–' : path, text, seconds === undefined ? '' : format.duration(seconds * 1000)],
        }))}
      />
    </>
  )
}

function kindOf(verdict: unknown): string {
  return String((verdict as { readonly kind?: unknown }).kind)
}
