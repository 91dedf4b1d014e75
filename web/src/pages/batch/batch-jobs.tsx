import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { batchMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Duration, TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type BatchJob = components['schemas']['BatchJob']

/** What was scored, newest first. */
export function BatchJobs({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(batchMessages).jobs
  const navigate = useNavigate()
  const columns = useColumns()
  const jobs = useQuery({
    ...restQuery('/api/v1/batch-endpoints/{name}/jobs', { params: { path: { name }, query: { limit: 1000 } } }),
    // A job that ends tells the pages of jobs; this list asks while one runs.
    refetchInterval: ({ state }) => (state.data?.items.some(({ job }) => job.ended_at === undefined) ? 2000 : false),
  })
  return (
    <Loaded query={jobs} lines={6}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState
            title={texts.none}
            body={texts.noneBody}
            command={`sluice batch invoke --name ${name} --input data`}
          />
        ) : (
          <DataTable
            label={texts.label}
            columns={columns}
            rows={items}
            rowId={({ job }) => job.name}
            onOpen={({ job }) => void navigate({ to: '/jobs/$name', params: { name: job.name } })}
          />
        )
      }
    </Loaded>
  )
}

function useColumns(): readonly Column<BatchJob>[] {
  const texts = useMessages(batchMessages).jobs
  return [
    {
      id: 'job',
      label: texts.job,
      width: 260,
      isPinned: true,
      cell: ({ job: { name } }) => (
        <ObjectLink kind="job" name={name}>
          <span className="mono">{name}</span>
        </ObjectLink>
      ),
    },
    { id: 'state', label: texts.state, width: 130, cell: ({ job: { status } }) => <StatusBadge status={status} /> },
    { id: 'deployment', label: texts.deployment, width: 160, cell: ({ deployment }) => deployment },
    { id: 'revision', label: texts.revision, width: 90, align: 'end', cell: ({ revision }) => revision },
    { id: 'created', label: texts.created, cell: ({ job: { created_at: at } }) => <TimeAgo at={at} /> },
    {
      id: 'took',
      label: texts.took,
      width: 100,
      align: 'end',
      cell: ({ job: { started_at: from, ended_at: to } }) =>
        from !== undefined && <Duration from={from} {...(to !== undefined && { to })} />,
    },
  ]
}
