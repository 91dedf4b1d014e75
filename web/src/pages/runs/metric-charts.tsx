import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import type { ChartsSearch } from './run-search.ts'
import { runsMessages } from './messages.ts'
import { smoothed } from './smoothed.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Chart } from '../../components/chart/chart.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface MetricChartsProps {
  readonly runs: readonly { readonly run_id: string; readonly name: string }[]
  /** Names of the metrics, each a chart with a line for each run. */
  readonly metrics: readonly string[]
  readonly search: ChartsSearch
  readonly onChange: (next: ChartsSearch) => void
  /** Asked again every few seconds. */
  readonly isLive?: boolean
}

const points = 400
const chartsAtFirst = 12
/** What the server gives in one call. */
const mostCurves = 1000
const liveMs = 5000

/** Curves of metrics over steps or time; smoothing weighs what came before, as TensorBoard does. */
export function MetricCharts({ runs, metrics, search, onChange, isLive }: MetricChartsProps): ReactNode {
  const texts = useMessages(runsMessages).charts
  const format = useFormat()
  const [wanted, setWanted] = useState(chartsAtFirst)
  const { find = '', smooth = 0, log, axis = 'step' } = search
  const fitting = metrics.filter((key) => key.toLowerCase().includes(find.toLowerCase()))
  const most = Math.max(1, Math.min(wanted, Math.floor(mostCurves / runs.length)))
  const shown = fitting.slice(0, most)
  const body = { run_ids: runs.map(({ run_id: id }) => id), keys: shown, points, axis }
  const series = useQuery({
    queryKey: ['rest', '/api/v1/metrics/series', body],
    queryFn: ({ signal }) => answerOf(rest.POST('/api/v1/metrics/series', { body, signal })),
    placeholderData: keepPreviousData,
    enabled: shown.length > 0,
    ...(isLive === true && { refetchInterval: liveMs }),
  })
  return (
    <div className="stack">
      <ChartControls search={search} onChange={onChange} />
      {shown.length === 0 ? (
        <p className="quiet">{texts.none}</p>
      ) : (
        <Loaded query={series} lines={8}>
          {({ items }) => (
            <div className="runs-charts">
              {shown.map((key) => (
                <div key={key} className="panel runs-chart">
                  <Chart
                    label={key}
                    series={runs.flatMap(({ run_id: id, name }) => {
                      const curve = items.find((each) => each.run_id === id && each.key === key)
                      return curve === undefined ? [] : [{ name, x: curve.to, y: smoothed(curve.last, smooth) }]
                    })}
                    x={axis === 'time' ? 'time' : 'number'}
                    {...(axis === 'step' && { xLabel: texts.step })}
                    isLogarithmic={log === true}
                    syncWith="metrics"
                    kind={items.some((each) => each.key === key && each.count > 1) ? 'lines' : 'points'}
                  />
                </div>
              ))}
            </div>
          )}
        </Loaded>
      )}
      {fitting.length > shown.length && (
        <div className="row">
          <Button onClick={() => setWanted(wanted + chartsAtFirst)}>{texts.more}</Button>
          <span className="quiet">{texts.shown(format.count(shown.length), format.count(fitting.length))}</span>
        </div>
      )}
    </div>
  )
}

function ChartControls({ search, onChange }: Pick<MetricChartsProps, 'search' | 'onChange'>): ReactNode {
  const texts = useMessages(runsMessages).charts
  const { find = '', smooth = 0, log, axis = 'step' } = search
  return (
    <div className="row runs-controls">
      <input
        className="field"
        type="search"
        aria-label={texts.find}
        placeholder={texts.find}
        value={find}
        onChange={({ target }) => onChange({ find: target.value })}
      />
      <label className="row">
        {texts.smooth}
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smooth}
          onChange={({ target }) => onChange({ smooth: Number(target.value) })}
        />
        <output className="quiet">{smooth}</output>
      </label>
      <label className="row">
        {texts.axis}
        <select
          className="field"
          value={axis}
          onChange={({ target }) => onChange({ axis: target.value === 'time' ? 'time' : 'step' })}
        >
          <option value="step">{texts.step}</option>
          <option value="time">{texts.time}</option>
        </select>
      </label>
      <label className="row">
        <input type="checkbox" checked={log === true} onChange={({ target }) => onChange({ log: target.checked })} />
        {texts.log}
      </label>
    </div>
  )
}
