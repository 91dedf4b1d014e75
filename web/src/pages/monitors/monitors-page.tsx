import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { monitorsMessages } from './messages.ts'
import { MonitorState } from './monitor-state.tsx'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import type { Translation } from '../../messages/catalogue.ts'
import { useMessages } from '../../messages/catalogue.ts'

type Monitor = components['schemas']['Monitor']

/** Every monitor, those in breach first. */
export function MonitorsPage(): ReactNode {
  const texts = useMessages(monitorsMessages)
  const navigate = useNavigate()
  const monitors = useQuery(restQuery('/api/v1/monitors'))
  return (
    <Page title={texts.title}>
      <Loaded query={monitors} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice monitor create examples/monitor/monitor.yml"
            />
          ) : (
            <DataTable
              label={texts.title}
              columns={columnsIn(texts)}
              rows={[...items].sort((left, right) => openCount(right) - openCount(left))}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/monitors/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function openCount({ alerts }: Monitor): number {
  return alerts.filter(({ status }) => status === 'open').length
}

function columnsIn(texts: Translation<typeof monitorsMessages.en>): readonly Column<Monitor>[] {
  const { columns } = texts
  return [
    {
      id: 'name',
      label: columns.name,
      width: 200,
      isPinned: true,
      cell: ({ name }) => (
        <Link to="/monitors/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'state', label: columns.state, width: 150, cell: (monitor) => <MonitorState monitor={monitor} /> },
    {
      id: 'alerts',
      label: columns.alerts,
      width: 250,
      cell: ({ alerts }) => alerts.map(alertText).join('; '),
    },
    {
      id: 'watches',
      label: columns.watches,
      width: 170,
      cell: ({ endpoint, deployment, model, signals }) =>
        endpoint !== undefined
          ? [endpoint, deployment].filter(Boolean).join(' / ')
          : (model ?? signals.map(({ name }) => name).join(', ')),
    },
    { id: 'when', label: columns.when, width: 180, cell: ({ when }) => when },
    {
      id: 'last',
      label: columns.last,
      width: 130,
      cell: ({ last_run: last }) => last !== undefined && <TimeAgo at={last.ended_at ?? last.noted_at} />,
    },
    {
      id: 'next',
      label: columns.next,
      width: 130,
      cell: ({ next: [next] }) => next !== undefined && <TimeAgo at={next} />,
    },
  ]
}

function alertText({ signal, findings }: components['schemas']['Alert']): string {
  const features = [...new Set(findings.map(({ feature }) => feature).filter((feature) => feature !== ''))]
  return features.length === 0 ? signal : `${signal}: ${features.join(', ')}`
}
