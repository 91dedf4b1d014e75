import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { WorkerLimits } from '../spec/asset-documents.ts'
import type { BatchingSettings } from './worker.ts'

/**
 * Files of the artifact store that a reference led to, resolved once, at the deployment: a moving alias changes
 * nothing later. Name and version are absent for files that are no registered version (`runs:/...`, `models:/m-...`).
 */
interface RegisteredModel {
  readonly name?: string
  readonly version?: number
  readonly artifactPath: string
  /** Last part of that path, e.g. `model`: what `AZUREML_MODEL_DIR` holds. */
  readonly baseName: string
  readonly runId?: string
  readonly loggedModelId?: string
}

/** Bytes in the content store under the name they had. */
export interface StoredFiles {
  readonly kind: 'file' | 'folder'
  readonly digest: Digest
  readonly baseName: string
}

/**
 * Everything that one revision of a deployment is made of. Plain JSON, by content and by version: a server that has
 * nothing but this (and the stores it points into) serves the same model again.
 */
export interface DeploymentSpec {
  readonly model?: ({ readonly from: 'artifacts' } & RegisteredModel) | ({ readonly from: 'files' } & StoredFiles)
  readonly scoring?: { readonly code: StoredFiles; readonly script: string }
  /** Absent: what the MLflow model says it needs; with a scoring script: nothing, the machine's own Python. */
  readonly environment?: EnvironmentRequest
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly instanceCount: number
  readonly request: RequestSettings
  /**
   * Its traffic once it is ready: `first`: all of it, if the endpoint's traffic was never set; `all`: all of it;
   * `none`: the weights stay as they are.
   */
  readonly traffic: 'first' | 'all' | 'none'
  /** Counted in instances. Absent: `instanceCount` all the time, without limits. */
  readonly workers?: WorkerLimits
  /** Absent: where the model allows it, `defaultBatchRows`. */
  readonly batching?: Partial<BatchingSettings>
  /** As it was written; payload collection reads it. */
  readonly dataCollector?: JsonObject
}

/** More rows in one predict make the first of them wait longer than it saves the last. */
export const defaultBatchRows = 256

export interface RequestSettings {
  /** From arrival to answer. */
  readonly timeoutMs: number
  /** More waiting requests are refused with 429. */
  readonly maxWaiting: number
  readonly maxQueueWaitMs?: number
  /** Whether a request may be executed a second time when its worker died. */
  readonly retryAfterDeath: boolean
}

/**
 * How many workers a deployment has: `instance_count` times the environment variable `WORKER_COUNT`, as in Azure ML's
 * inference server. Throws `invalid-request` when either is no sensible number.
 */
export function workersOf(spec: Pick<DeploymentSpec, 'instanceCount' | 'environmentVariables'>): number {
  const perInstance = spec.environmentVariables['WORKER_COUNT'] ?? '1'
  const workers = spec.instanceCount * Number(perInstance)
  if (Number.isInteger(workers) && workers >= 1 && workers <= 256) return workers
  throw new SluiceError(
    'invalid-request',
    `The deployment would have ${spec.instanceCount} x ${perInstance} workers (instance_count x WORKER_COUNT).`,
    { hint: 'Both are whole numbers, and together they make 1 to 256 workers.' },
  )
}

/** The origins whose pages may ask the deployment: `AML_CORS_ORIGINS`, comma-separated, as in that server too. */
export function originsOf({ environmentVariables }: Pick<DeploymentSpec, 'environmentVariables'>): readonly string[] {
  const named = environmentVariables['AML_CORS_ORIGINS'] ?? ''
  return named.split(',').flatMap((origin) => origin.trim() || [])
}

const endpointPattern = /^(?=.{3,32}$)[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/
// Azure's own examples have underscores in names of deployments.
const deploymentPattern = /^(?=.{1,64}$)[a-zA-Z]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/

/** Azure ML's rule for names of endpoints and deployments. Throws `invalid-request`. */
export function checkName(what: 'endpoint' | 'deployment', name: string): void {
  if ((what === 'endpoint' ? endpointPattern : deploymentPattern).test(name)) return
  const [article, characters] =
    what === 'endpoint'
      ? ['an', '3 to 32 letters, digits and hyphens']
      : ['a', 'up to 64 letters, digits, hyphens and underscores']
  throw new SluiceError('invalid-request', `"${name}" cannot be the name of ${article} ${what}.`, {
    hint: `A name has ${characters}, starts with a letter and does not end with a hyphen or underscore.`,
  })
}
