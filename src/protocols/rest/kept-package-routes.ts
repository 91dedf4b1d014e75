import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import type { KeptPackage, KeptPackages } from '../../packaging/kept-packages.ts'
import type { Route } from '../../server/route.ts'
import { time, words } from './messages.ts'
import { wireTime } from './translate.ts'

const formats = ['tar', 'folder', 'oci'] as const
const format = words(formats, {
  description: 'tar: below a folder of its own; folder: without one; oci: a tar of an OCI image layout.',
})
const KeptPackageMessage = Type.Object(
  {
    id: Type.String(),
    model: Type.String(),
    version: Type.String(),
    format,
    file_name: Type.String(),
    size_bytes: Type.Integer(),
    digest: Type.String({ description: 'SHA-256 of the file.' }),
    notes: Type.Array(Type.String(), { description: 'What was left out or changed.' }),
    created_by: Type.String(),
    created_at: time,
  },
  { $id: 'KeptPackage' },
)
const KeptPackageList = Type.Object({ items: Type.Array(KeptPackageMessage) })
const MakeRequest = Type.Object({ format: Type.Optional(format) }, { additionalProperties: false })

/** What the routes of kept packages ask of the server. */
export interface KeptPackageParts {
  readonly kept: Pick<KeptPackages, 'make' | 'list' | 'open' | 'billOfMaterials' | 'remove'>
  readonly principalOf: (request: FastifyRequest) => Principal
}

const ofVersion = '/api/v1/models/:name/versions/:version/packages'
const one = '/api/v1/model-packages/:id'

/** Packages of models that lie at the server for download. */
export function keptPackageRoutes(parts: KeptPackageParts): readonly Route[] {
  return [...versionRoutes(parts), ...packageRoutes(parts)]
}

function versionRoutes({ kept, principalOf }: KeptPackageParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: ofVersion,
      permission: 'read',
      summary: 'List the packages that were made of a version and lie at the server, newest first.',
      response: KeptPackageList,
      handler: async (request) => {
        const { name, version } = request.params as { name: string; version: string }
        return { items: (await kept.list(name, version)).map(toMessage) }
      },
    },
    {
      method: 'POST',
      url: ofVersion,
      permission: 'write',
      summary: 'Make a package of a version that runs alone, and keep it for download; answers when it is whole.',
      body: MakeRequest,
      response: KeptPackageMessage,
      successStatus: 201,
      handler: async (request) => {
        const { name, version } = request.params as { name: string; version: string }
        const { format: wanted = 'tar' } = request.body as Static<typeof MakeRequest>
        const createdBy = principalText(principalOf(request))
        return toMessage(await kept.make({ model: name, version, format: wanted, createdBy }))
      },
    },
  ]
}

function packageRoutes({ kept }: KeptPackageParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: `${one}/file`,
      permission: 'read',
      summary: 'Download a package that lies at the server.',
      handler: async (request, reply) => {
        const { about, bytes } = await kept.open(idOf(request))
        reply.headers({
          'content-type': about.contentType,
          'content-length': about.sizeBytes,
          'content-disposition': `attachment; filename="${about.fileName}"`,
        })
        return reply.send(Readable.from(bytes, { objectMode: false }))
      },
    },
    {
      method: 'GET',
      url: `${one}/bill-of-materials`,
      permission: 'read',
      summary: 'Show what is in a package, with licences, as CycloneDX.',
      handler: async (request, reply) =>
        reply.type('application/json; charset=utf-8').send(await kept.billOfMaterials(idOf(request))),
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'write',
      summary: 'Remove a package from the server; the model stays.',
      successStatus: 204,
      handler: async (request) => kept.remove(idOf(request)),
    },
  ]
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id
}

function toMessage({ id, model, version, format: made, ...about }: KeptPackage): Static<typeof KeptPackageMessage> {
  return {
    ...{ id, model, version, format: made },
    file_name: about.fileName,
    size_bytes: about.sizeBytes,
    digest: about.digest,
    notes: [...about.notes],
    created_by: about.createdBy,
    created_at: wireTime(about.createdMs),
  }
}
