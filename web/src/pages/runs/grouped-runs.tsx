import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import { useOpenRows } from './open-rows.ts'
import { groupMetrics, type RunGroup, runsOfGroup, useRunGroups } from './run-groups.ts'
import { type RunRow, type RunsQuery, searchRuns } from './run-types.ts'
import type { Column, TableView } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { useOpenObject } from '../../components/object-link.tsx'
import { ErrorState, Skeleton } from '../../components/page-states.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'
import type { en } from './messages/en.ts'

/** A group, or a run of the open group above it. */
interface GroupedRow {
  /** Of a run its own, of a group its value as JSON. */
  readonly id: string
  readonly group?: RunGroup
  readonly run?: RunRow
}

interface GroupedRunsProps {
  readonly query: RunsQuery
  /** E.g. `params.model`. */
  readonly by: string
  readonly columns: readonly Column<RunRow>[]
  readonly view: TableView
  readonly onView: (view: TableView) => void
}

/** The runs of a query by the value of a param or tag: a row a group, with the spread of each metric, over its runs. */
export function GroupedRuns({ query, by, columns, view, onView }: GroupedRunsProps): ReactNode {
  const texts = useMessages(runsMessages).table
  const format = useFormat()
  const open = useOpenObject()
  const groups = useRunGroups(query, by, view)
  const under = useOpenRows({
    form: JSON.stringify([query, by]),
    queryOf: (id) => runsOfGroup(query, by, JSON.parse(id) as string | null),
    ask: searchRuns,
  })
  if (groups.isPending) return <Skeleton lines={8} />
  if (groups.isError) return <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />
  const rows = groups.data.pages
    .flatMap(({ items }) => items)
    .flatMap((group): readonly GroupedRow[] => {
      const id = JSON.stringify(group.value)
      return [{ id, group }, ...under.runsUnder(id).map((run) => ({ id: run.run_id, run }))]
    })
  return (
    <>
      <DataTable
        label={texts.groupsLabel}
        columns={groupedColumns(columns, { by, metrics: groupMetrics(query), texts, format })}
        rows={rows}
        rowId={({ id }) => id}
        view={view}
        onView={onView}
        onOpen={({ id, run }) => (run === undefined ? under.toggle(id) : open('run', id)?.())}
        tree={{
          depth: ({ run }) => (run === undefined ? 0 : 1),
          isOpen: ({ id, run }) => (run === undefined ? under.isOpen(id) : undefined),
          onToggle: ({ id }) => under.toggle(id),
          onInSight: (seen) => under.onInSight(new Set(seen.map(({ id }) => id))),
        }}
        isLoadingMore={groups.isFetchingNextPage || under.isLoading}
        {...(groups.hasNextPage && { onMore: () => void groups.fetchNextPage() })}
      />
      {under.error !== null && <ErrorState error={under.error} onRetry={under.retry} />}
    </>
  )
}

interface GroupedForm {
  readonly by: string
  readonly metrics: readonly string[]
  readonly texts: Translation<typeof en>['table']
  readonly format: Format
}

const spreadWidth = 250

/** The columns of the runs; of a group they have its value, its count and the spread of metrics. */
function groupedColumns(columns: readonly Column<RunRow>[], form: GroupedForm): readonly Column<GroupedRow>[] {
  const { by, metrics, texts, format } = form
  return columns.flatMap((column): readonly Column<GroupedRow>[] => {
    const cell = ({ run }: GroupedRow): ReactNode => (run === undefined ? '' : column.cell(run))
    if (column.id === 'name') {
      const label = by.slice(by.indexOf('.') + 1)
      const value = ({ group, run }: GroupedRow): ReactNode =>
        group === undefined ? cell({ id: '', ...(run !== undefined && { run }) }) : <GroupName value={group.value} />
      const runs = { id: 'runs', label: texts.groupRuns, width: 120, align: 'end', isSortable: true } as const
      const count = ({ group }: GroupedRow): ReactNode => (group === undefined ? '' : format.count(group.runs))
      return [
        { ...column, label, cell: value },
        { ...runs, ...(column.group !== undefined && { group: column.group }), cell: count },
      ]
    }
    if (!column.id.startsWith('metrics.')) return [{ ...column, isSortable: false, cell }]
    const place = metrics.indexOf(column.id)
    const spread = (row: GroupedRow): ReactNode =>
      row.group === undefined ? cell(row) : spreadText(row.group.metrics[place], format)
    return [{ ...column, label: texts.spread(column.label), width: spreadWidth, cell: spread }]
  })
}

function GroupName({ value }: { readonly value: string | null }): ReactNode {
  const texts = useMessages(runsMessages).table
  return value === null || value === '' ? (
    <span className="quiet">{value === null ? texts.groupNone : texts.groupEmpty}</span>
  ) : (
    <strong>{value}</strong>
  )
}

function spreadText(spread: RunGroup['metrics'][number] | undefined, format: Format): ReactNode {
  if (spread === null || spread === undefined) return ''
  const { min, mean, max } = spread
  return (
    <>
      {format.number(mean)}{' '}
      <span className="quiet">
        ({format.number(min)} – {format.number(max)})
      </span>
    </>
  )
}
