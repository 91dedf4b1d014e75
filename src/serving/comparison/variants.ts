import { createHash } from 'node:crypto'
import type { AnsweredRequest } from '../answered-request.ts'
import type { RoutedTo } from '../routing-table.ts'
import type { ScoringRequest } from '../worker.ts'
import { comparisons, type Comparisons } from './comparisons.ts'
import { Mirror } from './mirror.ts'
import { RequestRecorder, type RecorderPlace } from './request-recorder.ts'

/** What looks on at the variants of endpoints. */
export interface VariantPlace extends RecorderPlace {
  /** A number in [0, 1), new each time. */
  readonly random: () => number
}

/** Notes what the deployments of an endpoint answered, and copies requests to a mirror. */
export class Variants {
  readonly comparisons: Comparisons
  readonly #recorder: RequestRecorder
  readonly #mirror: Mirror

  constructor(place: VariantPlace) {
    const recorder = new RequestRecorder(place)
    this.#recorder = recorder
    this.#mirror = new Mirror({ random: place.random, note: (request) => recorder.noteMirrored(request) })
    this.comparisons = comparisons({
      ...place,
      flush: () => recorder.flush(),
      dropped: () => recorder.dropped + this.#mirror.left,
    })
  }

  /** After an answer; an endpoint with one deployment has nothing to compare and costs nothing here. */
  observe(routed: RoutedTo, answered: AnsweredRequest, request: ScoringRequest): void {
    if (routed.deployments.size < 2) return
    const { endpoint, revision, requestId, arrivedMs, durationMs, answer } = answered
    this.#recorder.noteScored({
      ...{ endpoint, requestId, deployment: revision.deployment, revision: revision.revision },
      ...(routed.unit !== undefined && { unit: hashOf(endpoint, routed.unit) }),
      isPinned: routed.isPinned,
      isOk: answer.kind === 'answered',
      atMs: arrivedMs,
      latencyMs: durationMs,
    })
    this.#mirror.copy(routed, answered, request)
  }

  /** Ends copying and writes what was noted. */
  async close(): Promise<void> {
    await this.#mirror.close()
    await this.#recorder.flush()
  }
}

/** Who it was is nobody's business: two requests of the same one is all that is kept. */
function hashOf(endpoint: string, unit: string): string {
  return createHash('sha256').update(`${endpoint}\0${unit}`).digest('hex').slice(0, 32)
}
