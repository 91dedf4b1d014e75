import { findInLog } from './find-in-log.ts'
import type { LogSource } from './log-source.ts'

interface Looking {
  readonly text: string
  readonly signal: AbortSignal
  /** Hears how far it is, in bytes. */
  readonly onProgress: (offset: number) => void
}

/** How far back is looked at first, then four times as far, and so on. */
const firstStepBytes = 256 * 1024
const mostHits = 1000

/**
 * Where the next line with the text begins: at `from` or after it, or, where `after` is a hit, after that line.
 * Undefined where there is none. A source that cannot be searched gives places, not lines.
 */
export async function nextHit(
  source: LogSource,
  { from, after }: { readonly from: number; readonly after?: number },
  { text, signal, onProgress }: Looking,
): Promise<number | undefined> {
  if (source.search === undefined)
    return (await findInLog(source, { text, signal, onProgress, offset: after === undefined ? from : after + 1 }))
      .offset
  let at: number | undefined = after ?? from
  // Each answer says where the next one starts.
  while (at !== undefined && !signal.aborted) {
    onProgress(at)
    // The hit that is gone on from is found once more: its line's end is not known here.
    const hits = await source.search({ text, offset: at, limit: 2 }, signal)
    const found = hits.offsets.find((offset) => after === undefined || offset > after)
    if (found !== undefined) return found
    at = hits.nextOffset
  }
  return undefined
}

/** Where the last line with the text before `before` begins; undefined where there is none. */
export async function hitBefore(
  source: Required<Pick<LogSource, 'search'>>,
  before: number,
  { text, signal, onProgress }: Looking,
): Promise<number | undefined> {
  let end = before
  // Nearest first: the one before is mostly near, and a log may be very long.
  for (let step = firstStepBytes; end > 0 && !signal.aborted; step *= 4) {
    const start = Math.max(0, end - step)
    let last: number | undefined
    let at: number | undefined = start
    while (at !== undefined && at < end && !signal.aborted) {
      onProgress(at)
      const hits = await source.search({ text, offset: at, limit: mostHits }, signal)
      // What begins at `start` is the rest of a line; the look that goes further back has all of it.
      const inside = hits.offsets.filter(
        (offset) => offset < before && offset <= end && (offset > start || start === 0),
      )
      last = inside.at(-1) ?? last
      at = hits.offsets.some((offset) => offset > end) ? undefined : hits.nextOffset
    }
    if (last !== undefined) return last
    end = start
  }
  return undefined
}
