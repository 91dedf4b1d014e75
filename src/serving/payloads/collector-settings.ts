import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { Revision } from '../deployment-store.ts'

/** One collection of a deployment: where what is collected goes. */
export interface CollectionSettings {
  readonly collection: string
  /** Name of the data asset that its windows become versions of. */
  readonly asset: string
  /** `azureml://datastores/<name>/paths/<folder>`: the collected files lie below it. */
  readonly path: string
}

/** What a deployment collects, as its revision says. */
export interface CollectorSettings {
  readonly collections: ReadonlyMap<string, CollectionSettings>
  /** 0 to 1: the share of the requests that is collected, all collections of a request alike. */
  readonly samplingRate: number
  readonly rollingMs: number
  /** Lower case. */
  readonly headers: readonly string[]
  /** Columns whose values are replaced by a keyed hash, and columns that are left out. */
  readonly mask: ReadonlySet<string>
  readonly drop: ReadonlySet<string>
  /** Absent: kept for ever. */
  readonly retentionMs?: number
}

const collectorFolder = 'azureml://datastores/workspaceblobstore/paths/modelDataCollector'

/** No window is longer. */
export const longestWindowMs = 86_400_000
const rollingMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: longestWindowMs }
const dayMs = 86_400_000

/** The settings of a revision; undefined when nothing of it is to be collected. */
export function collectorSettings({
  endpoint,
  deployment,
  spec,
}: Pick<Revision, 'endpoint' | 'deployment' | 'spec'>): CollectorSettings | undefined {
  const { dataCollector } = spec
  if (dataCollector === undefined) return undefined
  const collections = new Map<string, CollectionSettings>()
  for (const [collection, said] of Object.entries(objectOf(dataCollector['collections']))) {
    if (!isJsonObject(said) || said['enabled'] !== true) continue
    const { name, path } = dataOf(said['data'])
    collections.set(collection, {
      collection,
      asset: name ?? `${endpoint}-${deployment}-${collection}`,
      path: `${path ?? collectorFolder}/${endpoint}/${deployment}/${collection}`,
    })
  }
  if (collections.size === 0) return undefined
  const { sampling_rate: rate, rolling_rate: rolling, retention_days: days } = dataCollector
  return {
    collections,
    samplingRate: typeof rate === 'number' ? rate : 1,
    rollingMs: rollingMs[typeof rolling === 'string' ? rolling : 'hour'] ?? rollingMs['hour']!,
    headers: textsOf(objectOf(dataCollector['request_logging'])['capture_headers']).map((name) => name.toLowerCase()),
    mask: new Set(textsOf(dataCollector['mask'])),
    drop: new Set(textsOf(dataCollector['drop'])),
    ...(typeof days === 'number' && { retentionMs: days * dayMs }),
  }
}

/** `data:` of a collection: a name (`azureml:NAME:1`, as Azure ML's examples have it) or name and path. */
function dataOf(data: JsonValue | undefined): { readonly name?: string; readonly path?: string } {
  if (typeof data === 'string') return { name: data.replace(/^azureml:/, '').replace(/[:@].*$/, '') }
  const { name, path } = objectOf(data)
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof path === 'string' && { path: path.replace(/\/+$/, '') }),
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
