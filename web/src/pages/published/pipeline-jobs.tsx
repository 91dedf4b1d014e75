import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
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
import { useFormat } from '../../messages/format.ts'

type Job = components['schemas']['Job']

/** Jobs are not searched by who started them: those of here are picked from so many. */
const latest = 500

/** The jobs that were started here lately. */
export function PipelineJobs({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(publishedMessages).jobs
  const format = useFormat()
  const navigate = useNavigate()
  const columns = useColumns()
  const jobs = useQuery(restQuery('/api/v1/jobs', { params: { query: { limit: latest } } }))
  return (
    <Loaded query={jobs} lines={6}>
      {({ items }) => {
        const own = items.filter((job) => versionOf(job)?.name === name)
        return own.length === 0 ? (
          <EmptyState title={texts.none} body={texts.noneBody(format.count(latest))} />
        ) : (
          <DataTable
            label={texts.label}
            columns={columns}
            rows={own}
            rowId={(job) => job.name}
            onOpen={(job) => void navigate({ to: '/jobs/$name', params: { name: job.name } })}
          />
        )
      }}
    </Loaded>
  )
}

function useColumns(): readonly Column<Job>[] {
  const texts = useMessages(publishedMessages).jobs
  return [
    {
      id: 'job',
      label: texts.job,
      width: 280,
      isPinned: true,
      cell: ({ name }) => (
        <ObjectLink kind="job" name={name}>
          <span className="mono">{name}</span>
        </ObjectLink>
      ),
    },
    { id: 'state', label: texts.state, width: 130, cell: ({ status }) => <StatusBadge status={status} /> },
    { id: 'version', label: texts.version, width: 100, cell: (job) => versionOf(job)?.version },
    { id: 'created', label: texts.created, cell: ({ created_at: at }) => <TimeAgo at={at} /> },
    {
      id: 'took',
      label: texts.took,
      width: 100,
      align: 'end',
      cell: ({ started_at: from, ended_at: to }) =>
        from !== undefined && <Duration from={from} {...(to !== undefined && { to })} />,
    },
    { id: 'why', label: texts.why, width: 320, cell: (job) => job.error?.message ?? job.status_detail },
  ]
}

function versionOf({ properties }: Job): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /^(.*):([^:]*)$/.exec(properties['sluice.published_pipeline'] ?? '') ?? []
  return name === undefined || version === undefined ? undefined : { name, version }
}
