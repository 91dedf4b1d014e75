import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { FiringStrip, RunStrip } from './firing-strip.tsx'
import { schedulesMessages } from './messages.ts'
import { NewTrigger } from './new-trigger.tsx'
import { StartedLink } from './started-link.tsx'
import { monitorRow, shownRows, triggerRow, type TriggerRow } from './trigger-rows.ts'
import { triggerKinds, type TriggersSearch, triggerStates } from './trigger-search.ts'
import { TriggerState } from './trigger-state.tsx'
import { useWallTime } from './wall-time.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import type { Column, TableView } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { ObjectLink, useOpenObject } from '../../components/object-link.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { TypedField } from '../../components/typed-field.tsx'
import { useShortcut } from '../../keyboard/shortcuts.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './schedules.css'

const route = getRouteApi('/schedules')

/** Everything that starts jobs by itself: schedules, triggers and monitors. */
export function SchedulesPage(): ReactNode {
  const texts = useMessages(schedulesMessages)
  const search = route.useSearch()
  const change = useSearchChange()
  useShortcut({ keys: 'n', label: texts.new.button, group: 'here' }, () => change({ new: 'schedule' }))
  if (search.new !== undefined)
    return (
      <Page title={texts.new[search.new]}>
        <NewTrigger
          key={search.new}
          family={search.new}
          onFamily={(family) => change({ new: family })}
          onCancel={() => change({ new: undefined })}
        />
      </Page>
    )
  const create = (
    <Button look="primary" icon="plus" onClick={() => change({ new: 'schedule' })}>
      {texts.new.button}
    </Button>
  )
  return (
    <Page title={texts.title} actions={create}>
      <TriggerList search={search} onChange={change} />
    </Page>
  )
}

type SearchChange = Partial<Record<keyof TriggersSearch, string | undefined>>

function useSearchChange(): (next: SearchChange) => void {
  const navigate = useNavigate({ from: '/schedules' })
  return (next) =>
    void navigate({
      search: (old) =>
        Object.fromEntries(
          Object.entries({ ...old, ...next }).filter(([, value]) => value !== undefined && value !== ''),
        ),
      // Writing one is a step that the back button takes back; a letter typed is none.
      replace: !('new' in next),
    })
}

interface ListProps {
  readonly search: TriggersSearch
  readonly onChange: (next: SearchChange) => void
}

function TriggerList({ search, onChange }: ListProps): ReactNode {
  const texts = useMessages(schedulesMessages)
  const open = useOpenObject()
  const columns = useColumns()
  const schedules = useQuery(restQuery('/api/v1/schedules'))
  const triggers = useQuery(restQuery('/api/v1/triggers'))
  const monitors = useQuery(restQuery('/api/v1/monitors'))
  const all = [schedules, triggers, monitors]
  const failed = all.find(({ data, isError }) => isError && data === undefined)
  if (failed !== undefined)
    return <ErrorState error={failed.error} onRetry={() => void Promise.all(all.map(({ refetch }) => refetch()))} />
  if (schedules.data === undefined || triggers.data === undefined || monitors.data === undefined)
    return <Skeleton lines={8} />
  const rows = [...schedules.data.items, ...triggers.data.items].map(triggerRow)
  const every = [...rows, ...monitors.data.items.map(monitorRow)]
  const isSilent = [...schedules.data.items, ...triggers.data.items].some((one) => !one.fires_by_itself)
  if (every.length === 0)
    return <EmptyState title={texts.empty} body={texts.emptyBody} command="sluice init schedules" />
  const view = tableViewOf(search)
  const shown = shownRows(every, search, view.sort)
  return (
    <>
      {isSilent && <p className="quiet">{texts.notByItself}</p>}
      <DataTable
        label={texts.title}
        columns={columns}
        rows={shown}
        rowId={({ id }) => id}
        view={view}
        onView={(next: TableView) => onChange(searchOfTableView(next))}
        onOpen={({ kind, name }) => open(objectKind(kind), name)?.()}
        toolbar={<ListFilter search={search} onChange={onChange} />}
      />
      {shown.length === 0 && <p className="quiet">{texts.noMatch}</p>}
    </>
  )
}

function ListFilter({ search, onChange }: ListProps): ReactNode {
  const texts = useMessages(schedulesMessages)
  return (
    <>
      <TypedField label={texts.find} text={search.text ?? ''} onText={(text) => onChange({ text })} />
      <select
        className="field"
        aria-label={texts.columns.kind}
        value={search.kind ?? ''}
        onChange={({ target }) => onChange({ kind: target.value })}
      >
        <option value="">{texts.anyKind}</option>
        {triggerKinds.map((kind) => (
          <option key={kind} value={kind}>
            {texts.kind[kind]}
          </option>
        ))}
      </select>
      <select
        className="field"
        aria-label={texts.columns.status}
        value={search.state ?? ''}
        onChange={({ target }) => onChange({ state: target.value })}
      >
        <option value="">{texts.anyState}</option>
        {triggerStates.map((state) => (
          <option key={state} value={state}>
            {texts.status[state]}
          </option>
        ))}
      </select>
    </>
  )
}

function useColumns(): readonly Column<TriggerRow>[] {
  const texts = useMessages(schedulesMessages)
  const wall = useWallTime()
  const { columns } = texts
  return [
    {
      id: 'name',
      label: columns.name,
      width: 190,
      isPinned: true,
      isSortable: true,
      cell: ({ kind, name }) => <ObjectLink kind={objectKind(kind)} name={name} />,
    },
    { id: 'status', label: columns.status, width: 110, cell: ({ status }) => <TriggerState status={status} /> },
    { id: 'kind', label: columns.kind, width: 95, cell: ({ kind }) => texts.kind[kind] },
    { id: 'when', label: columns.when, width: 215, cell: ({ when, problem }) => <span title={problem}>{when}</span> },
    {
      id: 'next',
      label: columns.next,
      width: 110,
      isSortable: true,
      cell: ({ next }) =>
        next !== undefined && (
          <span title={[next.local_time === undefined ? '' : wall(next.local_time), next.note ?? ''].join(' ').trim()}>
            <TimeAgo at={next.time} />
            {next.note !== undefined && (
              <>
                <span aria-hidden="true"> ⚠</span>
                <span className="spoken"> {next.note}</span>
              </>
            )}
          </span>
        ),
    },
    {
      id: 'recent',
      label: columns.recent,
      width: 200,
      cell: ({ kind, name }) =>
        kind === 'monitor' ? (
          <RunStrip name={name} />
        ) : (
          <FiringStrip family={kind === 'trigger' ? 'trigger' : 'schedule'} name={name} />
        ),
    },
    {
      id: 'starts',
      label: columns.starts,
      width: 220,
      cell: ({ starts }) => starts !== undefined && <StartedLink started={starts} />,
    },
  ]
}

function objectKind(kind: TriggerRow['kind']): 'schedule' | 'trigger' | 'monitor' {
  return kind === 'trigger' || kind === 'monitor' ? kind : 'schedule'
}
