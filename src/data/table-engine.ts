import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assert, SluiceError } from '../base/errors.ts'
import { residentBytes } from '../processes/process-tree.ts'
import type { NumberProfile } from '../statistics/number-profile.ts'
import type { SampleComparison } from '../statistics/two-samples.ts'
import type {
  CategoryPairs,
  ChildAnswer,
  ChildRequest,
  ChildResult,
  OpenRequest,
  TableFailure,
  TableRows,
} from './table-engine-messages.ts'

/*
 * Tables are read by DuckDB in a child process (design.md 11.7), so that a large table neither holds up nor takes along
 * the server. The child starts with the first session and ends when nobody has used it for a while, or with the server.
 *
 * A session is a database of its own in memory. It sees the files it was given and nothing else: no other path, no
 * network, no extension that is not built in (httpfs and its like download at run time), and its settings are locked.
 * DuckDB keeps to a memory limit and spills to a folder of the session; what DuckDB does not count is watched from here,
 * and a child that holds more than the engine may is killed. So is one that goes on after its time. The sessions in it fail
 * with `limit-exceeded`; the next one gets a new child. A session that is killed has changed nothing but files of its own
 * writable folder, which the caller makes visible only after success.
 */

/** Tables under work; gone with the session. */
export interface TableSession {
  /** SQL of ours. `values` stand for `$1`, `$2`, ... Throws `invalid-request` in DuckDB's words, `limit-exceeded`. */
  run(sql: string, values?: readonly (string | number | boolean | null)[]): Promise<TableRows>
  /** SQL of a user's: one SELECT, and nothing that changes anything (else `invalid-request`). */
  select(sql: string): Promise<TableRows>
  /** Statistics of one column of DOUBLE without NULL and NaN; all of it is held in memory, 8 bytes a value. */
  profileNumbers(sql: string): Promise<NumberProfile>
  /** Statistics of two such columns. */
  compareNumbers(reference: string, current: string): Promise<SampleComparison>
  /** Statistics of rows (value, count in the reference, count in the current data). */
  compareCategories(sql: string): Promise<CategoryPairs>
}

export interface SessionOptions {
  /** Files, and folders with everything below, that may be read. Absolute. */
  readonly readable: readonly string[]
  /** A folder that may be written. Absolute; it must exist. */
  readonly writable?: string
  /** Default: ten minutes. */
  readonly timeoutMs?: number
  /** More rows than this as the answer of one statement throw `limit-exceeded`; default 100,000. */
  readonly maxRows?: number
}

/** Owner of the process that reads tables. */
export interface TableEngine {
  /** Runs `work` with a session that ends with it. Waits while as many others are open as fit into memory. */
  session<Result>(options: SessionOptions, work: (session: TableSession) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export interface TableEngineOptions {
  /** For what does not fit in memory; a folder of the engine's own. */
  readonly folder: string
  /** Of the whole child, bytes; default 1 GiB. */
  readonly memoryBytes?: number
  readonly threads?: number
  /** How long an unused child stays; default 30 s. */
  readonly idleMs?: number
}

export const usualMaxRows = 100_000
const defaultTimeoutMs = 600_000
const graceMs = 5_000
const watchMs = 200
/** Sessions at once; the memory is divided among them. */
const sessionCount = 2

/** The engine; costs nothing until the first session. */
export function tableEngine(options: TableEngineOptions): TableEngine {
  return new ChildTableEngine(options)
}

interface Pending {
  readonly session: number
  readonly resolve: (result: ChildResult) => void
  readonly reject: (error: unknown) => void
}

class ChildTableEngine implements TableEngine {
  readonly #folder: string
  readonly #memoryBytes: number
  readonly #threads: number
  readonly #idleMs: number
  readonly #pending = new Map<number, Pending>()
  readonly #queue: (() => void)[] = []
  #child: ChildProcess | undefined
  #killedFor: SluiceError | undefined
  #watch: NodeJS.Timeout | undefined
  #idle: NodeJS.Timeout | undefined
  #open = 0
  #lastId = 0
  #isClosed = false

  constructor({ folder, memoryBytes = 1 << 30, threads = 2, idleMs = 30_000 }: TableEngineOptions) {
    this.#folder = folder
    this.#memoryBytes = memoryBytes
    this.#threads = threads
    this.#idleMs = idleMs
  }

  async session<Result>(options: SessionOptions, work: (session: TableSession) => Promise<Result>): Promise<Result> {
    await this.#enter()
    const session = ++this.#lastId
    const spill = join(this.#folder, String(process.pid), String(session))
    const limit = options.timeoutMs ?? defaultTimeoutMs
    let ended: SluiceError | undefined
    let kill: NodeJS.Timeout | undefined
    const timeout = setTimeout(() => {
      ended = new SluiceError('limit-exceeded', `Reading the tables took longer than ${limit / 1000} s.`, {
        hint: 'Choose fewer columns or rows.',
      })
      this.#post({ kind: 'interrupt', session })
      this.#rejectPending((pending) => pending.session === session, ended)
      kill = setTimeout(() => this.#kill(ended!), graceMs)
    }, limit)
    try {
      await this.#call(session, this.#openRequest(session, spill, options))
      const call = <Result extends ChildResult>(request: ChildRequest): Promise<Result> =>
        // The child answers each kind of request with its own kind of result.
        ended === undefined ? (this.#call(session, request) as Promise<Result>) : Promise.reject(ended)
      const { maxRows = usualMaxRows } = options
      return await work(tableSession(session, maxRows, call))
    } finally {
      clearTimeout(timeout)
      await this.#call(session, { kind: 'close', session }).catch(() => undefined)
      clearTimeout(kill)
      rmSync(spill, { recursive: true, force: true })
      this.#leave()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    const child = this.#child
    if (child === undefined) return
    // Its end is waited for, by a process that may have nothing else to do.
    child.ref()
    const exited = new Promise((resolve) => child.once('exit', resolve))
    this.#kill(new SluiceError('store-unavailable', 'The server is closing.'))
    await exited
    rmSync(join(this.#folder, String(process.pid)), { recursive: true, force: true })
  }

  #openRequest(session: number, spill: string, options: SessionOptions): OpenRequest {
    return {
      kind: 'open',
      session,
      // The paths are compared as text.
      readable: options.readable.map((path) => realPath(path)),
      ...(options.writable !== undefined && { writable: realPath(options.writable) }),
      spill,
      // What DuckDB does not count (readers' buffers, its allocator's reserve, Node itself) needs room too.
      memoryBytes: Math.floor((this.#memoryBytes * 0.8) / sessionCount),
      threads: this.#threads,
    }
  }

  async #enter(): Promise<void> {
    if (this.#open === sessionCount) await new Promise<void>((resolve) => this.#queue.push(resolve))
    else this.#open++
    if (this.#isClosed) {
      this.#leave()
      throw new SluiceError('store-unavailable', 'The server is closing.')
    }
    clearTimeout(this.#idle)
    this.#child ??= this.#start()
    this.#child.ref()
    this.#child.channel?.ref()
  }

  #leave(): void {
    const next = this.#queue.shift()
    if (next !== undefined) return next()
    this.#open--
    if (this.#open > 0) return
    this.#child?.unref()
    this.#child?.channel?.unref()
    this.#idle = setTimeout(() => this.#child?.kill('SIGKILL'), this.#idleMs)
    this.#idle.unref()
  }

  #start(): ChildProcess {
    removeLeftovers(this.#folder)
    const file = import.meta.url.endsWith('.ts') ? './table-engine-child.ts' : './table-engine-child.js'
    const child = fork(new URL(file, import.meta.url), [], {
      execArgv: ['--max-old-space-size=256'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
    })
    this.#killedFor = undefined
    child.on('message', (answer) => this.#settle(answer as ChildAnswer))
    child.on('error', (error) => this.#ended(child, error))
    child.on('exit', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`))
    this.#watch = setInterval(() => this.#lookAtMemory(child), watchMs)
    this.#watch.unref()
    return child
  }

  #lookAtMemory(child: ChildProcess): void {
    const bytes = child.pid === undefined ? undefined : residentBytes([child.pid])
    if (bytes === undefined || bytes <= this.#memoryBytes) return
    this.#kill(tooLarge(this.#memoryBytes))
  }

  #kill(reason: SluiceError): void {
    this.#killedFor = reason
    this.#child?.kill('SIGKILL')
  }

  #ended(child: ChildProcess, why: unknown): void {
    if (child !== this.#child) return
    clearInterval(this.#watch)
    this.#child = undefined
    const reason = new SluiceError('internal', `The process that reads tables ended: ${String(why)}.`)
    this.#rejectPending(() => true, this.#killedFor ?? reason)
  }

  #call(session: number, request: ChildRequest): Promise<ChildResult> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#child === undefined) return reject(this.#killedFor ?? childGone())
      this.#pending.set(id, { session, resolve, reject })
      this.#post({ ...request, id })
    })
  }

  #post(request: ChildRequest & { readonly id?: number }): void {
    // A child that is going takes its pending calls along when it has gone.
    this.#child?.send(request, () => undefined)
  }

  #settle(answer: ChildAnswer): void {
    const pending = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if (answer.kind === 'result') return pending?.resolve(answer.result)
    pending?.reject(toError(answer, this.#memoryBytes))
  }

  #rejectPending(isMeant: (pending: Pending) => boolean, error: unknown): void {
    for (const [id, pending] of this.#pending) {
      if (!isMeant(pending)) continue
      this.#pending.delete(id)
      pending.reject(error)
    }
  }
}

/** Paths are compared as text. Throws `not-found`. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw new SluiceError('not-found', `There is nothing at ${path}.`, { cause: error })
  }
}

/** A failure as those who asked know it. */
export function toError({ isTooLarge, code, message }: TableFailure, memoryBytes: number): SluiceError {
  return isTooLarge ? tooLarge(memoryBytes) : new SluiceError(code, message)
}

/** A session whose requests are answered by `call`; each kind is answered with its own kind of result. */
export function tableSession(
  session: number,
  maxRows: number,
  call: <Result extends ChildResult>(request: ChildRequest) => Promise<Result>,
): TableSession {
  return {
    run: (sql, values = []) => call({ kind: 'run', session, maxRows, sql, values, isOnlySelect: false }),
    select: (sql) => call({ kind: 'run', session, maxRows, sql, isOnlySelect: true }),
    profileNumbers: (sql) => call({ kind: 'profile-numbers', session, sql: [sql] }),
    compareNumbers: (...sql) => call({ kind: 'compare-numbers', session, sql }),
    compareCategories: (sql) => call({ kind: 'compare-categories', session, sql: [sql] }),
  }
}

function tooLarge(memoryBytes: number): SluiceError {
  const size = Math.round(memoryBytes / (1 << 20))
  return new SluiceError('limit-exceeded', `Reading the tables needs more than the ${size} MiB it may use.`, {
    hint: 'Choose fewer columns, or a query that keeps less at once.',
  })
}

function childGone(): SluiceError {
  return new SluiceError('internal', 'The process that reads tables has ended.')
}

/** What servers left that were killed. */
function removeLeftovers(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(folder)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name))) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  assert(pid > 0, 'a folder is named by the process that made it')
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
