import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { ReactNode } from 'react'
import { causesOf, isUnderWay } from './firing-outcome.ts'
import { schedulesMessages } from './messages.ts'
import { type HistoryPart, historyParts } from './trigger-search.ts'
import { FiringState } from './trigger-state.tsx'
import { baseOf, type Firing, type Trigger } from './trigger-types.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Segments } from '../../components/segments.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const most = 1000
const pollMs = 2000

const isPart: Readonly<Record<HistoryPart, (firing: Firing) => boolean>> = {
  all: () => true,
  started: ({ job }) => job !== undefined,
  not: ({ status }) => status === 'skipped' || status === 'failed',
}

/** What became of every time or event: its job, or why there is none. */
export function FiringsPanel({ trigger: { kind: family, name } }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages).history
  const navigate = useNavigate()
  const columns = useColumns()
  const { part = 'all' } = useSearch({ strict: false })
  const params = { path: { name }, query: { limit: most } }
  const firings = useQuery({
    ...restQuery(`${baseOf(family)}/{name}/firings`, { params }),
    refetchInterval: ({ state }) => state.data?.items.some(isUnderWay) === true && pollMs,
  })
  const to = family === 'schedule' ? '/schedules/$name' : '/triggers/$name'
  return (
    <Loaded query={firings} lines={6}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title={texts.none} body={texts.noneBody[family]} />
        ) : (
          <DataTable
            label={texts.label}
            columns={columns}
            rows={items.filter(isPart[part])}
            rowId={({ id }) => id}
            view={{}}
            onOpen={({ job }) => job !== undefined && void navigate({ to: '/jobs/$name', params: { name: job } })}
            toolbar={
              <Segments
                label={texts.part}
                choices={historyParts.map((id) => ({ id, label: texts.parts[id] }))}
                current={part}
                onSelect={(id) =>
                  void navigate({ to, params: { name }, search: { tab: 'history', part: id }, replace: true })
                }
              />
            }
          />
        )
      }
    </Loaded>
  )
}

/** What fired it; the data, model or job that did has a page. */
function Cause({ firing }: { readonly firing: Firing }): ReactNode {
  return (
    <span className="firing-cause">
      {causesOf(firing).map(({ word, value, kind }, place) => (
        <Fragment key={word}>
          {place > 0 && ', '}
          {word} {kind === undefined ? value : <ObjectLink kind={kind} name={value} />}
        </Fragment>
      ))}
    </span>
  )
}

function useColumns(): readonly Column<Firing>[] {
  const texts = useMessages(schedulesMessages).history
  const format = useFormat()
  return [
    { id: 'time', label: texts.time, width: 215, isPinned: true, cell: ({ nominal_time: at }) => format.time(at) },
    { id: 'firing', label: texts.firing, width: 120, cell: ({ status }) => <FiringState status={status} /> },
    {
      id: 'outcome',
      label: texts.outcome,
      width: 130,
      cell: ({ job_status: status }) => status !== undefined && <StatusBadge status={status} />,
    },
    {
      id: 'job',
      label: texts.job,
      width: 230,
      cell: ({ job }) => job !== undefined && <ObjectLink kind="job" name={job} />,
    },
    { id: 'reason', label: texts.reason, width: 110, cell: ({ reason }) => texts.reasons[reason] },
    { id: 'cause', label: texts.cause, width: 320, cell: (firing) => <Cause firing={firing} /> },
    { id: 'detail', label: texts.detail, width: 420, cell: ({ detail }) => detail },
    {
      id: 'times',
      label: texts.times,
      width: 80,
      align: 'end',
      cell: ({ times }) => times > 1 && format.count(times),
    },
  ]
}
