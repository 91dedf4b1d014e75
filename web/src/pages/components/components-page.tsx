import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { componentsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { type AssetList, useAssetList } from '../../api/asset-calls.ts'
import { restQuery } from '../../api/rest-client.ts'
import { AssetListFrame } from '../../components/asset-list-frame.tsx'
import { fitsText, withAssetSearch } from '../../components/asset-search.ts'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { assetsMessages } from '../../messages/assets.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const route = getRouteApi('/components')

type Use = components['schemas']['AssetUse']

interface Row {
  readonly name: string
  /** Of one of the program's own. */
  readonly registry?: string
  readonly kind?: string | undefined
  readonly latest?: string | undefined
  readonly versions: number
  readonly description?: string | undefined
  readonly isArchived: boolean
  readonly updatedAt?: string
  readonly use?: Use | undefined
}

/** Every component, the program's own included, and who uses it. */
export function ComponentsPage(): ReactNode {
  const texts = useMessages(componentsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/components' })
  const list = useAssetList('components', { withArchived: search.archived === true })
  const uses = useQuery(restQuery('/api/v1/component-use'))
  const rows = rowsOf(list.data?.pages ?? [], uses.data?.items ?? [])
  const registered = rows.filter(({ registry }) => registry === undefined)
  const shown = rows.filter((row) => fitsText(row, search.text))
  return (
    <Page title={texts.title}>
      <AssetListFrame
        list={list}
        search={search}
        onSearch={(next) => void navigate({ search: withAssetSearch(next), replace: true })}
        nothing={texts.nothing}
        isEmpty={shown.length === 0}
      >
        {registered.length === 0 && search.text === undefined && (
          <EmptyState title={texts.empty} body={texts.emptyBody} command="sluice component create --file train.yml" />
        )}
        <ComponentsTable rows={shown} {...(list.hasNextPage && { onMore: () => void list.fetchNextPage() })} />
      </AssetListFrame>
    </Page>
  )
}

function ComponentsTable({ rows, onMore }: { readonly rows: readonly Row[]; readonly onMore?: () => void }): ReactNode {
  const texts = useMessages(componentsMessages)
  const columns = useColumns()
  const open = useNavigate()
  return (
    <DataTable
      label={texts.title}
      columns={columns}
      rows={rows}
      rowId={({ name, registry = '' }) => `${registry}/${name}`}
      onOpen={({ name, registry }) =>
        void open({
          to: '/components/$name',
          params: { name },
          ...(registry !== undefined && { search: { registry } }),
        })
      }
      {...(onMore !== undefined && { onMore })}
    />
  )
}

function useColumns(): readonly Column<Row>[] {
  const texts = useMessages(componentsMessages)
  const shared = useMessages(assetsMessages)
  const format = useFormat()
  const { columns } = texts
  return [
    {
      id: 'name',
      label: columns.name,
      width: 270,
      isPinned: true,
      cell: ({ name, registry, isArchived }) => (
        <span className="row">
          <Link to="/components/$name" params={{ name }} {...(registry !== undefined && { search: { registry } })}>
            {name}
          </Link>
          {registry !== undefined && <Badge tone="quiet">{texts.builtIn}</Badge>}
          {isArchived && <Badge tone="quiet">{shared.archived}</Badge>}
        </span>
      ),
    },
    { id: 'kind', label: columns.kind, width: 100, cell: ({ kind }) => kind },
    { id: 'latest', label: columns.latest, width: 100, cell: ({ latest }) => latest ?? '–' },
    {
      id: 'versions',
      label: columns.versions,
      width: 90,
      align: 'end',
      cell: ({ versions }) => format.count(versions),
    },
    { id: 'description', label: columns.description, width: 320, cell: ({ description }) => description },
    {
      id: 'used_by',
      label: columns.usedBy,
      width: 200,
      cell: ({ use }) => {
        const [first, ...others] = use?.pipelines ?? []
        return first === undefined ? undefined : texts.usedBy(first.name, others.length)
      },
    },
    {
      id: 'jobs',
      label: columns.jobs,
      width: 80,
      align: 'end',
      cell: ({ use }) => format.count(use?.job_count ?? 0),
    },
    {
      id: 'last_used',
      label: columns.lastUsed,
      cell: ({ use }) =>
        use === undefined ? <span className="quiet">{shared.never}</span> : <TimeAgo at={use.last_used_at} />,
    },
    {
      id: 'updated',
      label: columns.updated,
      cell: ({ updatedAt }) => updatedAt !== undefined && <TimeAgo at={updatedAt} />,
    },
  ]
}

function rowsOf(pages: readonly AssetList[], uses: readonly Use[]): readonly Row[] {
  const useOf = (name: string, registry?: string): Use | undefined =>
    uses.find((use) => use.name === name && use.registry === registry)
  const registered = pages.flatMap(({ items }) => items)
  const own = pages.flatMap(({ built_in: builtIn = [] }) => builtIn)
  return [
    ...registered.map((asset) => ({
      name: asset.name,
      kind: asset.type,
      latest: asset.latest_version,
      versions: asset.version_count,
      description: asset.description,
      isArchived: asset.is_archived,
      updatedAt: asset.updated_at,
      use: useOf(asset.name),
    })),
    ...own.map(({ registry, name, type, version, description }) => ({
      ...{ registry, name, kind: type, latest: version, versions: 1, description, isArchived: false },
      use: useOf(name, registry),
    })),
  ]
}
