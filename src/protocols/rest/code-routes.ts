import type { FastifyRequest } from 'fastify'
import type { ContentStore } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import type { JobViews } from '../../jobs/views/job-views.ts'
import type { Route } from '../../server/route.ts'
import { FileList } from './asset-messages.ts'
import { CodeFileQuery, CodeQuery } from './messages.ts'
import { type OutputFile, sendFile } from './output-routes.ts'

export interface CodeRouteParts {
  readonly views: Pick<JobViews, 'code'>
  readonly content: Pick<ContentStore, 'read' | 'tree'>
}

/** The code that a job ran with, as it was when it was submitted. */
export function codeRoutes(parts: CodeRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/code',
      permission: 'read',
      summary: 'List the files of the code that a job, or a step of it, ran with.',
      query: CodeQuery,
      response: FileList,
      handler: async (request) => ({
        items: (await filesOf(parts, request)).map(({ path, sizeBytes, digest }) => ({
          ...{ path, digest, size_bytes: sizeBytes },
        })),
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/code/content',
      permission: 'read',
      summary: 'Download a file of the code that a job, or a step of it, ran with.',
      query: CodeFileQuery,
      handler: async (request, reply) => {
        const { path, max_bytes: maxBytes } = request.query as CodeFileQuery
        const file = (await filesOf(parts, request)).find((each) => each.path === path)
        if (file !== undefined) return sendFile(parts, { file, ...(maxBytes !== undefined && { maxBytes }) }, reply)
        throw new SluiceError('not-found', `There is no file ${JSON.stringify(path)} in the code of this job.`, {
          hint: `List its files with: GET /api/v1/jobs/${nameOf(request)}/code`,
        })
      },
    },
  ]
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { readonly name: string }).name
}

async function filesOf({ views, content }: CodeRouteParts, request: FastifyRequest): Promise<readonly OutputFile[]> {
  const { step } = request.query as CodeQuery
  const entries = await content.tree(await views.code(nameOf(request), step))
  return entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []))
}
