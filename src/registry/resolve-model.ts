import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import { SluiceError } from '../base/errors.ts'
import { artifactFolder } from '../tracking/artifact-locations.ts'
import type { RegistryParts } from './model-change.ts'
import { parseModelReference } from './model-reference.ts'
import { referencedVersion } from './referenced-version.ts'
import { isPrompt, type ModelVersion, type Tags } from './registered-model.ts'

/** A model reference followed to its files: what serving loads and what a `mlflow_model` input mounts. */
export interface ResolvedModel {
  /** Name and version are absent for `runs:/...` and `models:/m-...`: files that are no registered version. */
  readonly name?: string
  readonly version?: number
  /** A folder (or file) of the artifact store, e.g. `0/<run>/artifacts/model`. */
  readonly artifactPath: string
  readonly runId?: string
  readonly loggedModelId?: string
  readonly tags: Tags
}

interface ResolveParts extends Pick<RegistryParts, 'database' | 'origins'> {
  readonly artifacts: Pick<ArtifactStore, 'list' | 'find'>
}

/**
 * Follows every form of `parseModelReference` to files in this store. Throws `invalid-reference` for a text that names
 * no model, `not-found` for a model, version, alias or run that does not exist, and `not-supported` for a version whose
 * files lie elsewhere (s3, a client's own disk).
 */
export async function resolveModel(parts: ResolveParts, text: string): Promise<ResolvedModel> {
  const reference = parseModelReference(text)
  switch (reference.kind) {
    case 'run':
      return runFiles(parts, reference)
    case 'logged-model':
      return loggedModelFiles(parts, reference.modelId)
    case 'version':
    case 'alias':
    case 'stage':
    case 'latest':
      return versionFiles(parts, await referencedVersion(parts.database, reference))
  }
}

async function versionFiles(parts: ResolveParts, version: ModelVersion): Promise<ResolvedModel> {
  const { name, tags, storageLocation } = version
  if (isPrompt(tags)) {
    throw new SluiceError('invalid-reference', `"${name}" is a prompt, which has no model files.`)
  }
  const identity = {
    name,
    version: version.version,
    tags,
    ...(version.runId !== undefined && { runId: version.runId }),
    ...(version.loggedModelId !== undefined && { loggedModelId: version.loggedModelId }),
  }
  if (storageLocation.startsWith('runs:')) {
    const reference = parseModelReference(storageLocation)
    if (reference.kind === 'run') return { ...(await runFiles(parts, reference)), ...identity }
  }
  const artifactPath = artifactFolder(storageLocation)
  if (artifactPath !== undefined) return { ...identity, artifactPath }
  throw new SluiceError(
    'not-supported',
    `Version ${version.version} of model "${name}" lies at ${storageLocation}, outside this server's artifact store.`,
    { hint: 'Log the model to a run of this server and register it from there.' },
  )
}

/** MLflow 2 logs a model below its run's artifacts; MLflow 3 as a logged model of the run, found by its name. */
async function runFiles(
  { origins, artifacts }: ResolveParts,
  { runId, path }: { readonly runId: string; readonly path: string },
): Promise<ResolvedModel> {
  const root = await origins.runArtifactUri(runId)
  if (root === undefined) throw new SluiceError('not-found', `Run '${runId}' not found.`)
  const folder = artifactFolder(root)
  if (folder !== undefined && (await hasArtifacts(artifacts, `${folder}/${path}`)))
    return { artifactPath: `${folder}/${path}`, runId, tags: {} }
  const model = await origins.loggedModelOfRun(runId, path)
  const modelFolder = model === undefined ? undefined : artifactFolder(model.artifactUri)
  if (model !== undefined && modelFolder !== undefined)
    return { artifactPath: modelFolder, runId, loggedModelId: model.id, tags: {} }
  throw new SluiceError('not-found', `Run '${runId}' has no model and no artifacts at '${path}'.`, {
    hint: 'Look at its artifacts on the run page, or name the path that log_model was given.',
  })
}

async function loggedModelFiles({ origins }: ResolveParts, modelId: string): Promise<ResolvedModel> {
  const model = await origins.loggedModel(modelId)
  if (model === undefined) throw new SluiceError('not-found', `Logged model with ID '${modelId}' not found.`)
  const artifactPath = artifactFolder(model.artifactUri)
  if (artifactPath === undefined) {
    throw new SluiceError(
      'not-supported',
      `The logged model ${modelId} lies at ${model.artifactUri}, outside this server's artifact store.`,
    )
  }
  return {
    artifactPath,
    loggedModelId: modelId,
    tags: {},
    ...(model.sourceRunId !== '' && { runId: model.sourceRunId }),
  }
}

async function hasArtifacts(artifacts: ResolveParts['artifacts'], path: string): Promise<boolean> {
  if ((await artifacts.list(path)).length > 0) return true
  try {
    await artifacts.find(path)
    return true
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return false
    throw error
  }
}
