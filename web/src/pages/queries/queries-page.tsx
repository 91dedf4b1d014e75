import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Answer, AnswerPanel } from './answer-panel.tsx'
import { queriesMessages } from './messages.ts'
import { type AskedQuery, QueryForm } from './query-form.tsx'
import { SavedCharts, SavedQueries } from './saved-queries.tsx'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Mistake } from '../../components/mistake.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/page-states.tsx'
import { Page } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import './queries.css'

const route = getRouteApi('/queries')
/** More are shown by nobody; the whole answer is a file. */
const mostRows = 1000

/** Asks SQL of tables: what is asked is in the address, what came stands under it, what is worth it is kept. */
export function QueriesPage(): ReactNode {
  const texts = useMessages(queriesMessages)
  const { sql, inputs = {}, saved, look = 'table' } = route.useSearch()
  const navigate = useNavigate({ from: '/queries' })
  const query: AskedQuery = { sql: sql ?? '', inputs }
  const answer = useQuery({
    queryKey: ['rest', '/api/v1/tables/query', query],
    queryFn: ({ signal }) => ask(query, signal),
    enabled: sql !== undefined,
    // Asked again by the button alone: it may take long.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  })
  const run = (next: AskedQuery): void => {
    if (next.sql === sql && JSON.stringify(next.inputs) === JSON.stringify(inputs)) void answer.refetch()
    else
      void navigate({
        search: ({ sql: _, inputs: __, ...kept }) => ({ ...kept, ...next }),
      })
  }
  const tables = Object.entries(inputs).map(([name, source]) => ({ name, source }))
  return (
    <Page title={texts.title}>
      <p className="quiet">{texts.intro}</p>
      <div className="queries">
        <div className="stack">
          <QueryForm
            sql={query.sql}
            tables={tables.length === 0 ? [{ name: '', source: '' }] : tables}
            isRunning={answer.isFetching}
            onRun={run}
          />
          {sql === undefined ? (
            <EmptyState title={texts.start} body={texts.startBody} />
          ) : answer.isFetching ? (
            <Skeleton lines={6} />
          ) : answer.isError ? (
            <WhyNot error={answer.error} onRetry={() => void answer.refetch()} />
          ) : answer.data === undefined ? null : (
            <AnswerPanel
              query={query}
              answer={answer.data}
              look={look}
              onLook={(next) =>
                void navigate({
                  search: ({ look: _, ...old }) => (next === 'chart' ? { ...old, look: next } : old),
                  replace: true,
                })
              }
              saved={saved ?? ''}
              onSaved={(name) => void navigate({ search: (old) => ({ ...old, saved: name }), replace: true })}
            />
          )}
          {saved !== undefined && <SavedCharts name={saved} />}
        </div>
        <SavedQueries current={saved} />
      </div>
    </Page>
  )
}

async function ask(query: AskedQuery, signal: AbortSignal): Promise<Answer> {
  const startMs = performance.now()
  const { columns, rows } = await answerOf(
    rest.POST('/api/v1/tables/query', { body: { ...query, rows: mostRows + 1 }, signal }),
  )
  return {
    rows: { columns, rows: rows.slice(0, mostRows) },
    isCut: rows.length > mostRows,
    tookMs: performance.now() - startMs,
  }
}

/** A mistake of the query with its caret; anything else as everywhere. */
function WhyNot({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }): ReactNode {
  if (!/\n {2}[^\n]*\n *\^$/.test(error.message)) return <ErrorState error={error} onRetry={onRetry} />
  return <Mistake text={error.message} />
}
