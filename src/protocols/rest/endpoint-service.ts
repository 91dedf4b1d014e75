/** Endpoints as our interface needs them; `main.ts` puts serving behind it. Unknown names throw `not-found`. */
export interface EndpointService {
  list(page: {
    readonly limit: number
    readonly pageToken?: string
  }): Promise<{ readonly endpoints: readonly Endpoint[]; readonly nextPageToken?: string }>
  get(name: string): Promise<Endpoint>
  /** Makes the endpoint where it is missing, and the deployment, or updates it; resolves when it answers. */
  deploy(deployment: EndpointDeployment): Promise<Endpoint>
  delete(name: string): Promise<void>
  credentials(name: string): Promise<{ readonly primary: string; readonly secondary: string }>
  /** Scores one body as the scoring route would, without its key. */
  invoke(invocation: EndpointInvocation): Promise<ScoringAnswer>
}

export interface EndpointDeployment {
  readonly endpoint: string
  readonly deployment?: string
  /** `azureml:NAME:VERSION` or `NAME@ALIAS`. */
  readonly model?: string
  /** Absolute path of a deployment or endpoint YAML. */
  readonly file?: string
}

interface EndpointInvocation {
  readonly endpoint: string
  readonly deployment?: string
  readonly contentType: string
  readonly body: Buffer
}

interface ScoringAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

export interface Endpoint {
  readonly name: string
  readonly description?: string
  /** Per cent by deployment. */
  readonly traffic: Readonly<Record<string, number>>
  readonly deployments: readonly Deployment[]
  readonly tags: Readonly<Record<string, string>>
  readonly createdMs: number
}

export interface Deployment {
  readonly name: string
  readonly status: string
  readonly statusDetail?: string
  readonly model?: string
  readonly workers: number
  readonly createdMs: number
}
