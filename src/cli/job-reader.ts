import { inTreeOrder } from '../base/tree-order.ts'
import type { RestClient } from './link/rest-client.ts'
import type { Job, Steps } from './rest-types.ts'
import { hasEnded } from './rest-types.ts'

/** A job and its steps as they are now. */
export interface Watched {
  readonly job: Job
  readonly steps: readonly Job[]
}

/** As it was read again and again. */
export interface Read extends Watched {
  /** The steps that may differ from the reading before; of the first reading all of them. */
  readonly changed: readonly Job[]
}

/** So many times what reading all steps takes lies between two such readings. */
const wholeReadingPause = 200

/** A job and its steps as they are now. */
export async function readJob(client: RestClient, name: string): Promise<Watched> {
  return new JobReader(name).read(client)
}

/**
 * Reads a job again and again, of its steps those that changed: of 10,000 steps all of them take most of a second. What is
 * no change to the server (the place in the queue, progress within a step) is met by reading all of them now and then.
 */
export class JobReader {
  readonly #name: string
  #steps: readonly Job[] = []
  #places = new Map<string, number>()
  #latestSeq: number | undefined
  #wholeAgainMs = 0

  constructor(name: string) {
    this.#name = name
  }

  /** What is read fails without changing what is known. */
  async read(client: RestClient): Promise<Read> {
    const path = `/api/v1/jobs/${encodeURIComponent(this.#name)}`
    // Before its steps: where it has ended, they have.
    const job = await client.get<Job>(path)
    if (job.type === 'command') return { job, steps: [], changed: [] }
    const isWhole = this.#latestSeq === undefined || (!hasEnded(job.status) && performance.now() >= this.#wholeAgainMs)
    const changed = await (isWhole ? this.#readWhole(client, path) : this.#readChanged(client, path, job.root))
    return { job, steps: this.#steps, changed }
  }

  async #readWhole(client: RestClient, path: string): Promise<readonly Job[]> {
    const startMs = performance.now()
    const { items, latest_seq: latestSeq } = await client.get<Steps>(`${path}/children`)
    this.#latestSeq = latestSeq
    this.#know(items)
    const endMs = performance.now()
    this.#wholeAgainMs = endMs + wholeReadingPause * (endMs - startMs)
    return items
  }

  async #readChanged(client: RestClient, path: string, root: string): Promise<readonly Job[]> {
    const { items, latest_seq: latestSeq } = await client.get<Steps>(
      `${path}/children?changed_after=${this.#latestSeq}`,
    )
    this.#latestSeq = latestSeq
    if (items.length === 0) return items
    const steps = [...this.#steps]
    const added: Job[] = []
    for (const item of items) {
      const place = this.#places.get(item.name)
      if (place === undefined) added.push(item)
      else steps[place] = item
    }
    if (added.length === 0) this.#steps = steps
    else this.#know(inTreeOrder(root, [...steps, ...added]))
    return items
  }

  #know(steps: readonly Job[]): void {
    this.#steps = steps
    this.#places = new Map(steps.map(({ name }, place) => [name, place]))
  }
}
