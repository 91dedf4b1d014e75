import { SluiceError } from '../../base/errors.ts'
import { randomHex } from '../../base/ids.ts'
import type { JsonValue } from '../../base/json.ts'
import type { Database, Tables } from '../../database/database.ts'
import { checkLength, invalidValue } from '../limits.ts'
import type { TrackingContext } from '../run-store.ts'
import { assessmentOf, storableText } from './trace-rows.ts'
import { traceTables, type AssessmentRow } from './trace-tables.ts'
import { traceKeys, type Assessment, type AssessmentError, type TextMap } from './trace.ts'

/** An assessment that a client makes; times and the id are ours where it names none. */
export interface NewAssessment extends Omit<
  Assessment,
  'assessmentId' | 'traceId' | 'isValid' | 'createdMs' | 'updatedMs'
> {
  readonly assessmentId?: string
  readonly isValid?: boolean
  readonly createdMs?: number
  readonly updatedMs?: number
}

/** What may change of an assessment; whoever said it, and about which span, may not. */
interface AssessmentUpdate {
  readonly name?: string
  readonly feedback?: { readonly value: JsonValue; readonly error?: AssessmentError }
  readonly expectation?: { readonly value: JsonValue }
  readonly rationale?: string
  /** Merged into what is there. */
  readonly metadata?: TextMap
  readonly isValid?: boolean
}

export interface AssessmentStore {
  /** One that overrides another makes that one invalid. Throws `not-found` without the trace, or the overridden one. */
  create(traceId: string, assessment: NewAssessment): Promise<Assessment>
  /** Throws `not-found`. */
  get(traceId: string, assessmentId: string): Promise<Assessment>
  /** Throws `invalid-request` for an update of another kind than the assessment is. */
  update(traceId: string, assessmentId: string, update: AssessmentUpdate): Promise<Assessment>
  /** What it overrode is valid again. Does nothing where there is no such assessment. */
  delete(traceId: string, assessmentId: string): Promise<void>
}

const limits = { name: 250, rationale: 1_000_000, value: 1_000_000, metadataValue: 8000 } as const

export function assessmentStore(context: TrackingContext): AssessmentStore {
  const { database, clock } = context
  return {
    create: async (traceId, assessment) => {
      const [id] = await database.write(async (tables) => {
        await checkTrace(tables, traceId)
        return insertAssessments(tables, { traceId, assessments: [assessment], context })
      })
      return readAssessment(database, traceId, id!)
    },
    get: (traceId, assessmentId) => readAssessment(database, traceId, assessmentId),
    update: async (traceId, assessmentId, update) => {
      await database.write((tables) => updateAssessment(tables, { traceId, assessmentId, update, nowMs: clock.now() }))
      return readAssessment(database, traceId, assessmentId)
    },
    delete: (traceId, assessmentId) =>
      database.write(async (tables) => {
        await checkTrace(tables, traceId)
        await deleteAssessment(tables, traceId, assessmentId)
      }),
  }
}

/** In the caller's transaction; one that comes again replaces itself. Gives the ids. */
export async function insertAssessments(
  tables: Tables,
  {
    traceId,
    assessments,
    context: { clock, random },
  }: {
    readonly traceId: string
    readonly assessments: readonly NewAssessment[]
    readonly context: TrackingContext
  },
): Promise<readonly string[]> {
  const ids: string[] = []
  const before = assessments.length === 0 ? 0 : await countOf(tables, traceId)
  for (const assessment of assessments) {
    const nowMs = clock.now()
    const id = assessment.assessmentId ?? `a-${orderedHex(nowMs, before + ids.length)}${randomHex(random, 8)}`
    const row = assessmentRow(traceId, { createdMs: nowMs, updatedMs: nowMs, ...assessment, assessmentId: id })
    if (row.overrides !== null) await overrule(tables, { traceId, assessmentId: row.overrides, isValid: 0 })
    const { assessment_id: _id, ...changes } = row
    const { numInsertedOrUpdatedRows } = await traceTables(tables)
      .insertInto('assessment')
      .values(row)
      .onConflict((conflict) =>
        // An id of another trace's assessment must not change that one.
        conflict.column('assessment_id').doUpdateSet(changes).where('assessment.trace_id', '=', traceId),
      )
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows === 0n) {
      throw new SluiceError('already-exists', `Assessment with ID '${id}' already exists on another trace.`)
    }
    ids.push(id)
  }
  return ids
}

/** Ids grow with time and number: those of one millisecond are read in the order in which they were made. */
function orderedHex(ms: number, number: number): string {
  return ms.toString(16).padStart(12, '0') + (number % 0x1_0000).toString(16).padStart(4, '0')
}

async function countOf(tables: Tables, traceId: string): Promise<number> {
  const { count } = await traceTables(tables)
    .selectFrom('assessment')
    .select((eb) => eb.fn.countAll<string | number>().as('count'))
    .where('trace_id', '=', traceId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

function assessmentRow(
  traceId: string,
  assessment: NewAssessment & Pick<Assessment, 'assessmentId' | 'createdMs' | 'updatedMs'>,
): AssessmentRow {
  const { name, kind, value, metadata } = assessment
  if (name === '') throw new SluiceError('invalid-request', "Missing value for required parameter 'assessment_name'.")
  checkLength(name, 'assessment_name', limits.name)
  checkLength(assessment.assessmentId, 'assessment_id', limits.name)
  const text = valueText(value)
  return {
    assessment_id: assessment.assessmentId,
    trace_id: traceId,
    span_id: assessment.spanId ?? null,
    name,
    kind,
    value: text,
    number: typeof value === 'number' ? value : null,
    error: assessment.error === undefined ? null : JSON.stringify(assessment.error),
    source_type: assessment.sourceType,
    source_id: storableText(assessment.sourceId, limits.name),
    rationale: assessment.rationale === undefined ? null : storableText(assessment.rationale, limits.rationale),
    metadata: JSON.stringify(storableMetadata(metadata)),
    session_id: metadata[traceKeys.session] ?? null,
    overrides: assessment.overrides ?? null,
    is_valid: assessment.isValid === false ? 0 : 1,
    created_ms: assessment.createdMs,
    updated_ms: assessment.updatedMs,
  }
}

/** JSON writes U+0000 as an escape, which a text may hold. */
function valueText(value: JsonValue): string {
  const text = JSON.stringify(value)
  if (text.length > limits.value) throw invalidValue('value', text.length, `At most ${limits.value} characters.`)
  return text
}

function storableMetadata(metadata: TextMap): TextMap {
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, storableText(value, limits.metadataValue)]),
  )
}

async function overrule(
  tables: Tables,
  {
    traceId,
    assessmentId,
    isValid,
  }: { readonly traceId: string; readonly assessmentId: string; readonly isValid: 0 | 1 },
): Promise<void> {
  const { numUpdatedRows } = await traceTables(tables)
    .updateTable('assessment')
    .set({ is_valid: isValid })
    .where('trace_id', '=', traceId)
    .where('assessment_id', '=', assessmentId)
    .executeTakeFirst()
  if (numUpdatedRows === 0n && isValid === 0) throw noAssessment(traceId, assessmentId)
}

function noAssessment(traceId: string, assessmentId: string): SluiceError {
  return new SluiceError('not-found', `Assessment with ID '${assessmentId}' not found for trace '${traceId}'`)
}

async function checkTrace(tables: Tables, traceId: string): Promise<void> {
  const row = await traceTables(tables)
    .selectFrom('trace')
    .select('trace_id')
    .where('trace_id', '=', traceId)
    .executeTakeFirst()
  if (row === undefined) throw new SluiceError('not-found', `Trace with ID '${traceId.slice(0, 250)}' not found.`)
}

async function findAssessment(tables: Tables, traceId: string, assessmentId: string): Promise<AssessmentRow> {
  const row = await traceTables(tables)
    .selectFrom('assessment')
    .selectAll()
    .where('trace_id', '=', traceId)
    .where('assessment_id', '=', assessmentId)
    .executeTakeFirst()
  if (row !== undefined) return row
  await checkTrace(tables, traceId)
  throw noAssessment(traceId, assessmentId)
}

async function readAssessment(database: Database, traceId: string, assessmentId: string): Promise<Assessment> {
  return assessmentOf(await findAssessment(database.read, traceId, assessmentId))
}

async function updateAssessment(
  tables: Tables,
  {
    traceId,
    assessmentId,
    update,
    nowMs,
  }: {
    readonly traceId: string
    readonly assessmentId: string
    readonly update: AssessmentUpdate
    readonly nowMs: number
  },
): Promise<void> {
  const before = assessmentOf(await findAssessment(tables, traceId, assessmentId))
  const { name, feedback, expectation, rationale, metadata, isValid } = update
  const refuse = (why: string) => new SluiceError('invalid-request', why)
  if (feedback !== undefined && expectation !== undefined) {
    throw refuse('Cannot specify both `expectation` and `feedback` parameters.')
  }
  if (expectation !== undefined && before.kind !== 'expectation') {
    throw refuse(`Cannot update expectation value on a ${before.kind === 'issue' ? 'Issue' : 'Feedback'} assessment.`)
  }
  if (feedback !== undefined && before.kind !== 'feedback') {
    throw refuse(`Cannot update feedback value on an ${before.kind === 'issue' ? 'Issue' : 'Expectation'} assessment.`)
  }
  const changed = feedback ?? expectation
  const { error: errorBefore, ...rest } = before
  const error = feedback === undefined ? errorBefore : feedback.error
  const { assessment_id: _id, ...row } = assessmentRow(traceId, {
    ...rest,
    ...(error !== undefined && { error }),
    ...(name !== undefined && { name }),
    ...(changed !== undefined && { value: changed.value }),
    ...(rationale !== undefined && { rationale }),
    ...(isValid !== undefined && { isValid }),
    metadata: { ...before.metadata, ...metadata },
    updatedMs: nowMs,
  })
  await traceTables(tables).updateTable('assessment').set(row).where('assessment_id', '=', assessmentId).execute()
}

async function deleteAssessment(tables: Tables, traceId: string, assessmentId: string): Promise<void> {
  const store = traceTables(tables)
  const row = await store
    .selectFrom('assessment')
    .select('overrides')
    .where('trace_id', '=', traceId)
    .where('assessment_id', '=', assessmentId)
    .executeTakeFirst()
  if (row === undefined) return
  if (row.overrides !== null) await overrule(tables, { traceId, assessmentId: row.overrides, isValid: 1 })
  await store.deleteFrom('assessment').where('assessment_id', '=', assessmentId).execute()
}
