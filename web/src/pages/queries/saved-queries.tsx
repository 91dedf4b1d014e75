import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { AnswerChart } from './answer-chart.tsx'
import type { DrawnLine } from './drawn-lines.ts'
import { queriesMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type SavedQuery = components['schemas']['SavedQuery']

interface SavedQueriesProps {
  readonly current: string | undefined
}

/** The queries that are kept with their answers, each in its newest version. */
export function SavedQueries({ current }: SavedQueriesProps): ReactNode {
  const texts = useMessages(queriesMessages).saved
  const queries = useQuery(restQuery('/api/v1/queries', { params: { query: { limit: 200 } } }))
  return (
    <Panel title={texts.title}>
      <Loaded query={queries} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet panel-body">{texts.none}</p>
          ) : (
            <ul className="query-saved">
              {items.map((query) => (
                <Saved key={query.name} query={query} isCurrent={query.name === current} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Saved({ query, isCurrent }: { readonly query: SavedQuery; readonly isCurrent: boolean }): ReactNode {
  const texts = useMessages(queriesMessages).saved
  const client = useQueryClient()
  const [isBusy, setBusy] = useState(false)
  const { name, version, sql, inputs, created_at: at } = query
  const again = async (): Promise<void> => {
    setBusy(true)
    const asked = answerOf(rest.POST('/api/v1/data/{name}/query', { params: { path: { name } }, body: {} }))
    try {
      toast(texts.againDone(name, (await asked).version))
    } catch (error) {
      toast((error as Error).message, 'failed')
    }
    setBusy(false)
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/queries'] })
  }
  return (
    <li aria-current={isCurrent ? 'true' : undefined}>
      <div className="query-saved-head">
        <Link to="/queries" search={{ sql, inputs, saved: name }}>
          {name}
        </Link>
        <span className="quiet">
          {texts.version(version)} · <TimeAgo at={at} />
        </span>
      </div>
      <code className="query-saved-sql">{sql.replaceAll(/\s+/g, ' ').slice(0, 200)}</code>
      <div className="row">
        <Button isSmall disabled={isBusy} aria-label={`${texts.again}: ${name}`} onClick={() => void again()}>
          {texts.again}
        </Button>
        <Link to="/data/$name" params={{ name }}>
          {texts.data}
        </Link>
      </div>
    </li>
  )
}

/** The charts that a saved query is kept with, of its newest answer. */
export function SavedCharts({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(queriesMessages)
  const drawn = useQuery({
    ...restQuery('/api/v1/data/{name}/versions/{version}/charts', { params: { path: { name, version: '@latest' } } }),
    retry: false,
  })
  const charts = drawn.data?.charts ?? []
  if (charts.length === 0) return null
  return (
    <Panel title={texts.saved.charts}>
      <div className="panel-body stack">
        {charts.map(({ title, kind, x, y, lines, is_cut: isCut }, index) => (
          <div key={index}>
            <AnswerChart label={title ?? `${y.join(', ')} · ${x}`} kind={kind} lines={lines.map(lineOf)} xLabel={x} />
            {isCut && <p className="quiet">{texts.chart.cut}</p>}
          </div>
        ))}
      </div>
    </Panel>
  )
}

/** The interface's description knows no pairs. */
function lineOf({
  name,
  points,
}: {
  readonly name: string
  readonly points: readonly (readonly unknown[])[]
}): DrawnLine {
  return { name, points: points.map(([x, y]) => [x, Number(y)]) }
}
