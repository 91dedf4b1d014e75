import { CredentialsMessage } from './endpoint-messages.ts'
import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { Principal } from '../../access/principal.ts'
import type { Job } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { nearestName } from '../../spec/yaml/nearest-name.ts'
import type { PublishedPipeline } from '../../triggers/published-pipeline-store.ts'
import type { Publication, PublishedPipelines } from '../../triggers/published-pipelines.ts'
import { isLocalCaller, requireAbsolute, requireLocalCaller } from './local-caller.ts'
import {
  PipelineChangeRequest,
  PipelineJobMessage,
  PipelineJobRequest,
  PublishedPipelineList,
  PublishedPipelineMessage,
  PublishedPipelineQuery,
  PublishedPipelineWithVersions,
  PublishRequest,
  RotateKeyRequest,
} from './messages.ts'
import { wireTime } from './translate.ts'

/** What the routes of published pipelines ask of the server. */
export interface PublishedPipelineRouteParts {
  /** Its methods; a test may bring its own. */
  readonly pipelines: Pick<PublishedPipelines, keyof PublishedPipelines>
  readonly localToken: string
  readonly url: () => string
  readonly principalOf: (request: FastifyRequest) => Principal
}

const base = '/api/v1/published-pipelines'

/** Publishing and managing pipelines, and starting their jobs: the one thing that their own keys allow. */
export function publishedPipelineRoutes(parts: PublishedPipelineRouteParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts), ...statusRoutes(parts), ...jobRoutes(parts)]
}

function readingRoutes({ pipelines, url }: PublishedPipelineRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: base,
      permission: 'read',
      summary: 'List the versions of published pipelines, by name, the newest first.',
      query: PublishedPipelineQuery,
      response: PublishedPipelineList,
      handler: async (request) => {
        const { with_archived: withArchived = false } = request.query as PublishedPipelineQuery
        return { items: (await pipelines.list({ withArchived })).map((one) => toMessage(one, url())) }
      },
    },
    {
      method: 'GET',
      url: `${base}/:name`,
      permission: 'read',
      summary: 'Show the version of a published pipeline that answers, and all the others.',
      response: PublishedPipelineWithVersions,
      handler: async (request) => {
        const { name } = pathOf(request)
        const versions = await pipelines.versions(name)
        return {
          ...toMessage(await pipelines.get({ name }), url()),
          versions: versions.map((one) => toMessage(one, url())),
        }
      },
    },
    {
      method: 'GET',
      url: `${base}/:name/versions/:version`,
      permission: 'read',
      summary: 'Show a version of a published pipeline.',
      response: PublishedPipelineMessage,
      handler: async (request) => toMessage(await pipelines.get(pathOf(request)), url()),
    },
    {
      method: 'GET',
      url: `${base}/:name/credentials`,
      permission: 'manage',
      summary: 'Show the keys of a published pipeline.',
      response: CredentialsMessage,
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store')
        return toCredentials(await pipelines.credentials(pathOf(request).name))
      },
    },
  ]
}

function publishedWork(file: string): Publication['of'] {
  const [, job] = /^azureml:([\w.-]+)$/.exec(file) ?? []
  return job === undefined ? { file: requireAbsolute(file) } : { job }
}

function changingRoutes({ pipelines, localToken, url, principalOf }: PublishedPipelineRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: base,
      permission: 'manage',
      summary: 'Check a job file of the server and publish it as a version of a name, with all it needs.',
      body: PublishRequest,
      response: PublishedPipelineMessage,
      successStatus: 201,
      handler: async (request) => {
        requireLocalCaller(request, localToken)
        const { file, ...publication } = request.body as PublishRequest
        const published = await pipelines.publish({
          ...publication,
          of: publishedWork(file),
          by: principalOf(request),
        })
        return toMessage(published, url())
      },
    },
    {
      method: 'POST',
      url: `${base}/:name/rotate-key`,
      permission: 'manage',
      summary: 'Make a new primary key; the old one stays valid as the secondary unless it is revoked.',
      body: RotateKeyRequest,
      response: CredentialsMessage,
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store')
        const { revoke_old: revokeOld = false } = request.body as { revoke_old?: boolean }
        return toCredentials(await pipelines.rotateKey(pathOf(request).name, { revokeOld, by: principalOf(request) }))
      },
    },
    {
      method: 'DELETE',
      url: `${base}/:name`,
      permission: 'manage',
      summary: 'Remove a published pipeline, its versions and keys; jobs that it started stay.',
      successStatus: 204,
      handler: async (request, reply) => {
        await pipelines.delete(pathOf(request), principalOf(request))
        return reply.send()
      },
    },
    {
      method: 'DELETE',
      url: `${base}/:name/versions/:version`,
      permission: 'manage',
      summary: 'Remove one version of a published pipeline.',
      successStatus: 204,
      handler: async (request, reply) => {
        await pipelines.delete(pathOf(request), principalOf(request))
        return reply.send()
      },
    },
  ]
}

function statusRoutes({ pipelines, url, principalOf }: PublishedPipelineRouteParts): readonly Route[] {
  const verbs = [
    ['enable', 'enabled', 'Let a published pipeline start jobs again, archived or disabled before.'],
    ['disable', 'disabled', 'Have a published pipeline refuse to start jobs.'],
    ['archive', 'archived', 'Disable a published pipeline and leave it out of lists.'],
  ] as const
  return verbs.map(([verb, status, summary]) => ({
    method: 'POST',
    url: `${base}/:name/${verb}`,
    permission: 'manage',
    summary,
    body: PipelineChangeRequest,
    response: PublishedPipelineMessage,
    handler: async (request) => {
      const { version } = request.body as { version?: string }
      const selection = { name: pathOf(request).name, ...(version !== undefined && { version }) }
      return toMessage(await pipelines.setStatus(selection, status, principalOf(request)), url())
    },
  }))
}

/**
 * A misspelled key would start a job with the defaults, and nobody would know. Keys of Azure ML (v1) begin with a capital
 * and are left aside where they mean nothing here.
 */
function refuseSlips(message: PipelineJobRequest): void {
  const known = Object.keys(PipelineJobRequest.properties)
  const slips = Object.keys(message).filter((key) => !known.includes(key) && !/^[A-Z]/.test(key))
  if (slips.length === 0) return
  const diagnostics = slips.map((key) => {
    const near = nearestName(key, known)
    return { message: `Unknown key "${key}"${near === undefined ? '' : `, did you mean "${near}"?`}` }
  })
  const hint = 'Parameters stand in "inputs"; a version in the address: .../versions/VERSION/jobs'
  throw new SluiceError('invalid-request', diagnostics.map((one) => one.message).join('\n'), { diagnostics, hint })
}

/** Open without login: the pipeline's own key, which allows nothing else, is asked for in every case. */
function jobRoutes(parts: PublishedPipelineRouteParts): readonly Route[] {
  const { pipelines, url } = parts
  const submit: Route['handler'] = async (request, reply) => {
    const { name, version } = pathOf(request)
    await requireKey(parts, request)
    const message = request.body as PipelineJobRequest
    refuseSlips(message)
    const experimentName = message.experiment_name ?? message.ExperimentName
    const displayName = message.display_name ?? message.DisplayName
    const idempotencyKey = request.headers['idempotency-key']
    const { job, pipeline } = await pipelines.submit({
      name,
      ...(version !== undefined && { version }),
      inputs: { ...message.DataPathAssignments, ...message.ParameterAssignments, ...message.inputs },
      ...(experimentName !== undefined && { experimentName }),
      ...(displayName !== undefined && { displayName }),
      tags: { ...message.Tags, ...message.tags },
      ...(typeof idempotencyKey === 'string' && { idempotencyKey }),
    })
    const answer = toJobMessage(job, { name, url: url() })
    reply.header('location', answer.url)
    return { ...answer, published_pipeline: { name: pipeline.name, version: pipeline.version } }
  }
  const starting = {
    method: 'POST',
    permission: 'public',
    body: PipelineJobRequest,
    response: PipelineJobMessage,
    successStatus: 202,
    handler: submit,
  } as const
  return [
    { ...starting, url: `${base}/:name/jobs`, summary: 'Start a job of the newest enabled version; answers at once.' },
    { ...starting, url: `${base}/:name/versions/:version/jobs`, summary: 'Start a job of this version.' },
    {
      method: 'GET',
      url: `${base}/:name/jobs/:job`,
      permission: 'public',
      summary: 'Say how a job goes that was started through this pipeline.',
      response: PipelineJobMessage,
      handler: async (request) => {
        const { name } = pathOf(request)
        await requireKey(parts, request)
        const job = await pipelines.startedJob(name, (request.params as { job: string }).job)
        return toJobMessage(job, { name, url: url() })
      },
    },
  ]
}

async function requireKey(
  { pipelines, localToken }: PublishedPipelineRouteParts,
  request: FastifyRequest,
): Promise<void> {
  if (isLocalCaller(request, localToken)) return
  const key = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  await pipelines.authorise(pathOf(request).name, key)
}

function pathOf(request: FastifyRequest): { readonly name: string; readonly version?: string } {
  return request.params as { name: string; version?: string }
}

function toMessage(pipeline: PublishedPipeline, url: string): PublishedPipelineMessage {
  const { displayName, createdBy, createdMs, updatedMs, number: _, parameters, ...rest } = pipeline
  const path = `${base}/${encodeURIComponent(pipeline.name)}/versions/${encodeURIComponent(pipeline.version)}/jobs`
  return {
    ...rest,
    tags: { ...pipeline.tags },
    display_name: displayName,
    parameters: parameters.map(({ isRequired, enum: allowed, ...parameter }) => ({
      ...parameter,
      is_required: isRequired,
      ...(allowed !== undefined && { enum: [...allowed] }),
    })),
    submit_url: `${url}${path}`,
    created_by: createdBy,
    created_at: wireTime(createdMs),
    updated_at: wireTime(updatedMs),
  }
}

function toJobMessage(job: Job, { name, url }: { readonly name: string; readonly url: string }): PipelineJobMessage {
  return {
    name: job.name,
    Id: job.name,
    status: job.status,
    ...(job.statusDetail !== undefined && { status_detail: job.statusDetail }),
    url: `${url}${base}/${encodeURIComponent(name)}/jobs/${encodeURIComponent(job.name)}`,
    experiment_name: job.experimentName,
    created_at: wireTime(job.createdMs),
    ...(job.endedMs !== undefined && { ended_at: wireTime(job.endedMs) }),
    ...(job.error !== undefined && { error: job.error }),
  }
}

function toCredentials({ primary, secondary }: { readonly primary: string; readonly secondary: string }) {
  return { primary_key: primary, secondary_key: secondary }
}
