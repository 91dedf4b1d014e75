import { closeSync, openSync, writeSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'

/** A deployment's log: one file that its workers append their output to, and the server a line now and then. */
export interface DeploymentLog {
  /** Open for appending; workers get it as their standard output and error. */
  readonly descriptor: number
  /** Appends one line of the server's own, marked as such. */
  line(text: string): void
  close(): void
}

/** Part of a log: `nextOffset` is where to read on. */
export interface DeploymentLogChunk {
  readonly bytes: Uint8Array
  readonly nextOffset: number
  /** `nextOffset` was the end of the file; it may grow any time. */
  readonly isAtEnd: boolean
}

const maxChunkBytes = 1 << 20
const newline = 0x0a

/** Opens the file for appending, making it when there is none. */
export function openDeploymentLog(file: string): DeploymentLog {
  const descriptor = openSync(file, 'a', 0o600)
  let isClosed = false
  return {
    descriptor,
    line(text) {
      // Synchronous: a handful of lines in a worker's life, and they must stand in order with its output.
      if (!isClosed) writeSync(descriptor, `[sluice] ${text}\n`)
    },
    close() {
      if (isClosed) return
      isClosed = true
      closeSync(descriptor)
    },
  }
}

/** The last lines, at most 1 MiB of them; nothing for a log that does not exist yet. */
export async function readLogTail(file: string, lines: number): Promise<DeploymentLogChunk> {
  const sizeBytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const chunk = await readDeploymentLog(file, Math.max(0, sizeBytes - maxChunkBytes))
  const text = Buffer.from(chunk.bytes)
  // The line break that ends the last line separates nothing.
  let start = text.length - Number(text.at(-1) === newline)
  for (let line = 0; line < lines && start > 0; line++) start = text.lastIndexOf(newline, start - 1)
  return { ...chunk, bytes: lines === 0 ? new Uint8Array() : text.subarray(Math.max(0, start + 1)) }
}

/** At most 1 MiB from `offset`; nothing for a log that does not exist yet or an offset beyond its end. */
export async function readDeploymentLog(file: string, offset: number): Promise<DeploymentLogChunk> {
  const sizeBytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const wanted = Math.min(Math.max(sizeBytes - offset, 0), maxChunkBytes)
  if (wanted === 0) return { bytes: new Uint8Array(), nextOffset: offset, isAtEnd: true }
  const handle = await open(file, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset)
    const nextOffset = offset + bytesRead
    return { bytes: buffer.subarray(0, bytesRead), nextOffset, isAtEnd: nextOffset >= sizeBytes }
  } finally {
    await handle.close()
  }
}
