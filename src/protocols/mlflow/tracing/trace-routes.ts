import type { ArtifactStore } from '../../../artifacts/artifact-store.ts'
import { SluiceError } from '../../../base/errors.ts'
import type { Route } from '../../../server/route.ts'
import type { TraceStore } from '../../../tracking/traces/trace-store.ts'
import type { TraceQuery } from '../../../tracking/traces/trace-search.ts'
import { spansInStore, traceKeys } from '../../../tracking/traces/trace.ts'
import type { TrackingStore } from '../../../tracking/tracking-store.ts'
import { sendArtifact } from '../artifact-download.ts'
import { mlflowErrors } from '../errors.ts'
import { mlflowRoutesOf } from '../mlflow-route.ts'
import { isGiven, listField, pageMessage, toPairs } from '../translate.ts'
import { traceRequests } from './trace-messages.ts'
import {
  toState,
  toTrace,
  traceDataText,
  traceInfoMessage,
  traceInfoV2Message,
  traceMessage,
} from './trace-translate.ts'

const root = '/3.0/mlflow/traces'
const rootV2 = '/2.0/mlflow/traces'
/** MLflow waits this long for spans that are still on their way. */
const waitsMs = [250, 750, 2000]

export interface TraceRouteParts {
  readonly tracking: TrackingStore
  readonly artifacts: ArtifactStore
}

/** Traces: as MLflow 3 speaks of them, and as its clients before did. */
export function traceRoutes(parts: TraceRouteParts): readonly Route[] {
  return [
    ...recordRoutes(parts.tracking),
    ...readRoutes(parts.tracking),
    ...searchRoutes(parts.tracking),
    ...changeRoutes(parts),
    ...oldRoutes(parts.tracking),
    ...artifactRoutes(parts),
  ]
}

function recordRoutes({ traces }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: root,
      permission: 'write',
      message: traceRequests.start,
      handle: async ({ trace }) => ({
        trace: { trace_info: traceInfoMessage(await traces.record(toTrace(trace.trace_info))) },
      }),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${rootV2}/link-to-run`,
      permission: 'write',
      message: traceRequests.linkToRun,
      handle: async ({ trace_ids, run_id }) => void (await traces.linkToRun(trace_ids, run_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${rootV2}/link-prompts`,
      permission: 'write',
      message: traceRequests.linkPrompts,
      handle: async ({ trace_id, prompt_versions }) =>
        void (await traces.linkPrompts(
          trace_id,
          prompt_versions.map(({ name, version }) => `${name}/${version}`),
        )),
    }),
  ]
}

function readRoutes({ traces }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/:trace_id`,
      permission: 'read',
      message: traceRequests.trace,
      handle: async ({ trace_id }) => ({ trace: { trace_info: traceInfoMessage(await traces.info(trace_id)) } }),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/get`,
      permission: 'read',
      message: traceRequests.getTrace,
      handle: async ({ trace_id, allow_partial = false }) => ({
        trace: traceMessage(await wholeTrace(traces, trace_id, allow_partial)),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/batchGet`,
      permission: 'read',
      message: traceRequests.batch,
      handle: async ({ trace_ids, experiment_ids }) => {
        const infos = await traces.infos(trace_ids, experiment_ids)
        const found = await Promise.all(infos.filter(isInStore).map(({ traceId }) => traces.get(traceId)))
        return listField('traces', found.filter((trace) => trace.isWhole).map(traceMessage))
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/batchGetInfos`,
      permission: 'read',
      message: traceRequests.batch,
      handle: async ({ trace_ids, experiment_ids }) =>
        listField('trace_infos', (await traces.infos(trace_ids, experiment_ids)).map(traceInfoMessage)),
    }),
  ]
}

function isInStore(info: { readonly tags: Readonly<Record<string, string>> }): boolean {
  return info.tags[traceKeys.spansLocationTag] === spansInStore
}

type WholeTrace = Awaited<ReturnType<TraceStore['get']>>

/** Spans come in calls of their own, often a moment after a program asks for its trace. */
async function wholeTrace(traces: TraceStore, traceId: string, allowPartial: boolean): Promise<WholeTrace> {
  for (const waitMs of [...waitsMs, undefined]) {
    const trace = await traces.get(traceId)
    if (allowPartial || trace.isWhole) return trace
    if (waitMs === undefined || !isInStore(trace.info)) break
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  throw new SluiceError('not-found', `Trace with ID ${traceId} is not fully exported yet, please try again later.`)
}

interface GivenSearch {
  readonly filter?: string
  readonly max_results?: number
  readonly order_by?: readonly string[]
  readonly page_token?: string
}

function toQuery(experimentIds: readonly string[], search: GivenSearch): TraceQuery {
  return {
    experimentIds,
    // Protobuf's 0 is "not set" here.
    ...(search.max_results !== undefined && search.max_results !== 0 && { maxResults: search.max_results }),
    ...(search.filter !== undefined && { filter: search.filter }),
    ...(search.order_by !== undefined && { orderBy: search.order_by }),
    ...(search.page_token !== undefined && { pageToken: search.page_token }),
  }
}

function searchRoutes(tracking: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/search`,
      permission: 'read',
      message: traceRequests.search,
      handle: async ({ locations, ...search }) => {
        const ids = locations.map((location) => location.mlflow_experiment?.experiment_id).filter(isGiven)
        return pageMessage('traces', await tracking.searchTraces(toQuery(ids, search)), traceInfoMessage)
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/metrics`,
      permission: 'read',
      message: traceRequests.metrics,
      handle: async (query) => {
        const points = await tracking.traceMetrics({
          experimentIds: query.experiment_ids,
          view: query.view_type,
          metric: query.metric_name,
          aggregations: query.aggregations.map(({ aggregation_type: type, percentile_value: percentile }) => ({
            type,
            ...(percentile !== undefined && { percentile }),
          })),
          ...(query.dimensions !== undefined && { dimensions: query.dimensions }),
          ...(query.filters !== undefined && { filters: query.filters }),
          ...(query.time_interval_seconds !== undefined && { intervalSeconds: query.time_interval_seconds }),
          ...(query.start_time_ms !== undefined && { startMs: query.start_time_ms }),
          ...(query.end_time_ms !== undefined && { endMs: query.end_time_ms }),
          ...(query.max_results !== undefined && query.max_results !== 0 && { maxResults: query.max_results }),
        })
        const shown = points.map((point) => ({ metric_name: query.metric_name, ...point }))
        return listField('data_points', shown)
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/calculate-filter-correlation`,
      permission: 'read',
      message: traceRequests.correlation,
      handle: async ({ experiment_ids, filter_string1, filter_string2, base_filter }) => {
        const filters = {
          first: filter_string1,
          second: filter_string2,
          ...(isGiven(base_filter) && { base: base_filter }),
        }
        const { npmi, npmiSmoothed, ...counts } = await tracking.correlateTraces(experiment_ids, filters)
        return {
          ...(npmi !== undefined && { npmi }),
          ...(npmiSmoothed !== undefined && { npmi_smoothed: npmiSmoothed }),
          filter1_count: counts.first,
          filter2_count: counts.second,
          joint_count: counts.joint,
          total_count: counts.total,
        }
      },
    }),
  ]
}

function changeRoutes({ tracking: { traces }, artifacts }: TraceRouteParts): readonly Route[] {
  const remove = (path: string) =>
    mlflowRoutesOf({
      method: 'POST',
      path: `${path}/delete-traces`,
      permission: 'write',
      message: traceRequests.delete,
      handle: async ({ experiment_id, max_timestamp_millis, max_traces, request_ids }) => {
        const found = await traces.select({
          experimentId: experiment_id,
          ...(max_timestamp_millis !== undefined && { maxTimestampMs: max_timestamp_millis }),
          ...(max_traces !== undefined && { maxTraces: max_traces }),
          ...(request_ids !== undefined && { traceIds: request_ids }),
        })
        // Files first: a trace whose row is left can be deleted again, a file whose trace is gone cannot be found.
        for (const { folder } of found) if (folder !== undefined) await artifacts.remove(folder)
        return { traces_deleted: await traces.delete(found.map(({ traceId }) => traceId)) }
      },
    })
  return [
    ...remove(root),
    ...remove(rootV2),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${root}/:trace_id/tags`,
      permission: 'write',
      message: traceRequests.setTag,
      handle: async ({ trace_id, key, value = '' }) => void (await traces.setTag(trace_id, key, value)),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${root}/:trace_id/tags`,
      permission: 'write',
      message: traceRequests.deleteTag,
      handle: async ({ trace_id, key }) => void (await traces.deleteTag(trace_id, key)),
    }),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${rootV2}/:request_id/tags`,
      permission: 'write',
      message: traceRequests.setTagV2,
      handle: async ({ request_id, key, value = '' }) => void (await traces.setTag(request_id, key, value)),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${rootV2}/:request_id/tags`,
      permission: 'write',
      message: traceRequests.deleteTagV2,
      handle: async ({ request_id, key }) => void (await traces.deleteTag(request_id, key)),
    }),
  ]
}

/** Clients before MLflow 3 say when a trace begins and ends, and store its spans as an artifact. */
function oldRoutes(tracking: TrackingStore): readonly Route[] {
  const { traces } = tracking
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: rootV2,
      permission: 'write',
      message: traceRequests.startV2,
      handle: async ({ experiment_id, timestamp_ms, request_metadata, tags }) => ({
        trace_info: traceInfoV2Message(
          await traces.begin({
            experimentId: experiment_id,
            timestampMs: timestamp_ms,
            metadata: toMap(request_metadata),
            tags: toMap(tags),
          }),
        ),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${rootV2}/:request_id`,
      permission: 'write',
      message: traceRequests.endV2,
      handle: async ({ request_id, timestamp_ms, status, request_metadata, tags }) => ({
        trace_info: traceInfoV2Message(
          await traces.end({
            traceId: request_id,
            endMs: timestamp_ms,
            state: toState(status),
            metadata: toMap(request_metadata),
            tags: toMap(tags),
          }),
        ),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${rootV2}/:request_id/info`,
      permission: 'read',
      message: traceRequests.traceV2,
      handle: async ({ request_id }) => ({ trace_info: traceInfoV2Message(await traces.info(request_id)) }),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: rootV2,
      permission: 'read',
      message: traceRequests.searchV2,
      handle: async ({ experiment_ids, ...search }) =>
        pageMessage('traces', await tracking.searchTraces(toQuery(experiment_ids, search)), traceInfoV2Message),
    }),
  ]
}

function toMap(pairs: Parameters<typeof toPairs>[0]): Readonly<Record<string, string>> {
  return Object.fromEntries(toPairs(pairs).map(({ key, value }) => [key, value]))
}

/** The spans as a file, as MLflow's pages read them, or a file that was attached to a span. */
function artifactRoutes({ tracking: { traces }, artifacts }: TraceRouteParts): readonly Route[] {
  return ['/ajax-api/2.0/mlflow', '/ajax-api/3.0/mlflow'].map((prefix) => ({
    method: 'GET',
    url: `${prefix}/get-trace-artifact`,
    permission: 'read',
    errors: mlflowErrors,
    handler: async (request, reply) => {
      const { request_id: traceId, path } = traceRequests.artifact.read(request.query, '')
      const trace = await traces.get(traceId)
      if (isInStore(trace.info) && !isGiven(path)) {
        return reply
          .type('application/octet-stream')
          .header('content-disposition', 'attachment; filename=traces.json')
          .send(traceDataText(trace.spans))
      }
      const folder = await artifactFolderOf(traces, traceId, trace.info.experimentId)
      const file = isGiven(path) ? `attachments/${path}` : 'traces.json'
      return sendArtifact(artifacts, await artifacts.find(`${folder}/${file}`), { request, reply })
    },
  }))
}

async function artifactFolderOf(traces: TraceStore, traceId: string, experimentId: string): Promise<string> {
  const folder = await traces.folder(traceId)
  if (folder !== undefined) return folder
  throw new SluiceError(
    'not-found',
    `The spans of the trace '${traceId}' of experiment ${experimentId} are not stored here.`,
  )
}
