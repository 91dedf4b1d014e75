import { createHash } from 'node:crypto'
import { SluiceError } from '../base/errors.ts'

/** Percent by deployment; those that are not named get none. The weights sum to 100, or to 0: nobody is served. */
export type Traffic = Readonly<Record<string, number>>

/** How an endpoint chooses by headers of a request; the names are lower case. */
export interface Routing {
  /** Says for whom a request is: the same value goes to the same deployment while the weights stay. */
  readonly unitHeader?: string
  /** Chooses a deployment by name or label, as `azureml-model-deployment` does by name. */
  readonly deploymentHeader?: string
  /** Deployment by label. */
  readonly labels: Readonly<Record<string, string>>
}

/** Requests are routed by weight alone. */
export const noRouting: Routing = { labels: {} }

/** What a request is routed by. */
export interface RoutingChoice {
  readonly endpoint: string
  readonly traffic: Traffic
  /** Deployments that can be asked, by name. */
  readonly deployments: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>
  /** Overrides the weights. */
  readonly pinned?: Pin
  /** A number in (0, 1) for each deployment: random, or fixed by whom the request is for. */
  readonly draw: (deployment: string) => number
}

/** A deployment that a header of the request asks for. */
export interface Pin {
  readonly deployment: string
  readonly header: string
}

/**
 * The deployment that answers. Every deployment draws a number, and the one with the largest `-weight / ln(number)` is
 * chosen: each with the probability of its weight, and a deployment that gets more weight only takes requests from the
 * others, so a unit that moves to a candidate stays there while the candidate's share grows (weighted rendezvous
 * hashing). Throws `not-found` when the pinned one is not there, or when no deployment with positive weight is (Azure
 * ML answers 404 as well).
 */
export function chooseDeployment({ endpoint, traffic, deployments, pinned, draw }: RoutingChoice): string {
  if (pinned !== undefined) {
    if (deployments.has(pinned.deployment)) return pinned.deployment
    throw new SluiceError(
      'not-found',
      `The endpoint "${endpoint}" has no deployment "${pinned.deployment}" that is ready.`,
      {
        hint: `It has: ${[...deployments.keys()].sort().join(', ') || 'none'}. Leave out the header ${pinned.header} to be routed by traffic.`,
      },
    )
  }
  // A deployment that is away leaves its share to the others.
  const candidates = Object.keys(traffic).filter((name) => traffic[name]! > 0 && deployments.has(name))
  const [first] = candidates
  if (first === undefined) {
    throw new SluiceError('not-found', `No deployment of the endpoint "${endpoint}" takes traffic.`, {
      hint: `Deploy one, or give one traffic: sluice endpoint traffic ${endpoint} NAME=100`,
    })
  }
  if (candidates.length === 1) return first
  let best = first
  let highest = -1
  for (const name of candidates) {
    const score = -traffic[name]! / Math.log(draw(name))
    if (score > highest) [best, highest] = [name, score]
  }
  return best
}

/** Numbers in (0, 1) that stay the same for a unit of an endpoint: whoever asks again is drawn again alike. */
export function unitDraw(endpoint: string, unit: string): RoutingChoice['draw'] {
  return (deployment) => {
    const digest = createHash('sha256').update(`${endpoint}\0${unit}\0${deployment}`).digest()
    return (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48
  }
}

/** The deployment that the endpoint's own header asks for, a label followed to the deployment it stands for. */
export function pinOf(
  { deploymentHeader, labels }: Routing,
  header: (name: string) => string | undefined,
): Pin | undefined {
  const asked = deploymentHeader === undefined ? undefined : header(deploymentHeader)
  if (deploymentHeader === undefined || asked === undefined || asked === '') return undefined
  return { deployment: Object.hasOwn(labels, asked) ? labels[asked]! : asked, header: deploymentHeader }
}

/** True when both give every deployment the same share. */
export function isSameTraffic(one: Traffic, other: Traffic): boolean {
  return Object.keys({ ...one, ...other }).every((name) => (one[name] ?? 0) === (other[name] ?? 0))
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
  const entries = Object.entries(mirrorTraffic).filter(([, weight]) => weight !== 0)
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
