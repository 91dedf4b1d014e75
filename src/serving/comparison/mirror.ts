import type { PoolAnswer } from '../worker-pool.ts'
import type { AnsweredRequest } from '../answered-request.ts'
import type { RoutedTo } from '../routing-table.ts'
import type { ScoringRequest } from '../worker.ts'
import { answerDifference } from './answer-difference.ts'
import type { MirroredRequest } from './request-record.ts'

/**
 * Copies a share of the requests to one deployment whose answers nobody sees. A copy is made after the answer was given,
 * so it neither delays nor changes it; more than a fixed number of copies at a time are not made, but counted.
 */
export interface MirrorPlace {
  /** A number in [0, 1), new each time. */
  readonly random: () => number
  readonly note: (request: MirroredRequest) => void
}

const mostUnderWay = 64

export class Mirror {
  readonly #place: MirrorPlace
  readonly #underWay = new Set<Promise<void>>()
  #left = 0
  #isClosed = false

  constructor(place: MirrorPlace) {
    this.#place = place
  }

  /** Copies that were not made, because too many were under way. */
  get left(): number {
    return this.#left
  }

  /** Copies the request, if its turn comes; returns at once. */
  copy({ endpoint, deployments }: RoutedTo, answered: AnsweredRequest, request: ScoringRequest): void {
    const [name, percent = 0] = Object.entries(endpoint.mirrorTraffic).find(([, weight]) => weight > 0) ?? []
    if (name === undefined || name === answered.revision.deployment) return
    if (this.#place.random() * 100 >= percent) return
    const online = deployments.get(name)
    if (online === undefined || this.#isClosed) return
    if (this.#underWay.size >= mostUnderWay) {
      this.#left++
      return
    }
    const copied = this.#score(answered, () => {
      const started = performance.now()
      const answer = online.score({ ...request, headers: online.wantsHeaders() ? answered.headers() : {} })
      return answer.then((copy) => ({ copy, mirrorLatencyMs: performance.now() - started, revision: online.revision }))
    })
    this.#underWay.add(copied)
    void copied.finally(() => this.#underWay.delete(copied))
  }

  /** Resolves when no copy is under way any more; close the deployments meanwhile, or it waits for their answers. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#underWay)
  }

  async #score(answered: AnsweredRequest, ask: () => Promise<CopyAnswer>): Promise<void> {
    // The answer is on its way to the client before the copy is made.
    await new Promise((next) => setImmediate(next))
    const { copy, mirrorLatencyMs, revision } = await ask()
    if (this.#isClosed) return
    const { answer } = answered
    const difference =
      answer.kind === 'answered' && copy.kind === 'answered' ? answerDifference(answer.body, copy.body) : undefined
    this.#place.note({
      endpoint: answered.endpoint,
      requestId: answered.requestId,
      deployment: answered.revision.deployment,
      revision: answered.revision.revision,
      mirror: revision.deployment,
      mirrorRevision: revision.revision,
      atMs: answered.arrivedMs,
      status: statusOf(answer),
      mirrorStatus: statusOf(copy),
      latencyMs: answered.durationMs,
      mirrorLatencyMs,
      ...(difference !== undefined && { difference }),
    })
  }
}

interface CopyAnswer {
  readonly copy: PoolAnswer
  readonly mirrorLatencyMs: number
  readonly revision: AnsweredRequest['revision']
}

function statusOf(answer: PoolAnswer): number {
  return answer.kind === 'answered' ? 200 : answer.error.status
}
