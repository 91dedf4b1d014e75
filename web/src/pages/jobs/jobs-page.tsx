import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { BulkActions } from './bulk-actions.tsx'
import { useJobColumns } from './job-columns.tsx'
import type { JobsSearch } from './job-search.ts'
import type { Job } from './job-types.ts'
import { JobsFilter } from './jobs-filter.tsx'
import { jobsMessages } from './messages.ts'
import { NewJob } from './new-job.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { nothingSelected, type Selection } from '../../components/data-table/selection.ts'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const route = getRouteApi('/jobs')
const pageRows = 100

/** Every job, newest first, filtered as the address says; those selected are canceled, run again or archived together. */
export function JobsPage(): ReactNode {
  const texts = useMessages(jobsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/jobs' })
  const open = useNavigate()
  const [selection, setSelection] = useState<Selection>(nothingSelected)
  const columns = useJobColumns()
  const filter = filterOf(search)
  const counts = useQuery({
    ...restQuery('/api/v1/job-counts', { params: { query: filter } }),
    placeholderData: keepPreviousData,
  })
  const jobs = useInfiniteQuery({
    queryKey: ['rest', '/api/v1/jobs', { query: filter }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, limit: pageRows, ...(pageParam !== '' && { page_token: pageParam }) }
      return answerOf(rest.GET('/api/v1/jobs', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => token,
    placeholderData: keepPreviousData,
  })
  const rows = jobs.data?.pages.flatMap(({ items }) => items) ?? []
  const shown = Object.entries(counts.data?.statuses ?? {})
    .filter(([status]) => filter.status === undefined || filter.status.includes(status as Job['status']))
    .reduce((sum, [, count]) => sum + count, 0)
  const change = (next: Partial<Record<keyof JobsSearch, string | undefined>>): void => {
    setSelection(nothingSelected)
    void navigate({ search: (old) => withoutUndefined({ ...old, ...next }) as JobsSearch, replace: true })
  }
  const isFiltered = Object.keys(filter).length > 0
  return (
    <Page title={texts.title} actions={<NewJob />}>
      <JobsFilter search={search} {...(counts.data && { counts: counts.data })} onChange={change} />
      {jobs.isPending ? (
        <Skeleton lines={8} />
      ) : jobs.isError && rows.length === 0 ? (
        <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />
      ) : rows.length === 0 && !isFiltered ? (
        <EmptyState
          title={texts.empty}
          body={texts.emptyBody}
          command="sluice init diabetes && sluice run diabetes/pipeline.yml"
        />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.nothing} body="">
          <Button
            onClick={() =>
              change({ status: undefined, experiment: undefined, text: undefined, tag: undefined, archived: undefined })
            }
          >
            {texts.clearFilters}
          </Button>
        </EmptyState>
      ) : (
        <DataTable
          label={texts.label}
          columns={columns}
          rows={rows}
          rowId={({ name }) => name}
          rowCount={Math.max(shown, rows.length)}
          view={tableViewOf(search)}
          onView={(view) => change(searchOfTableView(view))}
          onOpen={({ name }) => void open({ to: '/jobs/$name', params: { name } })}
          selection={selection}
          onSelection={setSelection}
          isLoadingMore={jobs.isFetchingNextPage}
          {...(jobs.hasNextPage && { onMore: () => void jobs.fetchNextPage() })}
          toolbar={
            <BulkActions
              jobs={rows.filter(({ name }) => selection.ids.has(name))}
              onDone={() => setSelection(nothingSelected)}
            />
          }
        />
      )}
    </Page>
  )
}

interface JobFilter {
  readonly status?: Job['status'][]
  readonly experiment_name?: string
  readonly text?: string
  readonly tag?: string
  readonly archived?: 'only'
}

function filterOf({ status, experiment, text, tag, archived }: JobsSearch): JobFilter {
  return {
    ...(status !== undefined && { status: status.split(',') as Job['status'][] }),
    ...(experiment !== undefined && { experiment_name: experiment }),
    ...(text !== undefined && { text }),
    ...(tag !== undefined && { tag }),
    ...(archived !== undefined && { archived }),
  }
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== ''))
}
