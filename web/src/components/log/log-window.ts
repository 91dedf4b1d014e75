/*
 * A window on a text that may be far larger than memory. It holds some pieces that follow each other; a piece more at
 * one end drops one at the other. Pieces are cut at line ends, so a line is never shown in halves; a line longer than
 * a piece is cut where the piece ends.
 */

/** Some lines, and where their bytes lie. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

export interface LogWindow {
  readonly pieces: readonly Piece[]
}

export const emptyWindow: LogWindow = { pieces: [] }

/** Bytes that a window holds at most, about: four megabytes of text and their lines. */
const maxBytes = 4_000_000

export function linesOf({ pieces }: LogWindow): readonly string[] {
  return pieces.length === 1 ? pieces[0]!.lines : pieces.flatMap(({ lines }) => lines)
}

export function startOf({ pieces }: LogWindow): number {
  return pieces[0]?.start ?? 0
}

export function endOf({ pieces }: LogWindow): number {
  return pieces.at(-1)?.end ?? 0
}

/**
 * The part of `bytes` (which lie at `offset`) that ends with a line; all of it where `isLast`, or where no line ends.
 * With `isMiddle` the text before the first line end is left out: it is the end of a line that started earlier.
 */
export function cutAtLines(
  bytes: Uint8Array,
  {
    offset,
    isLast,
    isMiddle = false,
  }: { readonly offset: number; readonly isLast: boolean; readonly isMiddle?: boolean },
): { readonly start: number; readonly end: number; readonly bytes: Uint8Array } {
  const first = isMiddle ? bytes.indexOf(lineFeed) + 1 : 0
  const last = isLast ? bytes.length : bytes.lastIndexOf(lineFeed) + 1
  const end = last > first ? last : bytes.length
  return { start: offset + first, end: offset + end, bytes: bytes.subarray(first, end) }
}

/** Adds what follows the window; what is too much goes from its start. Also how many lines went. */
export function append(
  window: LogWindow,
  { start, end, bytes }: ReturnType<typeof cutAtLines>,
): LogWindow & { readonly dropped: number } {
  const pieces = [...window.pieces, { start, end, lines: splitLines(bytes) }]
  let dropped = 0
  while (pieces.length > 1 && end - pieces[0]!.start > maxBytes) dropped += pieces.shift()!.lines.length
  return { pieces, dropped }
}

/** Adds what comes before the window; what is too much goes from its end. Also how many lines came. */
export function prepend(
  window: LogWindow,
  { start, end, bytes }: ReturnType<typeof cutAtLines>,
): LogWindow & { readonly added: number } {
  const lines = splitLines(bytes)
  const pieces = [{ start, end, lines }, ...window.pieces]
  while (pieces.length > 1 && pieces.at(-1)!.end - start > maxBytes) pieces.pop()
  return { pieces, added: lines.length }
}

const lineFeed = 0x0a

function splitLines(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return []
  return new TextDecoder()
    .decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
}
