import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Artifact, ArtifactStore } from '../../artifacts/artifact-store.ts'
import { matchesEtag } from '../../server/entity-tag.ts'

/** Sends a stored file as a download: streamed, in ranges where asked, never shown by a browser as a page of ours. */
export async function sendArtifact(
  artifacts: Pick<ArtifactStore, 'read'>,
  artifact: Artifact,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const name = artifact.path.slice(artifact.path.lastIndexOf('/') + 1)
  const etag = `"${artifact.digest}"`
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'content-type': contentType(name),
    'content-disposition': contentDisposition(name),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'last-modified': new Date(artifact.createdMs).toUTCString(),
  })
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const range = rangeOf(request, { etag, sizeBytes: artifact.sizeBytes })
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${artifact.sizeBytes}`).send()
  }
  if (range !== undefined) {
    void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${artifact.sizeBytes}`)
  }
  const length = range === undefined ? artifact.sizeBytes : range.end - range.start + 1
  void reply.header('content-length', length)
  // A stream of nothing: of a text or nothing, the framework would say that its length is 0.
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  if (length === 0) return reply.send('')
  return reply.send(artifacts.read(artifact, range))
}

type ByteRange = { readonly start: number; readonly end: number }

/** RFC 9110, 14: one range is honoured; several, or another unit, or a changed file get the whole. */
function rangeOf(
  request: FastifyRequest,
  { etag, sizeBytes }: { readonly etag: string; readonly sizeBytes: number },
): ByteRange | 'unsatisfiable' | undefined {
  const ifRange = request.headers['if-range']
  if (ifRange !== undefined && ifRange !== etag) return undefined
  const found = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '')
  if (found === null || (found[1] === '' && found[2] === '')) return undefined
  const [first, last] = [found[1]!, found[2]!]
  if (first === '') {
    const start = Math.max(0, sizeBytes - Number(last))
    return start >= sizeBytes ? 'unsatisfiable' : { start, end: sizeBytes - 1 }
  }
  const start = Number(first)
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}

const textExtensions = new Set(
  (
    'txt log err cfg conf cpp c h hpp java js jsx json jsonl ts tsx py r scala sh sql xml yaml yml toml ini csv tsv md ' +
    'rst html htm mlmodel mlproject'
  ).split(' '),
)
const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  pdf: 'application/pdf',
}

/** Text is plain text whatever it is a text of: HTML must not run here. */
function contentType(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (textExtensions.has(extension)) return 'text/plain; charset=utf-8'
  return imageTypes[extension] ?? 'application/octet-stream'
}

/** RFC 6266: a plain name, quoted where it is no token, and the real one in UTF-8 where that differs. */
function contentDisposition(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
  const shown = plain.trim() === '' ? 'download' : plain
  const quoted = /^[\w!#$&'*+.^`|~-]+$/.test(shown) ? shown : `"${shown}"`
  if (shown === name) return `attachment; filename=${quoted}`
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename=${quoted}; filename*=UTF-8''${encoded}`
}
