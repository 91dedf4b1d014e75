import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { RolloutDialog } from './rollout-dialog.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Endpoint = components['schemas']['Endpoint']
type Rollout = components['schemas']['Rollout']

const underWay: ReadonlySet<string> = new Set(['deploying', 'stepping'])

/** The rollout that is under way, step by step, and those before it. */
export function RolloutPanel({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages).rollout
  const [isBeginning, setBeginning] = useState(false)
  const rollouts = useQuery({
    ...restQuery('/api/v1/endpoints/{name}/rollouts', { params: { path: { name: endpoint.name } } }),
    refetchInterval: ({ state }) => (underWay.has(state.data?.items[0]?.status ?? '') ? 1000 : 5000),
  })
  const begin = (
    <Button icon="plus" onClick={() => setBeginning(true)}>
      {texts.begin}
    </Button>
  )
  return (
    <div className="stack">
      <Loaded query={rollouts}>
        {({ items: [newest, ...earlier] }) =>
          newest === undefined ? (
            <EmptyState title={texts.none} body={texts.noneBody}>
              {begin}
            </EmptyState>
          ) : (
            <>
              <NewestRollout rollout={newest} />
              {!underWay.has(newest.status) && <div>{begin}</div>}
              {earlier.length > 0 && <EarlierRollouts rollouts={earlier} />}
            </>
          )
        }
      </Loaded>
      {isBeginning && <RolloutDialog endpoint={endpoint} onClose={() => setBeginning(false)} />}
    </div>
  )
}

function NewestRollout({ rollout }: { readonly rollout: Rollout }): ReactNode {
  const texts = useMessages(endpointsMessages).rollout
  const format = useFormat()
  const isUnderWay = underWay.has(rollout.status)
  return (
    <Panel
      title={
        <span className="row">
          {rollout.baseline === undefined ? rollout.candidate : `${rollout.baseline} → ${rollout.candidate}`}
          <RolloutStatus status={rollout.status} />
        </span>
      }
      actions={isUnderWay && <EndButtons rollout={rollout} />}
    >
      <div className="panel-body stack">
        <ol className="rollout-steps">
          {rollout.steps.map((percent) => {
            const isNow = isUnderWay && rollout.step === percent
            return (
              <li key={percent} className={stepClass(rollout, percent)} {...(isNow && { 'aria-current': 'step' })}>
                {isNow ? texts.stepNow(format.count(percent)) : texts.step(format.count(percent))}
              </li>
            )
          })}
        </ol>
        <KeyValues
          entries={[
            [texts.waitsFor, rollout.waits_for],
            [texts.reason, rollout.reason],
            [texts.conditions, rollout.abort_on.length === 0 ? undefined : rollout.abort_on.join(', ')],
            [texts.started, <TimeAgo key="at" at={rollout.created_at} />],
            [texts.ended, rollout.ended_at === undefined ? undefined : <TimeAgo key="at" at={rollout.ended_at} />],
          ]}
        />
        <StepCounts counts={rollout.counts ?? {}} />
      </div>
    </Panel>
  )
}

function stepClass({ status, step = 0 }: Rollout, percent: number): string {
  const isReached = percent <= step
  if (!isReached) return 'rollout-step'
  return status === 'rolled-back' || status === 'aborted' || status === 'failed'
    ? 'rollout-step rollout-step-back'
    : 'rollout-step rollout-step-done'
}

function StepCounts({ counts }: { readonly counts: NonNullable<Rollout['counts']> }): ReactNode {
  const texts = useMessages(endpointsMessages).rollout
  const format = useFormat()
  const rows = Object.entries(counts)
  if (rows.length === 0) return null
  return (
    <PlainTable
      label={texts.requests}
      columns={[
        { label: texts.deployment, isRowHead: true },
        { label: texts.requests, isNumber: true },
        { label: texts.errors, isNumber: true },
        { label: texts.p95, isNumber: true },
      ]}
      rows={rows.map(([name, { requests, errors, p95 }]) => ({
        key: name,
        cells: [name, format.count(requests), format.count(errors), p95 !== undefined && format.duration(p95 * 1000)],
      }))}
    />
  )
}

function EndButtons({ rollout: { endpoint, candidate } }: { readonly rollout: Rollout }): ReactNode {
  const all = useMessages(endpointsMessages)
  const texts = all.rollout
  const client = useQueryClient()
  const end = async (verb: 'abort' | 'promote'): Promise<void> => {
    const question =
      verb === 'abort'
        ? { title: texts.abortTitle, body: texts.abortBody, action: texts.abort, isDangerous: true }
        : { title: texts.promoteTitle(candidate), body: '', action: texts.promote }
    if (!(await confirm(question))) return
    const init = { params: { path: { name: endpoint } }, body: {} }
    const call =
      verb === 'abort'
        ? rest.POST('/api/v1/endpoints/{name}/rollout/abort', init)
        : rest.POST('/api/v1/endpoints/{name}/rollout/promote', init)
    await told(answerOf(call), verb === 'abort' ? texts.status.aborted : texts.status.promoted)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}/rollouts'] })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
  }
  return (
    <>
      <Button isSmall onClick={() => void end('promote')}>
        {texts.promote}
      </Button>
      <Button isSmall look="danger" onClick={() => void end('abort')}>
        {texts.abort}
      </Button>
    </>
  )
}

const tones: Readonly<Record<string, Tone>> = {
  deploying: 'busy',
  stepping: 'busy',
  promoted: 'good',
  'rolled-back': 'warn',
  aborted: 'warn',
  failed: 'bad',
}

function RolloutStatus({ status }: { readonly status: string }): ReactNode {
  const texts = useMessages(endpointsMessages).rollout.status
  return <Badge tone={tones[status] ?? 'quiet'}>{texts[status as keyof typeof texts] ?? status}</Badge>
}

function EarlierRollouts({ rollouts }: { readonly rollouts: readonly Rollout[] }): ReactNode {
  const texts = useMessages(endpointsMessages).rollout
  const columns: readonly Column<Rollout>[] = [
    { id: 'candidate', label: texts.deployment, cell: ({ candidate }) => candidate },
    { id: 'status', label: texts.outcome, cell: ({ status }) => <RolloutStatus status={status} /> },
    { id: 'reason', label: texts.reason, width: 420, cell: ({ reason }) => reason },
    { id: 'started', label: texts.started, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
  ]
  return (
    <Panel title={texts.history}>
      <DataTable label={texts.history} columns={columns} rows={rollouts} rowId={({ id }) => id} maxHeight={360} />
    </Panel>
  )
}
