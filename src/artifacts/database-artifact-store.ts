import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database, Tables } from '../database/database.ts'
import { parseArtifactPath } from './artifact-path.ts'
import {
  artifactsBelow,
  copyArtifacts,
  findArtifact,
  findOverlap,
  listArtifacts,
  putArtifacts,
  removeArtifacts,
} from './artifact-rows.ts'
import type { Artifact, ArtifactStore } from './artifact-store.ts'
import type { ContentStore, TreeEntry } from './content-store.ts'
import { canonicalTree, serialiseTree } from './tree.ts'

/** The rows go to `database`, the bytes to `content`. */
export interface ArtifactStoreOptions {
  readonly database: Database
  readonly content: ContentStore
  readonly clock: Clock
}

/** Artifacts as rows of the database over a content store. */
export function databaseArtifactStore({ database, content, clock }: ArtifactStoreOptions): ArtifactStore {
  const name: ArtifactStore['name'] = async (rawPath, { digest, sizeBytes }) => {
    const path = parseArtifactPath(rawPath)
    const artifact: Artifact = { path, digest, sizeBytes, createdMs: clock.now() }
    await database.write(async (tables) => {
      await putArtifacts(tables, [artifact])
      await refuseOverlap(tables, path)
    })
    return artifact
  }
  return {
    name,
    async write(rawPath, stream) {
      const path = parseArtifactPath(rawPath)
      // Bytes first: a name never stands for content that is not there.
      return name(path, await content.write(stream))
    },
    async find(rawPath) {
      const artifact = await findArtifact(database.read, parseArtifactPath(rawPath))
      if (artifact === undefined) throw noSuchArtifact(rawPath)
      return artifact
    },
    read: ({ digest }, range) => content.read(digest, range),
    list: async (folder) => listArtifacts(database.read, folder === '' ? '' : parseArtifactPath(folder)),
    async remove(rawPath) {
      const path = parseArtifactPath(rawPath)
      return database.write((tables) => removeArtifacts(tables, path))
    },
    removeFolder: (tables, folder) => removeArtifacts(tables, parseArtifactPath(folder)),
    async addTree(tables, rawFolder, entries) {
      const folder = parseArtifactPath(rawFolder)
      const createdMs = clock.now()
      const files = entries.filter((entry) => entry.kind === 'file')
      await putArtifacts(
        tables,
        files.map(({ path, digest, sizeBytes }) => ({ path: `${folder}/${path}`, digest, sizeBytes, createdMs })),
      )
      if (files.length > 0) await refuseOverlap(tables, folder)
    },
    async copyFolders(tables, pairs) {
      const checked = pairs.map(({ from, to }) => ({ from: parseArtifactPath(from), to: parseArtifactPath(to) }))
      await copyArtifacts(tables, checked, clock.now())
      // Sequential: statements of one unit of work share a connection.
      for (const { to } of checked) await refuseOverlap(tables, to)
    },
    async content(rawPath, { store }) {
      const path = parseArtifactPath(rawPath)
      const file = await findArtifact(database.read, path)
      if (file !== undefined) return { kind: 'file', digest: file.digest, sizeBytes: file.sizeBytes, fileCount: 1 }
      const artifacts = await artifactsBelow(database.read, path)
      if (artifacts.length === 0) throw noSuchArtifact(rawPath)
      const entries = artifacts.map((artifact) => entryOf(artifact, path))
      return store ? content.writeTree(entries) : serialiseTree(canonicalTree(entries)).content
    },
    async materialise(rawPath) {
      const path = parseArtifactPath(rawPath)
      const file = await findArtifact(database.read, path)
      if (file !== undefined) return materialiseFile(content, file)
      const artifacts = await artifactsBelow(database.read, path)
      if (artifacts.length === 0) throw noSuchArtifact(rawPath)
      const folder = await content.writeTree(artifacts.map((artifact) => entryOf(artifact, path)))
      return content.materialise(folder, { by: 'link', baseName: lastPart(path) })
    },
  }
}

function materialiseFile(content: ContentStore, { path, digest }: Artifact): Promise<string> {
  return content.materialise({ kind: 'file', digest }, { by: 'link', baseName: lastPart(path) })
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function entryOf({ path, digest, sizeBytes }: Artifact, folder: string): TreeEntry {
  return { path: path.slice(folder.length + 1), kind: 'file', executable: false, sizeBytes, digest }
}

function noSuchArtifact(path: string): SluiceError {
  return new SluiceError('not-found', `No such artifact: '${path}'`)
}

/** Looks after writing, in the same unit of work: a clash undoes it. */
async function refuseOverlap(tables: Tables, path: string): Promise<void> {
  const overlap = await findOverlap(tables, path)
  if (overlap === undefined) return
  throw new SluiceError('invalid-path', `"${overlap}" would be both a file and a folder of artifacts.`, {
    hint: 'Choose another name, or remove the artifact that is there.',
  })
}
