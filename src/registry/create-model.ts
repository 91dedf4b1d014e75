import type { Principal } from '../access/principal.ts'
import type { ContentStore, TreeEntry } from '../artifacts/content-store.ts'
import type { NamedContent } from '../assets/asset.ts'
import { readSource, type ReadSource } from '../assets/asset-intake.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { parseDataUri } from '../spec/data-uri.ts'
import type { ModelDocument } from '../spec/asset-documents.ts'
import { referenceText } from '../spec/scope.ts'
import type { RegisteredVersion, StoredModels } from './stored-models.ts'

interface CreateModelParts {
  readonly database: Database
  readonly content: ContentStore
  readonly models: StoredModels
  readonly readSource: ReadSource
}

/**
 * Registers what a model document describes, its files stored by content. Throws `already-exists` for a version with
 * other files, `input-not-found` for files that are not there or no MLflow model where they should be one.
 */
export async function createModel(
  parts: CreateModelParts,
  document: ModelDocument,
  by: Principal,
): Promise<RegisteredVersion> {
  const { name, version, source, type, description, tags, properties } = document
  if (name === undefined)
    throw new SluiceError('invalid-document', 'The model has no name.', {
      hint: 'Add name: NAME, or give --name NAME.',
    })
  const files = await readSource(parts, source, { type, title: `The model "${name}"` })
  const entries = await entriesOf(parts.content, files)
  if (type === 'mlflow_model') requireMlmodel(entries, { name, where: referenceText(source) })
  const runId = runOf(document)
  return parts.database.write((tables) =>
    parts.models.register(tables, {
      name,
      type,
      files,
      entries,
      source: referenceText(source),
      tags: { ...properties, ...tags },
      by,
      ...(version !== undefined && { version }),
      ...(description !== undefined && { description }),
      ...(runId !== undefined && { runId }),
    }),
  )
}

/** The entries of a folder, or a file as the only one of one. */
export async function entriesOf(
  content: Pick<ContentStore, 'tree'>,
  { content: { kind, digest, sizeBytes }, baseName }: NamedContent,
): Promise<readonly TreeEntry[]> {
  if (kind === 'folder') return content.tree(digest)
  return [{ path: baseName, kind: 'file', executable: false, sizeBytes, digest }]
}

function requireMlmodel(entries: readonly TreeEntry[], { name, where }: { name: string; where: string }): void {
  if (entries.some((entry) => entry.path === 'MLmodel')) return
  throw new SluiceError(
    'input-not-found',
    `The model "${name}" is an mlflow_model, but ${where} has no file "MLmodel".`,
    {
      hint: 'Name the folder that mlflow wrote (it holds MLmodel), or use type: custom_model.',
    },
  )
}

/** The run the files come from, where the reference says so. */
function runOf({ source }: ModelDocument): string | undefined {
  const uri = source.kind === 'uri' ? parseDataUri(source.uri) : undefined
  if (uri?.kind === 'run') return uri.run
  return uri?.kind === 'job-output' ? uri.job : undefined
}
