import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AliasBadges } from './alias-badges.tsx'
import { modelsMessages } from './messages.ts'
import type { MlflowRegisteredModel } from '../../api/mlflow-messages.ts'
import { nameFilter, useRegisteredModels } from '../../api/registered-models.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { tagsText } from './model-types.ts'
import './models.css'

const route = getRouteApi('/models')
const orders: Readonly<Record<string, string>> = { name: 'name', updated: 'last_updated_timestamp' }

/** Every registered model; asked of the server page by page, so that any number of them can be searched. */
export function ModelsPage(): ReactNode {
  const texts = useMessages(modelsMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/models' })
  const open = useNavigate()
  const columns = useColumns()
  const { text, sort } = search
  const [filter] = nameFilter(text ?? '')
  const { rows, query: models } = useRegisteredModels({ ...(filter !== undefined && { filter }), ...orderOf(sort) })
  const setText = (next: string): void =>
    void navigate({
      search: ({ text: _, ...old }) => (next === '' ? old : { ...old, text: next }),
      replace: true,
    })
  return (
    <Page title={texts.title}>
      {(text !== undefined || rows.length > 0) && (
        <SearchField text={text ?? ''} label={texts.search} onText={setText} />
      )}
      {models.isPending ? (
        <Skeleton lines={8} />
      ) : models.isError && rows.length === 0 ? (
        <ErrorState error={models.error} onRetry={() => void models.refetch()} />
      ) : rows.length === 0 && text === undefined ? (
        <EmptyState
          title={texts.empty}
          body={texts.emptyBody}
          command="sluice init diabetes && sluice run diabetes/pipeline.yml"
        />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.nothing(text ?? '')} body="">
          <Button onClick={() => setText('')}>{texts.clearSearch}</Button>
        </EmptyState>
      ) : (
        <DataTable
          label={texts.title}
          columns={columns}
          rows={rows}
          rowId={({ name }) => name}
          view={tableViewOf(search)}
          onView={(view) =>
            void navigate({ search: (old) => withoutUndefined({ ...old, ...searchOfTableView(view) }) })
          }
          onOpen={({ name }) => void open({ to: '/models/$name', params: { name } })}
          isLoadingMore={models.isFetchingNextPage}
          {...(models.hasNextPage && { onMore: () => void models.fetchNextPage() })}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<MlflowRegisteredModel>[] {
  const texts = useMessages(modelsMessages).columns
  return [
    {
      id: 'name',
      label: texts.name,
      width: 240,
      isPinned: true,
      isSortable: true,
      cell: ({ name }) => (
        <Link to="/models/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'latest', label: texts.latest, width: 130, align: 'end', cell: newest },
    {
      id: 'aliases',
      label: texts.aliases,
      width: 230,
      cell: ({ aliases = [] }) => (
        <AliasBadges aliases={Object.fromEntries(aliases.map(({ alias, version }) => [alias, version]))} />
      ),
    },
    { id: 'description', label: texts.description, width: 260, cell: ({ description }) => description },
    {
      id: 'tags',
      label: texts.tags,
      width: 170,
      cell: ({ tags = [] }) => tagsText(Object.fromEntries(tags.map(({ key, value }) => [key, value]))),
    },
    {
      id: 'updated',
      label: texts.updated,
      isSortable: true,
      cell: ({ last_updated_timestamp: at }) => at !== undefined && <TimeAgo at={at} />,
    },
  ]
}

/** MLflow tells the newest version of each stage. */
function newest({ latest_versions: versions = [] }: MlflowRegisteredModel): string {
  return versions.length === 0 ? '–' : String(Math.max(...versions.map(({ version }) => Number(version))))
}

function orderOf(sort: string | undefined): { readonly order_by?: readonly string[] } {
  const field = orders[sort?.replace(/^-/, '') ?? '']
  return field === undefined ? {} : { order_by: [`${field} ${sort!.startsWith('-') ? 'DESC' : 'ASC'}`] }
}

function withoutUndefined(record: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
