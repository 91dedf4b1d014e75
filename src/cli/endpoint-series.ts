import { parseDuration } from '../base/duration.ts'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { pathOf } from './endpoint.ts'
import { exitCode } from './exit-code.ts'
import { textTable } from './terminal/text-table.ts'
import { timeOf } from './time-option.ts'

interface EndpointSeries {
  /** Seconds. */
  readonly step: number
  readonly since: string
  readonly deployments: readonly { readonly deployment: string; readonly points: readonly SeriesPoint[] }[]
}

interface SeriesPoint {
  readonly at: string
  readonly requests: number
  readonly errors: number
  /** Seconds. */
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
}

/** Prints requests, errors and latency of each deployment over time. */
export const endpointSeries: Command = async (invocation) => {
  const wanted = invocation.options.text('deployment')
  const query = seriesQuery(invocation)
  const found = await withConnection(invocation, 'work', ({ client }) =>
    client.get<EndpointSeries>(`${pathOf(invocation)}/series?${query}`),
  )
  const deployments = found.deployments.filter(({ deployment }) => wanted === undefined || deployment === wanted)
  const { terminal } = invocation
  if (invocation.json) {
    writeJson(invocation, { ...found, deployments })
    return exitCode.ok
  }
  const rows = deployments
    .flatMap(({ deployment, points }) => points.map((point) => ({ deployment, point })))
    .toSorted((one, other) => (one.point.at < other.point.at ? -1 : one.point.at > other.point.at ? 1 : 0))
    .map(({ deployment, point }) => [
      ...[point.at, deployment, String(point.requests), String(point.errors)],
      ...[point.p50, point.p95, point.p99].map(milliseconds),
    ])
  const headings = ['from', 'deployment', 'requests', 'errors', 'p50 ms', 'p95 ms', 'p99 ms']
  terminal.out(textTable(headings, rows))
  terminal.err(`Steps of ${found.step} s; this server counts since ${found.since}.\n`)
  return exitCode.ok
}

function seriesQuery({ options }: Invocation): URLSearchParams {
  const stepText = options.text('step') ?? '1m'
  const stepMs = parseDuration(stepText)
  if (stepMs === undefined || stepMs < 1000)
    throw new SluiceError('invalid-request', `--step is "${stepText}"; expected a duration of at least 1s.`, {
      hint: 'For example 10s, 1m or 1h.',
    })
  const query = new URLSearchParams({ step: String(Math.ceil(stepMs / 1000)) })
  for (const [option, parameter] of [
    ['since', 'from'],
    ['to', 'to'],
  ] as const) {
    const text = options.text(option)
    if (text !== undefined) query.set(parameter, timeOf(option, text))
  }
  return query
}

function milliseconds(seconds: number | undefined): string {
  return seconds === undefined ? '' : (seconds * 1000).toPrecision(3)
}
