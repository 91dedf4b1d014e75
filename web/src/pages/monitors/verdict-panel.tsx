import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Distribution } from './distribution.tsx'
import type { HeatColumn, HeatRow, TimedVerdict } from './heat-map-values.ts'
import { monitorsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Chart } from '../../components/chart/chart.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { Badge } from '../../components/status-badge.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { type Format, useFormat } from '../../messages/format.ts'

interface VerdictPanelProps {
  readonly monitor: string
  readonly verdict: TimedVerdict
  readonly row: HeatRow
  readonly columns: readonly HeatColumn[]
}

/** One verdict: what was compared, by how much it moved, how the values lie, and how the metric came there. */
export function VerdictPanel({ monitor, verdict, row, columns }: VerdictPanelProps): ReactNode {
  const texts = useMessages(monitorsMessages).verdict
  const { map } = useMessages(monitorsMessages)
  const format = useFormat()
  const { feature, metric, is_breach: isBreach, sentence, threshold } = verdict
  const x = columns.filter(({ run }) => row.byRun.has(run))
  const effects = x.map(({ run }) => row.byRun.get(run)?.effect ?? null)
  return (
    <Panel
      title={
        <span className="row">
          {feature === '' ? map.whole : feature}
          {isBreach ? <Badge tone="bad">{texts.breach}</Badge> : <Badge tone="good">{texts.well}</Badge>}
        </span>
      }
      actions={<span className="quiet">{format.time(verdict.nominal_time)}</span>}
    >
      <div className="panel-body stack">
        <p>{sentence}</p>
        <div className="verdict">
          <Facts verdict={verdict} />
          <VerdictDistribution monitor={monitor} verdict={verdict} />
          <Chart
            label={texts.overTime(metric)}
            x="time"
            height={190}
            series={[
              { name: metric, x: x.map(({ atMs }) => atMs), y: effects },
              ...(threshold === undefined
                ? []
                : [{ name: texts.threshold, x: x.map(({ atMs }) => atMs), y: x.map(() => threshold) }]),
            ]}
          />
        </div>
      </div>
    </Panel>
  )
}

/** Lists of verdicts come without the distributions behind them; a run has them. */
function VerdictDistribution({
  monitor,
  verdict,
}: {
  readonly monitor: string
  readonly verdict: TimedVerdict
}): ReactNode {
  const texts = useMessages(monitorsMessages).verdict
  const { run, signal, feature, metric } = verdict
  const found = useQuery({
    ...restQuery('/api/v1/monitors/{name}/runs/{run}', { params: { path: { name: monitor, run } } }),
    // What a run found does not change; the cursor moves over many of them.
    staleTime: Infinity,
  })
  return (
    <Loaded query={found} lines={5}>
      {({ verdicts }) => {
        const counts = verdicts.find(
          (each) => each.signal === signal && each.feature === feature && each.metric === metric,
        )?.distribution
        return (
          counts !== undefined && (
            <section className="stack">
              <h3>{texts.distribution}</h3>
              <Distribution counts={counts} label={`${texts.distribution}: ${feature}`} />
            </section>
          )
        )
      }}
    </Loaded>
  )
}

function Facts({ verdict }: { readonly verdict: TimedVerdict }): ReactNode {
  const texts = useMessages(monitorsMessages).verdict
  const format = useFormat()
  const { metric, effect, threshold, breaches_when: when = 'reaches', since, window, rows, moved, note } = verdict
  const { reference_window: reference, p_value: pValue, new_categories: fresh = [] } = verdict
  const number = (value: number | null): string => (value === null ? '–' : format.number(Number(value.toPrecision(4))))
  return (
    <KeyValues
      entries={[
        [texts.metric, <code key="metric">{metric}</code>],
        [texts.effect, number(effect)],
        [texts.threshold, threshold === undefined ? undefined : texts[when](format.number(threshold))],
        [texts.since, since === undefined ? undefined : format.time(since)],
        [texts.moved, moved && texts.movedFrom(moved.of, number(moved.from), number(moved.to))],
        [texts.window, window && windowText(window, format)],
        [texts.reference, reference && windowText(reference, format)],
        [texts.rows, rows && texts.rowCounts(format.count(rows.production), format.count(rows.reference))],
        [texts.pValue, pValue === undefined ? undefined : number(pValue)],
        [texts.newCategories, fresh.length === 0 ? undefined : fresh.join(', ')],
        [texts.note, note],
      ]}
    />
  )
}

function windowText({ start, end }: NonNullable<TimedVerdict['window']>, format: Format): string {
  return `${format.time(start)} – ${format.time(end)}`
}
