import type { Comparison, ComparisonRequest } from '../../serving/comparison/comparisons.ts'
import type { Outcome } from '../../serving/comparison/request-record.ts'
import type { RolloutPlan } from '../../serving/rollout/rollout-store.ts'
import type { RolloutView } from '../../serving/rollout/rollouts.ts'

/** Rollouts and comparisons as our interface needs them. Unknown names throw `not-found`. */
export interface VariantService {
  beginRollout(endpoint: string, wanted: RolloutWish): Promise<RolloutView>
  rollout(endpoint: string): Promise<RolloutView>
  rollouts(endpoint: string): Promise<readonly RolloutView[]>
  abortRollout(endpoint: string, reason?: string): Promise<RolloutView>
  promoteRollout(endpoint: string, reason?: string): Promise<RolloutView>
  compare(endpoint: string, request: ComparisonRequest): Promise<Comparison>
  addOutcomes(
    endpoint: string,
    outcomes: readonly Outcome[],
  ): Promise<{ readonly storedCount: number; readonly unknownCount: number }>
}

/** Exactly one of `to`, `model` and `file` says what is rolled out. */
export interface RolloutWish extends Pick<RolloutPlan, 'steps' | 'holdMs' | 'minRequests' | 'abortOn'> {
  readonly to?: string
  readonly model?: string
  /** Absolute path of a deployment YAML. */
  readonly file?: string
  /** Name of the new deployment. */
  readonly deployment?: string
  readonly version?: number
}
