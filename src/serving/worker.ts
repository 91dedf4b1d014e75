import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { OnnxThread } from './onnx/graph-tensor.ts'
import { FrameDecoder, frameStart, type Frame } from './scoring-frames.ts'

/** How a scoring host is started, and what it is told to load. */
export interface WorkerCommand {
  readonly python: string
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** A graph that a thread of this process runs; nothing else of the command is used then. */
  readonly thread?: OnnxThread
  /** `{kind: 'mlflow', path, metadata}` or `{kind: 'script', appRoot, script}`. */
  readonly model: JsonObject
  readonly batching?: BatchingSettings
}

/** Whether the rows of several requests are predicted together. */
export interface BatchingSettings {
  /** Absent: for models of libraries that are known to predict every row from that row alone. */
  readonly enabled?: boolean
  /** The most rows of several requests in one predict. */
  readonly maxRows: number
}

/** What a worker is asked: the body as it came, and the headers for scripts that want them. */
export interface ScoringRequest {
  /** Lower case without parameters; empty when the client named none. */
  readonly contentType: string
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Tensors instead of a document: what `body` holds, one tensor after another (tensor-message.ts). */
  readonly infer?: JsonObject
  /** `{method, target}` below the endpoint, for scripts that are given the whole request. */
  readonly http?: JsonObject
}

/** The bytes of an answer. */
export interface AnswerBody {
  readonly contentType: string
  readonly body: Buffer
  /** What the protocol needs to know beside them: the tensors in the body. */
  readonly details?: JsonObject
}

/** What a worker answered. `rejected`: the client's mistake; `failed`: the model raised. */
export type WorkerAnswer =
  | ({ readonly outcome: 'answered'; readonly executionMs: number } & AnswerBody)
  | {
      readonly outcome: 'rejected'
      readonly code: 'invalid-request' | 'unsupported-media-type'
      readonly message: string
      readonly executionMs: number
    }
  | { readonly outcome: 'failed'; readonly message: string; readonly executionMs: number }

/** Why a worker is no more, in words that continue "the worker". */
export interface WorkerEnd {
  readonly reason: string
  readonly hint?: string
}

/** A request on its way: answers carry its number. */
export interface NumberedRequest {
  readonly id: number
  readonly request: ScoringRequest
}

export interface NumberedAnswer {
  readonly id: number
  readonly answer: WorkerAnswer
}

export interface WorkerEvents {
  /** The model is loaded. With `joinsRequests` in the description the worker takes several requests at once. */
  ready(description: JsonObject): void
  /** Answers that are there at the same time; `rows` of each predict behind them, where the worker counts. */
  answered(answers: readonly NumberedAnswer[], rows: readonly number[]): void
  /** It answers a `ping`. */
  alive(): void
  /** Once, last, after every answer that the process managed to send. */
  ended(end: WorkerEnd): void
}

/** One Python process with a model in it. */
export interface Worker {
  readonly pid: number | undefined
  /** Takes requests, more than one only if it said so; every one is answered once, in any order. */
  score(requests: readonly NumberedRequest[]): void
  /** Asks for a sign of life, which comes when it has answered what it was asked before. */
  ping(): void
  /** Lets it answer what it was asked, then ends it: a close frame, SIGTERM after the grace, SIGKILL after two more seconds. */
  close(graceMs: number): void
  /** SIGKILL to the whole group, now. */
  kill(): void
}

/** How long a dead worker's last answers may take to arrive when a child of its holds the connection open. */
const lastAnswersMs = 1000
const afterTermMs = 2000
/** Up to this size one write of a copy costs less than several writes. */
const joinedBytes = 64 << 10

/**
 * Starts a scoring host in a process group of its own, connected by a socket pair that it finds as descriptor 3: there
 * is no path to clash, to outlive us or to be too long (sun_path), a crashed worker is a closed connection on our side,
 * and a crashed server one on its side, upon which it ends.
 */
export function startWorker(
  command: WorkerCommand,
  events: WorkerEvents,
  { clock, logDescriptor }: { readonly clock: Clock; readonly logDescriptor: number },
): Worker {
  const child = spawn(command.python, ['-m', 'sluiceworks.scoring_host'], {
    cwd: command.folder,
    env: command.environment,
    detached: true,
    stdio: ['ignore', logDescriptor, logDescriptor, 'pipe'],
  })
  // Node types extra pipes as readable or writable; libuv makes every one a connected socket.
  const connection = child.stdio[3] as Socket | undefined
  const kill = (): void => signalGroup(child, 'SIGKILL')
  let loadFailure: WorkerEnd | undefined
  watchEnd(child, clock, { ended: (end) => events.ended(loadFailure ?? end), kill })
  const decoder = new FrameDecoder((frame) => {
    if (frame.header['type'] === 'ready') events.ready((frame.header['description'] ?? {}) as JsonObject)
    else if (frame.header['type'] === 'alive') events.alive()
    else if (frame.header['type'] === 'failed') loadFailure = toLoadFailure(frame.header)
    else events.answered(toAnswers(frame), (frame.header['rows'] ?? []) as number[])
  })
  connection?.on('data', (chunk) => {
    try {
      decoder.push(chunk)
    } catch {
      // Something else than the host writes to descriptor 3: nothing it says can be trusted.
      kill()
    }
  })
  // A broken connection shows as the end of the process, right after.
  connection?.on('error', kill)
  connection?.on('end', kill)

  const send = (header: JsonObject, payloads: readonly Buffer[] = []): void => {
    if (connection === undefined || connection.destroyed) return
    const payloadBytes = payloads.reduce((sum, { length }) => sum + length, 0)
    const parts = [frameStart(header, payloadBytes), ...payloads]
    if (payloadBytes <= joinedBytes) return void connection.write(Buffer.concat(parts))
    connection.cork()
    for (const part of parts) if (part.length > 0) connection.write(part)
    connection.uncork()
  }
  const { model, batching } = command
  send({ type: 'load', model, ...(batching !== undefined && { batching: { ...batching } }) })
  return {
    pid: child.pid,
    score(requests) {
      const heads = requests.map(({ id, request: { body, ...about } }) => ({ id, ...about, bytes: body.length }))
      const bodies = requests.map(({ request }) => request.body)
      send({ type: 'score', requests: heads }, bodies)
    },
    ping: () => send({ type: 'ping' }),
    close(graceMs) {
      send({ type: 'close' })
      const cancel = clock.after(graceMs, () => {
        signalGroup(child, 'SIGTERM')
        child.once('exit', clock.after(afterTermMs, kill))
      })
      child.once('exit', cancel)
    },
    kill,
  }
}

function watchEnd(
  child: ChildProcess,
  clock: Clock,
  { ended, kill }: { readonly ended: (end: WorkerEnd) => void; readonly kill: () => void },
): void {
  let hasEnded = false
  const end = (reason: string): void => {
    if (hasEnded) return
    hasEnded = true
    ended({ reason })
  }
  child.once('error', (error) => end(`could not be started: ${messageOf(error)}`))
  child.once('exit', (code, signal) => {
    const reason = signal === null ? `ended with status ${code}` : `was killed by ${signal}`
    // Whatever the model started goes with it. `close` comes when the last answers have been read.
    kill()
    const cancel = clock.after(lastAnswersMs, () => end(reason))
    child.once('close', () => {
      cancel()
      end(reason)
    })
  })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // ESRCH: the whole group has ended.
  }
}

function toLoadFailure(header: JsonObject): WorkerEnd {
  const hint = header['hint']
  return { reason: String(header['message']), ...(typeof hint === 'string' && { hint }) }
}

function toAnswers({ header, payload }: Frame): readonly NumberedAnswer[] {
  let at = 0
  return (header['answers'] as readonly JsonObject[]).map((each) => {
    const body = payload.subarray(at, (at += Number(each['bytes'])))
    return { id: Number(each['id']), answer: toAnswer(each, body) }
  })
}

function toAnswer(header: JsonObject, body: Buffer): WorkerAnswer {
  const executionMs = Number(header['executionMs'])
  const message = String(header['message'])
  switch (header['outcome']) {
    case 'answered': {
      const { details } = header
      const contentType = String(header['contentType'])
      return {
        ...{ outcome: 'answered', contentType, body, executionMs },
        ...(isJsonObject(details) && { details }),
      }
    }
    case 'rejected': {
      const code = header['code'] === 'unsupported-media-type' ? 'unsupported-media-type' : 'invalid-request'
      return { outcome: 'rejected', code, message, executionMs }
    }
    default:
      return { outcome: 'failed', message, executionMs }
  }
}
