import type { Principal } from '../../access/principal.ts'
import type { KeyPair } from '../../access/endpoint-keys.ts'
import type { DeploymentView, EndpointView } from '../../serving/endpoint-view.ts'
import type { EndpointChange } from '../../serving/endpoint-store.ts'

/** Endpoints as our interface needs them; `main.ts` puts serving behind it. Unknown names throw `not-found`. */
export interface EndpointService {
  list(page: {
    readonly limit: number
    readonly pageToken?: string
  }): Promise<{ readonly endpoints: readonly EndpointView[]; readonly nextPageToken?: string }>
  get(name: string): Promise<EndpointView>
  /** Throws `already-exists`. */
  create(wanted: EndpointSettings): Promise<EndpointView>
  /** Changes what is given; with `version` only if that is the current one. */
  change(name: string, wanted: EndpointSettings & ChangeTerms): Promise<EndpointView>
  /** Back to the traffic before the last change. */
  rollBack(name: string, terms: ChangeTerms): Promise<EndpointView>
  /** Makes the endpoint where it is missing, and the deployment, or updates it; resolves when it answers. */
  deploy(deployment: EndpointDeployment): Promise<EndpointView>
  delete(name: string): Promise<void>
  /** Throws `already-exists`. */
  createDeployment(wanted: DeploymentSettings): Promise<DeploymentView>
  /** The next revision: what is not given stays, but a file says everything. */
  updateDeployment(wanted: DeploymentSettings & { readonly deployment: string }): Promise<DeploymentView>
  getDeployment(endpoint: string, deployment: string): Promise<DeploymentView>
  deleteDeployment(endpoint: string, deployment: string): Promise<void>
  deploymentLog(wanted: DeploymentLogPart): Promise<DeploymentLogText>
  credentials(name: string): Promise<KeyPair>
  regenerateKey(name: string, key: keyof KeyPair, by: Principal): Promise<KeyPair>
  /** How it is asked, as its own `swagger.json` says, in OpenAPI 3. */
  openapi(name: string): Promise<unknown>
  /** Scores one body as the scoring route would, without its key. */
  invoke(invocation: EndpointInvocation): Promise<ScoringAnswer>
}

/** What a new or changed endpoint is to be: a file, values over it, or fields. */
export interface EndpointSettings extends EndpointChange {
  readonly name?: string
  /** Absolute path of an endpoint YAML. */
  readonly file?: string
  /** By dotted path. */
  readonly set?: Readonly<Record<string, string>>
}

export interface ChangeTerms {
  readonly version?: number
  readonly reason?: string
}

export interface DeploymentSettings {
  readonly endpoint: string
  readonly deployment?: string
  readonly model?: string
  /** Absolute path of a deployment YAML. */
  readonly file?: string
  readonly set?: Readonly<Record<string, string>>
  readonly isForAllTraffic: boolean
  /** Resolves when it serves; otherwise as soon as it is stored. */
  readonly isAwaited: boolean
}

export interface EndpointDeployment {
  readonly endpoint: string
  readonly deployment?: string
  /** `azureml:NAME:VERSION` or `NAME@ALIAS`. */
  readonly model?: string
  /** Absolute path of a deployment or endpoint YAML. */
  readonly file?: string
}

interface DeploymentLogPart {
  readonly endpoint: string
  readonly deployment: string
  readonly offset: number
  /** Only the last lines, wherever they begin. */
  readonly lines?: number
}

interface DeploymentLogText {
  readonly text: string
  readonly nextOffset: number
  readonly isAtEnd: boolean
}

interface EndpointInvocation {
  readonly endpoint: string
  readonly deployment?: string
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

interface ScoringAnswer {
  readonly status: number
  readonly deployment: string
  readonly requestId: string
  readonly contentType: string
  readonly body: Uint8Array
}
