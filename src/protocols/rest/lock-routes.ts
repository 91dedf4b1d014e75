import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { EnvironmentLock } from '../../environments/environment-builder.ts'
import type { EnvironmentChoice } from '../../spec/document-parts.ts'
import type { Route } from '../../server/route.ts'
import { documentOf } from './asset-document.ts'
import { LockDocumentRequest, LockMessage, LockRequest } from './asset-messages.ts'

/** What locking environments asks of the server. */
export interface LockRouteParts {
  readonly lockEnvironment: (
    choice: EnvironmentChoice,
    options: { readonly upgrade: boolean },
  ) => Promise<EnvironmentLock>
  readonly localToken: string
}

/** Exact packages of environments: kept ones, or resolved anew. */
export function lockRoutes({ lockEnvironment, localToken }: LockRouteParts): readonly Route[] {
  const upgradeOf = (request: FastifyRequest): { upgrade: boolean } => ({
    upgrade: (request.body as { upgrade?: boolean }).upgrade === true,
  })
  return [
    {
      method: 'POST',
      url: '/api/v1/environments/:name/versions/:version/lock',
      permission: 'write',
      summary: 'Show the exact packages of a registered or curated environment, resolving them where needed.',
      body: LockRequest,
      response: LockMessage,
      handler: async (request) => {
        const { name, version } = request.params as { name: string; version: string }
        const selected = version.startsWith('@') ? { label: version.slice(1) } : { version }
        const reference = { kind: 'asset', name, ...selected } as const
        return toLockMessage(await lockEnvironment({ kind: 'reference', reference }, upgradeOf(request)))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/environment-locks',
      permission: 'write',
      summary: 'Show the exact packages of the environment that a YAML file of the server describes.',
      body: LockDocumentRequest,
      response: LockMessage,
      handler: async (request) => {
        const { environment } = await documentOf(request, { localToken, family: 'environment', kinds: ['environment'] })
        return toLockMessage(await lockEnvironment({ kind: 'inline', environment }, upgradeOf(request)))
      },
    },
  ]
}

/** A lock, its packages line by line. */
export function toLockMessage({
  digest,
  python,
  platform,
  requirements,
  notes,
}: EnvironmentLock): Static<typeof LockMessage> {
  return { digest, python, platform, requirements: requirements.split('\n').filter(Boolean), notes: [...notes] }
}
