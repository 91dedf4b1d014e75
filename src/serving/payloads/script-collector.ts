/**
 * What the PyPI package azureml-ai-monitoring needs to work in our workers: it reads its settings from a file that
 * `AZUREML_MDC_CONFIG_PATH` names, and posts what `Collector(name=...).collect(frame)` is given to
 * `http://$AZUREML_MDC_HOST:$AZUREML_MDC_PORT/modeldata/log`, where Azure ML has a sidecar and we have a route of our own
 * server. The host carries a user and a password, which its HTTP client sends along: they say which revision is
 * collecting, and that it is one of ours.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { Revision } from '../deployment-store.ts'
import { collectorSettings } from './collector-settings.ts'
import type { PayloadCollector } from './payload-collector.ts'
import { tableOfBody } from './payload-table.ts'

/** The path that azureml-ai-monitoring posts to. */
export const scriptCollectorPath = '/modeldata/log'

/** A post of the package. */
export interface ScriptPayload {
  readonly authorization?: string
  /** `ce-type`: `azureml.inference.` and the name of the collection. */
  readonly eventType: string
  /** `ce-x-request-id`: what joins collections. */
  readonly correlationId: string
  readonly contentType: string
  readonly body: Buffer
}

interface ScriptCollectorPlace {
  readonly folder: string
  /** The server's own address; known once it listens. */
  readonly url: () => string
  readonly key: Buffer
  readonly collector: Pick<PayloadCollector, 'add'>
}

const eventPrefix = 'azureml.inference.'

/** Collects what scripts collect by themselves. */
export class ScriptCollector {
  readonly #place: ScriptCollectorPlace
  readonly #revisions = new Map<string, Revision>()

  constructor(place: ScriptCollectorPlace) {
    this.#place = place
  }

  /** What a worker's environment needs; nothing for who collects nothing or has no script. */
  variablesOf(revision: Revision, noProxy: string | undefined): Readonly<Record<string, string>> {
    const settings = revision.spec.scoring === undefined ? undefined : collectorSettings(revision)
    if (settings === undefined) return {}
    const user = userOf(revision)
    this.#revisions.set(user, revision)
    mkdirSync(this.#place.folder, { recursive: true, mode: 0o700 })
    const file = join(this.#place.folder, `${user}.json`)
    const sampleRatePercentage = Math.round(settings.samplingRate * 100)
    const collections = [...settings.collections.keys()].map((name) => [name, { enabled: true, sampleRatePercentage }])
    writeFileSync(file, JSON.stringify({ runMode: 'cloud', collections: Object.fromEntries(collections) }))
    const { hostname, port } = new URL(this.#place.url())
    const exceptions = [noProxy, hostname].filter((part) => part !== undefined && part !== '').join(',')
    return {
      AZUREML_MDC_CONFIG_PATH: file,
      AZUREML_MDC_HOST: `${user}:${this.#passwordOf(user)}@${hostname}`,
      AZUREML_MDC_PORT: port,
      NO_PROXY: exceptions,
      no_proxy: exceptions,
    }
  }

  /** Takes a post. Throws `unauthenticated`, `not-found` for a collection that is not enabled, `invalid-request`. */
  async take({ authorization, eventType, correlationId, contentType, body }: ScriptPayload): Promise<void> {
    const revision = this.#revisionOf(authorization)
    const collection = eventType.startsWith(eventPrefix) ? eventType.slice(eventPrefix.length) : ''
    const table = tableOfBody(contentType, body, 'input')
    if (table === undefined) {
      throw new SluiceError('invalid-request', 'The body is no table: a list of rows as JSON objects is wanted.')
    }
    if (await this.#place.collector.add(revision, collection, { requestId: correlationId, table })) return
    throw new SluiceError('not-found', `${revision.endpoint}/${revision.deployment} collects no "${collection}".`, {
      hint: 'Enable it: data_collector: {collections: {NAME: {enabled: true}}}',
    })
  }

  #revisionOf(authorization: string | undefined): Revision {
    const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(authorization ?? '') ?? []
    const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
    const expected = Buffer.from(this.#passwordOf(user))
    const given = Buffer.from(password)
    const revision = this.#revisions.get(user)
    if (revision !== undefined && given.length === expected.length && timingSafeEqual(given, expected)) return revision
    throw new SluiceError('unauthenticated', 'Only scripts of deployments of this server collect payloads here.')
  }

  #passwordOf(user: string): string {
    return createHmac('sha256', this.#place.key).update(`script-collector:${user}`).digest('hex')
  }
}

/** No name of an endpoint or a deployment has a dot. */
function userOf({ endpoint, deployment, revision }: Revision): string {
  return `${endpoint}.${deployment}.${revision}`
}
