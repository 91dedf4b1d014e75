import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import type { Usage } from './usage.ts'
import { addUsageRecord } from './usage-store.ts'

/** A deployment that answers, with the CPU of its workers since they first started and their memory now. */
export interface MeteredDeployment {
  readonly endpoint: string
  readonly deployment: string
  readonly usage: { readonly cpuSeconds: number; readonly memoryBytes: number }
}

interface MeterParts {
  readonly database: Database
  readonly clock: Clock
  readonly measure: () => readonly MeteredDeployment[]
  readonly warn: (message: string) => void
}

const lookMs = 60_000

/**
 * Writes down every minute, and at the end, what deployments used since. A server that is killed takes at most the last
 * minute along.
 */
export class DeploymentMeter {
  readonly #parts: MeterParts
  readonly #cpuSeconds = new Map<string, number>()
  #lastMs: number
  #stop = (): void => undefined
  #isClosed = false

  constructor(parts: MeterParts) {
    this.#parts = parts
    this.#lastMs = parts.clock.now()
  }

  start(): void {
    if (this.#isClosed) return
    const { clock, warn } = this.#parts
    this.#stop = clock.after(lookMs, () => {
      void this.look()
        .catch((error: unknown) => warn(`what deployments used could not be stored: ${messageOf(error)}`))
        .then(() => this.start())
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await this.look()
  }

  /** Writes down what was used since the last look. */
  async look(): Promise<void> {
    const { database, clock, measure } = this.#parts
    const atMs = clock.now()
    const seconds = Math.max(0, atMs - this.#lastMs) / 1000
    this.#lastMs = atMs
    const used = measure().flatMap((one) => {
      const usage = this.#since(one, seconds)
      return usage === undefined ? [] : [{ ...one, usage }]
    })
    if (used.length === 0) return
    await database.write(async (tables) => {
      for (const { endpoint, deployment, usage } of used)
        await addUsageRecord(tables, { subject: { kind: 'deployment', endpoint, deployment }, usage, atMs })
    })
  }

  #since({ endpoint, deployment, usage }: MeteredDeployment, seconds: number): Usage | undefined {
    const key = JSON.stringify([endpoint, deployment])
    const before = this.#cpuSeconds.get(key) ?? 0
    this.#cpuSeconds.set(key, usage.cpuSeconds)
    if (usage.memoryBytes === 0 && usage.cpuSeconds === before) return undefined
    return {
      wallSeconds: seconds,
      // New workers, after an update say, begin at nothing.
      cpuSeconds: usage.cpuSeconds < before ? usage.cpuSeconds : usage.cpuSeconds - before,
      gbSeconds: (usage.memoryBytes / 1e9) * seconds,
      gpuSeconds: 0,
    }
  }
}
