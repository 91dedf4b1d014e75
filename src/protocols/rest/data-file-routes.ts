import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AssetCatalogue } from '../../assets/asset-catalogue.ts'
import type { ContentStore, TreeEntry } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import { FileList, FileQuery } from './asset-messages.ts'
import { choiceOf } from './asset-routes.ts'

interface DataFileParts {
  readonly catalogue: Pick<AssetCatalogue, 'get'>
  readonly content: Pick<ContentStore, 'tree' | 'read'>
}

type FileEntry = Extract<TreeEntry, { kind: 'file' }>

/** The files of data assets, for downloads. */
export function dataFileRoutes(parts: DataFileParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/data/:name/versions/:version/files',
      permission: 'read',
      summary: 'List the files of a version of a data asset.',
      response: FileList,
      handler: async (request) => ({
        items: (await filesOf(parts, request)).map(({ path, sizeBytes, digest }) => ({
          path,
          size_bytes: sizeBytes,
          digest,
        })),
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/data/:name/versions/:version/content',
      permission: 'read',
      summary: 'Download one file of a version of a data asset.',
      query: FileQuery,
      handler: async (request, reply) => {
        const { path } = request.query as { path: string }
        const file = (await filesOf(parts, request)).find((entry) => entry.path === path)
        if (file === undefined)
          throw new SluiceError('not-found', `There is no file ${JSON.stringify(path)} in this version.`)
        return send(parts, file, reply)
      },
    },
  ]
}

function send({ content }: DataFileParts, { digest, sizeBytes }: FileEntry, reply: FastifyReply): FastifyReply {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('x-content-type-options', 'nosniff')
    .header('content-length', sizeBytes)
    .header('etag', `"${digest}"`)
    .send(content.read(digest))
}

async function filesOf({ catalogue, content }: DataFileParts, request: FastifyRequest): Promise<readonly FileEntry[]> {
  const { name } = request.params as { name: string }
  const { data } = await catalogue.get({ kind: 'data', name }, choiceOf(request))
  const { kind, digest, sizeBytes } = data!.content
  if (kind === 'file') return [{ path: data!.baseName, kind, executable: false, sizeBytes, digest }]
  return (await content.tree(digest)).filter((entry) => entry.kind === 'file')
}
