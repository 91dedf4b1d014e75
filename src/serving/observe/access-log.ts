import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { AnswerObserver } from '../answered-request.ts'

/** Lines are written together, this long after the first of them. */
const flushMs = 500
/** A flush is due earlier when this much is held. */
const heldBytes = 256 << 10

/** A line of JSON for every request, in a file that is kept within bounds. */
export interface AccessLog {
  readonly observer: AnswerObserver
  /** Writes what is held. */
  close(): void
}

/**
 * Appends to `file`; beyond `maxBytes` it becomes `FILE.1` (the one before is gone) and a new one begins. What was held
 * when a server is killed, half a second at most, is lost: nobody waits for the disk.
 */
export function accessLog(
  file: string,
  {
    clock,
    maxBytes = 64 << 20,
    warn,
  }: { readonly clock: Clock; readonly maxBytes?: number; readonly warn: (message: string) => void },
): AccessLog {
  let descriptor = openSync(file, 'a', 0o600)
  let writtenBytes = statSync(file).size
  let held: string[] = []
  let bytes = 0
  let cancel: (() => void) | undefined
  const flush = (): void => {
    cancel?.()
    cancel = undefined
    if (held.length === 0) return
    const text = held.join('')
    held = []
    bytes = 0
    try {
      writtenBytes += writeSync(descriptor, text)
      if (writtenBytes < maxBytes) return
      closeSync(descriptor)
      renameSync(file, `${file}.1`)
      descriptor = openSync(file, 'a', 0o600)
      writtenBytes = 0
    } catch (error) {
      warn(`the access log ${file} cannot be written: ${String(error)}`)
    }
  }
  return {
    observer(answered) {
      const line = lineOf(answered)
      held.push(line)
      bytes += line.length
      if (bytes >= heldBytes) flush()
      else cancel ??= clock.after(flushMs, flush)
    },
    close() {
      flush()
      closeSync(descriptor)
    },
  }
}

function lineOf(answered: Parameters<AnswerObserver>[0]): string {
  const { arrivedMs, requestId, trace, endpoint, revision, answer, durationMs, body } = answered
  const isAnswered = answer.kind === 'answered'
  return `${JSON.stringify({
    time: new Date(arrivedMs).toISOString(),
    request_id: requestId,
    ...(trace !== undefined && { trace_id: trace.traceId, span_id: trace.spanId }),
    endpoint,
    deployment: revision.deployment,
    revision: revision.revision,
    status: isAnswered ? 200 : answer.error.status,
    ...(!isAnswered && { error: answer.error.code }),
    duration_ms: round(durationMs),
    ...(answer.executionMs !== undefined && { execution_ms: round(answer.executionMs) }),
    request_bytes: body.length,
    ...(isAnswered && { response_bytes: answer.body.length }),
  })}\n`
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
