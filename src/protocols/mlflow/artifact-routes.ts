import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ArtifactListing, ArtifactStore } from '../../artifacts/artifact-store.ts'
import { parseArtifactPath } from '../../artifacts/artifact-path.ts'
import { SluiceError } from '../../base/errors.ts'
import type { ErrorTranslator, Route } from '../../server/route.ts'
import { artifactFolder } from '../../tracking/artifact-locations.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { sendArtifact } from './artifact-download.ts'
import { decodedPath } from './decoded-path.ts'
import { mlflowErrors } from './errors.ts'
import { missing } from './fields.ts'
import { requests, type FileMessage } from './messages.ts'
import { mlflowRoutesOf, sendJson } from './mlflow-route.ts'
import { checkSafePath, withoutDots } from './safe-path.ts'
import { listField } from './translate.ts'

export interface ArtifactRouteParts {
  readonly tracking: TrackingStore
  readonly artifacts: ArtifactStore
}

const proxy = '/2.0/mlflow-artifacts/artifacts'
const maxPageUploadBytes = 10 * 1024 * 1024
const prefixes = ['/api', '/ajax-api'] as const

/**
 * Artifacts: listing them by run or model, and the proxy through which clients put, get, list and delete them. Bytes
 * stream both ways. A path is decoded once, here, and checked by the artifact store.
 */
export function artifactRoutes(parts: ArtifactRouteParts): readonly Route[] {
  return [...listingRoutes(parts), ...proxyRoutes(parts), ...pageRoutes(parts)]
}

function listingRoutes({ tracking, artifacts }: ArtifactRouteParts): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'GET',
      path: '/2.0/mlflow/artifacts/list',
      permission: 'read',
      message: requests.listArtifacts,
      handle: async ({ run_id, path }) => {
        checkSafePath(path ?? '')
        if (folderOf(path) !== '') parseArtifactPath(folderOf(path))
        const { info } = await tracking.runs.get(run_id)
        return listBelow(artifacts, info.artifactUri, path)
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: '/2.0/mlflow/logged-models/:model_id/artifacts/directories',
      permission: 'read',
      message: requests.listLoggedModelArtifacts,
      handle: async ({ model_id, artifact_directory_path }) => {
        const { artifactUri } = await tracking.loggedModels.get(model_id)
        return listBelow(artifacts, artifactUri, artifact_directory_path)
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: proxy,
      permission: 'read',
      message: requests.listFolder,
      handle: async ({ path }) => {
        const listings = await artifacts.list(folderOf(path))
        return listField(
          'files',
          listings.map((listing) => fileMessage(listing, '')),
        )
      },
    }),
  ]
}

/** Paths of the answer are relative to the root, whichever folder is listed. */
async function listBelow(artifacts: ArtifactStore, rootUri: string, path: string | undefined): Promise<object> {
  const asked = withoutSlash(path)
  const listings = await artifacts.list(pathBelow(rootUri, folderOf(path)))
  const files = listings.map((listing) => fileMessage(listing, asked === '' ? '' : `${asked}/`))
  return { root_uri: rootUri, ...listField('files', files) }
}

function fileMessage(listing: ArtifactListing, prefix: string): FileMessage {
  const path = `${prefix}${listing.name}`
  if (listing.kind === 'folder') return { path, is_dir: true }
  // MLflow leaves a size of 0 unset.
  return { path, is_dir: false, ...(listing.sizeBytes > 0 && { file_size: listing.sizeBytes }) }
}

function withoutSlash(path: string | undefined): string {
  return (path ?? '').replace(/\/+$/, (slashes) => (slashes === path ? slashes : ''))
}

function folderOf(path: string | undefined): string {
  return withoutDots(withoutSlash(path))
}

/** The artifact store's name for a path below a run's or model's root. */
function pathBelow(rootUri: string, path: string): string {
  const folder = artifactFolder(rootUri)
  if (folder !== undefined) return path === '' ? folder : `${folder}/${path}`
  throw new SluiceError('not-supported', `The artifacts at ${rootUri} are not kept by this server.`, {
    hint: 'Read them with a client that reaches that place.',
  })
}

function proxyRoutes({ artifacts }: ArtifactRouteParts): readonly Route[] {
  return prefixes.flatMap((prefix): readonly Route[] => {
    const url = `${prefix}${proxy}/*`
    const pathOf = (request: FastifyRequest) => decodedPath(request.raw.url!, `${prefix}${proxy}/`)
    return [
      {
        method: 'GET',
        url,
        permission: 'read',
        errors: mlflowErrors,
        handler: async (request, reply) =>
          sendArtifact(artifacts, await artifacts.find(withoutDots(pathOf(request))), { request, reply }),
      },
      {
        method: 'PUT',
        url,
        permission: 'write',
        bodyKind: 'stream',
        errors: mlflowErrors,
        handler: async (request, reply) => {
          const path = pathOf(request)
          checkNotEncoded(request)
          await artifacts.write(path, request.raw)
          return reply.send()
        },
      },
      {
        method: 'DELETE',
        url,
        permission: 'write',
        bodyKind: 'raw',
        errors: mlflowErrors,
        handler: async (request, reply) => {
          await artifacts.remove(pathOf(request))
          return sendJson(reply, {})
        },
      },
    ]
  })
}

function checkNotEncoded(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity' || encoding === '') return
  throw new SluiceError(
    'unsupported-media-type',
    `The content encoding "${encoding}" is not accepted; send the bytes as they are.`,
  )
}

/** What MLflow's pages use: download by run and path, and an upload of at most 10 MiB. */
function pageRoutes({ tracking, artifacts }: ArtifactRouteParts): readonly Route[] {
  const rootOf = async (query: Query) => {
    const runId = query['run_id'] ?? query['run_uuid']
    if (runId === undefined || runId === '') throw missing('run_id')
    return (await tracking.runs.get(runId)).info.artifactUri
  }
  const download = async (rootUri: string, path: string, at: { request: FastifyRequest; reply: FastifyReply }) =>
    sendArtifact(artifacts, await artifacts.find(pathBelow(rootUri, withoutDots(path))), at)
  return [
    {
      method: 'GET',
      url: '/get-artifact',
      permission: 'read',
      errors: mlflowErrors,
      handler: async (request, reply) => {
        const query = queryOf(request)
        const path = given(query, 'path')
        checkSafePath(path)
        return download(await rootOf(query), path, { request, reply })
      },
    },
    {
      method: 'GET',
      url: '/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files',
      permission: 'read',
      errors: mlflowErrors,
      handler: async (request, reply) => {
        const path = given(queryOf(request), 'artifact_file_path')
        checkSafePath(path)
        const { model_id } = request.params as { readonly model_id: string }
        return download((await tracking.loggedModels.get(model_id)).artifactUri, path, { request, reply })
      },
    },
    {
      method: 'POST',
      url: '/ajax-api/2.0/mlflow/upload-artifact',
      permission: 'write',
      bodyKind: 'raw',
      maxBodyBytes: maxPageUploadBytes,
      errors: uploadErrors,
      handler: async (request, reply) => {
        const query = queryOf(request)
        const body = request.body as Buffer
        const specified = (name: string, isThere: boolean) => {
          if (!isThere) throw new SluiceError('invalid-request', `Request must specify ${name}.`)
        }
        specified('run_uuid', (query['run_uuid'] ?? query['run_id'] ?? '') !== '')
        const { path = '' } = query
        specified('path', path !== '')
        checkSafePath(path)
        specified('data', body.length > 0)
        await artifacts.write(pathBelow(await rootOf(query), path), Readable.from([body]))
        return sendJson(reply, {})
      },
    },
  ]
}

type Query = Readonly<Record<string, string | undefined>>

function queryOf(request: FastifyRequest): Query {
  const query = request.query as Readonly<Record<string, string | readonly string[]>>
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

function given(query: Query, name: string): string {
  const value = query[name]
  if (value === undefined || value === '') throw missing(name)
  return value
}

/** What is too large is said in MLflow's words for this one call. */
const uploadErrors: ErrorTranslator = (thrown) => {
  const isTooLarge = thrown instanceof SluiceError && thrown.code === 'body-too-large'
  const said = `Artifact size is too large. Max size is ${maxPageUploadBytes / 1024 / 1024}MB.`
  return mlflowErrors(isTooLarge ? new SluiceError(thrown.code, said, { cause: thrown }) : thrown)
}
