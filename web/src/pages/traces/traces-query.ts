import { keepPreviousData, useInfiniteQuery, useQuery, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { TraceRow } from './trace-types.ts'
import { hoursOfRange, type TraceRange, type TracesSearch } from './traces-search.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import type { TableView } from '../../components/data-table/column.ts'

const pieceRows = 200

/** Columns that the server sorts by, and what it calls them. */
export const orders: Readonly<Record<string, string>> = {
  time: 'timestamp_ms',
  name: 'name',
  state: 'status',
  duration: 'execution_time_ms',
}

interface Traces {
  readonly traces: UseInfiniteQueryResult<unknown>
  readonly rows: readonly TraceRow[]
  readonly total: number | undefined
}

/** The traces that the address asks for, a piece at a time, and how many there are. */
export function useTraces(search: TracesSearch, view: TableView): Traces {
  const filter = filterOf(search, useSince(search.last))
  const order = view.sort === undefined ? undefined : orders[view.sort.column]
  const body = {
    ...filter,
    max_results: pieceRows,
    ...(order !== undefined && { order_by: [`${order} ${view.sort?.descending === true ? 'DESC' : 'ASC'}`] }),
  }
  const traces = useInfiniteQuery({
    queryKey: ['rest', '/api/v1/traces/search', body],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        rest.POST('/api/v1/traces/search', {
          body: { ...body, ...(pageParam !== '' && { page_token: pageParam }) },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => token,
    placeholderData: keepPreviousData,
  })
  const total = useQuery({
    queryKey: ['rest', '/api/v1/traces/count', filter],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/traces/count', { body: filter, signal })),
    placeholderData: keepPreviousData,
    enabled: !traces.isError,
  }).data?.total
  return { traces, rows: traces.data?.pages.flatMap(({ items }) => items) ?? [], total }
}

/** When `last` began, reckoned from when it was chosen: pages of one answer have to be about the same time. */
function useSince(last: TraceRange | undefined): number {
  const [chosen, setChosen] = useState(() => ({ last, atMs: Date.now() }))
  if (chosen.last === last) return chosen.atMs
  setChosen({ last, atMs: new Date().getTime() })
  return chosen.atMs
}

function filterOf({ filter, experiment, state, last, from, to }: TracesSearch, nowMs: number) {
  const since = last === undefined ? from : new Date(nowMs - hoursOfRange[last] * 3_600_000).toISOString()
  return {
    ...(filter !== undefined && { filter }),
    ...(experiment !== undefined && { experiment_ids: [experiment] }),
    ...(state !== undefined && { state }),
    ...(since !== undefined && { from: since }),
    ...(to !== undefined && { to }),
  }
}
