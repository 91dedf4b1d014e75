import { SluiceError } from '../base/errors.ts'
import type { LoggedMetric, Metric, Param, Tag } from './entities.ts'

/**
 * MLflow's limits and rules for names (protocol notes, section 3). Lengths count code points. A run's values that are
 * too long are cut, as the client's default is; a key, or an experiment's value, that is too long is refused.
 */
export const limits = {
  key: 250,
  paramValue: 6000,
  runTagValue: 8000,
  experimentName: 500,
  experimentTagValue: 20_000,
  artifactLocation: 2048,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  itemsPerBatch: 1000,
  datasetsPerCall: 1000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
} as const

const nameCharacters = /^[/\p{L}\p{M}\p{N}_.\- :]*$/u

/** MLflow's text for a bad parameter; `path` names it, e.g. `metrics[3].value`. */
export function invalidValue(path: string, value: unknown, why?: string): SluiceError {
  const shown = JSON.stringify(value) ?? 'null'
  const text = shown.length > 300 ? `${shown.slice(0, 300)}...` : shown
  const reason = why === undefined ? '.' : `: ${why}`
  return new SluiceError('invalid-request', `Invalid value ${text} for parameter '${path}' supplied${reason}`)
}

/** MLflow's text for a parameter that is not there. */
export function missingValue(path: string): SluiceError {
  return new SluiceError('invalid-request', `Missing value for required parameter '${path}'.`)
}

export function modelNotFound(modelId: string): SluiceError {
  return new SluiceError('not-found', `Logged model with ID '${modelId}' not found.`)
}

/**
 * Checks the name of a metric, param or tag: letters, digits and `_ - . space : /`, its own normal path. `keyPath` is
 * where the request has it, `what` it is called when it is too long.
 */
export function checkName(name: string, keyPath: string, what = keyPath): void {
  if (!nameCharacters.test(name)) {
    const allowed =
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'
    throw invalidValue(keyPath, name, allowed)
  }
  const normal = normalPath(name)
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalidValue(
      keyPath,
      name,
      'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
        `This name would resolve to '${normal}'`,
    )
  }
  checkLength(name, what, limits.key)
}

/** POSIX normalisation of a path without looking at any disk: no empty, `.` or removable `..` parts. */
export function normalPath(path: string): string {
  const isAbsolute = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!isAbsolute) parts.push(part)
  }
  const joined = (isAbsolute ? '/' : '') + parts.join('/')
  return joined === '' ? '.' : joined
}

/** True for a text over `limit` characters, which are counted as Python counts them. */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && [...text].length > limit
}

/** Refuses a text over `limit` characters. */
export function checkLength(text: string, path: string, limit: number): void {
  if (isLongerThan(text, limit)) {
    throw new SluiceError('limit-exceeded', `'${path}' exceeds the maximum length of ${limit} characters`)
  }
  checkStorable(text, path)
}

/** PostgreSQL cannot hold U+0000 in a text, so nobody may. */
function checkStorable(text: string, path: string): void {
  if (text.includes('\0')) throw invalidValue(path, text, 'A text cannot hold the character U+0000.')
}

function cut(text: string, path: string, limit: number): string {
  checkStorable(text, path)
  if (text.length <= limit) return text
  const characters = [...text]
  return characters.length <= limit ? text : characters.slice(0, limit).join('')
}

/** A param as it is stored; its key checked, its value cut. */
export function checkedParam(param: Param, path = ''): Param {
  checkName(param.key, joined(path, 'key'), 'Param key')
  return { key: param.key, value: cut(param.value, joined(path, 'value'), limits.paramValue) }
}

/** A run's tag as it is stored; its key checked, its value cut. */
export function checkedRunTag(tag: Tag, path = ''): Tag {
  checkName(tag.key, joined(path, 'key'))
  return { key: tag.key, value: cut(tag.value, joined(path, 'value'), limits.runTagValue) }
}

/**
 * A tag or param that comes with a new run or model: MLflow takes any name there, so only lengths are looked at.
 */
export function checkedPair(pair: Tag | Param, path: string, valueLimit: number): Tag {
  checkLength(pair.key, joined(path, 'key'), limits.key)
  return { key: pair.key, value: cut(pair.value, joined(path, 'value'), valueLimit) }
}

/** Refuses an experiment's tag that is too long, unlike a run's. */
export function checkExperimentTag(tag: Tag): void {
  checkName(tag.key, 'key')
  checkLength(tag.value, 'value', limits.experimentTagValue)
}

export function checkMetric(metric: LoggedMetric, path = ''): void {
  checkName(metric.key, joined(path, 'name'), 'Metric name')
  if ((metric.datasetName === undefined) !== (metric.datasetDigest === undefined)) {
    throw new SluiceError('invalid-request', 'Both dataset_name and dataset_digest must be provided if one is provided')
  }
  if (metric.timestampMs < 0) {
    const why = `metric '${metric.key}' (value=${metric.value}). Timestamp must be a nonnegative long (64-bit integer) `
    throw invalidValue(joined(path, 'timestamp'), metric.timestampMs, why)
  }
}

function joined(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}

/** Refuses a log-batch that is too large in one respect or in all. */
export function checkBatchLimits(batch: {
  readonly metrics: readonly Metric[]
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
}): void {
  const counts = [
    ['metrics', limits.metricsPerBatch, batch.metrics.length],
    ['params', limits.paramsPerBatch, batch.params.length],
    ['tags', limits.tagsPerBatch, batch.tags.length],
    ['metrics, params, and tags', limits.itemsPerBatch, batch.metrics.length + batch.params.length + batch.tags.length],
  ] as const
  for (const [what, limit, count] of counts) {
    if (count <= limit) continue
    throw new SluiceError(
      'limit-exceeded',
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    )
  }
}

/** Refuses what cannot be the id of a run or logged model: ids are parts of paths. */
export function checkAdoptedId(path: string, id: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$/.test(id)) throw invalidValue(path, id)
}

/** Refuses a page size that is not in 1..`most`. */
export function checkMaxResults(maxResults: number, most = Number.MAX_SAFE_INTEGER): void {
  if (maxResults >= 1 && maxResults <= most) return
  const rule = maxResults < 1 ? 'a positive integer' : `at most ${most}`
  throw new SluiceError(
    'invalid-request',
    `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be ${rule}`,
  )
}
