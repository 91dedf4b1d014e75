import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ContentStore } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { Job, JobService, JobValue } from '../../jobs/job-service.ts'
import type { Route } from '../../server/route.ts'
import { OutputFileQuery, OutputMessage } from './messages.ts'

/** What the routes of outputs ask of the server. */
export interface OutputRouteParts {
  readonly jobs: Pick<JobService, 'get' | 'children'>
  readonly content: Pick<ContentStore, 'read' | 'tree'>
}

export interface OutputFile {
  /** Below the output's folder; the output's own name where it is a file. */
  readonly path: string
  readonly sizeBytes: number
  readonly digest: Digest
}

/** What a job took and wrote: its files by name, and their bytes. */
export function outputRoutes(parts: OutputRouteParts): readonly Route[] {
  return [...valueRoutes(parts, 'outputs'), ...valueRoutes(parts, 'inputs')]
}

type Side = 'inputs' | 'outputs'

function valueRoutes(parts: OutputRouteParts, side: Side): readonly Route[] {
  const word = side === 'inputs' ? 'input' : 'output'
  return [
    {
      method: 'GET',
      url: `/api/v1/jobs/:name/${side}/:${word}`,
      permission: 'read',
      summary: `List the files of an ${word} of a job.`,
      response: OutputMessage,
      handler: async (request) => {
        const { value, files } = await valueOf(parts, side, request)
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
      url: `/api/v1/jobs/:name/${side}/:${word}/content`,
      permission: 'read',
      summary: `Download a file of an ${word}, or its beginning; without \`path\` the ${word} must be a single file.`,
      query: OutputFileQuery,
      handler: async (request, reply) => {
        const { path, max_bytes: maxBytes } = request.query as OutputFileQuery
        const { files } = await valueOf(parts, side, request)
        const file = path === undefined && files.length === 1 ? files[0] : files.find((one) => one.path === path)
        if (file === undefined) throw noFile(request, side, files)
        return sendFile(parts, { file, ...(maxBytes !== undefined && { maxBytes }) }, reply)
      },
    },
  ]
}

/** Name of a value in the address of a request. */
function valueNameOf(request: FastifyRequest): string {
  const { input, output } = request.params as { input?: string; output?: string }
  return output ?? input!
}

async function valueOf(
  { jobs, content }: OutputRouteParts,
  side: Side,
  request: FastifyRequest,
): Promise<{ readonly value: JobValue; readonly files: readonly OutputFile[] }> {
  const { name } = request.params as { name: string }
  const wanted = valueNameOf(request)
  const job = await jobs.get(name)
  const values = job[side]
  const value = Object.hasOwn(values, wanted) ? values[wanted] : undefined
  if (value === undefined) {
    const names = Object.keys(values)
    throw new SluiceError('not-found', `Job ${name} has no ${side.slice(0, -1)} "${wanted}".`, {
      hint: names.length === 0 ? `It is ${job.status}; see: sluice job show ${name}` : `It has ${names.join(', ')}.`,
    })
  }
  const settled = side === 'inputs' ? await followed(jobs, job, value) : value
  return { value: settled, files: await filesOf(content, wanted, settled) }
}

/** An input that is an output of another step is what that step wrote, once it has. */
async function followed(jobs: OutputRouteParts['jobs'], job: Job, value: JobValue): Promise<JobValue> {
  const [, step, output] = /^\$\{\{parent\.jobs\.(.+)\.outputs\.([^.]+)\}\}$/.exec(value.uri ?? '') ?? []
  if (step === undefined || output === undefined) return value
  const from = (await jobs.children(job.root)).find((one) => one.step === step)
  return from !== undefined && Object.hasOwn(from.outputs, output) ? { ...value, ...from.outputs[output] } : value
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

function noFile(request: FastifyRequest, side: Side, files: readonly OutputFile[]): SluiceError {
  const { name } = request.params as { name: string }
  const { path } = request.query as OutputFileQuery
  const value = valueNameOf(request)
  const subject = `${side === 'inputs' ? 'Input' : 'Output'} "${value}" of job ${name}`
  if (files.length === 0) return new SluiceError('not-found', `${subject} is no file.`)
  const what = path === undefined ? 'is a folder; say which file with path' : `has no file ${JSON.stringify(path)}`
  return new SluiceError('not-found', `${subject} ${what}.`, {
    hint: `List its files with: GET /api/v1/jobs/${name}/${side}/${value}`,
  })
}

/** Sends a file, or its beginning. */
export function sendFile(
  { content }: Pick<OutputRouteParts, 'content'>,
  { file, maxBytes = Infinity }: { readonly file: OutputFile; readonly maxBytes?: number },
  reply: FastifyReply,
): FastifyReply {
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'content-length': Math.min(file.sizeBytes, maxBytes),
    'x-content-size': file.sizeBytes,
  })
  if (file.sizeBytes === 0) return reply.send('')
  if (file.sizeBytes <= maxBytes) return reply.header('etag', `"${file.digest}"`).send(content.read(file.digest))
  return reply.send(Readable.from(beginningOf(content.read(file.digest), maxBytes), { objectMode: false }))
}

/** The first bytes of a stream; the rest is not read. */
async function* beginningOf(stream: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  let left = maxBytes
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
