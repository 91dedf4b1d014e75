import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { batchMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { jobColumns } from '../../components/job-columns.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
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
  const columns = jobColumns((row: BatchJob) => row.job)
  return [
    columns.job(texts.job),
    columns.state(texts.state),
    { id: 'deployment', label: texts.deployment, width: 160, cell: ({ deployment }) => deployment },
    { id: 'revision', label: texts.revision, width: 90, align: 'end', cell: ({ revision }) => revision },
    columns.created(texts.created),
    columns.took(texts.took),
  ]
}
