/**
 * Bayesian sampling: asks a Python host (python/src/sluiceworks/sampler_host.py) that runs Optuna in an environment of
 * its own. Every question holds all that is known of its sweep, so a host that dies, or that is ended because nobody
 * asked for a while, is replaced by another and nothing is lost; a server that dies takes its host along.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { EnvironmentBuilder } from '../../environments/environment-builder.ts'
import type { Goal } from '../../plan/sweeps/best-trial.ts'
import type { SampledParameter, SampledValues } from '../../plan/sweeps/sampled-values.ts'

/** What a sampler learns from. `value`: the trial's best; `logged`: how many values it logged. */
export interface EarlierTrial {
  readonly values: SampledValues
  readonly state: 'running' | 'completed' | 'stopped' | 'failed'
  readonly value?: number
  readonly logged?: number
}

export interface SamplerQuestion {
  readonly goal: Goal
  /** A safe integer. */
  readonly seed: number
  /** Number of the trial asked for, from 0. */
  readonly trial: number
  readonly parameters: readonly SampledParameter[]
  readonly earlier: readonly EarlierTrial[]
}

export interface OptunaSamplerOptions {
  readonly environments: Pick<EnvironmentBuilder, 'lock' | 'build'>
  /** `python/src` of this package. */
  readonly pythonSource: string
  readonly variables: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly log: (line: string) => void
}

type Host = ChildProcessByStdio<Writable, Readable, Readable>
interface Asked {
  readonly question: SamplerQuestion
  readonly answer: PromiseWithResolvers<SampledValues>
  isRetry: boolean
}

const idleMs = 60_000
const keptErrorBytes = 4000

/** Proposes values for the next trial of a sweep; the same question has the same answer. */
export class OptunaSampler {
  readonly #options: OptunaSamplerOptions
  readonly #asked = new Map<number, Asked>()
  #host: Promise<Host> | undefined
  /** The process that `#host` is or was; what an earlier one still says is not listened to. */
  #current: Host | undefined
  #lastId = 0
  #cancelIdle: (() => void) | undefined

  constructor(options: OptunaSamplerOptions) {
    this.#options = options
  }

  /** Throws `environment-failed` when Optuna cannot be installed or does not run, `internal` when it refuses the question. */
  propose(question: SamplerQuestion): Promise<SampledValues> {
    const answer = Promise.withResolvers<SampledValues>()
    void this.#ask({ question, answer, isRetry: false })
    return answer.promise
  }

  /** Ends the host; questions under way fail. */
  async close(): Promise<void> {
    this.#cancelIdle?.()
    const host = this.#host
    this.#host = undefined
    this.#current = undefined
    for (const asked of this.#asked.values())
      asked.answer.reject(
        new SluiceError('environment-failed', 'The server closes while a sweep asks for its next trial.'),
      )
    this.#asked.clear()
    ;(await host?.catch(() => undefined))?.stdin.end()
  }

  async #ask(asked: Asked): Promise<void> {
    this.#cancelIdle?.()
    const id = ++this.#lastId
    this.#asked.set(id, asked)
    try {
      this.#host ??= this.#start()
      const host = await this.#host
      if (this.#asked.has(id)) host.stdin.write(`${JSON.stringify({ id, ...asked.question })}\n`)
    } catch (error) {
      this.#host = undefined
      this.#asked.delete(id)
      asked.answer.reject(error)
    }
  }

  async #start(): Promise<Host> {
    const { environments, pythonSource, variables, log } = this.#options
    const lock = await environments.lock({ kind: 'curated', registry: 'azureml', name: 'optuna' })
    const built = await environments.build(lock, log)
    const path = [...built.path, variables['PATH'] ?? ''].join(':')
    const host = spawn(built.python, ['-m', 'sluiceworks.sampler_host'], {
      env: { ...variables, ...built.variables, PATH: path, PYTHONPATH: pythonSource, PYTHONUNBUFFERED: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#current = host
    let errors = ''
    host.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-keptErrorBytes)))
    createInterface(host.stdout).on('line', (line) => this.#answered(JSON.parse(line) as Answer))
    // A write to a host that just died; its end is told by `close`.
    host.stdin.on('error', () => undefined)
    const ended = (how: string): void => {
      if (this.#current === host) this.#ended(how, errors)
    }
    host.once('error', (error) => ended(`could not be started: ${error.message}`))
    host.once('close', (code, signal) =>
      ended(signal === null ? `ended with status ${code}` : `was killed by ${signal}`),
    )
    return host
  }

  #answered(answer: Answer): void {
    const asked = this.#asked.get(answer.id)
    this.#asked.delete(answer.id)
    if (this.#asked.size === 0) this.#cancelIdle = this.#options.clock.after(idleMs, () => void this.close())
    if ('values' in answer) asked?.answer.resolve(answer.values)
    else asked?.answer.reject(new SluiceError('internal', `Optuna cannot propose a trial: ${answer.error}`))
  }

  /** Questions that had no answer are asked once more of a new host; one that ends again is not to be had. */
  #ended(how: string, errors: string): void {
    this.#host = undefined
    this.#current = undefined
    const open = [...this.#asked.values()]
    this.#asked.clear()
    for (const asked of open) {
      if (!asked.isRetry) void this.#ask({ ...asked, isRetry: true })
      else {
        const hint = errors.trim() === '' ? {} : { hint: `Its last words: ${errors.trim().slice(-600)}` }
        asked.answer.reject(new SluiceError('environment-failed', `The host of bayesian sampling ${how}.`, hint))
      }
    }
  }
}

type Answer = { readonly id: number; readonly values: SampledValues } | { readonly id: number; readonly error: string }
