import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { GroupedRuns } from './grouped-runs.tsx'
import { runsMessages } from './messages.ts'
import { isRefused } from './refused.ts'
import { rootsOf, useNestedRuns } from './nested-runs.ts'
import { RunActions } from './run-actions.tsx'
import { columnsThatDiffer, type RunKeys, useRunColumns } from './run-columns.tsx'
import { isLogged, orderOf, type RunRow, type RunsQuery, searchNestedRuns, searchRuns } from './run-types.ts'
import type { RunsSearch } from './runs-search.ts'
import { RunsToolbar } from './runs-toolbar.tsx'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { type Column, shownColumns, type TableView } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { nothingSelected, type Selection } from '../../components/data-table/selection.ts'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { useOpenObject } from '../../components/object-link.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const route = getRouteApi('/experiments/$name')
const pieceRows = 100
/** The server gives so many values of a run at once. */
const mostColumns = 500
const none: readonly RunRow[] = []
const noKeys: RunKeys = { metrics: [], params: [], tags: [] }

/** The runs of an experiment, a piece at a time: filtered, ordered and with the columns that the address says. */
export function RunsTable({ experimentId }: { readonly experimentId: string }): ReactNode {
  const texts = useMessages(runsMessages).table
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/experiments/$name' })
  const open = useOpenObject()
  const [selection, setSelection] = useState<Selection>(nothingSelected)
  const keys = useQuery(
    restQuery('/api/v1/experiments/{experiment_id}/run-keys', { params: { path: { experiment_id: experimentId } } }),
  ).data
  const columns = useRunColumns(keys ?? noKeys)
  const view = tableViewOf(search)
  const query = queryOf(experimentId, { search, view, columns })
  const isNested = search.nested === true && search.group === undefined
  const { runs, rows: roots, total } = useRuns(isNested ? rootsOf(query) : query, isNested)
  const nested = useNestedRuns(query, isNested ? roots : none)
  const { rows } = isNested ? nested : { rows: roots }
  const shown = search.differ === true && rows.length > 1 ? columnsThatDiffer(columns, rows) : columns
  const show = (next: Partial<Record<keyof RunsSearch, RunsSearch[keyof RunsSearch] | undefined>>): void =>
    void navigate({ search: (old) => withoutUndefined({ ...old, ...next }) as RunsSearch, replace: true })
  const change: typeof show = (next) => {
    setSelection(nothingSelected)
    show(next)
  }
  const isWhole = search.filter === undefined && search.view === undefined
  return (
    <>
      <RunsToolbar
        experimentId={experimentId}
        search={search}
        query={query}
        keys={keys ?? noKeys}
        error={runs.error}
        onChange={change}
      />
      {runs.isPending ? (
        <Skeleton lines={8} />
      ) : isRefused(runs.error) ? null : runs.isError && rows.length === 0 ? (
        <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          title={isWhole ? texts.empty : texts.nothing}
          body={isWhole ? texts.emptyBody : ''}
          {...(isWhole && { command: `MLFLOW_TRACKING_URI=${location.origin} python train.py` })}
        >
          {!isWhole && <Button onClick={() => change({ filter: undefined, view: undefined })}>{texts.clear}</Button>}
        </EmptyState>
      ) : search.group !== undefined ? (
        <GroupedRuns
          query={query}
          by={search.group}
          columns={shown}
          view={view}
          onView={(next) => show(searchOfTableView(next))}
        />
      ) : (
        <DataTable
          label={texts.label}
          columns={shown}
          rows={rows}
          rowId={({ run_id: id }) => id}
          rowCount={Math.max(total ?? 0, roots.length) + rows.length - roots.length}
          {...(isNested && { tree: nested.tree })}
          view={view}
          onView={(next) => show(searchOfTableView(next))}
          onOpen={({ run_id: id }) => open('run', id)?.()}
          selection={selection}
          onSelection={setSelection}
          isLoadingMore={runs.isFetchingNextPage || nested.children.isLoading}
          {...(runs.hasNextPage && { onMore: () => void runs.fetchNextPage() })}
          toolbar={
            <RunActions
              runs={rows.filter(({ run_id: id }) => selection.ids.has(id))}
              onDone={() => setSelection(nothingSelected)}
            />
          }
        />
      )}
      {isNested && nested.children.error !== null && (
        <ErrorState error={nested.children.error} onRetry={nested.children.retry} />
      )}
    </>
  )
}

function useRuns(query: RunsQuery, isNested: boolean) {
  const ask = isNested ? searchNestedRuns : searchRuns
  const runs = useInfiniteQuery({
    queryKey: ['rest', '/api/v1/runs/search', query, isNested],
    queryFn: ({ pageParam, signal }) =>
      ask(query, { count: pieceRows, signal, ...(pageParam !== '' && { token: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextToken }) => nextToken,
    placeholderData: keepPreviousData,
  })
  const { columns: _columns, order_by: _order, ...filter } = query
  const total = useQuery({
    queryKey: ['rest', '/api/v1/runs/count', filter],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/runs/count', { body: filter, signal })),
    placeholderData: keepPreviousData,
    enabled: !runs.isError,
  }).data?.total
  const rows: readonly RunRow[] = runs.data?.pages.flatMap((piece) => piece.rows) ?? []
  return { runs, rows, total }
}

interface Shown {
  readonly search: RunsSearch
  readonly view: TableView
  readonly columns: readonly Column<RunRow>[]
}

function queryOf(experimentId: string, { search, view, columns }: Shown): RunsQuery {
  const order = orderOf(view)
  const { shown } = shownColumns(columns, view)
  return {
    experiment_ids: [experimentId],
    ...(search.filter !== undefined && { filter: search.filter }),
    ...(search.view !== undefined && { view: search.view }),
    ...(order !== undefined && { order_by: order }),
    columns: shown
      .map(({ id }) => id)
      .filter(isLogged)
      .slice(0, mostColumns),
  }
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== ''))
}
