import type { MlflowCalls } from './mlflow-messages.ts'
import { serverErrorOf, unreachable } from './server-error.ts'

type Call = keyof MlflowCalls

/** Calls that MLflow's protocol makes by GET; the others are POSTs of JSON. */
const gets: ReadonlySet<Call> = new Set<Call>([
  'experiments/get',
  'experiments/get-by-name',
  'runs/get',
  'metrics/get-history',
  'artifacts/list',
  'registered-models/get',
  'registered-models/search',
  'model-versions/search',
  'model-versions/get',
])

/** Makes a call of MLflow's protocol (`/ajax-api/2.0/mlflow/...`); throws `ServerError`. */
export function mlflow<C extends Call>(
  call: C,
  request: MlflowCalls[C]['request'],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<MlflowCalls[C]['response']> {
  const method = gets.has(call) ? 'GET' : 'POST'
  return askMlflow({ method, path: `2.0/mlflow/${call}`, request, ...(signal !== undefined && { signal }) })
}

interface MlflowRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** After `/ajax-api/`, its parts encoded. */
  readonly path: string
  readonly request: object
  readonly signal?: AbortSignal
}

/** A call whose address has names in it, or that is of a later version of the protocol; throws `ServerError`. */
export async function askMlflow<Response>({ method, path, request, signal }: MlflowRequest): Promise<Response> {
  const url = `/ajax-api/${path}`
  const response = await fetch(method === 'GET' ? `${url}?${queryText(request)}` : url, {
    method,
    ...(signal !== undefined && { signal }),
    ...(method !== 'GET' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }),
  }).catch((cause: unknown) => {
    throw cause instanceof DOMException && cause.name === 'AbortError' ? cause : unreachable(cause)
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw serverErrorOf(response.status, body)
  return body as Response
}

/** Options for `useQuery`; the key starts with `mlflow` and the call, by which live events make it stale. */
export function mlflowQuery<C extends Call>(call: C, request: MlflowCalls[C]['request']): MlflowQuery<C> {
  return {
    queryKey: ['mlflow', call, request],
    queryFn: ({ signal }) => mlflow(call, request, { signal }),
  }
}

interface MlflowQuery<C extends Call> {
  readonly queryKey: readonly ['mlflow', C, MlflowCalls[C]['request']]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<MlflowCalls[C]['response']>
}

/** Address of a file that a run logged; the server lets no page run from there. */
export function artifactUrl(runId: string, path: string): string {
  return `/get-artifact?${queryText({ run_uuid: runId, path })}`
}

function queryText(request: object): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request) as [string, unknown][]) {
    if (value === undefined) continue
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(name, String(each))
  }
  return query.toString()
}
