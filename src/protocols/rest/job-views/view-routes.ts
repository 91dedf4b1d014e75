import type { FastifyReply, FastifyRequest } from 'fastify'
import { mapValues } from '../../../base/map-values.ts'
import type { Job } from '../../../jobs/job-service.ts'
import type { JobViews } from '../../../jobs/views/job-views.ts'
import { verdictText } from '../../../plan/plan-words.ts'
import { matchesEtag } from '../../../server/entity-tag.ts'
import type { Route } from '../../../server/route.ts'
import { wireTime } from '../translate.ts'
import {
  GraphMessage,
  GraphQuery,
  LogLinesMessage,
  LogSearchMessage,
  LogSearchQuery,
  QueueMessage,
  type StepMessage,
  TimelineMessage,
} from './view-messages.ts'

const usualMatches = 200

/** Jobs as pages show them: graphs, times, logs by line, the queue. */
export function jobViewRoutes(views: Pick<JobViews, keyof JobViews>): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/graph',
      permission: 'read',
      summary: 'Show the steps of a job and what connects them, rounds of loops and sweeps folded.',
      query: GraphQuery,
      response: GraphMessage,
      handler: async (request, reply) => {
        const { within } = request.query as { within?: string }
        const graph = async () => toGraphMessage(await views.graph(nameOf(request), within))
        return unlessKnown(await views.stamp(nameOf(request)), graph, { request, reply })
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/timeline',
      permission: 'read',
      summary: 'Show when the steps of a job waited and ran, attempt by attempt, and which decided how long it took.',
      response: TimelineMessage,
      handler: async (request, reply) => {
        const timeline = async () => toTimelineMessage(await views.timeline(nameOf(request)), Date.now())
        return unlessKnown(await views.stamp(nameOf(request)), timeline, { request, reply })
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/log/search',
      permission: 'read',
      summary: 'Find a text in a job’s log; an answer goes at most 64 MiB far and says where to go on.',
      query: LogSearchQuery,
      response: LogSearchMessage,
      handler: async (request): Promise<LogSearchMessage> => {
        const { text, offset = 0, limit = usualMatches, match_case: matchCase } = request.query as LogSearchQuery
        const wish = { text, offset, limit, ...(matchCase !== undefined && { matchCase }) }
        const { matches, nextOffset, sizeBytes } = await views.searchLog(nameOf(request), wish)
        return {
          items: matches.map((match) => ({ ...match })),
          ...(nextOffset !== undefined && { next_offset: nextOffset }),
          size_bytes: sizeBytes,
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/log/lines',
      permission: 'read',
      summary: 'Count the lines of a job’s log and say where some of them begin.',
      response: LogLinesMessage,
      handler: async (request) => {
        const { sizeBytes, lines, marks } = await views.logLines(nameOf(request))
        return { size_bytes: sizeBytes, lines, marks }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/queue',
      permission: 'read',
      summary: 'Show who has the slots of the compute, who waits for one, and for how long.',
      response: QueueMessage,
      handler: async () => toQueueMessage(await views.queue()),
    },
  ]
}

/** 304 for who has the answer of that stamp; browsers ask so by themselves. */
async function unlessKnown<Message>(
  stamp: string,
  make: () => Promise<Message>,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<Message | FastifyReply> {
  // Weak: the same answer may be sent compressed.
  const etag = `W/"${stamp}"`
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).header('etag', etag).send()
  const message = await make()
  void reply.header('etag', etag).header('cache-control', 'private, no-cache')
  return message
}

function toStepMessage(job: Job): StepMessage {
  return {
    path: job.step ?? '',
    job: job.name,
    type: job.type,
    display_name: job.displayName,
    status: job.status,
    ...(job.statusDetail !== undefined && { status_detail: job.statusDetail }),
    ...(job.parent !== undefined && { parent: job.parent }),
    ...(job.startedMs !== undefined && { started_at: wireTime(job.startedMs) }),
    ...(job.endedMs !== undefined && { ended_at: wireTime(job.endedMs) }),
    attempts: job.attempts,
    ...(job.reusedFrom !== undefined && { reused_from: job.reusedFrom }),
    ...(job.verdict !== undefined && { verdict_text: verdictText(job.verdict, 'job') }),
    ...(job.error !== undefined && { error_message: job.error.message }),
  }
}

function toGraphMessage(graph: Awaited<ReturnType<JobViews['graph']>>): GraphMessage {
  return {
    root: graph.root,
    within: graph.within,
    steps: graph.steps.map(({ job, key, group, rounds }) => ({
      ...toStepMessage(job),
      key,
      ...(group !== undefined && { group }),
      ...(rounds !== undefined && { rounds: { ...rounds } as Record<string, number> }),
    })),
    groups: graph.groups.map(({ job }) => toStepMessage(job)),
    edges: graph.edges.map(({ data, ...edge }) => ({ ...edge, data: data.map((each) => ({ ...each })) })),
    siblings: [...graph.siblings],
  }
}

function toTimelineMessage(timeline: Awaited<ReturnType<JobViews['timeline']>>, nowMs: number): TimelineMessage {
  const { root, steps, criticalPath, criticalMs } = timeline
  return {
    root: root.name,
    status: root.status,
    created_at: wireTime(root.createdMs),
    ...(root.endedMs !== undefined && { ended_at: wireTime(root.endedMs) }),
    now: wireTime(nowMs),
    steps: steps.map(({ job, spans }) => ({
      ...toStepMessage(job),
      spans: spans.map(({ startMs, endMs, ...span }) => ({
        ...span,
        start_at: wireTime(startMs),
        ...(endMs !== undefined && { end_at: wireTime(endMs) }),
      })),
    })),
    critical_path: [...criticalPath],
    critical_seconds: mapValues(criticalMs, (ms) => ms / 1000) as TimelineMessage['critical_seconds'],
  }
}

function toQueueMessage({
  slots,
  running,
  waiting,
  waitingCount,
}: Awaited<ReturnType<JobViews['queue']>>): QueueMessage {
  type Entry = (typeof running)[number] & Partial<(typeof waiting)[number]>
  const entry = ({
    job,
    root,
    priority,
    slots: count,
    estimatedMs,
    place,
    startsInMs,
  }: Entry): QueueMessage['running'][number] => ({
    ...toStepMessage(job),
    root: root.name,
    root_display_name: root.displayName,
    experiment_name: root.experimentName,
    priority,
    slots: count,
    ...(estimatedMs !== undefined && { estimated_seconds: estimatedMs / 1000 }),
    ...(place !== undefined && { place }),
    ...(startsInMs !== undefined && { starts_in_seconds: startsInMs / 1000 }),
  })
  return {
    compute: 'local',
    slots,
    running: running.map(entry),
    waiting: waiting.map(entry),
    waiting_count: waitingCount,
  }
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}
