import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import type { JobName } from '../../base/ids.ts'
import type { JobChanges } from '../../jobs/job-changes.ts'
import type { JobFilter, JobService, Submission } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { JobCountsMessage } from './job-views/view-messages.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'
import {
  ChildrenList,
  ChildrenQuery,
  DiffMessage,
  DiffQuery,
  JobCountQuery,
  JobTagsRequest,
  JobList,
  JobMessage,
  JobQuery,
  PlanMessage,
  CancelRequest,
  RetryRequest,
  SubmissionMessage,
  SubmittedJobMessage,
  TrialsMessage,
  ValidateMessage,
  ValidateRequest,
} from './messages.ts'
import {
  toDiffMessage,
  toJobMessage,
  toPlanMessage,
  toSubmittedMessage,
  toTrialsMessage,
  toWarnings,
} from './translate.ts'

/** What the routes of jobs ask of the server. */
export interface JobRouteParts {
  readonly jobs: JobService
  /** Absent for who only looks. */
  readonly jobChanges?: JobChanges
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

/** Submitting, planning and looking at jobs. */
export function jobRoutes(parts: JobRouteParts): readonly Route[] {
  const { jobChanges, principalOf } = parts
  return [
    ...documentRoutes(parts),
    ...readingRoutes(parts.jobs),
    ...changingRoutes(parts),
    ...(jobChanges === undefined ? [] : keepingRoutes(jobChanges, principalOf)),
  ]
}

function documentRoutes({ jobs, localToken, principalOf }: JobRouteParts): readonly Route[] {
  const submissionOf = (request: FastifyRequest): Submission => {
    requireLocalCaller(request, localToken)
    const message = request.body as SubmissionMessage
    return {
      file: requireAbsolute(message.file),
      ...(message.overrides !== undefined && { overrides: message.overrides }),
      ...(message.experiment_name !== undefined && { experimentName: message.experiment_name }),
      ...(message.no_reuse !== undefined && { noReuse: message.no_reuse }),
      ...(message.from !== undefined && { from: message.from }),
      ...(message.only !== undefined && { only: message.only }),
      submittedBy: principalText(principalOf(request)),
    }
  }
  return [
    {
      method: 'POST',
      url: '/api/v1/jobs',
      permission: 'write',
      summary: 'Submit a job from a YAML file of the server.',
      body: SubmissionMessage,
      response: SubmittedJobMessage,
      successStatus: 201,
      handler: async (request) => toSubmittedMessage(await jobs.submit(submissionOf(request))),
    },
    {
      method: 'POST',
      url: '/api/v1/plan',
      permission: 'write',
      summary: 'Say for every step of a job what would happen and why, changing nothing.',
      body: SubmissionMessage,
      response: PlanMessage,
      handler: async (request) => toPlanMessage(await jobs.plan(submissionOf(request))),
    },
    {
      method: 'POST',
      url: '/api/v1/validate',
      permission: 'write',
      summary: 'Report every mistake of a YAML file of any kind.',
      body: ValidateRequest,
      response: ValidateMessage,
      handler: async (request) => {
        requireLocalCaller(request, localToken)
        const { kind, name, ...found } = await jobs.validate(requireAbsolute((request.body as { file: string }).file))
        return { kind, ...(name !== undefined && { name }), ...toWarnings(found) }
      },
    },
  ]
}

function readingRoutes(jobs: JobService): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/jobs',
      permission: 'read',
      summary: 'List jobs, newest first; root jobs only unless asked otherwise.',
      query: JobQuery,
      response: JobList,
      handler: async (request) => {
        const { limit = 50, page_token: pageToken, ...query } = request.query as JobQuery
        const page = { limit, ...(pageToken !== undefined && { pageToken }) }
        const { jobs: items, nextPageToken } = await jobs.list({ ...filterOf(query), ...page })
        return {
          items: items.map(toJobMessage),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/job-counts',
      permission: 'read',
      summary: 'Count jobs by status and by experiment, as a filter leaves them.',
      query: JobCountQuery,
      response: JobCountsMessage,
      handler: async (request) => jobs.counts(filterOf(request.query as JobCountQuery)),
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name',
      permission: 'read',
      summary: 'Show a job.',
      response: JobMessage,
      handler: async (request) => toJobMessage(await jobs.get(nameOf(request))),
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/children',
      permission: 'read',
      summary:
        'List every step of a root job, in plan order, nested pipelines included; or those that changed since an earlier answer.',
      query: ChildrenQuery,
      response: ChildrenList,
      handler: async (request) => {
        const { changed_after: afterSeq } = request.query as ChildrenQuery
        const { jobs: items, latestSeq } = await jobs.childrenSince(nameOf(request), afterSeq)
        return { items: items.map(toJobMessage), latest_seq: latestSeq }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/trials',
      permission: 'read',
      summary:
        'List the trials of a sweep with their parameters and their values of the primary metric, the best first.',
      response: TrialsMessage,
      handler: async (request) => toTrialsMessage(await jobs.trials(nameOf(request))),
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/diff',
      permission: 'read',
      summary:
        'Say what differs between a job and another one, by default the last that completed: what went in and what came out of every step.',
      query: DiffQuery,
      response: DiffMessage,
      handler: async (request) => toDiffMessage(await jobs.diff(nameOf(request), (request.query as DiffQuery).with)),
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/document',
      permission: 'read',
      summary: 'Show the document of a job as it was submitted.',
      handler: async (request) => jobs.document(nameOf(request)),
    },
  ]
}

function changingRoutes({ jobs, principalOf }: JobRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/jobs/:name/cancel',
      permission: 'write',
      summary: 'Ask a job and its steps to stop.',
      body: CancelRequest,
      response: JobMessage,
      handler: async (request) => {
        const cancellation = { by: principalText(principalOf(request)), ...(request.body as CancelRequest) }
        return toJobMessage(await jobs.cancel(nameOf(request), cancellation))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/jobs/:name/retry',
      permission: 'write',
      summary: 'Submit the stored snapshot of a job that has ended again; what completed is reused.',
      body: RetryRequest,
      response: JobMessage,
      successStatus: 201,
      handler: async (request) => {
        const submittedBy = principalText(principalOf(request))
        return toJobMessage(await jobs.retry(nameOf(request), { submittedBy, ...retryOf(request) }))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/jobs/:name/plan',
      permission: 'read',
      summary: 'Say for every step what a retry of a job would do and why, changing nothing.',
      body: RetryRequest,
      response: PlanMessage,
      handler: async (request) => toPlanMessage(await jobs.planRetry(nameOf(request), retryOf(request))),
    },
    ...(['archive', 'restore'] as const).map((verb): Route => ({
      method: 'POST',
      url: `/api/v1/jobs/:name/${verb}`,
      permission: 'write',
      summary: verb === 'archive' ? 'Leave a job that has ended out of lists.' : 'Take an archived job back in.',
      response: JobMessage,
      handler: async (request) => toJobMessage(await jobs.archive(nameOf(request), verb === 'archive')),
    })),
    {
      method: 'POST',
      url: '/api/v1/jobs/:name/reproduce',
      permission: 'write',
      summary: 'Run every step of a completed job’s stored snapshot again, so that outputs can be compared.',
      response: JobMessage,
      successStatus: 201,
      handler: async (request) =>
        toJobMessage(await jobs.reproduce(nameOf(request), principalText(principalOf(request)))),
    },
  ]
}

function keepingRoutes(changes: JobChanges, principalOf: JobRouteParts['principalOf']): readonly Route[] {
  return [
    {
      method: 'PATCH',
      url: '/api/v1/jobs/:name',
      permission: 'write',
      summary: 'Change the tags of a job or step, and of its run.',
      body: JobTagsRequest,
      response: JobMessage,
      handler: async (request) => {
        const { tags } = request.body as JobTagsRequest
        return toJobMessage(await changes.tag(nameOf(request), tags, principalText(principalOf(request))))
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/jobs/:name',
      permission: 'write',
      summary: 'Delete a job that has ended, with its steps, runs and logs; refused while something leads back to it.',
      successStatus: 204,
      handler: async (request) => changes.delete(nameOf(request), principalText(principalOf(request))),
    },
  ]
}

function filterOf(query: JobCountQuery): Omit<JobFilter, 'limit'> {
  return {
    ...(query.parent !== undefined && { parent: query.parent as JobName }),
    ...(query.with_children !== undefined && { withChildren: query.with_children }),
    ...(query.status !== undefined && { statuses: query.status }),
    ...(query.experiment_name !== undefined && { experimentName: query.experiment_name }),
    ...(query.text !== undefined && { text: query.text }),
    ...(query.tag !== undefined && { tag: query.tag }),
    ...usesOf(query),
    ...(query.archived !== undefined && { archived: query.archived }),
  }
}

function usesOf({ component, environment }: JobCountQuery): Pick<JobFilter, 'uses'> {
  if (component !== undefined) return { uses: { kind: 'component', reference: component } }
  return environment === undefined ? {} : { uses: { kind: 'environment', reference: environment } }
}

function retryOf(request: FastifyRequest): { readonly onlyFailed: boolean; readonly from?: readonly string[] } {
  const { only_failed: onlyFailed = false, from } = request.body as RetryRequest
  return { onlyFailed, ...(from !== undefined && { from }) }
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}
