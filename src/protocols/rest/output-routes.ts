import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ContentStore } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { JobService, JobValue } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { OutputFileQuery, OutputMessage } from './messages.ts'

/** What the routes of outputs ask of the server. */
export interface OutputRouteParts {
  readonly jobs: Pick<JobService, 'get'>
  readonly content: Pick<ContentStore, 'read' | 'tree'>
}

interface OutputFile {
  /** Below the output's folder; the output's own name where it is a file. */
  readonly path: string
  readonly sizeBytes: number
  readonly digest: Digest
}

/** What a job wrote: its files by name, and their bytes. */
export function outputRoutes(parts: OutputRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/outputs/:output',
      permission: 'read',
      summary: 'List the files of an output of a job.',
      response: OutputMessage,
      handler: async (request) => {
        const { value, files } = await outputOf(parts, request)
        return {
          type: value.type,
          ...(value.value !== undefined && { value: value.value }),
          ...(value.digest !== undefined && { digest: value.digest }),
          files: files.map(({ path, sizeBytes, digest }) => ({ path, size_bytes: sizeBytes, digest })),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/outputs/:output/content',
      permission: 'read',
      summary: 'Download a file of an output; without `path` the output must be a single file.',
      query: OutputFileQuery,
      handler: async (request, reply) => {
        const { path } = request.query as OutputFileQuery
        const { files } = await outputOf(parts, request)
        const file = path === undefined && files.length === 1 ? files[0] : files.find((one) => one.path === path)
        if (file === undefined) throw noFile(request, files)
        return send(parts, file, reply)
      },
    },
  ]
}

async function outputOf(
  { jobs, content }: OutputRouteParts,
  request: FastifyRequest,
): Promise<{ readonly value: JobValue; readonly files: readonly OutputFile[] }> {
  const { name, output } = request.params as { name: string; output: string }
  const job = await jobs.get(name)
  const value = Object.hasOwn(job.outputs, output) ? job.outputs[output] : undefined
  if (value === undefined) {
    const names = Object.keys(job.outputs)
    throw new SluiceError('not-found', `Job ${name} has no output "${output}".`, {
      hint: names.length === 0 ? `It is ${job.status}; see: sluice job show ${name}` : `It has ${names.join(', ')}.`,
    })
  }
  return { value, files: await filesOf(content, output, value) }
}

async function filesOf(
  content: OutputRouteParts['content'],
  output: string,
  value: JobValue,
): Promise<readonly OutputFile[]> {
  if (value.digest === undefined) return []
  const digest = value.digest as Digest
  try {
    const entries = await content.tree(digest)
    return entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []))
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'not-found')) throw error
    // Not a folder: the digest is that of the file itself.
    return [{ path: output, sizeBytes: value.sizeBytes ?? 0, digest }]
  }
}

function noFile(request: FastifyRequest, files: readonly OutputFile[]): SluiceError {
  const { name, output } = request.params as { name: string; output: string }
  const { path } = request.query as OutputFileQuery
  if (files.length === 0) return new SluiceError('not-found', `Output "${output}" of job ${name} is no file.`)
  const what = path === undefined ? 'is a folder; say which file with path' : `has no file ${JSON.stringify(path)}`
  return new SluiceError('not-found', `Output "${output}" of job ${name} ${what}.`, {
    hint: `List its files with: GET /api/v1/jobs/${name}/outputs/${output}`,
  })
}

function send({ content }: OutputRouteParts, file: OutputFile, reply: FastifyReply): FastifyReply {
  reply.headers({
    etag: `"${file.digest}"`,
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'content-length': file.sizeBytes,
  })
  return reply.send(file.sizeBytes === 0 ? '' : content.read(file.digest))
}
