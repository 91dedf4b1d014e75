import { lookup } from 'node:dns/promises'
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { messageOf, SluiceError } from '../base/errors.ts'

/**
 * Requests to addresses that users name. The story of why that is delicate: this server may reach what its users may
 * not (its own loopback, the network it stands in, the metadata service of its cloud), and a name that was harmless when
 * it was checked may resolve to another address a moment later. So a name is resolved once, every address of it must be
 * public, and the connection is made to an address that was checked. Redirects are not followed and proxies not used.
 */
export interface OutboundRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** Hosts that may be private, and be spoken to without TLS, as the server's settings allow. */
  readonly allowedHosts: readonly string[]
}

interface OutboundAnswer {
  readonly status: number
  /** The first 64 KiB, as text. */
  readonly body: string
}

const maxBodyBytes = 64 * 1024

/** IANA's special-purpose registries: whatever is not meant to be reached over the internet. */
const notPublic = { 4: new BlockList(), 6: new BlockList() }
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic[4].addSubnet(address, prefix, 'ipv4')
// Of IPv6 only 2000::/3 is global, and not all of it: Teredo, documentation and 6to4 lie within.
for (const [address, prefix] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublic[6].addSubnet(address, prefix, 'ipv6')

/** Whether an address is one that anybody on the internet could reach. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic[4].check(address, 'ipv4')
  return isIP(address) === 6 && !notPublic[6].check(address, 'ipv6')
}

/** The URL, parsed. Throws `invalid-request` for one that is not https to a host that may be public. */
export function checkOutboundUrl(text: string, allowedHosts: readonly string[]): URL {
  const refuse = (why: string): SluiceError =>
    new SluiceError('invalid-request', `The address ${JSON.stringify(text.slice(0, 300))} cannot be called: ${why}.`, {
      hint: 'Use an https address on the internet, or have the host allowed by the setting webhook_hosts.',
    })
  const url = URL.parse(text)
  if (url === null) throw refuse('it is no URL')
  if (url.username !== '' || url.password !== '') throw refuse('it holds a user name or password')
  const host = hostOf(url)
  const isAllowed = allowedHosts.includes(host)
  if (url.protocol !== 'https:' && !(isAllowed && url.protocol === 'http:'))
    throw refuse(`${url.protocol} is not https`)
  if (!isAllowed && isIP(host) !== 0 && !isPublicAddress(host)) throw refuse(`${host} is not a public address`)
  if (!isAllowed && /(^|\.)(localhost|local|internal)\.?$/.test(host)) throw refuse(`${host} is not a public name`)
  return url
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

/** Sends a POST. Throws `permission-denied` for an address that is not public, `server-unreachable` without an answer. */
export async function sendOutbound(wanted: OutboundRequest): Promise<OutboundAnswer> {
  const url = checkOutboundUrl(wanted.url, wanted.allowedHosts)
  const isAllowed = wanted.allowedHosts.includes(hostOf(url))
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const options = {
    method: 'POST',
    headers: { ...wanted.headers, 'content-length': String(Buffer.byteLength(wanted.body)) },
    // A connection that is kept would outlive the check of its address.
    agent: false as const,
    signal: AbortSignal.timeout(wanted.timeoutMs),
    ...(!isAllowed && { lookup: checkedLookup }),
  }
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(
        cause instanceof SluiceError
          ? cause
          : new SluiceError('server-unreachable', `${url.origin} did not answer: ${messageOf(cause)}`, { cause }),
      )
    let request: ClientRequest
    try {
      request = send(url, options, (response) => void readAnswer(response).then(resolve, failed))
    } catch (error) {
      failed(error)
      return
    }
    request.on('error', failed)
    request.end(wanted.body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<OutboundAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= maxBodyBytes) break
  }
  response.destroy()
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8') }
}

/** Resolves as the connection asks for it, so that what was checked is what is connected to. */
const checkedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }).then(
    (addresses) => {
      const bad = addresses.find(({ address }) => !isPublicAddress(address))
      if (bad !== undefined || addresses.length === 0) {
        const why = bad === undefined ? 'it has no address' : `it resolves to ${bad.address}, which is not public`
        const refused = new SluiceError('permission-denied', `The host ${hostname} cannot be called: ${why}.`)
        callback(refused as unknown as NodeJS.ErrnoException, '', 0)
      } else if (options.all === true) callback(null, addresses)
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    },
    (error: NodeJS.ErrnoException) => callback(error, '', 0),
  )
}
