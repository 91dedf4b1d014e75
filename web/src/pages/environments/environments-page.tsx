import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { StateBadge } from './environment-state.tsx'
import { FreeSpace } from './free-space.tsx'
import { environmentsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { type AssetList, useAssetList } from '../../api/asset-calls.ts'
import { restQuery } from '../../api/rest-client.ts'
import { AssetListFrame } from '../../components/asset-list-frame.tsx'
import { fitsText, withAssetSearch } from '../../components/asset-search.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { assetsMessages } from '../../messages/assets.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'
import './environments.css'

const route = getRouteApi('/environments')

type State = components['schemas']['EnvironmentSummary']
type Use = components['schemas']['AssetUse']

interface Row {
  readonly name: string
  /** Of a curated one. */
  readonly registry?: string
  readonly latest?: string | undefined
  readonly description?: string | undefined
  readonly isArchived: boolean
  readonly updatedAt?: string
  readonly state?: State | undefined
  readonly use?: Use | undefined
}

/** Every environment, the curated ones included: whether it is built, how large it is, and when it was used. */
export function EnvironmentsPage(): ReactNode {
  const texts = useMessages(environmentsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/environments' })
  const [isFreeing, setFreeing] = useState(false)
  const list = useAssetList('environments', { withArchived: search.archived === true })
  const states = useQuery({ ...restQuery('/api/v1/environment-states'), refetchInterval: refetchWhileBuilding })
  const uses = useQuery(restQuery('/api/v1/environment-use'))
  const rows = rowsOf(list.data?.pages ?? [], states.data?.items ?? [], uses.data?.items ?? [])
  const shown = rows.filter((row) => fitsText(row, search.text))
  const isOwnEmpty = rows.every(({ registry }) => registry !== undefined)
  return (
    <Page title={texts.title} actions={<Button onClick={() => setFreeing(true)}>{texts.free.button}</Button>}>
      <AssetListFrame
        list={list}
        search={search}
        onSearch={(next) => void navigate({ search: withAssetSearch(next), replace: true })}
        nothing={texts.nothing}
        isEmpty={shown.length === 0}
      >
        {isOwnEmpty && search.text === undefined && (
          <EmptyState
            title={texts.empty}
            body={texts.emptyBody}
            command="sluice env create --name my-env --conda-file conda.yml"
          />
        )}
        <EnvironmentsTable rows={shown} {...(list.hasNextPage && { onMore: () => void list.fetchNextPage() })} />
      </AssetListFrame>
      {isFreeing && <FreeSpace onClose={() => setFreeing(false)} />}
    </Page>
  )
}

function refetchWhileBuilding({
  state: { data },
}: {
  readonly state: { readonly data: { readonly items: readonly State[] } | undefined }
}): number | false {
  return data?.items.some(({ state }) => state === 'building') === true && 2000
}

function EnvironmentsTable({
  rows,
  onMore,
}: {
  readonly rows: readonly Row[]
  readonly onMore?: () => void
}): ReactNode {
  const texts = useMessages(environmentsMessages)
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
          to: '/environments/$name',
          params: { name },
          ...(registry !== undefined && { search: { registry } }),
        })
      }
      {...(onMore !== undefined && { onMore })}
    />
  )
}

function useColumns(): readonly Column<Row>[] {
  const texts = useMessages(environmentsMessages)
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
        <span className="row environment-name">
          <Link to="/environments/$name" params={{ name }} {...(registry !== undefined && { search: { registry } })}>
            {name}
          </Link>
          {registry !== undefined && <Badge tone="quiet">{texts.curated}</Badge>}
          {isArchived && <Badge tone="quiet">{shared.archived}</Badge>}
        </span>
      ),
    },
    { id: 'latest', label: columns.latest, width: 80, cell: ({ latest }) => latest },
    {
      id: 'state',
      label: columns.state,
      width: 150,
      cell: ({ state }) => state !== undefined && <StateBadge state={state.state} />,
    },
    { id: 'source', label: columns.source, width: 230, cell: ({ state }) => madeOf(state) },
    {
      id: 'packages',
      label: columns.packages,
      width: 90,
      align: 'end',
      cell: ({ state }) => state?.package_count !== undefined && format.count(state.package_count),
    },
    {
      id: 'size',
      label: columns.size,
      width: 90,
      align: 'end',
      cell: ({ state }) => state?.size_bytes !== undefined && format.bytes(state.size_bytes),
    },
    {
      id: 'jobs',
      label: columns.jobs,
      width: 70,
      align: 'end',
      cell: ({ use }) => use !== undefined && format.count(use.job_count),
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

/** A conda file makes the packages; the image alone would need containers. */
function madeOf(state: State | undefined): string {
  const parts = [state?.has_conda_file === true ? 'conda' : '', state?.image ?? '']
  return parts.filter((part) => part !== '').join(' + ')
}

function rowsOf(pages: readonly AssetList[], states: readonly State[], uses: readonly Use[]): readonly Row[] {
  const known = (name: string, registry?: string): Pick<Row, 'state' | 'use'> => {
    const isIt = (each: { readonly name: string; readonly registry?: string }): boolean =>
      each.name === name && each.registry === registry
    return { state: states.find(isIt), use: uses.find(isIt) }
  }
  const registered = pages.flatMap(({ items }) => items)
  const curated = pages.flatMap(({ built_in: builtIn = [] }) => builtIn)
  return [
    ...registered.map((asset) => ({
      name: asset.name,
      latest: asset.latest_version,
      description: asset.description,
      isArchived: asset.is_archived,
      updatedAt: asset.updated_at,
      ...known(asset.name),
    })),
    ...curated.map(({ registry, name }) => ({ registry, name, isArchived: false, ...known(name, registry) })),
  ]
}
