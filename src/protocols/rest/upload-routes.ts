import { Type, type Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { ArtifactUpload, ArtifactUploads } from '../../artifacts/artifact-uploads.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import { artifactFolder } from '../../tracking/artifact-locations.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'

/** What these routes ask of the rest of the program. */
export interface UploadRouteParts {
  readonly uploads: ArtifactUploads
  readonly tracking: {
    readonly runs: Pick<TrackingStore['runs'], 'get'>
    readonly loggedModels: Pick<TrackingStore['loggedModels'], 'get'>
  }
}

const PartMessage = Type.Object(
  {
    number: Type.Integer({ minimum: 1 }),
    size_bytes: Type.Integer(),
    digest: Type.String({ description: 'SHA-256.' }),
  },
  { $id: 'UploadPart' },
)
const UploadMessage = Type.Object(
  {
    upload_id: Type.String(),
    path: Type.String({ description: 'The artifact in the store: experiment, run, `artifacts` and its own path.' }),
    parts: Type.Array(PartMessage, { description: 'What has arrived, by number.' }),
  },
  { $id: 'Upload' },
)
const NewUpload = Type.Object(
  {
    run_id: Type.Optional(Type.String()),
    model_id: Type.Optional(Type.String({ description: 'In place of `run_id`: a logged model.' })),
    path: Type.String({ minLength: 1, description: 'Below the artifacts of the run or model.' }),
    resume: Type.Optional(Type.Boolean({ description: 'Gives the upload of this path that is under way, if any.' })),
  },
  { $id: 'NewUpload', additionalProperties: false },
)
const Completion = Type.Object(
  { digest: Type.Optional(Type.String({ description: 'SHA-256 that the whole must have.' })) },
  { additionalProperties: false },
)
const Completed = Type.Object(
  { path: Type.String(), size_bytes: Type.Integer(), digest: Type.String() },
  { $id: 'CompletedUpload' },
)

/** Artifacts in parts, so that after a broken connection only what is missing is sent again. */
export function uploadRoutes({ uploads, tracking }: UploadRouteParts): readonly Route[] {
  const one = '/api/v1/uploads/:upload_id'
  return [
    {
      method: 'POST',
      url: '/api/v1/uploads',
      permission: 'write',
      summary: 'Begin the upload of an artifact in parts, or go on with it.',
      body: NewUpload,
      response: UploadMessage,
      successStatus: 201,
      handler: async (request) => {
        const given = request.body as Static<typeof NewUpload>
        const path = `${await folderOf(tracking, given)}/${given.path}`
        return uploadMessage(await uploads.begin(path, { resume: given.resume === true }))
      },
    },
    {
      method: 'GET',
      url: one,
      permission: 'read',
      summary: 'Show which parts of an upload have arrived.',
      response: UploadMessage,
      handler: async (request) => uploadMessage(await uploads.get(idOf(request))),
    },
    {
      method: 'PUT',
      url: `${one}/parts/:number`,
      permission: 'write',
      summary: 'Send a part, numbered from 1: the body is its bytes. A part of that number is replaced.',
      bodyKind: 'stream',
      response: PartMessage,
      handler: async (request, reply) => {
        const { number } = request.params as { readonly number: string }
        const part = await uploads.put(idOf(request), Number(number), request.raw)
        void reply.header('etag', `"${part.digest}"`)
        return partMessage(part)
      },
    },
    {
      method: 'POST',
      url: `${one}/complete`,
      permission: 'write',
      summary: 'Make the artifact of the parts 1 to the last.',
      body: Completion,
      response: Completed,
      handler: async (request) => {
        const { digest } = request.body as Static<typeof Completion>
        const artifact = await uploads.complete(idOf(request), digest === undefined ? {} : { digest })
        return { path: artifact.path, size_bytes: artifact.sizeBytes, digest: artifact.digest }
      },
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'write',
      summary: 'Give an upload up; its parts are forgotten.',
      successStatus: 204,
      handler: async (request, reply) => {
        await uploads.abort(idOf(request))
        return reply.send()
      },
    },
  ]
}

function idOf(request: FastifyRequest): string {
  return (request.params as { readonly upload_id: string }).upload_id
}

function partMessage({ number, sizeBytes, digest }: ArtifactUpload['parts'][number]): Static<typeof PartMessage> {
  return { number, size_bytes: sizeBytes, digest }
}

function uploadMessage({ uploadId, path, parts }: ArtifactUpload): Static<typeof UploadMessage> {
  return { upload_id: uploadId, path, parts: parts.map(partMessage) }
}

async function folderOf(
  { runs, loggedModels }: UploadRouteParts['tracking'],
  { run_id: runId, model_id: modelId }: Static<typeof NewUpload>,
): Promise<string> {
  if ((runId === undefined) === (modelId === undefined)) {
    throw new SluiceError('invalid-request', 'An upload is either of a run or of a logged model.', {
      hint: 'Give either run_id or model_id.',
    })
  }
  const uri =
    runId === undefined ? (await loggedModels.get(modelId!)).artifactUri : (await runs.get(runId)).info.artifactUri
  const folder = artifactFolder(uri)
  if (folder !== undefined) return folder
  throw new SluiceError('not-supported', `The artifacts at ${uri} are not kept by this server.`, {
    hint: 'Write them with a client that reaches that place.',
  })
}
