import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { batchMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type BatchEndpoint = components['schemas']['BatchEndpoint']

/** Every batch endpoint. */
export function BatchListPage(): ReactNode {
  const texts = useMessages(batchMessages)
  const navigate = useNavigate()
  const columns = useColumns()
  const endpoints = useQuery(restQuery('/api/v1/batch-endpoints', {}))
  return (
    <Page title={texts.title}>
      <Loaded query={endpoints} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice batch-endpoint create --file endpoint.yml && sluice batch-deployment create --file deployment.yml"
            />
          ) : (
            <DataTable
              label={texts.title}
              columns={columns}
              rows={items}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/batch-endpoints/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function useColumns(): readonly Column<BatchEndpoint>[] {
  const { columns: texts, noUsual } = useMessages(batchMessages)
  return [
    {
      id: 'name',
      label: texts.name,
      width: 240,
      isPinned: true,
      cell: ({ name }) => (
        <Link to="/batch-endpoints/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'usual', label: texts.usual, width: 200, cell: ({ defaults }) => defaults.deployment_name ?? noUsual },
    { id: 'description', label: texts.description, width: 380, cell: ({ description }) => description },
    { id: 'updated', label: texts.updated, cell: ({ updated_at: at }) => <TimeAgo at={at} /> },
  ]
}
