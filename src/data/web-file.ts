/**
 * Files of the web as content. A URL is asked each time it is used, but with what it last answered (`If-None-Match`,
 * `If-Modified-Since`), so an unchanged file costs one small request; what it answered is kept by digest.
 *
 * The server fetches what a YAML file names, so a URL must not become a way to what only the server reaches: redirects
 * are few, never from https to http, and never from a public address to a private one; link-local addresses (the
 * metadata services of clouds) are refused altogether. A private address that the author names is fetched: it is their
 * own network. Addresses are judged where the connection is made, so a name cannot change in between.
 */
import { createHash } from 'node:crypto'
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { NamedContent } from '../assets/asset.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { isPrivate, whyNotFetched } from './fetched-address.ts'
import { findWebFile, putWebFile, type WebFileRecord } from './web-file-store.ts'

/** Fetches files by URL. */
export interface WebFiles {
  /**
   * The file as content, kept for `store`, else only hashed. Throws `input-not-found` for what cannot be fetched,
   * `body-too-large` beyond the limit.
   */
  fetch(url: string, options: { readonly store: boolean }): Promise<NamedContent>
}

interface WebFileParts {
  readonly database: Database
  readonly content: ContentStore
  readonly clock: Clock
  /** Larger files are refused. */
  readonly maxBytes?: number
}

const usualMaxBytes = 20 * 1024 ** 3
const maxRedirects = 5
const idleMs = 60_000

export function webFiles({ database, content, clock, maxBytes = usualMaxBytes }: WebFileParts): WebFiles {
  return {
    async fetch(url, { store }) {
      const known = await findWebFile(database.read, withoutFragment(url))
      const isKept = known !== undefined && (await content.verify({ kind: 'file', digest: known.digest }))
      const asked = isKept ? known : undefined
      const response = await ask(url, asked)
      if (response.statusCode === 304 && asked !== undefined) {
        response.resume()
        return named(asked)
      }
      const announced = Number(response.headers['content-length'] ?? 0)
      if (announced > maxBytes) {
        response.destroy()
        throw tooLarge(url, announced, maxBytes)
      }
      const write = store ? content.write.bind(content) : hashOnly
      const stored = await receive(write, response, { url, maxBytes })
      const { etag } = response.headers
      const lastModified = response.headers['last-modified']
      const record: WebFileRecord = {
        url: withoutFragment(url),
        ...(etag !== undefined && { etag }),
        ...(lastModified !== undefined && { lastModified }),
        digest: stored.digest,
        sizeBytes: stored.sizeBytes,
        baseName: baseNameOf(url),
        fetchedMs: clock.now(),
      }
      if (store) await database.write((tables) => putWebFile(tables, record))
      return named(record)
    },
  }
}

/** What `ContentStore.write` answers, with nothing written. */
const hashOnly: ContentStore['write'] = async (stream, maxBytes = Infinity) => {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw new SluiceError('body-too-large', `The file is larger than ${maxBytes} bytes.`)
    hash.update(chunk)
  }
  return { kind: 'file', digest: hash.digest('hex') as Digest, sizeBytes, fileCount: 1 }
}

async function receive(
  write: ContentStore['write'],
  response: IncomingMessage,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
) {
  try {
    const stored = await write(decoded(url, response), maxBytes)
    if (response.complete) return stored
    throw unreachable(url, 'the answer broke off')
  } catch (error) {
    response.destroy()
    if (error instanceof SluiceError) throw error
    throw unreachable(url, messageOf(error), error)
  }
}

/** The file itself: some stores hold it compressed and send it so to everyone, asked for `identity` or not. */
function decoded(url: string, response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return response
  const decoder = decoders[encoding]
  if (decoder === undefined) throw unreachable(url, `it is sent encoded as ${JSON.stringify(encoding)}`)
  const plain = decoder()
  pipeline(response, plain, () => undefined)
  return plain
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

function named({ digest, sizeBytes, baseName }: WebFileRecord): NamedContent {
  return { content: { kind: 'file', digest, sizeBytes, fileCount: 1 }, baseName }
}

/** Follows redirects to an answer that is a file or 304. */
async function ask(url: string, known: WebFileRecord | undefined): Promise<IncomingMessage> {
  let target = parseUrl(url)
  let mayBePrivate = true
  for (let hop = 0; hop <= maxRedirects; hop++) {
    // Sequential: each answer says where the next question goes.
    const { response, address } = await get(target, { known, mayBePrivate, asked: url })
    const status = response.statusCode ?? 0
    // Not modified since what? Only who has it may be told so.
    if (status === 200 || (status === 304 && known !== undefined)) return response
    response.resume()
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
      throw unreachable(url, `the server answered ${status} ${response.statusMessage ?? ''}`.trim())
    const next = new URL(location, target)
    if (!/^https?:$/.test(next.protocol) || (target.protocol === 'https:' && next.protocol === 'http:'))
      throw refused(url, `it is redirected to ${next.protocol}//${next.host}, which is less safe`)
    mayBePrivate &&= isPrivate(address)
    target = next
  }
  throw refused(url, `it is redirected more than ${maxRedirects} times`)
}

interface Question {
  readonly known: WebFileRecord | undefined
  readonly mayBePrivate: boolean
  readonly asked: string
}

function get(
  target: URL,
  { known, mayBePrivate, asked }: Question,
): Promise<{ readonly response: IncomingMessage; readonly address: string }> {
  const headers = {
    'accept-encoding': 'identity',
    'user-agent': 'sluiceworks',
    ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
    ...(known?.etag === undefined && known?.lastModified !== undefined && { 'if-modified-since': known.lastModified }),
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const problem = isIP(host) === 0 ? undefined : whyNotFetched(host, mayBePrivate)
  if (problem !== undefined) return Promise.reject(refused(asked, problem))
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(
      target,
      { headers, lookup: guardedLookup(mayBePrivate, asked), timeout: idleMs },
      (response) => resolve({ response, address: response.socket.remoteAddress ?? '' }),
    )
    outgoing.on('timeout', () => outgoing.destroy(unreachable(asked, `nothing came for ${idleMs / 1000} s`)))
    outgoing.on('error', (error) =>
      reject(error instanceof SluiceError ? error : unreachable(asked, messageOf(error), error)),
    )
    outgoing.end()
  })
}

/** Looks a name up and hands out only addresses that may be asked. */
function guardedLookup(mayBePrivate: boolean, asked: string): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0)
      const problem = addresses
        .map(({ address }) => whyNotFetched(address, mayBePrivate))
        .find((why) => why !== undefined)
      if (problem !== undefined) return callback(refused(asked, problem), '', 0)
      if (options.all === true) return callback(null, addresses)
      return callback(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
}

function parseUrl(url: string): URL {
  if (URL.canParse(url)) return new URL(url)
  throw new SluiceError('invalid-reference', `${JSON.stringify(url)} is not a URL.`)
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/, '')
}

/** The last part of the URL's path, which tells programs what the file is. */
function baseNameOf(url: string): string {
  const { pathname, hostname } = parseUrl(url)
  const last = pathname.split('/').filter(Boolean).at(-1)
  if (last === undefined) return hostname
  try {
    const name = decodeURIComponent(last)
    return /[/\\\0]|^\.{1,2}$/.test(name) ? 'download' : name
  } catch {
    return last
  }
}

/** Queries carry signatures: messages and logs get the address alone. */
function shown(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//')
}

function unreachable(url: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('input-not-found', `${shown(url)} cannot be fetched: ${why.replace(/\s+/g, ' ').trim()}.`, {
    hint: 'Without a network, map it to a local file with url_overrides in the config file.',
    ...(cause !== undefined && { cause }),
  })
}

function refused(url: string, why: string): SluiceError {
  return new SluiceError('input-not-found', `${shown(url)} is not fetched: ${why}.`, {
    hint: 'Name the address where the file really is, or map it to a local file with url_overrides in the config file.',
  })
}

function tooLarge(url: string, sizeBytes: number, maxBytes: number): SluiceError {
  return new SluiceError('body-too-large', `${shown(url)} has ${sizeBytes} bytes; at most ${maxBytes} are fetched.`, {
    hint: 'Download it yourself and name the local file.',
  })
}
