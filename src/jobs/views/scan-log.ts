/** Looking through a log of any size: a piece at a time, so that neither memory nor other requests feel its length. */
import { open } from 'node:fs/promises'

const pieceBytes = 1024 * 1024
/** One look goes so far and then says where to go on. */
const mostBytesPerLook = 64 * pieceBytes
/** What is shown of a line that has what was looked for. */
const excerptBytes = 400

interface LogMatch {
  /** Byte at which its line begins. */
  readonly offset: number
  /** The line, at most 400 bytes of it around the place. */
  readonly text: string
}

export interface LogSearch {
  readonly matches: readonly LogMatch[]
  /** Where to go on; absent where the end of the log was reached. */
  readonly nextOffset?: number
  readonly sizeBytes: number
}

export interface LogSearchWish {
  readonly text: string
  /** Where to begin: the start of a line. */
  readonly offset: number
  /** Most matches of one answer. */
  readonly limit: number
  /** Default: upper and lower case of ASCII letters are the same. */
  readonly matchCase?: boolean
}

/**
 * The lines from `offset` on that have the text, in order, each once; an absent log is an empty one. A line that is
 * longer than 1 MiB is looked at in parts.
 */
export async function searchLog(file: string, wish: LogSearchWish): Promise<LogSearch> {
  const { text, offset, limit, matchCase = false } = wish
  // Bytes as characters of one byte each: a place in the text is a place in the file, whatever is written there.
  const fold = (bytes: Buffer): string =>
    matchCase ? bytes.toString('latin1') : bytes.toString('latin1').toLowerCase()
  const wanted = fold(Buffer.from(text))
  const matches: LogMatch[] = []
  let start = offset
  let left: Buffer = Buffer.alloc(0)
  const { sizeBytes, pieces } = await openPieces(file, offset)
  for await (const piece of pieces) {
    const bytes: Buffer = left.length === 0 ? piece : Buffer.concat([left, piece])
    const isLast = start + bytes.length >= sizeBytes
    const lineEnd = bytes.lastIndexOf(0x0a)
    // Of an endless line so much is kept that nothing falls into the cut.
    const cut = lineEnd < 0 && bytes.length >= 2 * pieceBytes ? bytes.length - wanted.length + 1 : lineEnd + 1
    const whole = isLast ? bytes.length : cut
    const stop = collect({ matches, limit, wanted, start }, bytes.subarray(0, whole), fold)
    if (stop !== undefined) return { matches, sizeBytes, nextOffset: stop }
    left = Buffer.from(bytes.subarray(whole))
    start += whole
    if (start - offset >= mostBytesPerLook && start < sizeBytes) return { matches, sizeBytes, nextOffset: start }
  }
  return { matches, sizeBytes }
}

interface Collecting {
  readonly matches: LogMatch[]
  readonly limit: number
  readonly wanted: string
  /** Offset of the bytes in the log. */
  readonly start: number
}

/** Adds the matches of whole lines; the offset of the first that is one too many. */
function collect(
  { matches, limit, wanted, start }: Collecting,
  bytes: Buffer,
  fold: (bytes: Buffer) => string,
): number | undefined {
  const folded = fold(bytes)
  let at = folded.indexOf(wanted)
  while (at >= 0) {
    const lineStart = folded.lastIndexOf('\n', at) + 1
    if (matches.length === limit) return start + lineStart
    const found = folded.indexOf('\n', at)
    const lineEnd = found < 0 ? bytes.length : found
    const from = Math.max(lineStart, Math.min(at - excerptBytes / 4, lineEnd - excerptBytes))
    const shown = bytes.subarray(from, Math.min(lineEnd, from + excerptBytes))
    matches.push({ offset: start + lineStart, text: new TextDecoder().decode(shown) })
    at = folded.indexOf(wanted, lineEnd)
  }
  return undefined
}

/** Where lines of a log begin: about every MiB one, so that a reader can go to a line without all before it. */
export interface LogLines {
  readonly sizeBytes: number
  /** Lines that have ended. */
  readonly lines: number
  /** Line number `line` (from 0) begins at byte `offset`; the first mark is the beginning. */
  readonly marks: readonly { readonly line: number; readonly offset: number }[]
}

/** Counts the lines of a whole log; `before` is an earlier answer about the same log, which is gone on with. */
export async function indexLog(file: string, before?: LogLines): Promise<LogLines> {
  const known = before ?? { sizeBytes: 0, lines: 0, marks: [{ line: 0, offset: 0 }] }
  const { sizeBytes, pieces } = await openPieces(file, known.sizeBytes)
  // It was cut meanwhile (processes/log-cap.ts).
  if (sizeBytes < known.sizeBytes) return indexLog(file)
  const marks = [...known.marks]
  let { lines, sizeBytes: start } = known
  for await (const piece of pieces) {
    for (let at = piece.indexOf(0x0a); at >= 0; at = piece.indexOf(0x0a, at + 1)) {
      lines++
      const offset = start + at + 1
      if (offset - marks.at(-1)!.offset >= pieceBytes) marks.push({ line: lines, offset })
    }
    start += piece.length
  }
  return { sizeBytes: start, lines, marks }
}

/** A file from a place to where it ends now, piece by piece; each piece is good until the next one is asked for. */
async function openPieces(
  file: string,
  offset: number,
): Promise<{ readonly sizeBytes: number; readonly pieces: AsyncIterable<Buffer> }> {
  let handle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { sizeBytes: 0, pieces: none() }
    throw error
  }
  const { size } = await handle.stat()
  const opened = handle
  if (offset >= size) {
    await opened.close()
    return { sizeBytes: size, pieces: none() }
  }
  return { sizeBytes: size, pieces: read() }

  async function* read(): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafe(pieceBytes)
    try {
      for (let position = offset; position < size;) {
        const length = Math.min(pieceBytes, size - position)
        const { bytesRead } = await opened.read(buffer, 0, length, position)
        if (bytesRead === 0) return
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await opened.close()
    }
  }
}

async function* none(): AsyncGenerator<Buffer> {}
