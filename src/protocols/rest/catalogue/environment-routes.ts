import type { FastifyRequest } from 'fastify'
import type { AssetCatalogue } from '../../../assets/asset-catalogue.ts'
import { mapLimit } from '../../../base/map-limit.ts'
import { SluiceError } from '../../../base/errors.ts'
import type { EnvironmentBuild } from '../../../environments/environment-builds.ts'
import type { EnvironmentRequest, EnvironmentState } from '../../../environments/environment-builder.ts'
import type { Route } from '../../../server/route.ts'
import type { EnvironmentChoice, Reference } from '../../../spec/document-parts.ts'
import type { BuiltInAsset } from '../asset-messages.ts'
import { toLockMessage } from '../lock-routes.ts'
import { wireTime } from '../translate.ts'
import {
  BuildLog,
  BuildLogQuery,
  EnvironmentStateMessage,
  EnvironmentSummaries,
  type EnvironmentSummary,
  RegistryQuery,
} from './messages.ts'

/** What pages of environments ask of the server. */
export interface EnvironmentRouteParts {
  readonly catalogue: Pick<AssetCatalogue, 'list'>
  /** The curated ones. */
  readonly builtIn: readonly BuiltInAsset[]
  readonly findEnvironment: (choice: EnvironmentChoice) => Promise<EnvironmentRequest>
  readonly environments: {
    readonly look: (request: EnvironmentRequest) => Promise<EnvironmentState>
    readonly findBuild: (request: EnvironmentRequest, state: EnvironmentState) => EnvironmentBuild | undefined
    readonly startBuild: (request: EnvironmentRequest) => void
  }
}

const base = '/api/v1/environments/:name/versions/:version'
/** At a time: each reads a few files. */
const looksAtOnce = 8
const mostRegistered = 1000

/** Which packages environments have, whether they are built, and building them. */
export function environmentRoutes(parts: EnvironmentRouteParts): readonly Route[] {
  const { environments, findEnvironment } = parts
  const requestOf = (request: FastifyRequest): Promise<EnvironmentRequest> =>
    findEnvironment({ kind: 'reference', reference: referenceOf(request) })
  return [
    {
      method: 'GET',
      url: '/api/v1/environment-states',
      permission: 'read',
      summary: 'Say of the newest version of every environment, and of every curated one, whether it is built.',
      response: EnvironmentSummaries,
      handler: async () => ({ items: await summaries(parts) }),
    },
    {
      method: 'GET',
      url: `${base}/state`,
      permission: 'read',
      summary: 'Say which packages an environment has, whether it is built, and how its newest build here went.',
      query: RegistryQuery,
      response: EnvironmentStateMessage,
      handler: async (request) => stateMessage(parts, await requestOf(request)),
    },
    {
      method: 'POST',
      url: `${base}/build`,
      permission: 'write',
      summary: 'Build an environment now; answers at once with its state.',
      query: RegistryQuery,
      response: EnvironmentStateMessage,
      successStatus: 202,
      handler: async (request) => {
        const wanted = await requestOf(request)
        environments.startBuild(wanted)
        return stateMessage(parts, wanted)
      },
    },
    {
      method: 'GET',
      url: `${base}/build/log`,
      permission: 'read',
      summary: 'Read what the newest build of an environment by this server says, from an offset in bytes.',
      query: BuildLogQuery,
      response: BuildLog,
      handler: async (request) => {
        const wanted = await requestOf(request)
        const build = environments.findBuild(wanted, await environments.look(wanted))
        const { offset = 0 } = request.query as { offset?: number }
        const bytes = Buffer.from((build?.lines ?? []).map((line) => `${line}\n`).join(''))
        return {
          text: bytes.subarray(offset).toString('utf8'),
          next_offset: bytes.length,
          is_complete: build?.status !== 'building',
        }
      },
    },
  ]
}

async function stateMessage(
  { environments }: EnvironmentRouteParts,
  request: EnvironmentRequest,
): Promise<EnvironmentStateMessage> {
  const state = await lookSafely(() => environments.look(request))
  if ('detail' in state) return state
  const build = environments.findBuild(request, state)
  return {
    ...stateFields(state),
    ...(state.lock !== undefined && { lock: toLockMessage(state.lock) }),
    ...(build !== undefined && {
      build: {
        status: build.status,
        started_at: wireTime(build.startedMs),
        ...(build.endedMs !== undefined && { ended_at: wireTime(build.endedMs) }),
        ...(build.error !== undefined && { error: build.error }),
      },
    }),
  }
}

async function summaries(parts: EnvironmentRouteParts): Promise<EnvironmentSummary[]> {
  const { items } = await parts.catalogue.list('environment', { limit: mostRegistered, withArchived: true })
  const registered = items.map(({ name, latest }) => ({ name, ...(latest && { version: latest.version }) }))
  const curated = parts.builtIn.map(({ registry, name }) => ({ registry, name }))
  const wanted: readonly Pick<EnvironmentSummary, 'name' | 'version' | 'registry'>[] = [...registered, ...curated]
  return mapLimit(wanted, looksAtOnce, async (one) => {
    const request = await lookSafely(() => parts.findEnvironment({ kind: 'reference', reference: referenceTo(one) }))
    if ('detail' in request) return { ...one, ...request }
    const made = { ...one, ...madeOf(request) }
    const state = await lookSafely(() => parts.environments.look(request))
    if ('detail' in state) return { ...made, ...state }
    const { lock } = state
    return {
      ...{ ...made, ...stateFields(state) },
      ...(lock !== undefined && {
        python: lock.python,
        package_count: packagesIn(lock.requirements),
        lock_digest: lock.digest,
      }),
    }
  })
}

interface Unusable {
  readonly state: 'unusable'
  readonly detail: string
}

/** What cannot be read, or needs what this machine lacks, is a state too: a list must not fail for one of them. */
async function lookSafely<Found>(look: () => Promise<Found>): Promise<Found | Unusable> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { state: 'unusable', detail: [error.message, error.hint].filter(Boolean).join(' ') }
  }
}

function madeOf(request: EnvironmentRequest): Pick<EnvironmentSummary, 'image' | 'has_conda_file'> {
  if (request.kind !== 'spec') return {}
  const { image, conda } = request.spec
  return { ...(image !== undefined && { image }), has_conda_file: conda !== undefined }
}

function stateFields({ state, sizeBytes, usedMs }: EnvironmentState) {
  return {
    state,
    ...(sizeBytes !== undefined && { size_bytes: sizeBytes }),
    ...(usedMs !== undefined && { used_at: wireTime(usedMs) }),
  }
}

function packagesIn(requirements: string): number {
  return requirements.split('\n').filter((line) => line !== '' && !line.startsWith('-')).length
}

function referenceOf(request: FastifyRequest): Reference {
  const { name, version } = request.params as { name: string; version: string }
  const { registry } = request.query as RegistryQuery
  return referenceTo({ name, version, ...(registry !== undefined && { registry }) })
}

function referenceTo({
  name,
  version,
  registry,
}: Pick<EnvironmentSummary, 'name' | 'version' | 'registry'>): Reference {
  const label = version === undefined ? 'latest' : version.startsWith('@') ? version.slice(1) : undefined
  const selected = label === undefined ? { version: version! } : { label }
  return registry === undefined
    ? { kind: 'asset', name, ...selected }
    : { kind: 'registry', registry, assetType: 'environments', name, ...selected }
}
