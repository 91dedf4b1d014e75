import type { components } from '../../api.gen.ts'
import type { Series } from '../../components/chart/align-series.ts'

type EndpointSeries = components['schemas']['EndpointSeries']
type Point = EndpointSeries['deployments'][number]['points'][number]

/** Ranges that the charts of an endpoint are asked for, the shortest first. */
export const chartRanges = ['15m', '1h', '6h', '24h', '2d'] as const
export type ChartRange = (typeof chartRanges)[number]

export const percentiles = ['p50', 'p95', 'p99'] as const
export type Percentile = (typeof percentiles)[number]
export const percentileChoices = ['all', ...percentiles] as const
export type PercentileChoice = (typeof percentileChoices)[number]

const minuteMs = 60_000
const lengths: Readonly<Record<ChartRange, number>> = {
  '15m': 15 * minuteMs,
  '1h': 60 * minuteMs,
  '6h': 360 * minuteMs,
  '24h': 1440 * minuteMs,
  '2d': 2880 * minuteMs,
}

/** Where a range begins. An hour is what the server means without a beginning, by its own clock. */
export function rangeStart(range: ChartRange, nowMs: number): string | undefined {
  return range === '1h' ? undefined : new Date(nowMs - lengths[range]).toISOString()
}

/** Milliseconds of the percentiles that are wanted; a step in which nothing was answered leaves a gap. */
export function latencySeries({ deployments }: EndpointSeries, wanted: readonly Percentile[]): readonly Series[] {
  return deployments.flatMap(({ deployment, points }) =>
    wanted.map((percentile) => ({
      name: wanted.length === 1 ? deployment : `${deployment} ${percentile}`,
      x: points.map(atOf),
      y: points.map((point) => (point[percentile] === undefined ? null : point[percentile] * 1000)),
    })),
  )
}

/** Requests a second; where nobody asked, none. `range`: what the server was asked for. */
export function throughputSeries(
  { deployments, step, since }: EndpointSeries,
  { range, nowMs }: { readonly range: ChartRange; readonly nowMs: number },
): readonly Series[] {
  const stepMs = step * 1000
  const fromMs = Math.max(Date.parse(since), nowMs - lengths[range])
  return deployments.map(({ deployment, points }) => {
    const counts = new Map(points.map((point) => [atOf(point), point.requests]))
    const first = Math.min(Math.floor(fromMs / stepMs) * stepMs, ...counts.keys())
    const last = Math.max(Math.floor(nowMs / stepMs) * stepMs, ...counts.keys())
    const x = Array.from({ length: (last - first) / stepMs + 1 }, (_, index) => first + index * stepMs)
    return { name: deployment, x, y: x.map((at) => (counts.get(at) ?? 0) / step) }
  })
}

/** Percent of the requests that were refused, in steps that had any. */
export function errorSeries({ deployments }: EndpointSeries): readonly Series[] {
  return deployments.map(({ deployment, points }) => ({
    name: deployment,
    x: points.map(atOf),
    y: points.map(({ requests, errors }) => (100 * errors) / requests),
  }))
}

interface Totals {
  readonly deployment: string
  readonly requests: number
  readonly errors: number
  /** The slowest step's, in milliseconds: percentiles of steps do not add up to one of all. */
  readonly worst: Readonly<Partial<Record<Percentile, number>>>
}

/** What the whole range came to, by deployment. */
export function totalsOf({ deployments }: EndpointSeries): readonly Totals[] {
  return deployments.map(({ deployment, points }) => ({
    deployment,
    requests: points.reduce((sum, { requests }) => sum + requests, 0),
    errors: points.reduce((sum, { errors }) => sum + errors, 0),
    worst: Object.fromEntries(
      percentiles.flatMap((percentile) => {
        const values = points.flatMap((point) => point[percentile] ?? [])
        return values.length === 0 ? [] : [[percentile, 1000 * Math.max(...values)]]
      }),
    ),
  }))
}

function atOf({ at }: Point): number {
  return Date.parse(at)
}
