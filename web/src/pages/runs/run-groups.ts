import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import type { operations } from '../../api.gen.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import type { TableView } from '../../components/data-table/column.ts'
import type { RunsQuery } from './run-types.ts'

type GroupsPiece = operations['postRunsGroups']['responses'][200]['content']['application/json']
export type RunGroup = GroupsPiece['items'][number]

const pieceGroups = 100
/** The server gives so many at once. */
const mostMetrics = 100

/** The groups that the runs of a query fall into, a piece at a time, in the order of the table. */
export function useRunGroups(
  query: RunsQuery,
  by: string,
  view: TableView,
): UseInfiniteQueryResult<InfiniteData<GroupsPiece>> {
  const metrics = groupMetrics(query)
  const order_by = orderOf(view)
  const { columns: _columns, order_by: _order, ...runs } = query
  const body = {
    ...runs,
    by,
    metrics: [...metrics],
    max_results: pieceGroups,
    ...(order_by !== undefined && { order_by }),
  }
  return useInfiniteQuery({
    queryKey: ['rest', '/api/v1/runs/groups', body],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        rest.POST('/api/v1/runs/groups', {
          body: { ...body, ...(pageParam !== '' && { page_token: pageParam }) },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ next_page_token: token }) => token,
    placeholderData: keepPreviousData,
  })
}

/** The columns whose spread is asked for, in its order. */
export function groupMetrics({ columns }: RunsQuery): readonly string[] {
  return columns.filter((column) => column.startsWith('metrics.')).slice(0, mostMetrics)
}

/** The runs of one group. */
export function runsOfGroup(query: RunsQuery, by: string, value: string | null): RunsQuery {
  const [, kind = '', key = ''] = /^(params|tags)\.(.+)$/s.exec(by) ?? []
  const field = `${kind}.\`${key.replaceAll('`', '``')}\``
  const clause = value === null ? `${field} IS NULL` : `${field} = '${value.replaceAll("'", "''")}'`
  return { ...query, filter: query.filter === undefined ? clause : `${query.filter} AND ${clause}` }
}

function orderOf({ sort }: TableView): string | undefined {
  if (sort === undefined) return undefined
  const by = sort.column === 'name' ? 'value' : sort.column
  if (by !== 'value' && by !== 'runs' && !by.startsWith('metrics.')) return undefined
  return `${by} ${sort.descending ? 'DESC' : 'ASC'}`
}
