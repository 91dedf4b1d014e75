import { sql } from 'kysely'
import type { Principal } from '../access/principal.ts'
import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { TreeEntry } from '../artifacts/content-store.ts'
import type { NamedContent } from '../assets/asset.ts'
import { SluiceError } from '../base/errors.ts'
import type { Tables } from '../database/database.ts'
import type { RegistryParts } from './model-change.ts'
import { findVersion, findVersionsTagged, isStoredBelow, versionsOf } from './model-version-store.ts'
import { addVersion } from './model-versions.ts'
import { tagOf, type ModelVersion, type Tags } from './registered-model.ts'
import { findModel } from './registered-model-store.ts'
import { addModel } from './registered-models.ts'

/** A model whose files are stored content: what `model create` and outputs of jobs register. */
interface StoredModel {
  readonly name: string
  /** A number; the next one when absent. */
  readonly version?: string
  readonly type: 'custom_model' | 'mlflow_model' | 'triton_model'
  readonly files: NamedContent
  /** The entries of the content, a file as the only one. */
  readonly entries: readonly TreeEntry[]
  /** Where the files came from, in YAML's words. */
  readonly source: string
  readonly runId?: string
  readonly description?: string
  readonly tags: Tags
  readonly by: Principal
}

export interface RegisteredVersion {
  readonly version: ModelVersion
  readonly isNew: boolean
}

/**
 * Versions of models made of stored content. Their files are artifacts below `registry/<digest>/`, which only this
 * program writes, so no source has to be checked.
 */
export interface StoredModels {
  /**
   * Registers in the caller's transaction, the model too where it is missing. The same name and version with the same
   * files is the version there is; with other files it throws `already-exists`.
   */
  register(tables: Tables, model: StoredModel): Promise<RegisteredVersion>
  /** The newest version of the name with exactly these files. */
  findSame(tables: Tables, name: string, files: NamedContent): Promise<ModelVersion | undefined>
  /** Takes away the names of files that no version has any more; returns how many files went. */
  removeUnused(): Promise<number>
}

/** Tags that say of a version what it was made of. */
const storedTags = { type: 'sluice.type', digest: 'sluice.digest', source: 'sluice.source' } as const
const folder = 'registry'

export function storedModels(
  parts: RegistryParts & { readonly artifacts: Pick<ArtifactStore, 'addTree' | 'list' | 'removeFolder'> },
): StoredModels {
  const findSame = async (tables: Tables, name: string, files: NamedContent): Promise<ModelVersion | undefined> => {
    const tag = { key: storedTags.digest, value: files.content.digest, name }
    return (await versionsOf(tables, await findVersionsTagged(tables, tag)))[0]
  }
  return {
    findSame,
    async removeUnused() {
      let removed = 0
      for (const { name } of await parts.artifacts.list(folder)) {
        const location = `mlflow-artifacts:/${folder}/${name}/`
        if (await isStoredBelow(parts.database.read, location)) continue
        // Sequential, looked at and removed in one unit each: a version made meanwhile keeps its files.
        removed += await parts.database.write(async (tables) => {
          if (await isStoredBelow(tables, location)) return 0
          return parts.artifacts.removeFolder(tables, `${folder}/${name}`)
        })
      }
      return removed
    },
    async register(tables, model) {
      const number = numberOf(model)
      const existing = number === undefined ? undefined : await findVersion(tables, model.name, number)
      if (existing !== undefined) {
        const version = (await versionsOf(tables, [existing]))[0]!
        if (tagOf(version.tags, storedTags.digest) === model.files.content.digest) return { version, isNew: false }
        throw taken(model.name, number!)
      }
      const context = { tables, nowMs: parts.clock.now(), by: model.by }
      const last = (await findModel(tables, model.name))?.last_version
      if (last === undefined) await addModel(context, { name: model.name })
      // A number below the last was given once and deleted: it is not given again.
      if (number !== undefined && last !== undefined && number <= last) throw taken(model.name, number)
      const location = await placeFiles(parts.artifacts, tables, model)
      const version = await addVersion(parts, context, {
        name: model.name,
        by: model.by,
        tags: {
          ...model.tags,
          [storedTags.type]: model.type,
          [storedTags.digest]: model.files.content.digest,
          [storedTags.source]: model.source,
        },
        source: location,
        storageLocation: location,
        runId: model.runId ?? '',
        loggedModelId: '',
        ...(model.description !== undefined && { description: model.description }),
        ...(number !== undefined && { number }),
      })
      return { version, isNew: true }
    },
  }
}

/** Equal files are named once, however many versions are made of them. */
async function placeFiles(
  artifacts: Pick<ArtifactStore, 'addTree'>,
  tables: Tables,
  { name, files, entries }: StoredModel,
): Promise<string> {
  const { content } = files
  const baseName =
    /^[A-Za-z0-9_][\w.-]*$/.test(files.baseName) && !files.baseName.endsWith('.') ? files.baseName : 'model'
  const parent = `${folder}/${content.digest}`
  if (!entries.some((entry) => entry.kind === 'file'))
    throw new SluiceError('input-not-found', `The model "${name}" has no files: what it is made of is an empty folder.`)
  if (content.kind === 'file') await artifacts.addTree(tables, parent, [{ ...entries[0]!, path: baseName }])
  else await artifacts.addTree(tables, `${parent}/${baseName}`, entries)
  return `mlflow-artifacts:/${parent}/${baseName}`
}

function numberOf({ name, version }: StoredModel): number | undefined {
  if (version === undefined) return undefined
  if (/^[1-9]\d{0,14}$/.test(version)) return Number(version)
  throw new SluiceError('invalid-request', `The model "${name}" cannot have the version "${version}".`, {
    hint: 'Versions of models are 1, 2, 3, ...; leave it out to get the next. Tags or aliases take other names.',
  })
}

function taken(name: string, version: number): SluiceError {
  return new SluiceError(
    'already-exists',
    `The model "${name}" had a version ${version} with other files already; a version never changes.`,
    { hint: 'Give a higher version, or leave it out to get the next number.' },
  )
}

/**
 * The artifacts that count as referred to: not those of `registry/` whose last version was deleted. A range and not `like`,
 * so that every artifact is one look into an index; '0' follows '/'.
 */
export const countedArtifacts = sql<boolean>`
  path not like ${`${folder}/%`} or exists (
    select 1 from model_version
    where storage_location >= ${`mlflow-artifacts:/${folder}/`} || substr(path, ${folder.length + 2}, 64) || '/'
    and storage_location < ${`mlflow-artifacts:/${folder}/`} || substr(path, ${folder.length + 2}, 64) || '0')`
