import type { IncomingHttpHeaders } from 'node:http'
import { SluiceError } from '../base/errors.ts'

/*
 * On loopback without login, the Host and Origin headers are all that stands between a web page somewhere and this
 * server. The guard sees every request before the router does, so a route, method, 404 or stream that forgets the
 * check cannot exist.
 *
 * - Host (DNS rebinding): a name of this machine's loopback with any port, or one that was allowed by setting.
 * - Origin (cross-site requests): absent (not a browser, or a same-origin GET), the very origin the request is sent
 *   to, or an allowed host. A page on another port of this machine is foreign: it may show somebody else's code.
 * - Sec-Fetch-Site: `<img>` and `<script>` send no Origin; only a followed link may come from another site.
 *
 * Nor is a CORS header sent, so a foreign page could not read an answer either; cross-origin.ts has the one exception.
 */

/** What the guard looks at; a `node:http` request has it. */
export interface GuardedRequest {
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as received: shows a repeated Host. */
  readonly rawHeaders: readonly string[]
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Why a request must be refused, or undefined. `allowedHosts`: names, or `name:port` for one port only. */
export function guardRequest(request: GuardedRequest, allowedHosts: readonly string[]): SluiceError | undefined {
  const { url = '/', headers } = request
  // RFC 9112 3.2.2: an absolute target would override Host; only `OPTIONS *` has no path.
  if (!url.startsWith('/') && url !== '*')
    return new SluiceError('invalid-request', `The request target ${shown(url)} is not a path.`)
  const host = knownHost(headers.host)
  if (host === undefined || count(request.rawHeaders, 'host') !== 1 || !isAllowedHost(host, allowedHosts))
    return new SluiceError(
      'host-not-allowed',
      headers.host === undefined
        ? 'The request has no Host header.'
        : `The host ${shown(headers.host)} is not allowed.`,
      { hint: 'Use the URL the server printed, or add the name to the setting allowed_hosts (SLUICE_ALLOWED_HOSTS).' },
    )
  if (headers.origin !== undefined) return guardOrigin(headers.origin, host, allowedHosts)
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate')
    return new SluiceError('origin-not-allowed', 'A page of another site may link here, but not embed this.')
  return undefined
}

function guardOrigin(origin: string, host: HostAndPort, allowedHosts: readonly string[]): SluiceError | undefined {
  const from = parseOrigin(origin)
  if (from !== undefined && (isSameOrigin(from, host) || isListed(from, allowedHosts))) return undefined
  return new SluiceError('origin-not-allowed', `The origin ${shown(origin)} is not allowed.`, {
    hint: 'Requests from pages of other sites are refused; add the name to allowed_hosts if it is yours.',
  })
}

interface HostAndPort {
  readonly name: string
  /** Absent: the scheme's own. */
  readonly port?: string
}

let lastHost: { readonly text: string; readonly host: HostAndPort | undefined } | undefined

/** `parseHost`, once for clients that all call the server by the same name. */
function knownHost(text: string | undefined): HostAndPort | undefined {
  if (text === undefined) return undefined
  if (lastHost?.text !== text) lastHost = { text, host: parseHost(text) }
  return lastHost.host
}

function parseHost(text: string | undefined): HostAndPort | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/i.exec(text ?? '')
  if (match === null) return undefined
  const name = match[1]!.toLowerCase()
  return match[2] === undefined ? { name } : { name, port: match[2] }
}

function parseOrigin(text: string): HostAndPort | undefined {
  const match = /^(https?):\/\/([^/?#@\s]+)$/i.exec(text)
  const host = match === null ? undefined : parseHost(match[2])
  if (match === null || host === undefined) return undefined
  return { name: host.name, port: host.port ?? (match[1]!.toLowerCase() === 'https' ? '443' : '80') }
}

function isAllowedHost(host: HostAndPort, allowedHosts: readonly string[]): boolean {
  return loopbackNames.has(host.name) || isListed(host, allowedHosts)
}

function isListed(host: HostAndPort, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((entry) => {
    const allowed = parseHost(entry)
    return allowed?.name === host.name && (allowed.port === undefined || allowed.port === host.port)
  })
}

function isSameOrigin(origin: HostAndPort, host: HostAndPort): boolean {
  // `http://localhost:7584` and `http://127.0.0.1:7584` are two names of one door.
  const sameName = origin.name === host.name || (loopbackNames.has(origin.name) && loopbackNames.has(host.name))
  const samePort = host.port === undefined ? origin.port === '80' || origin.port === '443' : origin.port === host.port
  return sameName && samePort
}

function count(rawHeaders: readonly string[], name: string): number {
  let found = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index]!
    if (given.length === name.length && given.toLowerCase() === name) found++
  }
  return found
}

function shown(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}...` : value)
}
