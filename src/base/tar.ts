/**
 * Tar archives (POSIX.1-2001, pax interchange format) as bytes, without a file system: written so that the same entries
 * are the same bytes (owner 0, time 0), read in every form that tools of the last decades write (ustar, pax, GNU).
 */
import { SluiceError } from './errors.ts'

/** One member of an archive. */
export interface TarEntry {
  /** With slashes; folders without one at the end. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'symlink' | 'link' | 'other'
  /** Of a file's content; 0 otherwise. */
  readonly sizeBytes: number
  /** Permission bits. */
  readonly mode: number
  /** What a symlink or hard link names. */
  readonly target?: string
}

/** An entry that is being read; its content must be read before the next entry is asked for, else it is skipped. */
export interface TarMember extends TarEntry {
  readonly content: AsyncIterable<Uint8Array>
}

const block = 512
const largestOctal = 0o77777777777
const flags = { file: '0', link: '1', symlink: '2', folder: '5' } as const
const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'folder',
}

/** What ends an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block)

/** The zeros after a content of so many bytes. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((block - (sizeBytes % block)) % block)
}

/** The bytes in front of an entry's content; what does not fit the old fields goes into a pax header before it. */
export function tarHeader(entry: Omit<TarEntry, 'kind'> & { readonly kind: keyof typeof flags }): Uint8Array {
  const path = utf8(entry.kind === 'folder' ? `${entry.path}/` : entry.path)
  const target = utf8(entry.target ?? '')
  const records = [
    ...(path.length > 100 ? [paxRecord('path', path)] : []),
    ...(target.length > 100 ? [paxRecord('linkpath', target)] : []),
    ...(entry.sizeBytes > largestOctal ? [paxRecord('size', utf8(String(entry.sizeBytes)))] : []),
  ]
  const size = entry.sizeBytes > largestOctal ? 0 : entry.sizeBytes
  const own = rawHeader({ path, target, size, mode: entry.mode, flag: flags[entry.kind] })
  if (records.length === 0) return own
  const text = joined(records)
  const pax = rawHeader({ path: utf8('pax'), target: utf8(''), size: text.length, mode: 0o644, flag: 'x' })
  return joined([pax, text, tarPadding(text.length), own])
}

interface RawHeader {
  readonly path: Uint8Array
  readonly target: Uint8Array
  readonly size: number
  readonly mode: number
  readonly flag: string
}

function rawHeader({ path, target, size, mode, flag }: RawHeader): Uint8Array {
  const header = new Uint8Array(block)
  const octal = (value: number, at: number, width: number): void =>
    header.set(utf8(value.toString(8).padStart(width - 1, '0')), at)
  header.set(path.subarray(0, 100), 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  header.set(utf8(flag), 156)
  header.set(target.subarray(0, 100), 157)
  header.set(utf8('ustar\x0000'), 257)
  octal(checksumOf(header), 148, 7)
  header[155] = 32
  return header
}

/** The sum of a header's bytes with its own field as spaces. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = joined([utf8(` ${key}=`), value, utf8('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return joined([utf8(String(length)), rest])
}

/** The members of an archive in their order. Throws `invalid-request` where it is damaged or ends too early. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember, void, undefined> {
  const source = new ByteSource(chunks)
  try {
    let named: Record<string, string> = {}
    for (;;) {
      const header = await source.exactly(block)
      if (header.every((byte) => byte === 0)) return
      const entry = entryOf(header, named)
      const flag = text(header, 156, 1)
      if (['x', 'g', 'L', 'K'].includes(flag)) {
        const said = await source.exactly(Math.ceil(numberAt(header, 124, 12) / block) * block)
        const content = said.subarray(0, numberAt(header, 124, 12))
        // A global header (g) speaks of all that follow; of what it may say, nothing is of use here.
        if (flag === 'x') named = { ...named, ...paxRecords(content) }
        if (flag === 'L') named = { ...named, path: text(content, 0, content.length) }
        if (flag === 'K') named = { ...named, linkpath: text(content, 0, content.length) }
        continue
      }
      named = {}
      let left = entry.sizeBytes
      const content = (async function* () {
        while (left > 0) {
          const part = await source.some(left)
          left -= part.length
          yield part
        }
      })()
      yield { ...entry, content }
      while (left > 0) left -= (await source.some(left)).length
      await source.exactly(tarPadding(entry.sizeBytes).length)
    }
  } finally {
    await source.close()
  }
}

function entryOf(header: Uint8Array, named: Readonly<Record<string, string>>): TarEntry {
  if (numberAt(header, 148, 8) !== checksumOf(header)) throw damaged('a header has the wrong checksum')
  const prefix = text(header, 257, 5) === 'ustar' && text(header, 263, 2) === '00' ? text(header, 345, 155) : ''
  const short = text(header, 0, 100)
  const path = named['path'] ?? (prefix === '' ? short : `${prefix}/${short}`)
  const flag = text(header, 156, 1)
  const kind = flag === '0' || flag === '' ? (path.endsWith('/') ? 'folder' : 'file') : (kinds[flag] ?? 'other')
  const target = named['linkpath'] ?? text(header, 157, 100)
  const sizeBytes = named['size'] === undefined ? numberAt(header, 124, 12) : Number(named['size'])
  return {
    path: path.replace(/\/+$/, ''),
    kind,
    sizeBytes: kind === 'file' || kind === 'other' ? sizeBytes : 0,
    mode: numberAt(header, 100, 8) & 0o7777,
    ...(target !== '' && { target }),
  }
}

function paxRecords(content: Uint8Array): Record<string, string> {
  const records: Record<string, string> = {}
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(32, at)
    const length = space < 0 ? Number.NaN : Number(text(content, at, space - at))
    if (!Number.isInteger(length) || length <= space - at || at + length > content.length)
      throw damaged('a pax header cannot be read')
    const record = text(content, space + 1, at + length - 1 - (space + 1))
    const equals = record.indexOf('=')
    records[record.slice(0, equals)] = record.slice(equals + 1)
    at += length
  }
  return records
}

/** A number in octal digits, or in binary where the first bit is set (GNU, for large ones). */
function numberAt(header: Uint8Array, at: number, width: number): number {
  if ((header[at]! & 0x80) !== 0)
    return header.subarray(at + 1, at + width).reduce((value, byte) => value * 256 + byte, header[at]! & 0x7f)
  const digits = text(header, at, width).trim()
  const value = digits === '' ? 0 : parseInt(digits, 8)
  if (!Number.isInteger(value) || value < 0) throw damaged(`"${digits}" is no number`)
  return value
}

/** The text up to the first zero byte. */
function text(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length)
  const end = part.indexOf(0)
  const given = end < 0 ? part : part.subarray(0, end)
  const escaped = Array.from(given, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  try {
    return decodeURIComponent(escaped)
  } catch {
    return String.fromCharCode(...given) // An archive of the days before UTF-8.
  }
}

/** UTF-8 without an encoder, which is no part of the language itself. */
function utf8(value: string): Uint8Array {
  const bytes: number[] = []
  const escaped = encodeURIComponent(value.toWellFormed())
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] === '%') {
      bytes.push(parseInt(escaped.slice(at + 1, at + 3), 16))
      at += 2
    } else bytes.push(escaped.charCodeAt(at))
  }
  return Uint8Array.from(bytes)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function damaged(how: string): SluiceError {
  return new SluiceError('invalid-request', `The tar archive is damaged: ${how}.`)
}

/** Chunks of any size as pieces of the size that is wanted. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** At least one byte and at most so many. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next()
      if (next.done === true) throw damaged('it ends too early')
      this.#rest = next.value
    }
    const part = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }

  async exactly(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; left -= parts.at(-1)!.length) parts.push(await this.some(left))
    return parts.length === 1 ? parts[0]! : joined(parts)
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
