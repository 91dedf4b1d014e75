import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import type { RunRow, RunValue } from './run-types.ts'
import type { Column } from '../../components/data-table/column.ts'
import { ObjectLink } from '../../components/object-link.tsx'
import { Badge, StatusBadge } from '../../components/status-badge.tsx'
import { Duration, TimeAgo } from '../../components/time-ago.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'
import type { en } from './messages/en.ts'

/** What the runs of an experiment log, by name. */
export interface RunKeys {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

/** Of each kind so many are shown before anybody picks. */
const shownOfEach = 6

type Texts = Translation<typeof en>

/** Every column that a table of these runs may have: of the run itself, then all that was logged. */
export function useRunColumns({ metrics, params, tags }: RunKeys): readonly Column<RunRow>[] {
  const texts = useMessages(runsMessages)
  const format = useFormat()
  const { groups } = texts.table
  const logged = (kind: 'metrics' | 'params' | 'tags', keys: readonly string[]): readonly Column<RunRow>[] =>
    keys.map((key, place): Column<RunRow> => ({
      id: `${kind}.${key}`,
      label: key,
      group: groups[kind],
      isSortable: true,
      isHidden: kind === 'tags' || place >= shownOfEach || isSystemMetric(key),
      width: Math.min(220, Math.max(kind === 'metrics' ? 110 : 100, key.length * 8 + 34)),
      ...(kind === 'metrics' && { align: 'end' as const }),
      cell: ({ values }) => valueText(values[`${kind}.${key}`], format),
    }))
  return [
    ...ownColumns(texts, format),
    ...logged('metrics', metrics),
    ...logged('params', params),
    ...logged('tags', tags),
  ]
}

/** A logged value as it is read; a run that has none shows nothing. */
export function valueText(value: RunValue | undefined, format: Format): ReactNode {
  if (value === null || value === undefined) return ''
  return typeof value === 'number' ? format.number(value) : value
}

/** What MLflow's clients log of the machine. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith('system/')
}

function ownColumns(texts: Texts, format: Format): readonly Column<RunRow>[] {
  const { columns, groups } = texts.table
  const own = { group: groups.run, isSortable: true }
  return [
    {
      ...own,
      id: 'name',
      label: columns.name,
      width: 220,
      isPinned: true,
      cell: (run) => (
        <>
          <ObjectLink kind="run" name={run.run_id}>
            {run.name || run.run_id}
          </ObjectLink>
          {run.children !== undefined && run.children > 0 && (
            <span className="quiet runs-under">{texts.table.under(format.count(run.children), run.children)}</span>
          )}
        </>
      ),
    },
    {
      ...own,
      id: 'status',
      label: columns.status,
      width: 120,
      cell: ({ status, lifecycle_stage: stage }) =>
        stage === 'deleted' ? <Badge tone="quiet">{texts.experiments.deleted}</Badge> : <StatusBadge status={status} />,
    },
    { ...own, id: 'started', label: columns.started, width: 130, cell: ({ started_at: at }) => <TimeAgo at={at} /> },
    {
      ...own,
      id: 'duration',
      label: columns.duration,
      width: 110,
      align: 'end',
      isSortable: false,
      cell: ({ started_at: from, ended_at: to, status }) =>
        to === undefined && status !== 'RUNNING' ? '' : <Duration from={from} {...(to !== undefined && { to })} />,
    },
    {
      ...own,
      id: 'ended',
      label: columns.ended,
      width: 130,
      isHidden: true,
      cell: ({ ended_at: at }) => (at === undefined ? '' : <TimeAgo at={at} />),
    },
    { ...own, id: 'user', label: columns.user, width: 110, isHidden: true, cell: ({ user }) => user },
    {
      ...own,
      id: 'id',
      label: columns.id,
      width: 270,
      isHidden: true,
      isSortable: false,
      cell: ({ run_id: id }) => <span className="mono">{id}</span>,
    },
  ]
}

/** Columns whose value is not the same in all of these runs, and those of the runs themselves. */
export function columnsThatDiffer(
  columns: readonly Column<RunRow>[],
  rows: readonly RunRow[],
): readonly Column<RunRow>[] {
  return columns.filter(({ id, group }) => {
    const isOwn = group === columns[0]?.group
    return isOwn || rows.some(({ values }) => values[id] !== rows[0]?.values[id])
  })
}
