import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { HeatLegend, HeatMap, type HeatCell } from './heat-map.tsx'
import { type HeatRow, heatMapOf, type TimedVerdict } from './heat-map-values.ts'
import { monitorsMessages } from './messages.ts'
import { VerdictPanel } from './verdict-panel.tsx'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Segments } from '../../components/segments.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Monitor = components['schemas']['Monitor']

/** Verdicts asked for at once: of ten features the last 300 runs, of a thousand the last three. */
const verdictLimit = 3000
/** Rows drawn before all are asked for. */
const firstRows = 40

/** What each feature did over time, by signal, and what is behind one cell of it. */
export function FeaturesPanel({ monitor }: { readonly monitor: Monitor }): ReactNode {
  const texts = useMessages(monitorsMessages).map
  const search = useSearch({ from: '/monitors/$name' })
  const navigate = useNavigate({ from: '/monitors/$name' })
  const signal = monitor.signals.find(({ name }) => name === search.signal)?.name ?? worstSignal(monitor)
  const params = { path: { name: monitor.name }, query: { signal, limit: verdictLimit } }
  const verdicts = useQuery(restQuery('/api/v1/monitors/{name}/verdicts', { params }))
  return (
    <div className="stack">
      {monitor.signals.length > 1 && (
        <Segments
          label={texts.signal}
          choices={monitor.signals.map(({ name }) => ({ id: name, label: name }))}
          current={signal}
          onSelect={(name) => void navigate({ search: { tab: 'features', signal: name }, replace: true })}
        />
      )}
      <Loaded query={verdicts} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={texts.none} body={texts.noneBody} />
          ) : (
            <Features key={signal} monitor={monitor.name} verdicts={items} signal={signal} />
          )
        }
      </Loaded>
    </div>
  )
}

function Features({
  monitor,
  verdicts,
  signal,
}: {
  readonly monitor: string
  readonly verdicts: readonly TimedVerdict[]
  readonly signal: string
}): ReactNode {
  const texts = useMessages(monitorsMessages).map
  const format = useFormat()
  const search = useSearch({ from: '/monitors/$name' })
  const navigate = useNavigate({ from: '/monitors/$name' })
  const [text, setText] = useState('')
  const [isOnlyBreach, setOnlyBreach] = useState(false)
  const [isAll, setAll] = useState(false)
  const { rows, columns } = heatMapOf(verdicts, { isCutShort: verdicts.length === verdictLimit })
  const found = rows.filter(
    ({ feature, newest }) => feature.toLowerCase().includes(text.toLowerCase()) && (!isOnlyBreach || newest.is_breach),
  )
  const shown = isAll ? found : found.slice(0, firstRows)
  const chosen = chosenCell(rows, { ...search, newestRun: columns.at(-1)?.run ?? '' })
  const choose = ({ feature, metric, run }: HeatCell): void =>
    void navigate({ search: { tab: 'features', signal, feature, metric, run }, replace: true })
  return (
    <>
      <div className="row heat-filter">
        <input
          className="field"
          type="search"
          aria-label={texts.find}
          placeholder={texts.find}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <label className="row">
          <input type="checkbox" checked={isOnlyBreach} onChange={({ target }) => setOnlyBreach(target.checked)} />
          {texts.onlyBreach}
        </label>
        <HeatLegend />
      </div>
      {shown.length === 0 ? (
        <p className="quiet">{texts.noMatch}</p>
      ) : (
        <HeatMap
          label={texts.label(signal)}
          rows={shown}
          columns={columns}
          chosen={chosen && { feature: chosen.row.feature, metric: chosen.row.metric, run: chosen.verdict.run }}
          onChoose={choose}
        />
      )}
      <div className="row">
        <span className="quiet">{texts.hint}</span>
        {found.length > shown.length && (
          <Button isSmall onClick={() => setAll(true)}>
            {texts.more(format.count(found.length))}
          </Button>
        )}
      </div>
      {chosen !== undefined && (
        <VerdictPanel monitor={monitor} verdict={chosen.verdict} row={chosen.row} columns={columns} />
      )}
    </>
  )
}

interface Wanted {
  readonly feature?: string
  readonly metric?: string
  readonly run?: string
  readonly newestRun: string
}

/** The cell of the address; without one the worst of the newest run. */
function chosenCell(
  rows: readonly HeatRow[],
  { feature, metric, run, newestRun }: Wanted,
): { readonly row: HeatRow; readonly verdict: TimedVerdict } | undefined {
  const named = rows.find((row) => row.feature === feature && (metric === undefined || row.metric === metric))
  const row = named ?? rows[0]
  if (row === undefined) return undefined
  return { row, verdict: row.byRun.get(run ?? newestRun) ?? row.newest }
}

/** The first with an alert, else the first. */
function worstSignal({ signals, alerts }: Monitor): string {
  const isAlerted = ({ name }: Monitor['signals'][number]): boolean => alerts.some(({ signal }) => signal === name)
  return (signals.find(isAlerted) ?? signals[0])?.name ?? ''
}
