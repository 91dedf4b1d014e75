import type { GuardedRequest } from './request-guard.ts'

/*
 * Pages of other sites are refused everywhere (request-guard.ts), with one way in: who deploys a model may name origins
 * whose pages may ask it, as Azure ML's server has it (AML_CORS_ORIGINS). It opens the addresses at which that endpoint
 * is asked and described, and no other: not its administration, not another endpoint, and never with cookies.
 */

/** The origins that an endpoint admits, `*` for all; empty where it admits none or is not there. */
export type OriginsOf = (endpoint: string) => readonly string[]

const scoringPath = /^\/endpoints\/([a-zA-Z0-9-]+)\/(?:score|invocations|swagger\.json|v2(?:\/[^?]*)?)(?:\?|$)/
const headerNames = /^[\w-]+(?: *, *[\w-]+)*$/

/** The headers of every answer to a page that the endpoint admits; undefined for all other requests. */
export function crossOriginHeaders(
  { url = '/', headers }: GuardedRequest,
  originsOf: OriginsOf,
): Readonly<Record<string, string>> | undefined {
  const { origin } = headers
  if (origin === undefined) return undefined
  const endpoint = scoringPath.exec(url)?.[1]
  if (endpoint === undefined) return undefined
  const origins = originsOf(endpoint)
  const isAny = origins.includes('*')
  if (!isAny && !origins.includes(origin)) return undefined
  const wanted = headers['access-control-request-headers']
  return {
    'access-control-allow-origin': isAny ? '*' : origin,
    'access-control-allow-methods': 'GET, POST',
    ...(wanted !== undefined && headerNames.test(wanted) && { 'access-control-allow-headers': wanted }),
    vary: 'origin',
  }
}
