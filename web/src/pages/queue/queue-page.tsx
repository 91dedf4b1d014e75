import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { queueMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Duration, useNow } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './queue.css'

type Queue = components['schemas']['Queue']
type Queued = Queue['running'][number]

/** Times of what runs and waits are told anew so often. */
const refreshMs = 5000

/** The slots of the compute, who has them, who waits and when it will be their turn. */
export function QueuePage(): ReactNode {
  const texts = useMessages(queueMessages)
  const format = useFormat()
  const queue = useQuery({ ...restQuery('/api/v1/queue', {}), refetchInterval: refreshMs })
  return (
    <Page
      title={texts.title}
      {...(queue.data && {
        aside: (
          <span className="quiet">
            {queue.data.compute} ·{' '}
            {texts.slots(format.count(queue.data.running.length), format.count(queue.data.slots))}
          </span>
        ),
      })}
    >
      <Loaded query={queue} lines={6}>
        {(found) =>
          found.running.length === 0 && found.waiting_count === 0 ? (
            <>
              <Slots queue={found} />
              <EmptyState title={texts.idle} body={texts.idleBody} command="sluice run pipeline.yml" />
            </>
          ) : (
            <>
              <Slots queue={found} />
              <Panel title={texts.running}>
                <RunningTable rows={found.running} />
              </Panel>
              <Panel title={texts.waiting(format.count(found.waiting_count))}>
                {found.waiting.length === 0 ? (
                  <p className="panel-body quiet">{texts.nobody}</p>
                ) : (
                  <>
                    <WaitingTable rows={found.waiting} />
                    {found.waiting_count > found.waiting.length && (
                      <p className="panel-body quiet">{texts.shown(format.count(found.waiting.length))}</p>
                    )}
                  </>
                )}
              </Panel>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

/** One box for every slot: free, or what has it. */
function Slots({ queue }: { readonly queue: Queue }): ReactNode {
  const texts = useMessages(queueMessages)
  const count = Math.max(queue.slots, queue.running.length)
  return (
    <ul className="slots" aria-label={texts.compute}>
      {Array.from({ length: Math.min(count, 64) }, (_, index) => {
        const holder = queue.running[index]
        return (
          <li key={index} className={holder === undefined ? 'slot' : 'slot slot-used'}>
            <span className="quiet">{texts.slot(index + 1)}</span>
            {holder === undefined ? <span className="quiet">{texts.free}</span> : <StepLink step={holder} />}
          </li>
        )
      })}
    </ul>
  )
}

function StepLink({ step }: { readonly step: Queued }): ReactNode {
  return (
    <Link
      to="/jobs/$name"
      params={{ name: step.root }}
      {...(step.path !== '' && { search: { step: step.path } })}
      title={`${step.root_display_name} · ${step.path}`}
    >
      {step.path === '' ? step.root_display_name : step.path}
    </Link>
  )
}

function useCommonColumns(): readonly Column<Queued>[] {
  const texts = useMessages(queueMessages)
  const format = useFormat()
  const { columns } = texts
  return [
    { id: 'step', label: columns.step, width: 170, isPinned: true, cell: (step) => <StepLink step={step} /> },
    { id: 'pipeline', label: columns.pipeline, width: 160, cell: ({ root_display_name: name }) => name },
    { id: 'experiment', label: columns.experiment, width: 130, cell: ({ experiment_name: name }) => name },
    { id: 'priority', label: columns.priority, width: 80, cell: ({ priority }) => texts.priorities[priority] },
    {
      id: 'before',
      label: columns.before,
      width: 110,
      align: 'end',
      cell: ({ estimated_seconds: seconds }) => (seconds === undefined ? '' : format.duration(seconds * 1000)),
    },
  ]
}

function RunningTable({ rows }: { readonly rows: readonly Queued[] }): ReactNode {
  const texts = useMessages(queueMessages)
  const common = useCommonColumns()
  const columns: readonly Column<Queued>[] = [
    ...common,
    {
      id: 'since',
      label: texts.columns.since,
      width: 110,
      align: 'end',
      cell: ({ started_at: from }) => (from === undefined ? '' : <Duration from={from} />),
    },
    { id: 'left', label: texts.columns.left, width: 140, align: 'end', cell: (step) => <TimeLeft step={step} /> },
    { id: 'status', label: texts.columns.status, width: 140, cell: ({ status }) => <StatusBadge status={status} /> },
  ]
  return <DataTable label={texts.running} columns={columns} rows={rows} rowId={({ job }) => job} maxHeight={300} />
}

/** Until its end, if it takes as long as before. */
function TimeLeft({ step }: { readonly step: Queued }): ReactNode {
  const texts = useMessages(queueMessages)
  const format = useFormat()
  const now = useNow()
  const { estimated_seconds: seconds, started_at: from } = step
  if (seconds === undefined || from === undefined) return null
  const leftMs = seconds * 1000 - (now - Date.parse(from))
  return leftMs < 0 ? texts.overdue : format.duration(leftMs)
}

function WaitingTable({ rows }: { readonly rows: readonly Queued[] }): ReactNode {
  const texts = useMessages(queueMessages)
  const format = useFormat()
  const common = useCommonColumns()
  const columns: readonly Column<Queued>[] = [
    { id: 'place', label: texts.columns.place, width: 70, align: 'end', isPinned: true, cell: ({ place }) => place },
    ...common,
    {
      id: 'starts',
      label: texts.columns.starts,
      width: 230,
      cell: ({ starts_in_seconds: seconds }) =>
        seconds === undefined ? (
          <span className="quiet">{texts.unknown}</span>
        ) : (
          texts.inTime(format.duration(seconds * 1000))
        ),
    },
    { id: 'why', label: texts.columns.why, width: 240, cell: ({ status_detail: detail }) => detail ?? '' },
  ]
  return <DataTable label={texts.columns.why} columns={columns} rows={rows} rowId={({ job }) => job} maxHeight={480} />
}
