/**
 * What builds of this server say, for those who look on: jobs and deployments build what they need, and a person may ask
 * for a build without one. Kept in memory: an environment that is there needs no log, and one whose build was cut off by
 * the end of the server is simply not built.
 */
import { messageOf } from '../base/errors.ts'
import { canonicalJson, type JsonValue } from '../base/json.ts'
import type { Clock } from '../base/clock.ts'
import type { Digest } from '../base/ids.ts'
import type { EnvironmentBuilder, EnvironmentRequest } from './environment-builder.ts'

/** One build: under way, or how it ended. */
export interface EnvironmentBuild {
  readonly status: 'building' | 'ready' | 'failed'
  readonly startedMs: number
  readonly endedMs?: number
  /** Why it failed. */
  readonly error?: string
  /** What it said so far, a line each. */
  readonly lines: readonly string[]
}

interface Recorded {
  status: EnvironmentBuild['status']
  startedMs: number
  endedMs?: number
  error?: string
  readonly lines: string[]
}

/** So many builds are remembered, and so many lines of each: uv writes a few dozen. */
const mostBuilds = 100
const mostLines = 5000

type Builder = Pick<EnvironmentBuilder, 'lock' | 'build'>

/** The builds of one server, each found by its lock or by what was asked for. */
export class EnvironmentBuilds {
  readonly #builds = new Map<string, Recorded>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The same builder, whose builds are noted from their first line on: asking for what is there says nothing. */
  recorded<Whole extends Builder>(builder: Whole): Whole['build'] {
    return async (lock, log) => {
      const noted = (): Recorded => this.#underWay(lock.digest)
      try {
        const built = await builder.build(lock, (line) => {
          addLine(noted(), line)
          log(line)
        })
        this.#end(lock.digest, 'ready')
        return built
      } catch (error) {
        noted()
        this.#end(lock.digest, 'failed', error)
        throw error
      }
    }
  }

  /** The newest build of a request, or of the lock it came to. */
  find(request: EnvironmentRequest, digest?: Digest): EnvironmentBuild | undefined {
    const asked = this.#builds.get(keyOf(request))
    const built = digest === undefined ? undefined : this.#builds.get(digest)
    if (asked === undefined || built === undefined) return asked ?? built
    return asked.startedMs >= built.startedMs ? asked : built
  }

  /** Resolves and builds what is asked for, unless that is under way; returns at once. */
  start(builder: Builder, request: EnvironmentRequest): void {
    const key = keyOf(request)
    if (this.#builds.get(key)?.status === 'building') return
    this.#builds.delete(key)
    const build = this.#underWay(key)
    const say = (line: string): void => addLine(build, line)
    say('Choosing the exact packages.')
    const work = async (): Promise<void> => {
      const lock = await builder.lock(request)
      lock.notes.forEach(say)
      await builder.build(lock, say)
    }
    work().then(
      () => this.#end(key, 'ready'),
      (error: unknown) => this.#end(key, 'failed', error),
    )
  }

  #underWay(key: string): Recorded {
    const found = this.#builds.get(key)
    if (found?.status === 'building') return found
    const build: Recorded = { status: 'building', startedMs: this.#clock.now(), lines: [] }
    // Last in order, so that the oldest goes first.
    this.#builds.delete(key)
    this.#builds.set(key, build)
    if (this.#builds.size > mostBuilds) this.#builds.delete(this.#builds.keys().next().value!)
    return build
  }

  #end(key: string, status: 'ready' | 'failed', error?: unknown): void {
    const build = this.#builds.get(key)
    if (build?.status !== 'building') return
    build.status = status
    build.endedMs = this.#clock.now()
    if (status === 'ready') return
    build.error = messageOf(error)
    build.error.split('\n').forEach((line) => addLine(build, line))
  }
}

function addLine({ lines }: Recorded, line: string): void {
  if (lines.length < mostLines) lines.push(line)
  else if (lines.length === mostLines) lines.push('... and more, which is not kept.')
}

function keyOf(request: EnvironmentRequest): string {
  return canonicalJson(request as unknown as JsonValue)
}
