import { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { randomHex, type RandomBytes } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { parseArtifactPath } from './artifact-path.ts'
import type { Artifact, ArtifactStore } from './artifact-store.ts'
import type { ContentStore } from './content-store.ts'
import {
  deleteUpload,
  deleteUploadsBefore,
  findUploadOf,
  findUploadPath,
  insertUpload,
  putPart,
  readParts,
  type UploadPart,
} from './artifact-upload-store.ts'

/** A file that comes in parts. */
export interface ArtifactUpload {
  /** 32 hex digits that nobody guesses. */
  readonly uploadId: string
  /** The artifact that it will be. */
  readonly path: string
  /** What has arrived, by number. */
  readonly parts: readonly UploadPart[]
}

/** What whoever completes an upload says of it; what differs from what arrived is refused. */
interface Completion {
  readonly digest?: string
  readonly parts?: readonly { readonly number: number; readonly digest?: string }[]
}

/**
 * The story of an upload in parts.
 *
 * Begun, it has an id. Each part is stored as content of its own before it is acknowledged, so after a broken connection
 * or a restart of either side only what is missing is sent again; parts may come in any order and at the same time, and
 * again. Completing reads them in order into one content, gives that the artifact's name and forgets the upload.
 * Killed in between, the artifact is there already and completing again has the same result. What nobody completes goes
 * with `sluice gc` after a week. Unknown uploads are `not-found`.
 */
export interface ArtifactUploads {
  /** The one under way for this path where there is one and `resume` says so, else a new one. */
  begin(path: string, options: { readonly resume: boolean }): Promise<ArtifactUpload>
  get(uploadId: string): Promise<ArtifactUpload>
  /** Numbers are 1 to 10,000. A part that breaks off is not stored. */
  put(uploadId: string, number: number, bytes: Readable): Promise<UploadPart>
  /** Throws `conflict` where parts are missing or are not what was said. */
  complete(uploadId: string, said?: Completion): Promise<Artifact>
  abort(uploadId: string): Promise<void>
  /** Forgets those that were begun before a time; their bytes go with the next sweep. */
  removeBefore(beforeMs: number): Promise<number>
}

const maxParts = 10_000

export function artifactUploads(parts: {
  readonly database: Database
  readonly content: ContentStore
  readonly artifacts: Pick<ArtifactStore, 'name'>
  readonly clock: Clock
  readonly random: RandomBytes
}): ArtifactUploads {
  const { database, content, artifacts, clock, random } = parts
  const get = async (uploadId: string): Promise<ArtifactUpload> => {
    const path = await findUploadPath(database.read, uploadId)
    if (path === undefined) throw unknownUpload(uploadId)
    return { uploadId, path, parts: await readParts(database.read, uploadId) }
  }
  return {
    get,
    begin: async (rawPath, { resume }) => {
      const path = parseArtifactPath(rawPath)
      const existing = resume ? await findUploadOf(database.read, path) : undefined
      if (existing !== undefined) return get(existing)
      const uploadId = randomHex(random, 16)
      await database.write((tables) => insertUpload(tables, { uploadId, path, createdMs: clock.now() }))
      return { uploadId, path, parts: [] }
    },
    put: async (uploadId, number, bytes) => {
      if (!Number.isInteger(number) || number < 1 || number > maxParts) {
        throw new SluiceError('invalid-request', `The parts of an upload are 1 to ${maxParts}, not ${number}.`)
      }
      // It may break off before anybody reads it.
      bytes.on('error', () => undefined)
      await get(uploadId)
      const { digest, sizeBytes } = await content.write(bytes)
      const part = { number, digest, sizeBytes }
      await database.write(async (tables) => {
        if ((await findUploadPath(tables, uploadId)) === undefined) throw unknownUpload(uploadId)
        await putPart(tables, uploadId, part)
      })
      return part
    },
    complete: async (uploadId, said = {}) => {
      const upload = await get(uploadId)
      checkParts(upload, said)
      const whole = await content.write(wholeOf(content, upload))
      // Before it gets the name: what is damaged must not take the place of what is there.
      if (said.digest !== undefined && said.digest !== whole.digest) throw changed(uploadId, whole.digest, said.digest)
      const artifact = await artifacts.name(upload.path, whole)
      await database.write((tables) => deleteUpload(tables, uploadId))
      return artifact
    },
    abort: async (uploadId) => {
      if (!(await database.write((tables) => deleteUpload(tables, uploadId)))) throw unknownUpload(uploadId)
    },
    removeBefore: (beforeMs) => database.write((tables) => deleteUploadsBefore(tables, beforeMs)),
  }
}

function unknownUpload(uploadId: string): SluiceError {
  return new SluiceError('not-found', `There is no upload ${JSON.stringify(uploadId.slice(0, 80))}.`, {
    hint: 'It was completed, given up or removed after a week; look whether the artifact is there, else begin again.',
  })
}

function checkParts({ uploadId, parts }: ArtifactUpload, said: Completion): void {
  const refused = (why: string) =>
    new SluiceError('conflict', `Upload ${uploadId} cannot be completed: ${why}.`, { hint: 'Send that part again.' })
  if (parts.length === 0) throw refused('nothing of it has arrived')
  const gap = parts.findIndex(({ number }, index) => number !== index + 1)
  if (gap !== -1) throw refused(`part ${gap + 1} is missing`)
  if (said.parts === undefined) return
  if (said.parts.length !== parts.length)
    throw refused(`${parts.length} parts have arrived, and ${said.parts.length} were sent`)
  for (const { number, digest } of said.parts) {
    const part = parts[number - 1]
    if (part === undefined) throw refused(`part ${number} is missing`)
    if (digest !== undefined && digest !== part.digest)
      throw refused(`part ${number} has arrived as ${part.digest}, and was sent as ${digest.slice(0, 80)}`)
  }
}

function changed(uploadId: string, found: string, wanted: string): SluiceError {
  return new SluiceError('conflict', `Upload ${uploadId} is ${found} and not ${wanted.slice(0, 80)}.`, {
    hint: 'Was the file changed meanwhile? Give the upload up and begin again.',
  })
}

function wholeOf(content: ContentStore, { parts }: ArtifactUpload): Readable {
  async function* bytes(): AsyncGenerator<Buffer> {
    for (const { digest } of parts) yield* content.read(digest) as AsyncIterable<Buffer>
  }
  return Readable.from(bytes(), { objectMode: false })
}
