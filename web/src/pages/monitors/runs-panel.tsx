import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Badge, type Tone } from '../../components/status-badge.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

type Run = components['schemas']['MonitorRun']
type Texts = Translation<typeof monitorsMessages.en>

/** Every computation, and what of it could not be computed. */
export function RunsPanel({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(monitorsMessages)
  const format = useFormat()
  const params = { path: { name }, query: { limit: 1000 } }
  const runs = useQuery({
    ...restQuery('/api/v1/monitors/{name}/runs', { params }),
    refetchInterval: ({ state: { data } }) => data?.items.some(({ status }) => status === 'pending') === true && 2000,
  })
  return (
    <Loaded query={runs} lines={6}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState title={texts.runs.none} body={texts.runs.noneBody} />
        ) : (
          <DataTable label={texts.tabs.runs} columns={runColumns(texts, format)} rows={items} rowId={({ id }) => id} />
        )
      }
    </Loaded>
  )
}

const runTones: Readonly<Record<Run['status'], Tone>> = {
  pending: 'busy',
  completed: 'good',
  failed: 'bad',
  skipped: 'quiet',
}

function runColumns({ runs: texts }: Texts, format: Format): readonly Column<Run>[] {
  const sum = (run: Run, of: (signal: Run['signals'][number]) => number): string =>
    format.count(run.signals.reduce((all, signal) => all + of(signal), 0))
  return [
    { id: 'time', label: texts.time, width: 190, isPinned: true, cell: ({ nominal_time: at }) => format.time(at) },
    {
      id: 'state',
      label: texts.state,
      width: 120,
      cell: ({ status }) => <Badge tone={runTones[status]}>{texts.status[status]}</Badge>,
    },
    { id: 'why', label: texts.why, width: 100, cell: ({ reason }) => texts.reasons[reason] },
    {
      id: 'signals',
      label: texts.signals,
      width: 220,
      cell: ({ signals }) => {
        const lacking = signals.filter(({ status }) => status !== 'computed')
        if (signals.length === 0) return null
        return lacking.length === 0
          ? texts.computed
          : lacking
              .map(({ name, status }) => (status === 'failed' ? texts.failed(name) : texts.noData(name)))
              .join(', ')
      },
    },
    {
      id: 'breaches',
      label: texts.breaches,
      width: 100,
      align: 'end',
      cell: (run) => sum(run, ({ breach_count: count }) => count),
    },
    {
      id: 'verdicts',
      label: texts.verdicts,
      width: 90,
      align: 'end',
      cell: (run) => sum(run, ({ verdict_count: count }) => count),
    },
    {
      id: 'rows',
      label: texts.rows,
      width: 100,
      align: 'end',
      cell: ({ signals }) => format.count(Math.max(0, ...signals.map(({ rows }) => rows?.production ?? 0))),
    },
    {
      id: 'detail',
      label: texts.detail,
      width: 420,
      cell: ({ detail, signals }) => detail ?? signals.find(({ status }) => status !== 'computed')?.detail,
    },
  ]
}
