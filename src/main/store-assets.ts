/** Puts together what is named and versioned: assets, datastores, files of the web, and what follows references to them. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Principal } from '../access/principal.ts'
import { openDatastore } from '../adapters.ts'
import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import { type AssetCatalogue, assetCatalogue } from '../assets/asset-catalogue.ts'
import type { AssetIntakeParts, ReadSource } from '../assets/asset-intake.ts'
import type { Clock } from '../base/clock.ts'
import type { Digest } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config.ts'
import { type DatastoreCatalogue, datastoreCatalogue } from '../data/datastore-catalogue.ts'
import { gitFolders } from '../data/git-folder.ts'
import { webFiles } from '../data/web-file.ts'
import type { Database } from '../database/database.ts'
import { environmentFinder } from '../jobs/find-environment.ts'
import { findSource, type SourceParts } from '../jobs/find-source.ts'
import { OutputDestinations } from '../jobs/output-destinations.ts'
import type { SettleDeps } from '../jobs/settle-sources.ts'
import { createModel } from '../registry/create-model.ts'
import type { RegistryParts } from '../registry/model-change.ts'
import type { ModelRegistry } from '../registry/model-registry.ts'
import { type RegisteredVersion, storedModels, type StoredModels } from '../registry/stored-models.ts'
import type { ModelDocument } from '../spec/asset-documents.ts'

interface AssetParts {
  readonly settings: Settings
  readonly log: Log
  readonly database: Database
  readonly clock: Clock
  readonly content: ContentStore
  readonly artifacts: ArtifactStore
  readonly registry: ModelRegistry
  readonly registryParts: RegistryParts
  /** Of this machine, for the programs that are asked. */
  readonly variables: Readonly<Record<string, string>>
}

/** The assets of a store, and what jobs need of them. */
export interface StoreAssets {
  readonly catalogue: AssetCatalogue
  readonly datastores: DatastoreCatalogue
  readonly models: StoredModels
  readonly destinations: OutputDestinations
  readonly settling: Omit<SettleDeps, 'purpose'>
  readonly intake: AssetIntakeParts
  readonly createModel: (document: ModelDocument, by: Principal) => Promise<RegisteredVersion>
}

export function storeAssets({ settings, log, registry, registryParts, ...store }: AssetParts): StoreAssets {
  const { database, clock, content, artifacts } = store
  const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest
  const assets = assetCatalogue({ database, clock, sha256 })
  const datastores = datastoreCatalogue({ database, clock, folder: settings.data, openDatastore })
  const models = storedModels({ ...registryParts, artifacts })
  const warn = (message: string): void => log.write('warn', message)
  const openFolder = (folder: string) => openDatastore('local_folder', { path: folder })
  const destinations = new OutputDestinations({
    database,
    clock,
    content,
    assets,
    models,
    datastores,
    openFolder,
    warn,
  })
  const sources: SourceParts = {
    tables: database.read,
    content,
    assets,
    datastores,
    web: webFiles({ database, content, clock }),
    git: gitFolders({ database, content, clock, folder: join(settings.data, 'git'), variables: store.variables }),
    findModel: async (reference, options) => {
      const { artifactPath } = await registry.resolve(reference)
      return { content: await artifacts.content(artifactPath, options), baseName: basename(artifactPath) }
    },
    overrideOf: overrideOf(settings.urlOverrides),
  }
  const readSource: ReadSource = (reference, wanted) => findSource(sources, reference, { ...wanted, store: true })
  const settling: Omit<SettleDeps, 'purpose'> = {
    ...sources,
    findEnvironment: environmentFinder({ assets, curated: settings.environmentAliases }),
    checkDestination: (path) => destinations.check(path),
  }
  const intake = { catalogue: assets, content, readSource }
  return {
    catalogue: assets,
    datastores,
    models,
    destinations,
    settling,
    intake,
    createModel: (document: ModelDocument, by: Principal) =>
      createModel({ database, content, models, readSource }, document, by),
  }
}

/** A URI's stand-in: of exactly this one, or of the longest key that ends in a slash and begins it. */
function overrideOf(overrides: Settings['urlOverrides']): (uri: string) => string | undefined {
  const folders = Object.keys(overrides)
    .filter((key) => key.endsWith('/'))
    .sort((a, b) => b.length - a.length)
  return (uri) => {
    if (Object.hasOwn(overrides, uri)) return overrides[uri]
    const folder = folders.find((key) => uri.startsWith(key))
    const rest = folder === undefined ? '' : uri.slice(folder.length)
    if (folder === undefined || rest.split('/').includes('..')) return undefined
    return `${overrides[folder]!.replace(/\/+$/, '')}/${rest}`.replace(/\/+$/, '')
  }
}
