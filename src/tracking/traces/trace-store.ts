import { SluiceError } from '../../base/errors.ts'
import { randomHex } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import { appendToUri, artifactFolder } from '../artifact-locations.ts'
import { experimentNumber, findActiveExperiment } from '../experiment-store.ts'
import { checkLength, checkName, invalidValue } from '../limits.ts'
import { findRun } from '../run-rows.ts'
import type { TrackingContext } from '../run-store.ts'
import { pieces } from '../tables.ts'
import { assessmentStore, insertAssessments, type AssessmentStore, type NewAssessment } from './assessment-store.ts'
import { readSpan, readSpans, recordSpans } from './span-store.ts'
import { hydrateTraces, putTracePairs, storableText } from './trace-rows.ts'
import { traceTables, type TraceRow } from './trace-tables.ts'
import {
  spansInStore,
  traceKeys,
  type Span,
  type TextMap,
  type Trace,
  type TraceInfo,
  type TraceState,
} from './trace.ts'

/** A trace as its client tells of it when it is over; its spans come by themselves, before or after. */
interface NewTrace extends Omit<TraceInfo, 'assessments'> {
  readonly assessments: readonly NewAssessment[]
}

/** Which traces of an experiment: those named, or the oldest up to a time. */
interface TraceSelection {
  readonly experimentId: string
  readonly traceIds?: readonly string[]
  readonly maxTimestampMs?: number
  readonly maxTraces?: number
}

/**
 * Traces. The story of one: its spans and its info come in separate calls, in any order and from several processes.
 * Whichever comes first makes the row; spans widen its time range and end it with the root's status; the info, which
 * comes once and last on the client's side, is authoritative (`is_finalized`). Every call is one transaction and may be
 * repeated: a span or an info that comes again replaces itself.
 */
export interface TraceStore {
  readonly assessments: AssessmentStore
  /** Throws `invalid-request` where the experiment is deleted. */
  record(trace: NewTrace): Promise<TraceInfo>
  /** Stores spans, of many traces at once; traces that are not known are made in this experiment. */
  recordSpans(experimentId: string, spans: readonly Span[]): Promise<void>
  /** As clients before MLflow 3 begin one: the id is made here, the spans become an artifact. */
  begin(trace: Pick<TraceInfo, 'experimentId' | 'timestampMs' | 'metadata' | 'tags'>): Promise<TraceInfo>
  end(end: {
    readonly traceId: string
    readonly endMs: number
    readonly state: TraceState
    readonly metadata: TextMap
    readonly tags: TextMap
  }): Promise<TraceInfo>
  /** Throws `not-found`. */
  info(traceId: string): Promise<TraceInfo>
  /** Those of the ids that exist, in the order of the ids. */
  infos(traceIds: readonly string[], experimentIds?: readonly string[]): Promise<readonly TraceInfo[]>
  /** With its spans; `isWhole` says whether as many spans are here as the client said it would send. */
  get(traceId: string): Promise<Trace & { readonly isWhole: boolean }>
  /** One of its spans. Throws `not-found`. */
  span(traceId: string, spanId: string): Promise<Span>
  /** The runs that it was linked to, and the prompts, as `name/version`. */
  links(traceId: string): Promise<{ readonly runIds: readonly string[]; readonly prompts: readonly string[] }>
  /** Throws `invalid-request` for a key that is no name, or says where the trace is stored. */
  setTag(traceId: string, key: string, value: string): Promise<void>
  /** Throws `not-found` where the tag is not set, `invalid-request` as `setTag` does. */
  deleteTag(traceId: string, key: string): Promise<void>
  /** At most 100 a call. A trace that is not here yet is linked when it comes: clients send traces a little later. */
  linkToRun(traceIds: readonly string[], runId: string): Promise<void>
  /** `prompts` as `name/version`. */
  linkPrompts(traceId: string, prompts: readonly string[]): Promise<void>
  /** What `delete` would take, with the folder of our artifact store that holds a trace's spans, where one does. */
  select(selection: TraceSelection): Promise<readonly { readonly traceId: string; readonly folder?: string }[]>
  /** The folder of our artifact store with the trace's files; `undefined` where they are elsewhere. */
  folder(traceId: string): Promise<string | undefined>
  /** With everything that hangs on them; gives how many there were. */
  delete(traceIds: readonly string[]): Promise<number>
}

const maxIdLength = 250
const maxLinks = 100
const maxPreview = 10_000

export function traceStore(context: TrackingContext): TraceStore {
  const { database, random } = context
  const info = async (traceId: string): Promise<TraceInfo> =>
    (await hydrateTraces(database.read, [await findTrace(database.read, traceId)]))[0]!
  return {
    assessments: assessmentStore(context),
    record: async (trace) => {
      checkLength(trace.traceId, 'trace_id', maxIdLength)
      await database.write((tables) => recordTrace(tables, trace, context))
      return info(trace.traceId)
    },
    recordSpans: (experimentId, spans) => database.write((tables) => recordSpans(tables, experimentId, spans)),
    begin: async (trace) => {
      const traceId = `tr-${randomHex(random, 16)}`
      const begun = { ...trace, traceId, state: 'IN_PROGRESS' as const, assessments: [] }
      await database.write((tables) => recordTrace(tables, begun, context))
      return info(traceId)
    },
    end: async ({ traceId, endMs, state, metadata, tags }) => {
      await database.write(async (tables) => {
        const row = await findTrace(tables, traceId)
        await traceTables(tables)
          .updateTable('trace')
          .set({ state, execution_ms: endMs - row.timestamp_ms })
          .where('trace_id', '=', traceId)
          .execute()
        await putTracePairs(tables, 'trace_metadata', { traceId, pairs: metadata })
        await putTracePairs(tables, 'trace_tag', { traceId, pairs: tags })
      })
      return info(traceId)
    },
    info,
    infos: (traceIds, experimentIds) => findInfos(database.read, traceIds, experimentIds),
    get: async (traceId) => {
      const found = await info(traceId)
      const spans = await readSpans(database.read, traceId)
      return { info: found, spans, isWhole: spans.length >= Math.max(1, announcedSpans(found)) }
    },
    span: async (traceId, spanId) => {
      const found = await readSpan(database.read, traceId, spanId)
      if (found !== undefined) return found
      throw new SluiceError('not-found', `The trace '${traceId}' has no span '${spanId}'.`)
    },
    links: (traceId) => readLinks(database.read, traceId),
    setTag: (traceId, key, value) =>
      database.write(async (tables) => {
        if (storageTags.has(key)) throw immutableTag(key, 'set')
        checkName(key, 'key')
        await findTrace(tables, traceId)
        await putTracePairs(tables, 'trace_tag', { traceId, pairs: { [key]: value } })
      }),
    deleteTag: (traceId, key) => database.write((tables) => deleteTag(tables, traceId, key)),
    linkToRun: (traceIds, runId) => database.write((tables) => linkToRun(tables, traceIds, runId)),
    linkPrompts: (traceId, prompts) => database.write((tables) => linkPrompts(tables, traceId, prompts)),
    select: (selection) => select(database.read, selection),
    folder: async (traceId) => folderIn((await info(traceId)).tags[traceKeys.artifactLocationTag], traceId),
    delete: (traceIds) => database.write((tables) => deleteTraces(tables, traceIds)),
  }
}

/** Throws `not-found`. */
async function findTrace(tables: Tables, traceId: string): Promise<TraceRow> {
  const row = await traceTables(tables)
    .selectFrom('trace')
    .selectAll()
    .where('trace_id', '=', traceId)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new SluiceError('not-found', `Trace with ID '${traceId.slice(0, 250)}' not found.`)
}

async function recordTrace(tables: Tables, trace: NewTrace, context: TrackingContext): Promise<void> {
  const { traceId } = trace
  const experiment = await findActiveExperiment(tables, trace.experimentId)
  const row: TraceRow = {
    trace_id: traceId,
    experiment_id: experiment.experiment_id,
    timestamp_ms: trace.timestampMs,
    execution_ms: trace.executionMs ?? null,
    state: trace.state,
    client_request_id: trace.clientRequestId ?? null,
    request_preview: previewText(trace.requestPreview),
    response_preview: previewText(trace.responsePreview),
    is_finalized: 1,
  }
  const { trace_id: _id, ...changes } = row
  await traceTables(tables)
    .insertInto('trace')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('trace_id').doUpdateSet((eb) => ({
        ...changes,
        // A client that sends spans leaves the previews to us.
        request_preview: row.request_preview ?? eb.ref('trace.request_preview'),
        response_preview: row.response_preview ?? eb.ref('trace.response_preview'),
      })),
    )
    .execute()
  const location = appendToUri(experiment.artifact_location, 'traces', traceId, 'artifacts')
  const tags = { ...trace.tags, [traceKeys.artifactLocationTag]: location }
  await putTracePairs(tables, 'trace_tag', { traceId, pairs: tags })
  await putTracePairs(tables, 'trace_metadata', { traceId, pairs: trace.metadata })
  await insertAssessments(tables, { traceId, assessments: trace.assessments, context })
}

function previewText(preview: string | undefined): string | null {
  return preview === undefined ? null : storableText(preview, maxPreview)
}

async function findInfos(
  tables: Tables,
  traceIds: readonly string[],
  experimentIds: readonly string[] | undefined,
): Promise<readonly TraceInfo[]> {
  const wanted = [...new Set(traceIds)]
  const rows = new Map<string, TraceRow>()
  const experiments = experimentIds === undefined ? undefined : new Set(experimentIds.map(experimentNumber))
  for (const piece of pieces(wanted)) {
    const found = await traceTables(tables).selectFrom('trace').selectAll().where('trace_id', 'in', piece).execute()
    for (const row of found) if (experiments?.has(row.experiment_id) ?? true) rows.set(row.trace_id, row)
  }
  return hydrateTraces(
    tables,
    wanted.flatMap((id) => rows.get(id) ?? []),
  )
}

function announcedSpans(info: TraceInfo): number {
  try {
    const stats = JSON.parse(info.metadata[traceKeys.sizeStats] ?? '{}') as { num_spans?: unknown }
    return typeof stats.num_spans === 'number' ? stats.num_spans : 0
  } catch {
    return 0 // Not ours to judge: a client wrote it.
  }
}

/** Clients read here where a trace's spans are: whoever changed one would make them look where nothing is. */
const storageTags: ReadonlySet<string> = new Set([
  traceKeys.spansLocationTag,
  traceKeys.archiveLocationTag,
  traceKeys.archivalFailureTag,
])

function immutableTag(key: string, verb: 'set' | 'deleted'): SluiceError {
  return new SluiceError('invalid-request', `Tag '${key}' is immutable and cannot be ${verb} on a trace.`)
}

async function deleteTag(tables: Tables, traceId: string, key: string): Promise<void> {
  // A note of a failure may be cleared, here as in MLflow.
  if (storageTags.has(key) && key !== traceKeys.archivalFailureTag) throw immutableTag(key, 'deleted')
  await findTrace(tables, traceId)
  const { numDeletedRows } = await traceTables(tables)
    .deleteFrom('trace_tag')
    .where('trace_id', '=', traceId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (numDeletedRows > 0n) return
  throw new SluiceError('not-found', `No trace tag with key '${key.slice(0, 250)}' for trace with ID '${traceId}'`)
}

async function linkToRun(tables: Tables, traceIds: readonly string[], runId: string): Promise<void> {
  if (traceIds.length > maxLinks) {
    throw new SluiceError(
      'limit-exceeded',
      `Cannot link more than ${maxLinks} traces to a run in a single request. Provided ${traceIds.length} traces.`,
    )
  }
  await findRun(tables, runId)
  for (const traceId of traceIds) checkLength(traceId, 'trace_ids', maxIdLength)
  if (traceIds.length === 0) return
  await traceTables(tables)
    .insertInto('trace_run')
    .values([...new Set(traceIds)].map((traceId) => ({ trace_id: traceId, run_id: runId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function readLinks(tables: Tables, traceId: string): Promise<Awaited<ReturnType<TraceStore['links']>>> {
  const runs = await traceTables(tables)
    .selectFrom('trace_run')
    .select('run_id')
    .where('trace_id', '=', traceId)
    .orderBy('run_id')
    .execute()
  const prompts = await traceTables(tables)
    .selectFrom('trace_prompt')
    .select('prompt')
    .where('trace_id', '=', traceId)
    .orderBy('prompt')
    .execute()
  return { runIds: runs.map(({ run_id: id }) => id), prompts: prompts.map(({ prompt }) => prompt) }
}

async function linkPrompts(tables: Tables, traceId: string, prompts: readonly string[]): Promise<void> {
  if (prompts.length > maxLinks) throw invalidValue('prompt_versions', prompts.length, `At most ${maxLinks} a call.`)
  await findTrace(tables, traceId)
  for (const prompt of prompts) checkLength(prompt, 'prompt_versions', 500)
  if (prompts.length === 0) return
  await traceTables(tables)
    .insertInto('trace_prompt')
    .values([...new Set(prompts)].map((prompt) => ({ trace_id: traceId, prompt })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function select(
  tables: Tables,
  { experimentId, traceIds = [], maxTimestampMs, maxTraces }: TraceSelection,
): Promise<readonly { readonly traceId: string; readonly folder?: string }[]> {
  if ((traceIds.length === 0) === (maxTimestampMs === undefined)) {
    throw new SluiceError(
      'invalid-request',
      'Either `max_timestamp_millis` or `trace_ids` must be specified, but not both.',
    )
  }
  if (maxTraces !== undefined && traceIds.length > 0) {
    throw new SluiceError('invalid-request', '`max_traces` cannot be specified if `trace_ids` is specified.')
  }
  if (maxTraces !== undefined && maxTraces < 1) {
    throw new SluiceError('invalid-request', `\`max_traces\` must be a positive integer, received ${maxTraces}.`)
  }
  const number = experimentNumber(experimentId)
  const ids: string[] = []
  const all = traceTables(tables).selectFrom('trace').select('trace_id').where('experiment_id', '=', number)
  if (maxTimestampMs !== undefined) {
    let query = all.where('timestamp_ms', '<=', maxTimestampMs).orderBy('timestamp_ms').orderBy('trace_id')
    if (maxTraces !== undefined) query = query.limit(maxTraces)
    ids.push(...(await query.execute()).map((row) => row.trace_id))
  }
  for (const piece of pieces([...new Set(traceIds)])) {
    ids.push(...(await all.where('trace_id', 'in', piece).execute()).map((row) => row.trace_id))
  }
  return withFolders(tables, ids)
}

/** Spans that are not in the store are below the trace's artifact location. */
async function withFolders(
  tables: Tables,
  ids: readonly string[],
): Promise<readonly { readonly traceId: string; readonly folder?: string }[]> {
  const found: { traceId: string; folder?: string }[] = []
  for (const piece of pieces(ids)) {
    const rows = await traceTables(tables)
      .selectFrom('trace_tag')
      .select(['trace_id', 'key', 'value'])
      .where('trace_id', 'in', piece)
      .where('key', 'in', [traceKeys.artifactLocationTag, traceKeys.spansLocationTag])
      .execute()
    const inStore = new Set(rows.filter(({ value }) => value === spansInStore).map((row) => row.trace_id))
    const folders = new Map(
      rows.filter(({ key }) => key === traceKeys.artifactLocationTag).map((row) => [row.trace_id, row.value]),
    )
    for (const traceId of piece) {
      const folder = inStore.has(traceId) ? undefined : folderIn(folders.get(traceId), traceId)
      found.push({ traceId, ...(folder !== undefined && { folder }) })
    }
  }
  return found
}

/** The tag is the client's to change: only a folder that is this trace's is believed. */
function folderIn(location: string | undefined, traceId: string): string | undefined {
  const folder = artifactFolder(location ?? '')
  return folder?.endsWith(`/traces/${traceId}/artifacts`) === true ? folder : undefined
}

async function deleteTraces(tables: Tables, traceIds: readonly string[]): Promise<number> {
  let deleted = 0
  const store = traceTables(tables)
  for (const piece of pieces(traceIds)) {
    for (const table of ['trace_tag', 'trace_metadata', 'trace_run', 'trace_prompt', 'span', 'assessment'] as const) {
      await store.deleteFrom(table).where('trace_id', 'in', piece).execute()
    }
    const { numDeletedRows } = await store.deleteFrom('trace').where('trace_id', 'in', piece).executeTakeFirst()
    deleted += Number(numDeletedRows)
  }
  return deleted
}
