import { basename, posix } from 'node:path'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import type { Content, ContentStore, TreeEntry } from '../../artifacts/content-store.ts'
import { SluiceError } from '../../base/errors.ts'
import type { JsonValue } from '../../base/json.ts'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { BatchDeploymentDocument } from '../../spec/asset-documents.ts'
import { contentUri } from '../../spec/data-uri.ts'
import type { Reference } from '../../spec/document-parts.ts'
import { referenceText } from '../../spec/scope.ts'
import { modelEnvironment, readModelMetadata } from '../mlflow-model-folder.ts'
import type { BatchModelSpec } from './batch-spec.ts'

/** Where models and their files are. */
export interface BatchModelPlace {
  readonly registry: Pick<ModelRegistry, 'resolve'>
  readonly artifacts: Pick<ArtifactStore, 'content' | 'materialise'>
  readonly content: Pick<ContentStore, 'ingest' | 'tree' | 'writeTree' | 'materialise'>
}

type ModelWork = Extract<BatchDeploymentDocument['work'], { readonly type: 'model' }>

/** A model as it is now: a moving alias or label changes nothing later. */
interface FixedModel {
  readonly title: string
  readonly path: string
  readonly baseName: string
  readonly content: () => Promise<Content>
  readonly folder: () => Promise<string>
}

/**
 * The spec of a deployment of a model: the reference followed to a version, local files stored, and for an MLflow model
 * without an environment what the model says it needs. Throws `invalid-request` for a model that nothing can score with.
 */
export async function modelSpec(place: BatchModelPlace, work: ModelWork): Promise<BatchModelSpec> {
  const { model, scoring, environment, settings } = work
  const fixed = model === undefined ? undefined : await fixModel(place, model)
  const common = {
    type: 'model',
    settings,
    ...(fixed !== undefined && { model: fixed.title, modelPath: fixed.path }),
  } as const
  if (scoring !== undefined) {
    return {
      ...common,
      scoring,
      ...(environment !== undefined && { environment }),
      ...(fixed !== undefined && { modelFolder: await folderOf(place, fixed) }),
    }
  }
  return { ...common, environment: environment ?? (await environmentOf(fixed)) }
}

function fixModel(place: BatchModelPlace, model: ModelWork['model'] & object): Promise<FixedModel> {
  const source: Reference = model.kind === 'inline' ? model.source : model.reference
  return source.kind === 'local' ? localModel(place, source.path) : registeredModel(place, referenceText(source))
}

async function localModel({ content }: BatchModelPlace, path: string): Promise<FixedModel> {
  const stored = await content.ingest(path, { followSymlinks: true })
  const baseName = basename(path)
  const uri = contentUri({ ...stored, baseName })
  return {
    title: uri,
    path: uri,
    baseName,
    content: () => Promise.resolve(stored),
    folder: () => content.materialise(stored, { by: 'link', baseName }),
  }
}

async function registeredModel({ registry, artifacts }: BatchModelPlace, reference: string): Promise<FixedModel> {
  const { name, version, artifactPath } = await registry.resolve(reference)
  const title = name === undefined || version === undefined ? reference : `azureml:${name}:${version}`
  return {
    title,
    path: title,
    baseName: posix.basename(artifactPath),
    content: () => artifacts.content(artifactPath, { store: true }),
    folder: () => artifacts.materialise(artifactPath),
  }
}

/** A stored folder that holds the model under its own name, as `AZUREML_MODEL_DIR` does. */
async function folderOf({ content }: BatchModelPlace, { baseName, content: find }: FixedModel): Promise<string> {
  const { kind, digest, sizeBytes } = await find()
  const entries: readonly TreeEntry[] =
    kind === 'folder'
      ? (await content.tree(digest)).map((entry) => ({ ...entry, path: `${baseName}/${entry.path}` }))
      : [{ path: baseName, kind: 'file', executable: false, sizeBytes, digest }]
  const folder = await content.writeTree(entries)
  return contentUri({ kind: 'folder', digest: folder.digest, baseName: 'azureml-models' })
}

async function environmentOf(model: FixedModel | undefined): Promise<JsonValue> {
  const folder = model === undefined ? undefined : await model.folder()
  const metadata = folder === undefined ? undefined : await readModelMetadata(folder)
  if (folder === undefined || metadata === undefined) {
    throw new SluiceError(
      'invalid-request',
      `The deployment needs a scoring script: its model "${model?.title ?? ''}" is no MLflow model, which could score by itself.`,
      {
        hint: 'Add code_configuration: {code: FOLDER, scoring_script: score.py}; score.py defines init() and run(mini_batch).',
      },
    )
  }
  const request = await modelEnvironment(folder, metadata, 'skinny')
  return request.kind === 'spec' ? { conda_file: request.spec.conda?.content ?? {} } : {}
}
