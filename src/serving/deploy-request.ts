import { stat } from 'node:fs/promises'
import { basename, join, posix } from 'node:path'
import type { ContentStore } from '../artifacts/content-store.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import { checkName, workersOf, type DeploymentSpec, type RequestSettings, type StoredFiles } from './deployment-spec.ts'
import type { ModelSource } from './prepare-deployment.ts'

/** A model to serve: any form of a reference (`azureml:diabetes:3`, `diabetes@champion`, `runs:/...`), or local files. */
export type DeployedModel =
  { readonly kind: 'reference'; readonly reference: string } | { readonly kind: 'local'; readonly path: string }

/** What `deploy` is asked. */
export interface DeployRequest {
  readonly endpoint: string
  /** Default `default`. Deploying to it again replaces what it serves, without a failed request. */
  readonly deployment?: string
  readonly model?: DeployedModel
  /** An absolute folder, and the script in it that defines `init` and `run`. */
  readonly scoring?: { readonly code: string; readonly script: string }
  /** Absent: what the MLflow model says it needs. */
  readonly environment?: EnvironmentRequest
  readonly environmentVariables?: Readonly<Record<string, string>>
  readonly instanceCount?: number
  readonly request?: Partial<RequestSettings>
  readonly dataCollector?: JsonObject
  /** What is not said here is taken from this: an update that names only what changes. */
  readonly base?: DeploymentSpec
  readonly batching?: DeploymentSpec['batching'] & object
  readonly workers?: DeploymentSpec['workers'] & object
  /** Default `first`. */
  readonly traffic?: DeploymentSpec['traffic']
}

/** Used where nothing is said. */
export const defaultDeployment = 'default'
const defaultRequestSettings: RequestSettings = { timeoutMs: 60_000, maxWaiting: 1000, retryAfterDeath: true }

export interface DeployRequestPlace {
  readonly models: Pick<ModelSource, 'resolve'>
  readonly contents: Pick<ContentStore, 'ingest'>
}

/**
 * The spec of a request: names checked, the reference followed to a version, local files stored by content. From here
 * on nothing depends on the caller's folders or on aliases. Throws what is wrong with it before anything is deployed.
 */
export async function specOf(request: DeployRequest, place: DeployRequestPlace): Promise<DeploymentSpec> {
  const { base } = request
  const { environmentVariables = base?.environmentVariables ?? {}, instanceCount = base?.instanceCount ?? 1 } = request
  const { environment = base?.environment, dataCollector = base?.dataCollector } = request
  const { batching = base?.batching, workers = base?.workers } = request
  checkName('endpoint', request.endpoint)
  checkName('deployment', request.deployment ?? defaultDeployment)
  workersOf({ instanceCount: Math.max(instanceCount, workers?.scale?.max ?? instanceCount), environmentVariables })
  const model = request.model === undefined ? base?.model : await storeModel(request.model, place)
  const scoring = request.scoring === undefined ? base?.scoring : await storeCode(request.scoring, place)
  if (model === undefined && scoring === undefined) {
    throw new SluiceError('invalid-request', 'The deployment has neither a model nor a scoring script.', {
      hint: 'Name a model (azureml:NAME:VERSION, NAME@champion) or a code folder with a score.py.',
    })
  }
  return {
    ...(model !== undefined && { model }),
    ...(scoring !== undefined && { scoring }),
    ...(environment !== undefined && { environment }),
    environmentVariables,
    instanceCount,
    traffic: request.traffic ?? 'first',
    request: checkSettings({ ...(base?.request ?? defaultRequestSettings), ...request.request }),
    ...(dataCollector !== undefined && { dataCollector }),
    ...(batching !== undefined && { batching }),
    ...(workers !== undefined && { workers }),
  }
}

async function storeModel(
  model: DeployedModel,
  { models, contents }: DeployRequestPlace,
): Promise<DeploymentSpec['model'] & object> {
  if (model.kind === 'local') return { ...(await store(model.path, contents)), from: 'files' }
  const { name, version, artifactPath, runId, loggedModelId } = await models.resolve(model.reference)
  return {
    from: 'artifacts',
    artifactPath,
    baseName: posix.basename(artifactPath),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(runId !== undefined && { runId }),
    ...(loggedModelId !== undefined && { loggedModelId }),
  }
}

async function storeCode(
  { code, script }: { readonly code: string; readonly script: string },
  { contents }: DeployRequestPlace,
): Promise<DeploymentSpec['scoring'] & object> {
  const name = posix.normalize(script)
  const isInside = !posix.isAbsolute(name) && name !== '..' && !name.startsWith('../') && !name.includes('\0')
  const file = isInside ? await stat(join(code, name)).catch(() => undefined) : undefined
  if (file?.isFile() !== true) {
    throw new SluiceError('input-not-found', `The scoring script "${script}" is not a file in ${code}.`, {
      hint: 'scoring_script is a path relative to the code folder, e.g. score.py.',
    })
  }
  return { code: await store(code, contents), script: name }
}

const leftOut = new Set(['.git', '__pycache__', '.venv', 'node_modules'])

async function store(path: string, contents: DeployRequestPlace['contents']): Promise<StoredFiles> {
  const ignore = (relativePath: string): boolean => leftOut.has(basename(relativePath))
  const { kind, digest } = await contents.ingest(path, { followSymlinks: true, ignore })
  return { kind, digest, baseName: basename(path) }
}

function checkSettings(settings: RequestSettings): RequestSettings {
  const { timeoutMs, maxWaiting, maxQueueWaitMs } = settings
  const longest = 24 * 3_600_000
  const mistake =
    timeoutMs < 1 || timeoutMs > longest
      ? `request_timeout_ms is ${timeoutMs}`
      : maxWaiting < 1
        ? `max_concurrent_requests_per_instance allows ${maxWaiting} waiting requests`
        : maxQueueWaitMs !== undefined && maxQueueWaitMs < 0
          ? `max_queue_wait_ms is ${maxQueueWaitMs}`
          : undefined
  if (mistake === undefined) return settings
  throw new SluiceError('invalid-request', `The request settings cannot be used: ${mistake}.`, {
    hint: `Times are milliseconds from 1 to ${longest}; a deployment takes at least one request at a time.`,
  })
}
