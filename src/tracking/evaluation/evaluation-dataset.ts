import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'

/** Inputs with what is expected of them, which programs are evaluated on (MLflow's evaluation datasets). */
export interface EvaluationDataset {
  readonly datasetId: string
  readonly name: string
  /** Changes whenever its records do. */
  readonly digest: string
  /** The first type seen of each input, output and expectation. */
  readonly schema?: DatasetSchema
  readonly recordCount: number
  readonly tags: Readonly<Record<string, string>>
  readonly experimentIds: readonly string[]
  readonly createdBy?: string
  readonly updatedBy?: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** One input; two records of a data set never have the same. */
export interface EvaluationRecord {
  readonly recordId: string
  readonly datasetId: string
  readonly inputs: JsonObject
  readonly outputs?: JsonValue
  readonly expectations?: JsonObject
  readonly tags?: JsonObject
  /** Where the record comes from, e.g. `{source_type: 'TRACE', source_data: {trace_id}}`. */
  readonly source?: JsonObject
  readonly createdBy?: string
  readonly updatedBy?: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** A record as it is given; what it leaves out stays as it is where the input is known already. */
export interface GivenRecord {
  readonly inputs: JsonObject
  readonly outputs?: JsonValue
  readonly expectations?: JsonObject
  readonly tags?: JsonObject
  readonly source?: JsonObject
}

type FieldTypes = Readonly<Record<string, string>>

export interface DatasetSchema {
  readonly inputs: FieldTypes
  readonly outputs: FieldTypes | string
  readonly expectations: FieldTypes
  readonly version: '1.0'
}

const userTag = 'mlflow.user'

/** A stored record with what is given merged in: outputs are replaced, expectations and tags added to. */
export function mergedRecord(before: EvaluationRecord, given: GivenRecord, nowMs: number): EvaluationRecord {
  const user = userOf(given)
  return {
    ...before,
    ...(given.outputs !== undefined && { outputs: given.outputs }),
    ...(given.expectations !== undefined && { expectations: { ...before.expectations, ...given.expectations } }),
    ...(given.tags !== undefined && { tags: { ...before.tags, ...given.tags } }),
    ...(user !== undefined && { updatedBy: user }),
    updatedMs: nowMs,
  }
}

/** Who a record says made it. */
export function userOf({ tags }: Pick<GivenRecord, 'tags'>): string | undefined {
  const user = tags?.[userTag]
  return typeof user === 'string' && user !== '' ? user : undefined
}

/** The schema with the fields of these records added; a field keeps its first type. */
export function extendedSchema(schema: DatasetSchema | undefined, records: readonly GivenRecord[]): DatasetSchema {
  const inputs = { ...schema?.inputs }
  const expectations = { ...schema?.expectations }
  let outputs: Record<string, string> | string =
    typeof schema?.outputs === 'string' ? schema.outputs : { ...schema?.outputs }
  for (const record of records) {
    addTypes(inputs, record.inputs)
    addTypes(expectations, record.expectations ?? {})
    if (isJsonObject(record.outputs) && typeof outputs === 'object') addTypes(outputs, record.outputs)
    else if (record.outputs !== undefined && record.outputs !== null && typeof outputs === 'object') {
      if (Object.keys(outputs).length === 0) outputs = typeName(record.outputs)
    }
  }
  return { inputs, outputs, expectations, version: '1.0' }
}

function addTypes(types: Record<string, string>, values: JsonObject): void {
  for (const [key, value] of Object.entries(values)) {
    if (!Object.hasOwn(types, key)) types[key] = typeName(value ?? null)
  }
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  if (typeof value === 'object') return Array.isArray(value) ? 'array' : 'object'
  return typeof value
}
