import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { ContentStore } from '../artifacts/content-store.ts'
import { SluiceError } from '../base/errors.ts'
import { contentUri } from '../spec/data-uri.ts'
import type { DataDocument, EnvironmentDocument } from '../spec/asset-documents.ts'
import type { AssetIdentity, DataType, Reference } from '../spec/document-parts.ts'
import type { CommandComponent, PipelineComponent } from '../spec/documents.ts'
import { referenceText } from '../spec/scope.ts'
import type { AssetVersion, NamedContent, NewAssetVersion } from './asset.ts'
import type { AssetCatalogue } from './asset-catalogue.ts'
import { snapshotCode } from './code-snapshot.ts'
import { packComponent, packEnvironment, type Packing } from './stored-document.ts'

/** Documents that become assets of this folder. */
export type AssetDocument = DataDocument | EnvironmentDocument | CommandComponent | PipelineComponent

export interface AssetIntakeParts {
  readonly catalogue: AssetCatalogue
  readonly content: ContentStore
  readonly readSource: ReadSource
}

/** Follows a reference that is not a path to content; throws `input-not-found`. */
export type ReadSource = (
  reference: Reference,
  wanted: { readonly type: DataType; readonly title: string },
) => Promise<NamedContent>

/** What `createAsset` did: a new version, or the one that is there with the same content. */
export interface CreatedAsset {
  readonly version: AssetVersion
  readonly isNew: boolean
}

/**
 * Stores what a document describes as a new version of its asset: data by content, code by snapshot, so that nothing of
 * it lies on the author's machine any more. Throws `already-exists` for a version with other content, `input-not-found`
 * for data that is not there or not of its type.
 */
export async function createAsset(
  parts: AssetIntakeParts,
  document: AssetDocument,
  createdBy: string,
): Promise<CreatedAsset> {
  return parts.catalogue.create({ ...(await newVersion(parts, document)), ...said(document), createdBy })
}

async function newVersion(
  parts: AssetIntakeParts,
  document: AssetDocument,
): Promise<Omit<NewAssetVersion, 'createdBy'>> {
  const name = nameOf(document)
  const packing = packingOf(parts)
  switch (document.kind) {
    case 'data': {
      const data = await readData(parts, document.source, { type: document.type, title: `The data asset "${name}"` })
      return { kind: 'data', name, type: document.type, definition: {}, data, source: referenceText(document.source) }
    }
    case 'environment':
      return {
        kind: 'environment',
        name,
        type: document.environment.conda !== undefined ? 'conda' : document.environment.build ? 'build' : 'image',
        definition: await packEnvironment(document.environment, packing),
        source: document.located.file,
      }
    case 'command-component':
    case 'pipeline-component':
      return {
        kind: 'component',
        name,
        type: document.kind === 'command-component' ? 'command' : 'pipeline',
        definition: await packComponent(document, packing),
        source: document.located.file,
      }
  }
}

function nameOf({ name, located }: AssetIdentity & Pick<AssetDocument, 'located'>): string {
  if (name !== undefined) return name
  throw new SluiceError('invalid-document', `${located.file} has no name.`, {
    hint: 'Add name: NAME to the file, or give it with --name NAME.',
  })
}

function said({ version, description, tags, properties, displayName }: AssetIdentity) {
  return {
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    tags,
    properties: displayName === undefined ? properties : { ...properties, display_name: displayName },
  }
}

/** Stores what a document's `path` names. Throws `input-not-found`. */
export async function readSource(
  parts: Pick<AssetIntakeParts, 'content' | 'readSource'>,
  source: Reference,
  wanted: { readonly type: DataType; readonly title: string },
): Promise<NamedContent> {
  if (source.kind === 'local') return readLocal(parts.content, source.path, wanted.title)
  return parts.readSource(source, wanted)
}

/** Reads the data of an asset and checks that it is what its type says. */
async function readData(
  parts: Pick<AssetIntakeParts, 'content' | 'readSource'>,
  source: Reference,
  { type, title }: { readonly type: DataDocument['type']; readonly title: string },
): Promise<NamedContent> {
  const data = await readSource(parts, source, { type, title })
  const where = referenceText(source)
  if (type === 'uri_file' && data.content.kind === 'folder')
    throw wrongKind(`${title} is a uri_file, but ${where} is a folder.`, 'Name a file in it, or use type: uri_folder.')
  if (type !== 'uri_file' && data.content.kind === 'file')
    throw wrongKind(`${title} is a ${type}, but ${where} is a file.`, 'Name its folder, or use type: uri_file.')
  if (type === 'mltable') {
    const entries = await parts.content.tree(data.content.digest)
    if (!entries.some((entry) => entry.path === 'MLTable'))
      throw wrongKind(
        `${title} is an mltable, but ${where} has no file "MLTable".`,
        'Write one that says how to read the data, or use type: uri_folder.',
      )
  }
  return data
}

function wrongKind(message: string, hint: string): SluiceError {
  return new SluiceError('input-not-found', message, { hint })
}

async function readLocal(content: ContentStore, path: string, title: string): Promise<NamedContent> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new SluiceError('input-not-found', `${title} refers to ${path}, which does not exist.`, {
      hint: 'Relative paths are relative to the YAML file, or to the current folder on the command line.',
    })
  }
  return { content: await content.ingest(path), baseName: basename(resolve(path)) }
}

function packingOf({ catalogue, content, readSource: follow }: AssetIntakeParts): Packing {
  return {
    async code({ path, additionalIncludes }) {
      const { digest } = await snapshotCode(content, {
        ...(path !== undefined && { path }),
        additionalIncludes,
        store: true,
      })
      return contentUri({ kind: 'folder', digest, baseName: path === undefined ? 'code' : basename(path) })
    },
    async repository(reference) {
      const title = 'The code of the component'
      const { content: stored, baseName } = await follow(reference, { type: 'uri_folder', title })
      return contentUri({ ...stored, baseName })
    },
    async data(path) {
      const { content: stored, baseName } = await readLocal(content, path, 'The component')
      return contentUri({ ...stored, baseName })
    },
    async pin(reference, use) {
      if (reference.kind !== 'asset' || reference.version !== undefined) return reference
      try {
        const { version } = await catalogue.get(
          { kind: use, name: reference.name },
          { label: reference.label ?? 'default' },
        )
        return { kind: 'asset', name: reference.name, version }
      } catch (error) {
        // Curated environments are no assets: their names stay.
        if (error instanceof SluiceError && error.code === 'not-found' && use === 'environment') return reference
        throw error
      }
    },
  }
}
