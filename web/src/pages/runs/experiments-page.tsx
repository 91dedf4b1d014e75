import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { descriptionOf } from './experiment-actions.tsx'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import { isRefused } from './refused.ts'
import type { en } from './messages/en.ts'
import type { RunsSearch } from './runs-search.ts'
import { mlflow } from '../../api/mlflow-client.ts'
import type { MlflowExperiment } from '../../api/mlflow-messages.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { FilterBar } from '../../components/filter-bar.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { toast } from '../../components/toasts.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import './runs.css'

const route = getRouteApi('/experiments')
const pieceRows = 200
const orders: Readonly<Record<string, string>> = {
  name: 'name',
  updated: 'last_update_time',
  created: 'creation_time',
  id: 'experiment_id',
}
const viewTypes = { deleted: 'DELETED_ONLY', all: 'ALL' } as const

/** Every experiment, the last changed first. */
export function ExperimentsPage(): ReactNode {
  const texts = useMessages(runsMessages).experiments
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments' })
  const open = useNavigate()
  const experiments = useExperiments(search)
  const rows = experiments.data?.pages.flatMap((piece) => piece.experiments ?? []) ?? []
  const change = (next: Partial<Record<keyof RunsSearch, RunsSearch[keyof RunsSearch] | undefined>>): void =>
    void navigate({ search: (old) => known({ ...old, ...next }), replace: true })
  return (
    <Page title={texts.title} actions={<NewExperiment />}>
      <div className="runs-bar">
        <FilterBar
          value={search.filter ?? ''}
          onFilter={(filter) => change({ filter })}
          placeholder={texts.filter}
          error={experiments.error}
        />
        <ViewChoice view={search.view} onView={(view) => change({ view })} />
      </div>
      {experiments.isPending ? (
        <Skeleton lines={8} />
      ) : isRefused(experiments.error) ? null : experiments.isError && rows.length === 0 ? (
        <ErrorState error={experiments.error} onRetry={() => void experiments.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.nothing} body="" />
      ) : (
        <DataTable
          label={texts.label}
          columns={columnsIn(texts)}
          rows={rows}
          rowId={({ experiment_id: id }) => id}
          view={tableViewOf(search)}
          onView={(view) => change(searchOfTableView(view))}
          onOpen={({ experiment_id: name }) => void open({ to: '/experiments/$name', params: { name } })}
          isLoadingMore={experiments.isFetchingNextPage}
          {...(experiments.hasNextPage && { onMore: () => void experiments.fetchNextPage() })}
        />
      )}
    </Page>
  )
}

function useExperiments(search: RunsSearch) {
  const { sort } = tableViewOf(search)
  const field = orders[sort?.column ?? 'updated']
  const request = {
    max_results: pieceRows,
    order_by: [`${field ?? 'last_update_time'} ${sort?.descending === false ? 'ASC' : 'DESC'}`],
    ...(search.filter !== undefined && { filter: search.filter }),
    ...(search.view !== undefined && { view_type: viewTypes[search.view] }),
  }
  return useInfiniteQuery({
    queryKey: ['mlflow', 'experiments/search', request],
    queryFn: ({ pageParam, signal }) =>
      mlflow('experiments/search', { ...request, ...(pageParam !== '' && { page_token: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => (token === '' ? undefined : token),
    placeholderData: keepPreviousData,
  })
}

function ViewChoice({
  view,
  onView,
}: {
  readonly view: RunsSearch['view']
  readonly onView: (view: RunsSearch['view']) => void
}): ReactNode {
  const texts = useMessages(runsMessages).experiments
  return (
    <label className="row">
      <input
        type="checkbox"
        checked={view === 'all'}
        onChange={({ target }) => onView(target.checked ? 'all' : undefined)}
      />
      {texts.withDeleted}
    </label>
  )
}

function NewExperiment(): ReactNode {
  const texts = useMessages(runsMessages)
  const client = useQueryClient()
  const open = useNavigate()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button icon="plus" onClick={() => setOpen(true)}>
        {texts.experiments.create}
      </Button>
      {isOpen && (
        <FieldsDialog
          title={texts.experiments.create}
          action={texts.experiments.createAction}
          fields={[{ name: 'name', label: texts.name }]}
          onClose={() => setOpen(false)}
          onSubmit={async ({ name }) => {
            const { experiment_id: id } = await mlflow('experiments/create', { name: name.trim() })
            toast(texts.experiments.made(name.trim()))
            await client.invalidateQueries({ queryKey: ['mlflow', 'experiments/search'] })
            await open({ to: '/experiments/$name', params: { name: id } })
          }}
        />
      )}
    </>
  )
}

function columnsIn(texts: Translation<typeof en>['experiments']): readonly Column<MlflowExperiment>[] {
  const time = (at: number | undefined): ReactNode => (at === undefined ? '' : <TimeAgo at={at} />)
  return [
    {
      id: 'name',
      label: texts.name,
      width: 260,
      isPinned: true,
      isSortable: true,
      cell: ({ experiment_id: id, name }) => (
        <Link to="/experiments/$name" params={{ name: id }} tabIndex={-1}>
          {name}
        </Link>
      ),
    },
    {
      id: 'updated',
      label: texts.updated,
      isSortable: true,
      cell: ({ last_update_time: at }) => time(at),
    },
    { id: 'created', label: texts.created, isSortable: true, cell: ({ creation_time: at }) => time(at) },
    { id: 'description', label: texts.description, width: 420, cell: descriptionOf },
    {
      id: 'state',
      label: texts.state,
      width: 120,
      cell: ({ lifecycle_stage: stage }) =>
        stage === 'deleted' ? <Badge tone="quiet">{texts.deleted}</Badge> : <Badge tone="good">{texts.active}</Badge>,
    },
    { id: 'id', label: texts.id, width: 90, align: 'end', isSortable: true, cell: ({ experiment_id: id }) => id },
    {
      id: 'tags',
      label: texts.tags,
      width: 240,
      cell: ({ tags = [] }) =>
        tags
          .filter(({ key }) => !key.startsWith('mlflow.'))
          .map(({ key, value }) => `${key}=${value}`)
          .join(', '),
    },
  ]
}

function known(search: Readonly<Record<string, unknown>>): RunsSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
