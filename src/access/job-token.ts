import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { SluiceError } from '../base/errors.ts'
import type { JobName } from '../base/ids.ts'
import type { Principal } from './principal.ts'

/**
 * The token a step calls this server with (design.md 11.11): a JWT (RFC 7519) signed HS256, claims `iss`, `aud`, `sub`
 * (the job's name) and `exp` in whole seconds. The header is a constant that is compared, never interpreted, so no
 * token can choose its own algorithm (RFC 8725 3.1). Nothing is stored: the signing key is the whole state, and the
 * caller still has to ask whether the job is under way.
 */
export interface JobTokens {
  /** A token for one job until `expiresMs` (rounded up to the second). */
  issue(job: JobName, expiresMs: number): string
  /** Who the token speaks for; throws `unauthenticated` when it is malformed, forged or expired at `nowMs`. */
  verify(token: string, nowMs: number): JobPrincipal
}

type JobPrincipal = Extract<Principal, { kind: 'job' }>

const header = encode({ alg: 'HS256', typ: 'JWT' })
const issuer = 'sluiceworks'
const audience = 'job'

/** Tokens signed with one key (`loadSigningKey(place, 'job-token')`). */
export function jobTokens(signingKey: Buffer): JobTokens {
  // Made once: of bytes every signature would make its own, which costs more than signing.
  const key = createSecretKey(signingKey)
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()
  return {
    issue(job, expiresMs) {
      const claims = encode({ iss: issuer, aud: audience, sub: job, exp: Math.ceil(expiresMs / 1000) })
      return `${header}.${claims}.${sign(`${header}.${claims}`).toString('base64url')}`
    },

    verify(token, nowMs) {
      const [foundHeader, claims, signature, ...rest] = token.split('.')
      if (foundHeader !== header || claims === undefined || signature === undefined || rest.length > 0) {
        throw refused('it is not a job token of this server')
      }
      const expected = sign(`${header}.${claims}`)
      const found = Buffer.from(signature, 'base64url')
      // Compared as text too: base64url has spare bits, and two spellings of one signature are one too many.
      const isGenuine = found.length === expected.length && timingSafeEqual(found, expected)
      if (!isGenuine || signature !== expected.toString('base64url')) throw refused('its signature does not match')
      const { iss, aud, sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Claims
      if (iss !== issuer || aud !== audience) throw refused('it was issued for another purpose')
      if (nowMs >= exp * 1000) {
        throw refused(`it was for job ${sub} and expired at ${new Date(exp * 1000).toISOString()}`)
      }
      return { kind: 'job', name: sub }
    },
  }
}

/** Trusted once the signature matched: only `issue` writes them. */
interface Claims {
  readonly iss: string
  readonly aud: string
  readonly sub: JobName
  readonly exp: number
}

/** Whether a bearer token claims to be one of ours; `verify` says whether it is. */
export function isJobToken(token: string): boolean {
  return token.startsWith(`${header}.`)
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}

function refused(reason: string): SluiceError {
  return new SluiceError('unauthenticated', `The job token is refused: ${reason}.`, {
    hint: 'A step gets its token from SLUICE_TOKEN; it is valid while the job runs.',
  })
}
