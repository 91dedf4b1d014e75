import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AssessedValue } from './assessed-value.tsx'
import { tracesMessages } from './messages.ts'
import { SessionLink } from './session-link.tsx'
import { TraceState } from './trace-state.tsx'
import type { TraceRow } from './trace-types.ts'
import { orders } from './traces-query.ts'
import type { Column } from '../../components/data-table/column.ts'
import { ObjectLink } from '../../components/object-link.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** What a table of traces can show. */
export function useTraceColumns(): readonly Column<TraceRow>[] {
  const texts = useMessages(tracesMessages)
  const format = useFormat()
  const { columns } = texts
  const count = (value: number | undefined): ReactNode => value !== undefined && format.count(value)
  const all: readonly Omit<Column<TraceRow>, 'isSortable' | 'label'>[] = [
    { id: 'time', width: 130, cell: ({ started_at: at }) => <TimeAgo at={at} /> },
    { id: 'name', width: 190, isPinned: true, cell: (trace) => <TraceLink trace={trace} /> },
    { id: 'state', width: 112, cell: ({ state }) => <TraceState state={state} /> },
    {
      id: 'duration',
      width: 92,
      align: 'end',
      cell: ({ duration_ms: ms }) => ms !== undefined && format.duration(ms),
    },
    { id: 'request', width: 280, cell: ({ request }) => previewText(request) },
    { id: 'response', width: 280, isHidden: true, cell: ({ response }) => previewText(response) },
    { id: 'tokens', width: 84, align: 'end', cell: ({ total_tokens: tokens }) => count(tokens) },
    {
      id: 'cost',
      width: 100,
      align: 'end',
      isHidden: true,
      cell: ({ total_cost: cost }) => cost !== undefined && format.number(cost),
    },
    { id: 'session', width: 130, cell: ({ session }) => session !== undefined && <SessionLink session={session} /> },
    { id: 'assessments', width: 240, cell: (trace) => <Assessments trace={trace} /> },
    { id: 'user', width: 120, isHidden: true, cell: ({ user }) => user },
    {
      id: 'run',
      width: 180,
      isHidden: true,
      cell: ({ run_id: run }) => run !== undefined && <ObjectLink kind="run" name={run} />,
    },
    {
      id: 'experiment',
      width: 120,
      isHidden: true,
      cell: ({ experiment_id: id }) => <ObjectLink kind="experiment" name={id} />,
    },
    { id: 'id', width: 300, isHidden: true, cell: ({ trace_id: id }) => <span className="mono">{id}</span> },
    {
      id: 'tags',
      width: 220,
      isHidden: true,
      cell: ({ tags }) =>
        Object.entries(tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
    },
  ]
  return all.map((column) => ({
    ...column,
    label: columns[column.id as keyof typeof columns],
    ...(column.id in orders && { isSortable: true }),
  }))
}

function TraceLink({ trace: { trace_id: id, name = id } }: { readonly trace: TraceRow }): ReactNode {
  return (
    <Link to="/traces/$name" params={{ name: id }}>
      {name}
    </Link>
  )
}

/** A preview is often the JSON of a call's arguments or of a text: where it is whole, the values say more than it does. */
function previewText(preview: string | undefined): string | undefined {
  if (preview === undefined || !/^["{]/.test(preview)) return preview
  try {
    if (preview.startsWith('"')) return JSON.parse(preview) as string
    const values = Object.values(JSON.parse(preview) as object) as readonly unknown[]
    return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' · ')
  } catch {
    return preview
  }
}

const mostShown = 3

function Assessments({ trace: { assessments } }: { readonly trace: TraceRow }): ReactNode {
  const texts = useMessages(tracesMessages).assessments
  if (assessments.length === 0) return null
  return (
    <span className="trace-said">
      {assessments.slice(0, mostShown).map(({ name, value, is_error: isError }, index) =>
        isError ? (
          <Badge key={`${name} ${index}`} tone="warn">
            {name}: {texts.failed}
          </Badge>
        ) : (
          <AssessedValue key={`${name} ${index}`} name={name} value={value} />
        ),
      )}
      {assessments.length > mostShown && <span className="quiet">+{assessments.length - mostShown}</span>}
    </span>
  )
}
