import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { ServedModel } from '../../serving/served-model.ts'

/*
 * The model repository extension, as Triton (extension_model_repository.md) and MLServer have it. What is in the
 * repository is what is deployed; loading and unloading is deploying, which is not the business of who may ask a model.
 */

/** A model in the index. */
export interface IndexedModelMessage {
  readonly name: string
  readonly version?: string
  readonly state: 'READY' | 'UNAVAILABLE'
  readonly reason: string
}

/** The models of an endpoint under names that it answers to; only those that are ready where that is wanted. */
export function indexModels(
  served: readonly ServedModel[],
  { endpoint, isReadyOnly }: { readonly endpoint: string; readonly isReadyOnly: boolean },
): readonly IndexedModelMessage[] {
  return served
    .filter(({ isReady }) => isReady || !isReadyOnly)
    .map(({ name, version, deployment, isReady }) => ({
      name: name ?? (served.length === 1 ? endpoint : deployment),
      ...(version !== undefined && { version: `${version}` }),
      state: isReady ? 'READY' : 'UNAVAILABLE',
      reason: isReady ? '' : 'no worker is ready',
    }))
}

/** Whether a request for the index wants only what is ready. Throws `invalid-request`. */
export function wantsReadyOnly(asked: unknown): boolean {
  const ready = objectOf(asked)['ready'] ?? false
  if (typeof ready === 'boolean') return ready
  throw new SluiceError('invalid-request', `"ready" is ${JSON.stringify(ready)}; it is true or false.`)
}

/** A model that is deployed is loaded already. Throws `deployment-unavailable`, and `not-supported` for another form of it. */
export function checkLoaded(model: Pick<ServedModel, 'isReady'>, { name, asked }: AskedLoad): void {
  const { parameters = {} } = objectOf(asked)
  if (!isJsonObject(parameters) || Object.keys(parameters).length > 0)
    throw new SluiceError('not-supported', `"${name}" cannot be loaded with files or a configuration of the request.`, {
      hint: 'Deploy it: sluice endpoint deploy.',
    })
  if (!model.isReady) throw new SluiceError('deployment-unavailable', `No worker of the model "${name}" is ready.`)
}

interface AskedLoad {
  readonly name: string
  readonly asked: unknown
}

/** Why nothing is unloaded. */
export function unloadRefusal(name: string): SluiceError {
  return new SluiceError('not-supported', `"${name}" stays loaded as long as it is deployed.`, {
    hint: 'Take it away with: sluice deployment delete.',
  })
}

function objectOf(asked: unknown): JsonObject {
  if (asked === undefined) return {}
  if (isJsonObject(asked)) return asked
  throw new SluiceError('invalid-request', 'The body must be a JSON object, or empty.')
}
