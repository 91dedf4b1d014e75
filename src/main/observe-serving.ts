import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { silentLog } from '../base/log.ts'
import { requestTraces, type RequestTraces } from '../server/request-traces.ts'
import type { AnswerObserver } from '../serving/answered-request.ts'
import { accessLog } from '../serving/observe/access-log.ts'
import { prometheusText, type Family } from '../serving/observe/prometheus-text.ts'
import { requestSeries, type RequestSeries } from '../serving/observe/request-series.ts'
import { servingMetrics, type MeasuredDeployment, type ServingMetrics } from '../serving/observe/serving-metrics.ts'
import { spanExport } from '../serving/observe/span-export.ts'
import { systemClock } from './open-store.ts'
import type { OpenServerOptions } from './server-options.ts'

/** What looks on while models answer: metrics, and as the settings say an access log and spans. */
export interface ServingObservation {
  readonly observers: readonly AnswerObserver[]
  readonly metrics: ServingMetrics
  readonly series: RequestSeries
  readonly traces: RequestTraces
  /** The page that Prometheus reads. */
  readonly page: (running: readonly MeasuredDeployment[]) => string
  /** Writes and sends what is held. */
  close(): Promise<void>
}

export function observeServing({ settings, log = silentLog }: OpenServerOptions): ServingObservation {
  const warn = (message: string): void => log.write('warn', message)
  const metrics = servingMetrics()
  const series = requestSeries(systemClock)
  const folder = join(settings.data, 'logs')
  if (settings.accessLog === 'on') mkdirSync(folder, { recursive: true })
  const access =
    settings.accessLog === 'on' ? accessLog(join(folder, 'access.jsonl'), { clock: systemClock, warn }) : undefined
  const endpoint = settings.otlpEndpoint
  const spans =
    endpoint === undefined ? undefined : spanExport({ endpoint, clock: systemClock, random: randomBytes, warn })
  const optional = [access?.observer, spans?.observer].filter((observer) => observer !== undefined)
  return {
    observers: [metrics.observer, series.observer, ...optional],
    metrics,
    series,
    traces: requestTraces({ random: randomBytes, isAlways: spans !== undefined }),
    page: (running) =>
      prometheusText([...metrics.families(running), ...serverFamilies(), ...spanFamilies(spans?.dropped())]),
    async close() {
      access?.close()
      await spans?.close()
    },
  }
}

/** The names that Prometheus' own clients give to these. */
function serverFamilies(): readonly Family[] {
  const { user, system } = process.cpuUsage()
  return [
    {
      ...{ name: 'process_cpu_seconds_total', type: 'counter', help: 'CPU of the server itself, without workers.' },
      samples: [{ labels: {}, value: (user + system) / 1e6 }],
    },
    {
      ...{ name: 'process_resident_memory_bytes', type: 'gauge', help: 'Memory of the server itself.' },
      samples: [{ labels: {}, value: process.memoryUsage.rss() }],
    },
  ]
}

function spanFamilies(dropped: number | undefined): readonly Family[] {
  if (dropped === undefined) return []
  return [
    {
      ...{ name: 'sluice_spans_dropped_total', type: 'counter', help: 'Spans that the collector did not get.' },
      samples: [{ labels: {}, value: dropped }],
    },
  ]
}
