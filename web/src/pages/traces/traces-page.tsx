import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { tracesMessages } from './messages.ts'
import { deleteTraces } from './trace-changes.ts'
import { useTraceColumns } from './trace-columns.tsx'
import type { TraceRow } from './trace-types.ts'
import { useTraces } from './traces-query.ts'
import type { TracesSearch } from './traces-search.ts'
import { type TracesChange, TracesToolbar } from './traces-toolbar.tsx'
import { useTraceRefresh } from './use-trace-refresh.ts'
import { ServerError } from '../../api/server-error.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table/data-table.tsx'
import { nothingSelected, type Selection } from '../../components/data-table/selection.ts'
import { searchOfTableView, tableViewOf } from '../../components/data-table/table-view.ts'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import './traces.css'

const route = getRouteApi('/traces')
const everyTrace: TracesChange = {
  filter: undefined,
  experiment: undefined,
  state: undefined,
  last: undefined,
  from: undefined,
  to: undefined,
}

/** Traces of all experiments, a piece at a time: filtered, ordered and with the columns that the address says. */
export function TracesPage(): ReactNode {
  const texts = useMessages(tracesMessages)
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/traces' })
  const open = useNavigate()
  const [selection, setSelection] = useState<Selection>(nothingSelected)
  const columns = useTraceColumns()
  const view = tableViewOf(search)
  const { traces, rows, total } = useTraces(search, view)
  const change = (next: TracesChange): void => {
    setSelection(nothingSelected)
    void navigate({ search: (old) => given({ ...old, ...next }), replace: true })
  }
  const isRefused = traces.error instanceof ServerError && traces.error.status === 400
  const isWhole = Object.keys(everyTrace).every((key) => search[key as keyof TracesSearch] === undefined)
  const isEmpty = isWhole && rows.length === 0 && traces.isSuccess
  return (
    <Page title={texts.title}>
      {!isEmpty && <TracesToolbar search={search} error={traces.error} onChange={change} />}
      {traces.isPending ? (
        <Skeleton lines={8} />
      ) : isRefused ? null : traces.isError && rows.length === 0 ? (
        <ErrorState error={traces.error} onRetry={() => void traces.refetch()} />
      ) : isEmpty ? (
        <EmptyState
          title={texts.empty}
          body={texts.emptyBody}
          command={`MLFLOW_TRACKING_URI=${location.origin} python app.py  # with @mlflow.trace or mlflow.openai.autolog()`}
        />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.nothing} body="">
          <Button onClick={() => change(everyTrace)}>{texts.clear}</Button>
        </EmptyState>
      ) : (
        <DataTable
          label={texts.title}
          columns={columns}
          rows={rows}
          rowId={({ trace_id: id }) => id}
          rowCount={Math.max(total ?? 0, rows.length)}
          view={view}
          onView={(next) => change(searchOfTableView(next))}
          onOpen={({ trace_id: name }) => void open({ to: '/traces/$name', params: { name } })}
          selection={selection}
          onSelection={setSelection}
          isLoadingMore={traces.isFetchingNextPage}
          {...(traces.hasNextPage && { onMore: () => void traces.fetchNextPage() })}
          toolbar={
            <Removal
              traces={rows.filter(({ trace_id: id }) => selection.ids.has(id))}
              onDone={() => setSelection(nothingSelected)}
            />
          }
        />
      )}
    </Page>
  )
}

interface RemovalProps {
  readonly traces: readonly TraceRow[]
  readonly onDone: () => void
}

function Removal({ traces, onDone }: RemovalProps): ReactNode {
  const texts = useMessages(tracesMessages).remove
  const refresh = useTraceRefresh()
  const [isBusy, setBusy] = useState(false)
  const count = traces.length
  if (count === 0) return null
  const remove = async (): Promise<void> => {
    const question = { title: texts.title(count), body: texts.body, action: texts.action(count) }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    setBusy(true)
    if (await told(deleteTraces(traces), texts.done(count))) onDone()
    setBusy(false)
    await refresh()
  }
  return (
    <div className="row" role="group" aria-label={texts.selected(count)}>
      <span>{texts.selected(count)}</span>
      <Button isSmall look="danger" disabled={isBusy} onClick={() => void remove()}>
        {texts.button}
      </Button>
    </div>
  )
}

/** What was chosen; the route's own check makes the rest of it. */
function given(search: Readonly<Record<string, string | undefined>>): TracesSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
