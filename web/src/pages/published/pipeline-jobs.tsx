import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { jobColumns } from '../../components/job-columns.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
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
  const { job, state, created, took, why } = jobColumns((row: Job) => row)
  return [
    job(texts.job),
    state(texts.state),
    { id: 'version', label: texts.version, width: 100, cell: (row) => versionOf(row)?.version },
    created(texts.created),
    took(texts.took),
    why(texts.why),
  ]
}

function versionOf({ properties }: Job): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /^(.*):([^:]*)$/.exec(properties['sluice.published_pipeline'] ?? '') ?? []
  return name === undefined || version === undefined ? undefined : { name, version }
}
