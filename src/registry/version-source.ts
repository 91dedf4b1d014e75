import { SluiceError } from '../base/errors.ts'
import { splitUri } from './artifact-uri.ts'
import { existingModel, type RegistryParts } from './model-change.ts'
import { parseModelReference, type ModelReference } from './model-reference.ts'
import { checkPromptSource, checkSource, loggedModelOf, type SourceClaim } from './model-source.ts'
import { isPrompt, type Tags } from './registered-model.ts'
import { modelsOf } from './registered-model-store.ts'
import { referencedVersion } from './referenced-version.ts'

/** Where a new version comes from; ids are empty where there is none. */
export interface VersionSource {
  readonly source: string
  readonly storageLocation: string
  readonly runId: string
  readonly loggedModelId: string
}

/**
 * Checks what a client claims of a version's source and completes it: `models:/name@alias` is pinned to the version it
 * means now and inherits its run, `models:/m-...` is stored where the logged model is. Throws `invalid-request` or
 * `not-found`.
 */
export async function versionSource(
  parts: RegistryParts,
  claim: SourceClaim & { readonly tags?: Tags },
): Promise<VersionSource> {
  const { source, runId = '', loggedModelId = '' } = claim
  if (isPrompt(claim.tags ?? {})) {
    checkPromptSource(source)
    return { source, storageLocation: source, runId, loggedModelId }
  }
  const pinned = await pinnedSource(parts, claim)
  if (pinned !== undefined) return pinned
  await checkSource(claim, parts.origins)
  const wanted = loggedModelOf(source) ?? (runId === '' ? loggedModelId : '')
  if (wanted === '') return { source, storageLocation: source, runId, loggedModelId }
  const model = await parts.origins.loggedModel(wanted)
  if (model === undefined) throw new SluiceError('not-found', `Logged model with ID '${wanted}' not found.`)
  const storageLocation = loggedModelOf(source) === undefined ? source : model.artifactUri
  return { source, storageLocation, runId: runId === '' ? model.sourceRunId : runId, loggedModelId }
}

/** For `models:/NAME/...`: the version it names; undefined for every other source. */
async function pinnedSource(parts: RegistryParts, claim: SourceClaim): Promise<VersionSource | undefined> {
  const { source } = claim
  const { scheme, authority } = splitUri(source)
  if (scheme !== 'models') return undefined
  if (authority !== '') throw invalid(source, 'Registered model sources must use the active model registry.')
  if (loggedModelOf(source) !== undefined) return undefined
  const reference = readReference(source)
  const { read } = parts.database
  const [model] = await modelsOf(read, [await existingModel(read, reference.name)])
  if (isPrompt(model!.tags)) throw invalid(source, 'Prompt versions cannot be used as model version sources.')
  const named = await referencedVersion(parts.database, reference)
  const { runId = '', loggedModelId = '' } = named
  if ((claim.runId ?? runId) !== runId || (claim.loggedModelId ?? loggedModelId) !== loggedModelId)
    throw invalid(source, 'The run_id and model_id request parameters must match the referenced model version.')
  return {
    source: `models:/${named.name}/${named.version}`,
    storageLocation: named.storageLocation,
    runId,
    loggedModelId,
  }
}

type NamedReference = Exclude<ModelReference, { kind: 'logged-model' | 'run' }>

function readReference(source: string): NamedReference {
  try {
    const reference = parseModelReference(source)
    if (reference.kind !== 'logged-model' && reference.kind !== 'run') return reference
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
  }
  throw invalid(source, 'The model_id request parameter must identify the resource that contains the source.')
}

function invalid(source: string, why: string): SluiceError {
  return new SluiceError('invalid-request', `Invalid model version source: '${source}'. ${why}`)
}
