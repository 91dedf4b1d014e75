import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { publishedMessages } from './messages.ts'
import { type Pipeline, PipelineState } from './pipeline-state.tsx'
import { restQuery } from '../../api/rest-client.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface Row {
  /** The version that answers, or the newest where none does. */
  readonly shown: Pipeline
  readonly versions: number
}

/** Every name under which pipelines are published. */
export function PublishedListPage(): ReactNode {
  const texts = useMessages(publishedMessages)
  const navigate = useNavigate()
  const columns = useColumns()
  const pipelines = useQuery(restQuery('/api/v1/published-pipelines', { params: { query: { with_archived: true } } }))
  return (
    <Page title={texts.title}>
      <Loaded query={pipelines} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title={texts.empty}
              body={texts.emptyBody}
              command="sluice pipeline publish pipeline.yml --name weekly-report"
            />
          ) : (
            <DataTable
              label={texts.title}
              columns={columns}
              rows={rowsOf(items)}
              rowId={({ shown: { name } }) => name}
              onOpen={({ shown: { name } }) => void navigate({ to: '/published/$name', params: { name } })}
            />
          )
        }
      </Loaded>
    </Page>
  )
}

/** The server tells the versions by name, the newest first. */
function rowsOf(items: readonly Pipeline[]): readonly Row[] {
  const byName = new Map<string, Pipeline[]>()
  for (const item of items) byName.set(item.name, [...(byName.get(item.name) ?? []), item])
  return [...byName.values()].map((versions) => ({
    shown: versions.find(({ status }) => status === 'enabled') ?? versions[0]!,
    versions: versions.length,
  }))
}

function useColumns(): readonly Column<Row>[] {
  const texts = useMessages(publishedMessages).columns
  const format = useFormat()
  return [
    {
      id: 'name',
      label: texts.name,
      width: 220,
      isPinned: true,
      cell: ({ shown: { name } }) => (
        <Link to="/published/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    {
      id: 'status',
      label: texts.status,
      width: 120,
      cell: ({ shown: { status } }) => <PipelineState status={status} />,
    },
    {
      id: 'version',
      label: texts.version,
      width: 160,
      cell: ({ shown: { status, version } }) => (status === 'enabled' ? version : '–'),
    },
    { id: 'versions', label: texts.versions, width: 90, align: 'end', cell: ({ versions }) => format.count(versions) },
    { id: 'description', label: texts.description, width: 340, cell: ({ shown: { description } }) => description },
    { id: 'by', label: texts.by, width: 110, cell: ({ shown: { created_by: by } }) => by },
    { id: 'updated', label: texts.updated, cell: ({ shown: { updated_at: at } }) => <TimeAgo at={at} /> },
  ]
}
