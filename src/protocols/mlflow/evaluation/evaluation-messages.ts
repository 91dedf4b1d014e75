import { SluiceError } from '../../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type {
  EvaluationDataset,
  EvaluationRecord,
  GivenRecord,
} from '../../../tracking/evaluation/evaluation-dataset.ts'
import type { ScorerVersion } from '../../../tracking/evaluation/scorer-store.ts'
import { integer, invalid, list, message, required, text, type Field } from '../fields.ts'

/** Evaluation data sets and scorers on the wire. Tags and records travel as texts of JSON within the JSON. */

const jsonText: Field<JsonValue> = {
  read(value, path) {
    if (typeof value !== 'string') throw invalid(path, value)
    try {
      return JSON.parse(value) as JsonValue
    } catch (cause) {
      throw new SluiceError('invalid-request', `Parameter '${path}' is not the text of JSON.`, { cause })
    }
  },
}

const tagsText: Field<Readonly<Record<string, string | null>>> = {
  read(value, path) {
    const tags = jsonText.read(value, path)
    if (!isJsonObject(tags)) throw invalid(path, value)
    return Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, tag === null ? null : textOf(tag!)]))
  },
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const recordsText: Field<readonly GivenRecord[]> = {
  read(value, path) {
    const records = jsonText.read(value, path)
    if (!Array.isArray(records)) throw invalid(path, value)
    return (records as readonly JsonValue[]).map((record, index) => givenRecord(record, `${path}[${index}]`))
  },
}

function givenRecord(record: JsonValue, path: string): GivenRecord {
  if (!isJsonObject(record)) throw invalid(path, record)
  const { inputs, outputs } = record
  const expectations = optionalObject(record, 'expectations', path)
  const tags = optionalObject(record, 'tags', path)
  const source = optionalObject(record, 'source', path)
  if (!isJsonObject(inputs ?? {})) throw invalid(`${path}.inputs`, inputs)
  return {
    inputs: (inputs ?? {}) as JsonObject,
    ...(outputs !== undefined && { outputs }),
    ...(expectations !== undefined && { expectations }),
    ...(tags !== undefined && { tags }),
    ...(source !== undefined && { source }),
  }
}

function optionalObject(record: JsonObject, name: string, path: string): JsonObject | undefined {
  const value = record[name] ?? undefined
  if (value === undefined || isJsonObject(value)) return value
  throw invalid(`${path}.${name}`, value)
}

const datasetId = { dataset_id: required(text) }
const scorer = { experiment_id: required(text), name: required(text) }

export const evaluationRequests = {
  create: message({ name: required(text), experiment_ids: list(text), tags: tagsText }),
  dataset: message({ ...datasetId, page_token: text }),
  search: message({
    experiment_ids: list(text),
    filter_string: text,
    max_results: integer,
    order_by: list(text),
    page_token: text,
  }),
  setTags: message({ ...datasetId, tags: required(tagsText) }),
  deleteTag: message({ ...datasetId, key: required(text) }),
  upsert: message({ ...datasetId, records: required(recordsText) }),
  records: message({ ...datasetId, max_results: integer, page_token: text }),
  deleteRecords: message({ ...datasetId, dataset_record_ids: list(text) }),
  experiments: message({ ...datasetId, experiment_ids: list(text) }),

  registerScorer: message({ ...scorer, serialized_scorer: required(text) }),
  listScorers: message({ experiment_id: text, experiment_ids: list(text) }),
  scorer: message({ ...scorer, version: integer }),
  onlineConfigs: message({ scorer_ids: required(list(text)) }),
} as const

export function datasetMessage(dataset: EvaluationDataset): object {
  const { experimentIds, schema, createdBy, updatedBy, recordCount } = dataset
  return {
    dataset_id: dataset.datasetId,
    name: dataset.name,
    tags: JSON.stringify(dataset.tags),
    ...(schema !== undefined && { schema: JSON.stringify(schema) }),
    ...(recordCount > 0 && { profile: JSON.stringify({ num_records: recordCount }) }),
    digest: dataset.digest,
    created_time: dataset.createdMs,
    last_update_time: dataset.updatedMs,
    ...(createdBy !== undefined && { created_by: createdBy }),
    ...(updatedBy !== undefined && { last_updated_by: updatedBy }),
    ...(experimentIds.length > 0 && { experiment_ids: experimentIds }),
  }
}

export function recordMessage(record: EvaluationRecord): object {
  const { inputs, outputs, expectations, tags, source, createdBy, updatedBy } = record
  return {
    dataset_record_id: record.recordId,
    dataset_id: record.datasetId,
    inputs,
    ...(outputs !== undefined && { outputs }),
    ...(expectations !== undefined && { expectations }),
    ...(tags !== undefined && { tags }),
    ...(source !== undefined && { source, source_type: source['source_type'] ?? 'UNSPECIFIED', ...sourceId(source) }),
    created_time: record.createdMs,
    last_update_time: record.updatedMs,
    ...(createdBy !== undefined && { created_by: createdBy }),
    ...(updatedBy !== undefined && { last_updated_by: updatedBy }),
  }
}

function sourceId(source: JsonObject): object {
  const data = source['source_data']
  return isJsonObject(data) && typeof data['trace_id'] === 'string' ? { source_id: data['trace_id'] } : {}
}

export function scorerMessage(version: ScorerVersion): object {
  return {
    experiment_id: Number(version.experimentId),
    scorer_name: version.name,
    scorer_version: version.version,
    serialized_scorer: version.serialized,
    creation_time: version.createdMs,
    scorer_id: version.scorerId,
  }
}
