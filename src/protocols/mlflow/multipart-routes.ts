import type { FastifyRequest } from 'fastify'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { ArtifactUploads } from '../../artifacts/artifact-uploads.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import { decodedPath } from './decoded-path.ts'
import { integer, invalid, list, message, required, text } from './fields.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'

const root = '/2.0/mlflow-artifacts'
const maxParts = 10_000

const requests = {
  create: message({ path: required(text), num_parts: required(integer) }),
  complete: message({
    path: required(text),
    upload_id: required(text),
    parts: required(list(message({ part_number: required(integer), etag: text }))),
  }),
  abort: message({ path: required(text), upload_id: required(text) }),
  presigned: message({}),
}

/**
 * Files in several requests at a time. Parts are sent to our own `/api/v1/uploads`, and ranges fetched from the proxy:
 * there is no place past the server. Clients do either when they are told to
 * (`MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD`, `..._DOWNLOAD`); `server-info` does not ask them to, since one request streams
 * just as well and stores the bytes once.
 */
export function multipartRoutes({
  artifacts,
  uploads,
}: {
  readonly artifacts: Pick<ArtifactStore, 'find'>
  readonly uploads: ArtifactUploads
}): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/mpu/create/*`,
      permission: 'write',
      message: requests.create,
      handle: async ({ path, num_parts: count }, request) => {
        if (count < 1 || count > maxParts) {
          throw invalid('num_parts', count, ` It must be from 1 to ${maxParts}.`)
        }
        const { uploadId } = await uploads.begin(artifactPath(request, path), { resume: false })
        const credentials = Array.from({ length: count }, (_, index) => ({
          url: `${originOf(request)}/api/v1/uploads/${uploadId}/parts/${index + 1}`,
          part_number: index + 1,
          headers: {},
        }))
        return { upload_id: uploadId, credentials }
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/mpu/complete/*`,
      permission: 'write',
      message: requests.complete,
      handle: async ({ path, upload_id, parts }, request) => {
        await checkUpload(uploads, upload_id, artifactPath(request, path))
        await uploads.complete(upload_id, {
          parts: parts.map(({ part_number, etag = '' }) => ({
            number: part_number,
            ...(etag !== '' && { digest: etag.replaceAll('"', '') }),
          })),
        })
        return undefined
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/mpu/abort/*`,
      permission: 'write',
      message: requests.abort,
      handle: async ({ path, upload_id }, request) => {
        await checkUpload(uploads, upload_id, artifactPath(request, path))
        await uploads.abort(upload_id)
        return undefined
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/presigned/*`,
      permission: 'read',
      message: requests.presigned,
      handle: async (_message, request) => {
        const { path, sizeBytes } = await artifacts.find(folderOf(request))
        const encoded = path.split('/').map(encodeURIComponent).join('/')
        return { url: `${originOf(request)}/api${root}/artifacts/${encoded}`, headers: {}, file_size: sizeBytes }
      },
    }),
  ]
}

/** How this caller reaches the server. */
function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}

/** What stands in the place of `*`. */
function folderOf(request: FastifyRequest): string {
  return decodedPath(request.raw.url!, request.routeOptions.url!.slice(0, -1))
}

/** The name that the client's file gets in the folder. Clients send where it lies with them. */
function artifactPath(request: FastifyRequest, clientPath: string): string {
  const folder = folderOf(request)
  const name = clientPath.slice(Math.max(clientPath.lastIndexOf('/'), clientPath.lastIndexOf('\\')) + 1)
  return folder === '' ? name : `${folder}/${name}`
}

async function checkUpload(uploads: ArtifactUploads, uploadId: string, path: string): Promise<void> {
  const upload = await uploads.get(uploadId)
  if (upload.path === path) return
  throw new SluiceError('invalid-request', `Upload ${uploadId} is one of ${upload.path}, not of ${path}.`)
}
