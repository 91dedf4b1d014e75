import { SluiceError } from '../../base/errors.ts'
import type { ServedModel } from '../../serving/served-model.ts'

/** Where a request for a model of an endpoint goes. */
export interface ChosenModel {
  readonly model: ServedModel
  /** Overrides the traffic; absent: the request is routed as any other. */
  readonly deployment?: string
  /** Versions of the registered model that are served under this name. */
  readonly versions: readonly string[]
}

/**
 * What a model's name means below an endpoint: its registered name or the endpoint's own, routed by traffic; or the name
 * of a deployment, which is then asked whatever its traffic. A version asks the deployment that serves that version.
 * Throws `not-found`.
 */
export function chooseModel(
  served: readonly ServedModel[],
  { endpoint, name, version }: { readonly endpoint: string; readonly name: string; readonly version?: string },
): ChosenModel {
  const called = served.filter((model) => name === endpoint || model.name === name)
  const deployment = called.length === 0 ? served.find((model) => model.deployment === name) : undefined
  const candidates = deployment === undefined ? called : [deployment]
  const versions = [
    ...new Set(candidates.flatMap((model) => (model.version === undefined ? [] : [`${model.version}`]))),
  ]
  if (version !== undefined) {
    const model = candidates.find((candidate) => `${candidate.version}` === version)
    if (model !== undefined) return { model, deployment: model.deployment, versions }
  }
  const [model] = candidates
  if (model === undefined || version !== undefined) throw noModel(served, { endpoint, name, version })
  return { model, versions, ...(deployment !== undefined && { deployment: deployment.deployment }) }
}

function noModel(
  served: readonly ServedModel[],
  {
    endpoint,
    name,
    version,
  }: { readonly endpoint: string; readonly name: string; readonly version: string | undefined },
): SluiceError {
  const what = version === undefined ? `"${name}"` : `"${name}" in version ${version}`
  const known = served.flatMap(({ deployment, name: model, version: its }) => [
    ...(model === undefined ? [] : [its === undefined ? model : `${model} (version ${its})`]),
    deployment,
  ])
  return new SluiceError('not-found', `The endpoint "${endpoint}" serves no model ${what}.`, {
    hint: `It answers to: ${[...new Set([endpoint, ...known])].join(', ')}.`,
  })
}
