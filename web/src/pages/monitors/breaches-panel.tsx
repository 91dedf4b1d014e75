import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { hasEnded, RetrainResult } from './retrain-result.tsx'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Badge, StatusBadge, type Tone } from '../../components/status-badge.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Breach = components['schemas']['MonitorBreach']
type Texts = Translation<typeof monitorsMessages.en>

const breachTones: Readonly<Record<Breach['status'], Tone>> = {
  pending: 'busy',
  submitted: 'good',
  skipped: 'quiet',
  failed: 'bad',
}

/** The jobs that breaches started, and why others were not. */
export function BreachesPanel({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(monitorsMessages)
  const format = useFormat()
  const params = { path: { name }, query: { limit: 500 } }
  const breaches = useQuery({
    ...restQuery('/api/v1/monitors/{name}/breaches', { params }),
    // No event of a monitor says that its job has ended.
    refetchInterval: ({ state: { data } }) => data?.items.some(isUnderWay) === true && 2000,
  })
  return (
    <Loaded query={breaches} lines={5}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title={texts.breaches.none} body={texts.breaches.noneBody} />
        ) : (
          <DataTable
            label={texts.tabs.breaches}
            columns={breachColumns(texts, format)}
            rows={items}
            rowId={({ run, time, job = '' }) => `${run} ${time} ${job}`}
          />
        )
      }
    </Loaded>
  )
}

function isUnderWay({ status, job_status: job }: Breach): boolean {
  return status === 'pending' || (job !== undefined && !hasEnded(job))
}

function breachColumns({ breaches: texts }: Texts, format: Format): readonly Column<Breach>[] {
  return [
    { id: 'time', label: texts.time, width: 215, isPinned: true, cell: ({ time }) => format.time(time) },
    {
      id: 'state',
      label: texts.state,
      width: 130,
      cell: ({ status }) => <Badge tone={breachTones[status]}>{texts.status[status]}</Badge>,
    },
    { id: 'why', label: texts.why, width: 100, cell: ({ reason }) => texts.reasons[reason] },
    {
      id: 'job',
      label: texts.job,
      width: 300,
      cell: ({ job, job_status: status }) =>
        job !== undefined && (
          <span className="row">
            <ObjectLink kind="job" name={job} />
            {status !== undefined && <StatusBadge status={status} />}
          </span>
        ),
    },
    {
      id: 'result',
      label: texts.result,
      width: 520,
      cell: ({ job, job_status: status }) =>
        job !== undefined && status !== undefined && <RetrainResult job={job} status={status} />,
    },
    { id: 'detail', label: texts.detail, width: 480, cell: ({ detail }) => detail },
  ]
}
