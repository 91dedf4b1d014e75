import type { JobTokens } from '../access/job-token.ts'
import { isJobToken } from '../access/job-token.ts'
import { type Principal, localPrincipal } from '../access/principal.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import type { HttpRequest } from './route.ts'

/** Who sent each request. */
export interface RequestPrincipals {
  /** Reads the caller's token, once per request. Throws `unauthenticated` for a job token that is not valid any more. */
  identify(request: Pick<HttpRequest, 'headers'>): Promise<void>
  /** The caller of an identified request: without a job token, the person on this machine. */
  of(request: Pick<HttpRequest, 'headers'>): Principal
}

/** Callers by their bearer token. A job's token is as good as its job is alive; other bearers are not ours to judge. */
export function requestPrincipals({
  tokens,
  clock,
  isUnderWay,
}: {
  readonly tokens: JobTokens
  readonly clock: Clock
  /** Whether a job has not ended; false for one that is not there. */
  readonly isUnderWay: (job: JobName) => Promise<boolean>
}): RequestPrincipals {
  const known = new WeakMap<object, Principal>()
  return {
    async identify(request) {
      const [, token] = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? []
      if (token === undefined || !isJobToken(token)) return
      const principal = tokens.verify(token, clock.now())
      if (!(await isUnderWay(principal.name)))
        throw new SluiceError('unauthenticated', `The job token is refused: job ${principal.name} has ended.`, {
          hint: 'A token is valid while its job runs.',
        })
      known.set(request, principal)
    },
    of: (request) => known.get(request) ?? localPrincipal,
  }
}
