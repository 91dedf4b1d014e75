import type { QueryClient } from '@tanstack/react-query'
import { onLiveEvents } from '../api/live-events.ts'

/**
 * First word of an event's kind, and what answers may be different after it: the beginnings of paths of our interface,
 * or of calls of MLflow's protocol (`mlflow:`). What has no event (metrics, traces) is asked for by its page.
 */
const changes: Readonly<Record<string, readonly string[]>> = {
  job: [
    '/api/v1/jobs',
    '/api/v1/job-counts',
    '/api/v1/queue',
    '/api/v1/events',
    '/api/v1/status',
    '/api/v1/lineage',
    '/api/v1/runs',
    '/api/v1/component-use',
    '/api/v1/environment-use',
    'mlflow:runs',
    'mlflow:experiments',
  ],
  model: ['/api/v1/models', '/api/v1/lineage', 'mlflow:registered-models', 'mlflow:model-versions'],
  asset: [
    '/api/v1/data',
    '/api/v1/components',
    '/api/v1/environments',
    '/api/v1/environment-states',
    '/api/v1/lineage',
  ],
  datastore: ['/api/v1/datastores'],
  endpoint: ['/api/v1/endpoints'],
  deployment: ['/api/v1/endpoints', '/api/v1/deployments'],
  'batch-endpoint': ['/api/v1/batch'],
  'batch-deployment': ['/api/v1/batch'],
  schedule: ['/api/v1/schedules'],
  trigger: ['/api/v1/triggers'],
  monitor: ['/api/v1/monitors', '/api/v1/alerts'],
  alert: ['/api/v1/monitors', '/api/v1/alerts'],
  pipeline: ['/api/v1/published'],
  payloads: ['/api/v1/payloads'],
}

/** A busy store tells of hundreds of events a second; pages ask again at most so often. */
const leastMs = 1000
/** So many times what the answers took lies between two askings: the graph of 10,000 steps takes most of a second. */
const answerPause = 5
const mostMs = 10_000

/** Asks anew for what events say has changed; of what is on the screen at once, of the rest when it is looked at. */
export function refreshOnEvents(client: QueryClient): void {
  const due = new Set<string>()
  let notBeforeMs = 0
  let isWaiting = false
  const ask = async (): Promise<void> => {
    const starts = [...due]
    due.clear()
    const startMs = performance.now()
    const answered = client.invalidateQueries({
      predicate: ({ queryKey: [language, path] }) => {
        const name = language === 'mlflow' ? `mlflow:${String(path)}` : String(path)
        return starts.some((start) => name.startsWith(start))
      },
    })
    // An answer that never comes (no network) must not keep the page from asking again.
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, mostMs))])
    const endMs = performance.now()
    notBeforeMs = endMs + Math.min(mostMs, answerPause * (endMs - startMs))
    isWaiting = false
    if (due.size > 0) wait()
  }
  const wait = (): void => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(() => void ask(), Math.max(leastMs, notBeforeMs - performance.now()))
  }
  onLiveEvents((events) => {
    for (const { kind } of events) for (const start of changes[kind.split('.')[0]!] ?? []) due.add(start)
    if (due.size > 0) wait()
  })
}
