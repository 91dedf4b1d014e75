import type { LogSource } from './log-source.ts'

interface Found {
  /** Of the match; absent: none up to the end. */
  readonly offset?: number
}

/**
 * Looks for a text (of any case) from `offset` on, piece by piece, so that a log of any size is searched in little
 * memory. `onProgress` hears how far it is, in bytes.
 */
export async function findInLog(
  source: LogSource,
  {
    text,
    offset,
    signal,
    onProgress,
  }: {
    readonly text: string
    readonly offset: number
    readonly signal: AbortSignal
    readonly onProgress: (offset: number) => void
  },
): Promise<Found> {
  const wanted = text.toLowerCase()
  const encoder = new TextEncoder()
  let at = offset
  let carried = new Uint8Array(0)
  // One after the other: a match may lie across two pieces.
  while (!signal.aborted) {
    const { bytes, nextOffset, isComplete } = await source.read(at, signal)
    const joined = new Uint8Array(carried.length + bytes.length)
    joined.set(carried)
    joined.set(bytes, carried.length)
    // What was carried may begin within a character.
    const skipped = joined.findIndex((byte) => (byte & 0xc0) !== 0x80)
    const start = nextOffset - joined.length + Math.max(0, skipped)
    const piece = new TextDecoder().decode(joined.subarray(Math.max(0, skipped)))
    const place = piece.toLowerCase().indexOf(wanted)
    if (place >= 0) return { offset: start + encoder.encode(piece.slice(0, place)).length }
    onProgress(nextOffset)
    if (bytes.length === 0 || (isComplete && nextOffset === at)) return {}
    // Long enough for a match that began here, in UTF-8.
    carried = joined.slice(Math.max(0, joined.length - wanted.length * 4))
    at = nextOffset
  }
  return {}
}
