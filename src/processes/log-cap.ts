import { ftruncateSync, readSync, statSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** How much of a log is kept. */
interface LogLimits {
  /** A log that is larger is cut. */
  readonly maxBytes: number
  /** What is kept of its beginning. */
  readonly headBytes: number
  /** What is kept of its end at that moment; it grows on from there. */
  readonly tailBytes: number
}

const mebibyte = 1024 * 1024
/** Policy (docs/how-to/read-logs.md): what a step said first and what it said last are what one wants to read. */
const logLimits: LogLimits = { maxBytes: 256 * mebibyte, headBytes: 16 * mebibyte, tailBytes: 16 * mebibyte }

/**
 * Cuts a log that has grown beyond its limit: its beginning, a line that says how much is missing, its end. Its writers
 * append to the same file meanwhile and go on; only what they write between the last look and the cut itself, a few
 * system calls, is left out. Reads no more than the end into memory. Killed in between, the log is cut again later, and
 * may then say that more is missing than is.
 */
export async function capLog(file: string, limits: LogLimits = logLimits): Promise<void> {
  // Asked for after every step, and nearly always too small: a look must cost nothing.
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size <= limits.maxBytes) return
  const handle = await open(file, 'r+')
  try {
    const before = await droppedBefore(handle, limits)
    const tail = await readTail(handle, size, limits)
    const dropped = before.bytes + size - limits.headBytes - before.noticeBytes - tail.length
    // The end moves to its new place while the log is whole, over what is left out anyway: cut first, what writers
    // append at once would stand before the end, and the last words of a step would be nowhere.
    const kept = Buffer.concat([Buffer.from(notice(dropped)), tail])
    await handle.write(kept, 0, kept.length, limits.headBytes)
    cutBehind(handle, { size, end: limits.headBytes + kept.length, mostBytes: limits.tailBytes })
  } finally {
    await handle.close()
  }
}

/**
 * Moves what was written since the log had `size` bytes to `end`, and cuts the log there; synchronous, so that as little
 * as can be is written between the two. A writer that is faster than this is not followed beyond `mostBytes`.
 */
function cutBehind(
  { fd }: Handle,
  { size, end, mostBytes }: { readonly size: number; readonly end: number; readonly mostBytes: number },
): void {
  const piece = Buffer.alloc(Math.min(mostBytes, 1 << 20))
  let moved = 0
  while (moved < mostBytes) {
    const bytes = readSync(fd, piece, 0, piece.length, size + moved)
    if (bytes === 0) break
    writeSync(fd, piece, 0, bytes, end + moved)
    moved += bytes
  }
  ftruncateSync(fd, end + moved)
}

/** Where readers go on whose place in a log was cut away: the notice. */
export function placeAfterCut(size: number, { headBytes }: LogLimits = logLimits): number {
  return Math.min(size, headBytes)
}

function notice(bytes: number): string {
  return `\n[sluice] ${bytes} bytes of this log were left out here.\n`
}

type Handle = Awaited<ReturnType<typeof open>>

/** What earlier cuts left out, and how long their notice is. */
async function droppedBefore(
  handle: Handle,
  { headBytes }: LogLimits,
): Promise<{ readonly bytes: number; readonly noticeBytes: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, headBytes)
  const [found, bytes] = /^\n\[sluice\] (\d{1,16}) bytes of this log were left out here\.\n/.exec(
    buffer.toString('latin1', 0, bytesRead),
  ) ?? ['', '0']
  return { bytes: Number(bytes), noticeBytes: found.length }
}

/** The end of the log from the beginning of a line, if there is one near. */
async function readTail(handle: Handle, size: number, { tailBytes }: LogLimits): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(tailBytes), 0, tailBytes, size - tailBytes)
  const tail = buffer.subarray(0, bytesRead)
  const lineEnd = tail.indexOf(0x0a)
  return lineEnd >= 0 && lineEnd < 64 * 1024 ? tail.subarray(lineEnd + 1) : tail
}
