import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { promptsMessages } from './messages.ts'
import { PromptAliases } from './prompt-aliases.tsx'
import { linesOfTemplate, ownTags, promptTags, promptVersionOf } from './prompt-template.ts'
import { WriteDialog } from './write-dialog.tsx'
import type { MlflowRegisteredModel } from '../../api/mlflow-messages.ts'
import { nameFilter, useRegisteredModels } from '../../api/registered-models.ts'
import { Button } from '../../components/button.tsx'
import type { Column } from '../../components/data-table/column.ts'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './prompts.css'

const route = getRouteApi('/prompts')

/** Every prompt; asked of the server page by page. */
export function PromptsPage(): ReactNode {
  const texts = useMessages(promptsMessages)
  const { text = '' } = route.useSearch()
  const navigate = useNavigate({ from: '/prompts' })
  const open = useNavigate()
  const columns = useColumns()
  const [isWriting, setWriting] = useState(false)
  const filter = [`tags.\`${promptTags.isPrompt}\` = 'true'`, ...nameFilter(text)].join(' AND ')
  const { rows, query: prompts } = useRegisteredModels({ filter })
  const setText = (next: string): void => void navigate({ search: next === '' ? {} : { text: next }, replace: true })
  return (
    <Page
      title={texts.title}
      actions={
        <Button look="primary" icon="plus" onClick={() => setWriting(true)}>
          {texts.create}
        </Button>
      }
    >
      {(text !== '' || rows.length > 0) && <SearchField label={texts.search} text={text} onText={setText} />}
      {prompts.isPending ? (
        <Skeleton lines={8} />
      ) : prompts.isError && rows.length === 0 ? (
        <ErrorState error={prompts.error} onRetry={() => void prompts.refetch()} />
      ) : rows.length === 0 && text === '' ? (
        <EmptyState
          title={texts.empty}
          body={texts.emptyBody}
          command={`mlflow.genai.register_prompt("greet", "Hello {{name}}")`}
        />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.nothing(text)} body="">
          <Button onClick={() => setText('')}>{texts.clear}</Button>
        </EmptyState>
      ) : (
        <DataTable
          label={texts.title}
          columns={columns}
          rows={rows}
          rowId={({ name }) => name}
          onOpen={({ name }) => void open({ to: '/prompts/$name', params: { name } })}
          isLoadingMore={prompts.isFetchingNextPage}
          {...(prompts.hasNextPage && { onMore: () => void prompts.fetchNextPage() })}
        />
      )}
      {isWriting && (
        <WriteDialog
          onDone={(name) => void open({ to: '/prompts/$name', params: { name } })}
          onClose={() => setWriting(false)}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<MlflowRegisteredModel>[] {
  const texts = useMessages(promptsMessages)
  const { columns, kinds } = texts
  return [
    {
      id: 'name',
      label: columns.name,
      width: 220,
      isPinned: true,
      cell: ({ name }) => (
        <Link to="/prompts/$name" params={{ name }}>
          {name}
        </Link>
      ),
    },
    { id: 'latest', label: columns.latest, width: 130, align: 'end', cell: (prompt) => newest(prompt)?.version },
    {
      id: 'aliases',
      label: columns.aliases,
      width: 230,
      cell: ({ aliases = [] }) => <PromptAliases aliases={aliases} />,
    },
    {
      id: 'kind',
      label: columns.kind,
      width: 120,
      cell: (prompt) => {
        const version = newest(prompt)
        return version !== undefined && kinds[version.template.kind]
      },
    },
    {
      id: 'text',
      label: columns.text,
      width: 380,
      cell: (prompt) => {
        const version = newest(prompt)
        return version !== undefined && linesOfTemplate(version.template).slice(0, mostLetters)
      },
    },
    {
      id: 'tags',
      label: columns.tags,
      width: 170,
      cell: ({ tags = [] }) =>
        ownTags(tags)
          .map(({ key, value }) => `${key}=${value}`)
          .join(', '),
    },
    {
      id: 'updated',
      label: columns.updated,
      cell: ({ last_updated_timestamp: at }) => at !== undefined && <TimeAgo at={at} />,
    },
  ]
}

const mostLetters = 200

/** MLflow tells the newest version of each stage; prompts have none but the first. */
function newest({ latest_versions: versions = [], aliases }: MlflowRegisteredModel) {
  const latest = versions.toSorted((a, b) => Number(b.version) - Number(a.version))[0]
  return latest === undefined ? undefined : promptVersionOf(latest, aliases)
}
