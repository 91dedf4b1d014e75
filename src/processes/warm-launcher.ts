/**
 * The story of a warm start.
 *
 * A Python script spends its first seconds on imports. A warm interpreter (python/src/sluiceworks/warm_host.py) makes
 * those that stand first in a script once, and forks for each attempt that runs it. The fork is a launcher as
 * `launcher.ts` describes it: it creates the claim, writes its identity before the script starts and the exit code
 * after, in a session of its own. So an attempt is adopted, canceled and recovered the same way however it was started,
 * and it goes on when its interpreter or the server dies.
 *
 * One interpreter serves one script in one environment with equal variables (all but those that name the job): whatever
 * a start depends on is in its key. It ends when nothing has asked for it for a while, and when the server goes. What
 * cannot be forked with the same outcome is `cold`: nothing was started, and the caller starts a new process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Launch } from './launcher.ts'

/** `python SCRIPT ARGUMENT...` as words. */
export interface WarmStart {
  /** Absolute path of the interpreter. */
  readonly python: string
  /** The words as typed, `python` first, then the script relative to the working folder. */
  readonly words: readonly string[]
}

interface WarmLauncherOptions {
  /** Absolute path of warm_host.py. */
  readonly host: string
  readonly clock: Clock
}

/** Idle for so long, an interpreter is ended: it holds the memory of what it imported. */
const idleMs = 5 * 60_000
/** Imports that take longer than this help nobody. */
const startLimitMs = 120_000
const maxInterpreters = 4
/** Room for the marker of any attempt in the interpreter's own environment (process-tree.ts reads it there). */
const markerRoom = 300
/** Variables that say which job this is; everything else of the environment may change what an import does. */
const jobVariable =
  /^(SLUICE_|AZUREML_|AZURE_ML_|MLFLOW_(RUN_ID|EXPERIMENT_ID|EXPERIMENT_NAME|TRACKING_URI|TRACKING_TOKEN)$)/
const oneBlasThread = { OPENBLAS_NUM_THREADS: '1' }

/** Starts attempts by forking interpreters that are warm. */
export class WarmLauncher {
  readonly #options: WarmLauncherOptions
  readonly #interpreters = new Map<string, Interpreter>()
  /** Keys that turned out unfit, with the reason: they are not tried again. */
  readonly #unfit = new Map<string, string>()

  constructor(options: WarmLauncherOptions) {
    this.#options = options
  }

  /**
   * Writes the launch into its folder and has it forked; `ended` is called when its launcher says so, or never. Resolves
   * with the reason when nothing was started and nothing will be.
   */
  async launch(launch: Launch, start: WarmStart, ended: () => void): Promise<{ readonly cold: string } | undefined> {
    const key = keyOf(launch, start)
    const unfit = this.#unfit.get(key)
    if (unfit !== undefined) return { cold: unfit }
    const interpreter = this.#interpreterOf(key, launch, start)
    const problem = await interpreter.ready
    if (problem !== undefined) {
      this.#unfit.set(key, problem)
      return { cold: problem }
    }
    writeFileSync(
      join(launch.folder, 'launch'),
      JSON.stringify({
        working_folder: launch.workingFolder,
        log_file: launch.logFile,
        argv: start.words,
        environment: shellVariables(launch, start),
      }),
    )
    return interpreter.fork(launch.folder, ended)
  }

  /** No longer interested in that launch. */
  forget(folder: string): void {
    for (const interpreter of this.#interpreters.values()) interpreter.forget(folder)
  }

  /** Ends the interpreters; launchers and their scripts go on. */
  async close(): Promise<void> {
    const interpreters = [...this.#interpreters.values()]
    this.#interpreters.clear()
    await Promise.all(interpreters.map((interpreter) => interpreter.close()))
  }

  #interpreterOf(key: string, launch: Launch, start: WarmStart): Interpreter {
    const known = this.#interpreters.get(key)
    if (known !== undefined && !known.hasEnded) {
      // The order of the map is the order of use.
      this.#interpreters.delete(key)
      this.#interpreters.set(key, known)
      return known
    }
    const [oldest] = this.#interpreters.keys()
    if (this.#interpreters.size >= maxInterpreters && oldest !== undefined) {
      void this.#interpreters.get(oldest)!.close()
      this.#interpreters.delete(oldest)
    }
    const interpreter = new Interpreter(this.#options, launch, start)
    this.#interpreters.set(key, interpreter)
    return interpreter
  }
}

type Cold = { readonly cold: string } | undefined

/** One warm process. */
class Interpreter {
  /** Resolves when it may fork, or with the reason why it never will. */
  readonly ready: Promise<string | undefined>
  #settleReady: (problem: string | undefined) => void = () => undefined
  hasEnded = false
  readonly #process: ChildProcess
  readonly #control: Duplex
  readonly #clock: Clock
  readonly #ended: Promise<void>
  readonly #waiting = new Map<string, { readonly ended: () => void; readonly settle: (cold: Cold) => void }>()
  #stopIdle = (): void => undefined

  constructor({ host, clock }: WarmLauncherOptions, launch: Launch, { python, words }: WarmStart) {
    this.#clock = clock
    // A file, as the log of a step is one: streams are buffered by what they are written to.
    const log = join(
      tmpdir(),
      `sluice-warm-${process.pid}-${createHash('sha256').update(launch.folder).digest('hex').slice(0, 12)}`,
    )
    const output = openSync(log, 'wx', 0o600)
    rmSync(log)
    this.#process = spawn(python, [host, resolve(launch.workingFolder, words[1]!)], {
      cwd: '/',
      env: {
        // First, and as long as the longest: `become` writes the attempt's own over it.
        SLUICE_ATTEMPT: '-'.repeat(markerRoom),
        ...oneBlasThread,
        ...Object.fromEntries(Object.entries(launch.environment).filter(([name]) => !jobVariable.test(name))),
      },
      stdio: ['ignore', output, output, 'pipe'],
      // A Ctrl-C in the server's terminal is not meant for steps.
      detached: true,
    })
    closeSync(output)
    this.#control = this.#process.stdio[3] as Duplex
    this.#control.on('error', () => undefined)
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', () => resolve())
      this.#process.once('error', () => resolve())
    })
    this.ready = new Promise((resolve) => (this.#settleReady = resolve))
    const stop = clock.after(startLimitMs, () =>
      this.#settleReady(`its imports take more than ${startLimitMs / 1000} s`),
    )
    void this.ready.then(stop)
    this.#listen()
    this.#restartIdle()
  }

  /** Has one launcher forked; resolves once that has happened, or with the reason why it has not. */
  fork(folder: string, ended: () => void): Promise<Cold> {
    this.#restartIdle()
    return new Promise((settle) => {
      if (this.hasEnded) return settle({ cold: 'its interpreter has ended' })
      this.#waiting.set(folder, { ended, settle })
      this.#control.write(`${folder}\n`)
    })
  }

  forget(folder: string): void {
    this.#waiting.get(folder)?.settle(undefined)
    this.#waiting.delete(folder)
  }

  async close(): Promise<void> {
    this.#stopIdle()
    this.hasEnded = true
    for (const { settle } of this.#waiting.values()) settle(undefined)
    this.#waiting.clear()
    this.#control.destroy()
    // It sits in an import, perhaps for long; nothing has been forked then.
    this.#process.kill('SIGTERM')
    await this.#ended
  }

  #listen(): void {
    let text = ''
    this.#control.setEncoding('utf8')
    this.#control.on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop()!
      for (const line of lines) this.#hear(line)
    })
    void this.#ended.then(() => {
      this.hasEnded = true
      this.#stopIdle()
      this.#settleReady('its interpreter ended while it started')
      // Who has no claim yet was never forked: the caller's next launcher takes the claim, or finds it taken.
      for (const { settle } of this.#waiting.values()) settle({ cold: 'its interpreter ended' })
    })
  }

  #hear(line: string): void {
    const [word, rest = ''] = splitOnce(line, ' ')
    if (word === 'ready') return this.#settleReady(undefined)
    const [folder, reason = ''] = splitOnce(rest, '\t')
    if (word === 'cold' && folder === '') return this.#settleReady(reason)
    const waiting = this.#waiting.get(folder)
    if (word === 'forked') return waiting?.settle(undefined)
    this.#waiting.delete(folder)
    if (word === 'cold') return waiting?.settle({ cold: reason })
    waiting?.settle(undefined)
    waiting?.ended()
  }

  #restartIdle(): void {
    this.#stopIdle()
    this.#stopIdle = this.#clock.after(idleMs, () => void this.close())
  }
}

/** Whatever a start depends on: interpreter, script, variables. */
function keyOf({ workingFolder, environment }: Launch, { python, words }: WarmStart): string {
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([
      python,
      words[1],
      Object.entries(environment)
        .filter(([name]) => !jobVariable.test(name))
        .sort(),
    ]),
  )
  hash.update(readFileSync(resolve(workingFolder, words[1]!)))
  return hash.digest('hex')
}

/** The variables that the launching shells of a new process add, as they come out (launcher.ts). */
function shellVariables({ environment, workingFolder }: Launch, { python }: WarmStart): Record<string, string> {
  return { OLDPWD: '/', ...environment, PWD: workingFolder, SHLVL: '1', _: python }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
