import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { EndpointState } from './endpoint-state.tsx'
import { endpointsMessages } from './messages.ts'
import { sharesText } from './traffic-shares.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Endpoint = components['schemas']['Endpoint']

/** Every endpoint, with who answers behind it. */
export function EndpointsPage(): ReactNode {
  const texts = useMessages(endpointsMessages)
  const navigate = useNavigate()
  const endpoints = useQuery({ ...restQuery('/api/v1/endpoints', { params: { query: { limit: 1000 } } }) })
  return (
    <Page title={texts.title}>
      <Loaded query={endpoints} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice endpoint deploy my-endpoint --model my-model@champion"
            />
          ) : (
            <DataTable
              label={texts.title}
              columns={columnsIn(texts)}
              rows={items}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/endpoints/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function columnsIn(texts: ReturnType<typeof useMessages<typeof endpointsMessages.en>>): readonly Column<Endpoint>[] {
  const { columns } = texts
  return [
    {
      id: 'name',
      label: columns.name,
      width: 220,
      isPinned: true,
      cell: ({ name }) => (
        <Link to="/endpoints/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'status', label: columns.status, width: 130, cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
    {
      id: 'traffic',
      label: columns.traffic,
      width: 240,
      cell: ({ traffic }) => sharesText(traffic, texts.traffic.none),
    },
    {
      id: 'models',
      label: columns.models,
      width: 260,
      cell: ({ deployments }) => [...new Set(deployments.flatMap(({ model }) => model ?? []))].join(', '),
    },
    {
      id: 'authentication',
      label: columns.authentication,
      width: 130,
      cell: ({ auth_mode: mode }) => (mode in texts.auth ? texts.auth[mode as keyof typeof texts.auth] : mode),
    },
    { id: 'updated', label: columns.updated, cell: ({ updated_at: at }) => <TimeAgo at={at} /> },
  ]
}
