import { SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'

/**
 * Frames between the server and a scoring host (python/src/sluiceworks/frames.py; change both together):
 * u32 header length, u32 payload length (little endian), the header as JSON, the payload's bytes. Headers carry the
 * request's id, so answers may come in any order.
 */
export interface Frame {
  readonly header: JsonObject
  readonly payload: Buffer
}

const prefixBytes = 8
const maxHeaderBytes = 1 << 20
const maxPayloadBytes = 1 << 30

/** The bytes before the payload; the payload itself is written as it is, never copied. */
export function frameStart(header: JsonObject, payloadBytes: number): Buffer {
  const text = JSON.stringify(header)
  const headerBytes = Buffer.byteLength(text)
  const start = Buffer.allocUnsafe(prefixBytes + headerBytes)
  start.writeUInt32LE(headerBytes, 0)
  start.writeUInt32LE(payloadBytes, 4)
  start.write(text, prefixBytes)
  return start
}

/** Cuts a byte stream into frames; bytes of an unfinished frame are kept as they came, and joined once. */
export class FrameDecoder {
  readonly #onFrame: (frame: Frame) => void
  #chunks: Buffer[] = []
  #bytes = 0
  /** What must have arrived before looking again. */
  #wanted = prefixBytes

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame
  }

  /** Throws `internal` when the bytes are no frames: the sender must then be given up. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#wanted) return
    let buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    for (;;) {
      this.#wanted = frameBytes(buffer)
      if (buffer.length < this.#wanted) break
      const frame = cutFrame(buffer)
      buffer = buffer.subarray(this.#wanted)
      this.#onFrame(frame)
    }
    this.#chunks = buffer.length === 0 ? [] : [buffer]
    this.#bytes = buffer.length
  }
}

/** The length of the frame that `buffer` starts with, or of a prefix while that is not there. */
function frameBytes(buffer: Buffer): number {
  if (buffer.length < prefixBytes) return prefixBytes
  const headerBytes = buffer.readUInt32LE(0)
  const payloadBytes = buffer.readUInt32LE(4)
  if (headerBytes > maxHeaderBytes || payloadBytes > maxPayloadBytes) {
    throw new SluiceError('internal', `A worker sent a frame of ${headerBytes} + ${payloadBytes} bytes.`)
  }
  return prefixBytes + headerBytes + payloadBytes
}

function cutFrame(buffer: Buffer): Frame {
  const payloadStart = prefixBytes + buffer.readUInt32LE(0)
  const header = parseHeader(buffer.toString('utf8', prefixBytes, payloadStart))
  return { header, payload: buffer.subarray(payloadStart, payloadStart + buffer.readUInt32LE(4)) }
}

function parseHeader(text: string): JsonObject {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    throw new SluiceError('internal', 'A worker sent a frame whose header is not JSON.', { cause: error })
  }
  if (isJsonObject(header)) return header
  throw new SluiceError('internal', 'A worker sent a frame whose header is not an object.')
}
