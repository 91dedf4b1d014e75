import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { dataMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'

type Asset = components['schemas']['Asset']

/** Every data asset. */
export function DataPage(): ReactNode {
  const texts = useMessages(dataMessages)
  const navigate = useNavigate()
  const assets = useQuery(restQuery('/api/v1/data', { params: { query: { limit: 1000 } } }))
  return (
    <Page title={texts.title}>
      <Loaded query={assets} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice data create --name my-data --type uri_file --path my-data.csv"
            />
          ) : (
            <DataTable
              label={texts.title}
              columns={columnsIn(texts)}
              rows={items}
              rowId={({ name }) => name}
              onOpen={({ name }) => void navigate({ to: '/data/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

function columnsIn({ columns }: Translation<typeof dataMessages.en>): readonly Column<Asset>[] {
  return [
    {
      id: 'name',
      label: columns.name,
      width: 280,
      isPinned: true,
      cell: ({ name }) => (
        <Link to="/data/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'type', label: columns.type, width: 110, cell: ({ type }) => type },
    { id: 'latest', label: columns.latest, width: 150, cell: ({ latest_version: latest }) => latest },
    { id: 'versions', label: columns.versions, width: 90, align: 'end', cell: ({ version_count: count }) => count },
    { id: 'description', label: columns.description, width: 380, cell: ({ description }) => description },
    { id: 'updated', label: columns.updated, cell: ({ updated_at: at }) => <TimeAgo at={at} /> },
  ]
}
