import { SluiceError } from '../base/errors.ts'

/** Percent by deployment; those that are not named get none. The weights sum to 100, or to 0: nobody is served. */
export type Traffic = Readonly<Record<string, number>>

/** What a request is routed by. */
export interface RoutingChoice {
  readonly endpoint: string
  readonly traffic: Traffic
  /** Deployments that can be asked, by name. */
  readonly deployments: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>
  /** The header `azureml-model-deployment`: overrides the weights. */
  readonly pinned?: string
  /** Where in [0, 1) this request falls: random, or a hash of whom it is for. */
  readonly unit: number
}

/**
 * The deployment that answers. Each gets its weight of the unit interval, in the order of the names, so the same unit
 * goes to the same deployment while the weights stay. Throws `not-found` when the pinned one is not there, or when no
 * deployment with positive weight is (Azure ML answers 404 as well).
 */
export function chooseDeployment({ endpoint, traffic, deployments, pinned, unit }: RoutingChoice): string {
  if (pinned !== undefined) {
    if (deployments.has(pinned)) return pinned
    throw new SluiceError('not-found', `The endpoint "${endpoint}" has no deployment "${pinned}" that is ready.`, {
      hint: `It has: ${[...deployments.keys()].sort().join(', ') || 'none'}. Leave out the header azureml-model-deployment to be routed by traffic.`,
    })
  }
  const weighted = Object.entries(traffic)
    .filter(([name, weight]) => weight > 0 && deployments.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const last = weighted.at(-1)
  if (last === undefined) {
    throw new SluiceError('not-found', `No deployment of the endpoint "${endpoint}" takes traffic.`, {
      hint: 'Deploy one, or set traffic in the endpoint YAML and apply it with: sluice endpoint deploy NAME --file endpoint.yml',
    })
  }
  // A deployment that is away leaves its share to the others.
  let at = unit * weighted.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of weighted) {
    at -= weight
    if (at < 0) return name
  }
  return last[0]
}

/** Throws `invalid-request`, with every mistake, unless the weights are whole percents of existing deployments that sum to 100 or 0. */
export function checkTraffic(traffic: Traffic, deployments: ReadonlySet<string>): void {
  const mistakes: string[] = []
  for (const [name, weight] of Object.entries(traffic)) {
    if (!deployments.has(name)) mistakes.push(`there is no deployment "${name}"`)
    if (!Number.isInteger(weight) || weight < 0 || weight > 100)
      mistakes.push(`${name}=${weight} is not a whole number of percent between 0 and 100`)
  }
  const sum = Object.values(traffic).reduce((total, weight) => total + weight, 0)
  if (mistakes.length === 0 && sum !== 100 && sum !== 0) mistakes.push(`the weights sum to ${sum}, not to 100 or 0`)
  refuse('traffic', mistakes, deployments)
}

/** Throws `invalid-request` unless it copies at most 50 percent to at most one existing deployment, as Azure ML allows. */
export function checkMirrorTraffic(mirrorTraffic: Traffic, deployments: ReadonlySet<string>): void {
  const mistakes: string[] = []
  const entries = Object.entries(mirrorTraffic)
  if (entries.length > 1) mistakes.push(`it names ${entries.length} deployments, and one is allowed`)
  for (const [name, weight] of entries) {
    if (!deployments.has(name)) mistakes.push(`there is no deployment "${name}"`)
    if (!Number.isInteger(weight) || weight < 0 || weight > 50)
      mistakes.push(`${name}=${weight} is not a whole number of percent between 0 and 50`)
  }
  refuse('mirror_traffic', mistakes, deployments)
}

function refuse(what: string, mistakes: readonly string[], deployments: ReadonlySet<string>): void {
  if (mistakes.length === 0) return
  throw new SluiceError('invalid-request', `The ${what} cannot be set: ${mistakes.join('; ')}.`, {
    hint: `The deployments are: ${[...deployments].sort().join(', ') || 'none yet'}.`,
  })
}
