import type { Call } from './call.ts'
import type { Answer, Peer } from './peer.ts'

/** Fields that hold the time at which a server did something, and what they hold when they are filled. */
const times = new Set([
  'creation_time',
  'last_update_time',
  'creation_timestamp',
  'last_updated_timestamp',
  'creation_timestamp_ms',
  'last_updated_timestamp_ms',
])
/** Lists whose order the protocol leaves open: they are what is stored under keys. */
const unordered = new Set([
  'tags',
  'params',
  'metrics',
  'aliases',
  'dataset_inputs',
  'model_inputs',
  'model_outputs',
  'dataset_summaries',
])

export interface Comparable {
  readonly status: number
  readonly contentType: string
  readonly body: unknown
}

/** Two answers to one call that are not the same. */
export interface Difference {
  readonly at: string
  readonly call: Call
  readonly ours: Comparable
  readonly theirs: Comparable
  /** Their words and ours, for whoever looks into it. */
  readonly texts: readonly [unknown, unknown]
}

/** An answer without what may differ: ids and times by name, lists without an order sorted, errors without their texts. */
export function comparable(call: Call, answer: Answer, peer: Peer): Comparable {
  const { status, contentType } = answer
  if (contentType !== 'application/json') {
    // Pages for people: only that there is one.
    return { status, contentType: status === 200 ? contentType : 'not JSON', body: status === 200 ? answer.body : '' }
  }
  const body = JSON.parse(peer.withNames(JSON.stringify(answer.body))) as Record<string, unknown>
  if (status !== 200) {
    return {
      status,
      contentType,
      body: { error_code: body['error_code'], message: protocolText(String(body['message'])) },
    }
  }
  const isHistory = call.path.includes('/metrics/')
  return { status, contentType, body: normal(body, { peer, key: '', isHistory }) }
}

/** Of an error's text only what clients look for: which parameter is missing or invalid. */
function protocolText(message: string): string {
  return /^Missing value for required parameter '[^']*'/.exec(message)?.[0] ?? ''
}

function normal(
  value: unknown,
  context: { readonly peer: Peer; readonly key: string; readonly isHistory: boolean },
): unknown {
  const { peer, key } = context
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => normal(item, { ...context, key: '' }))
    return unordered.has(key) && !context.isHistory
      ? items.toSorted((left, right) => compare(JSON.stringify(left), JSON.stringify(right)))
      : items
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, field]) => [name, normal(field, { ...context, key: name })] as const,
    )
    return Object.fromEntries(entries.toSorted(([left], [right]) => compare(left, right)))
  }
  if (key === 'experiment_id' && typeof value === 'string') return peer.experimentNamed(value)
  if (key === 'next_page_token') return 'a token'
  if (times.has(key) && typeof value === 'number') return value > 1_700_000_100_000 ? 'now' : value
  if (typeof value !== 'string') return value
  const made = /^[a-z]+-[a-z]+-\d{1,4}$/
  if (made.test(value) && (key === 'run_name' || key === 'value' || key === 'name')) return 'a made-up name'
  // A tag that holds JSON, spaced as each language does it.
  if (value.startsWith('[{')) return JSON.stringify(normal(JSON.parse(value), { ...context, key: '' }))
  return value.replace(
    /(mlflow-artifacts:\/)(\d+)/g,
    (_whole, scheme: string, id: string) => `${scheme}${peer.experimentNamed(id)}`,
  )
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
