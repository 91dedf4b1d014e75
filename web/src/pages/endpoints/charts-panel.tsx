import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import {
  type ChartRange,
  chartRanges,
  errorSeries,
  latencySeries,
  percentileChoices,
  percentiles,
  rangeStart,
  throughputSeries,
  totalsOf,
} from './chart-series.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Chart } from '../../components/chart/chart.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { Segments } from '../../components/segments.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type EndpointSeries = components['schemas']['EndpointSeries']

/** New points come every ten seconds. */
const refreshMs = 10_000

/** How fast, how much and how well each deployment answered over time. */
export function ChartsPanel({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(endpointsMessages).charts
  const { range = '1h', percentile = 'all' } = useSearch({ from: '/endpoints/$name' })
  const navigate = useNavigate({ from: '/endpoints/$name' })
  const series = useQuery({
    queryKey: ['rest', '/api/v1/endpoints/{name}/series', name, range],
    queryFn: async ({ signal }) => {
      const nowMs = Date.now()
      const from = rangeStart(range, nowMs)
      const params = { path: { name }, query: from === undefined ? {} : { from } }
      return { nowMs, answer: await answerOf(rest.GET('/api/v1/endpoints/{name}/series', { params, signal })) }
    },
    refetchInterval: refreshMs,
  })
  return (
    <div className="stack">
      <div className="row">
        <Segments
          label={texts.range}
          choices={chartRanges.map((id) => ({ id, label: texts.ranges[id] }))}
          current={range}
          onSelect={(id) => void navigate({ search: (old) => ({ ...old, range: id }) })}
        />
        <Segments
          label={texts.percentile}
          choices={percentileChoices.map((id) => ({ id, label: id === 'all' ? texts.allPercentiles : id }))}
          current={percentile}
          onSelect={(id) => void navigate({ search: (old) => ({ ...old, percentile: id }) })}
        />
      </div>
      <Loaded query={series} lines={8}>
        {({ answer, nowMs }) =>
          answer.deployments.every(({ points }) => points.length === 0) ? (
            <EmptyState title={texts.none} body={texts.noneBody} />
          ) : (
            <Charts series={answer} range={range} nowMs={nowMs} />
          )
        }
      </Loaded>
    </div>
  )
}

interface ChartsProps {
  readonly series: EndpointSeries
  readonly range: ChartRange
  readonly nowMs: number
}

function Charts({ series, range, nowMs }: ChartsProps): ReactNode {
  const texts = useMessages(endpointsMessages).charts
  const format = useFormat()
  const { percentile = 'all' } = useSearch({ from: '/endpoints/$name' })
  const shown = percentile === 'all' ? percentiles : [percentile]
  const common = { x: 'time', xLabel: texts.time, syncWith: 'endpoint' } as const
  return (
    <>
      <Totals series={series} />
      <div className="endpoint-charts">
        <section className="panel panel-body endpoint-chart-wide">
          <Chart {...common} label={texts.latency} series={latencySeries(series, shown)} height={260} />
        </section>
        <section className="panel panel-body">
          <Chart {...common} label={texts.throughput} series={throughputSeries(series, { range, nowMs })} />
        </section>
        <section className="panel panel-body">
          <Chart {...common} label={texts.errors} series={errorSeries(series)} />
        </section>
      </div>
      <p className="quiet">{texts.since(format.time(series.since), format.duration(series.step * 1000))}</p>
    </>
  )
}

function Totals({ series }: { readonly series: EndpointSeries }): ReactNode {
  const texts = useMessages(endpointsMessages).charts
  const format = useFormat()
  const duration = (ms: number | undefined): string => (ms === undefined ? '–' : format.duration(ms))
  return (
    <PlainTable
      label={texts.totals}
      columns={[
        { label: texts.deployment, isRowHead: true },
        { label: texts.requests, isNumber: true },
        { label: texts.refused, isNumber: true },
        { label: texts.share, isNumber: true },
        ...percentiles.map((each) => ({ label: texts.worst(each), isNumber: true })),
      ]}
      rows={totalsOf(series).map(({ deployment, requests, errors, worst }) => ({
        key: deployment,
        cells: [
          deployment,
          format.count(requests),
          format.count(errors),
          requests === 0 ? '–' : format.percent(errors / requests),
          ...percentiles.map((each) => duration(worst[each])),
        ],
      }))}
    />
  )
}
