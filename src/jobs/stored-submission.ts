import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { Content } from '../artifacts/content-store.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { EarlierResult } from './earlier-results-store.ts'

/** What a source outside the store was when the job was submitted: later changes to the user's files do not reach it. */
export interface StoredSource {
  readonly content: Content
  /** Name the program sees, extension included. */
  readonly baseName: string
}

/** What was settled at submission and is needed as long as the job runs. */
export interface StoredSubmission {
  readonly experimentId: ExperimentId
  readonly experimentName: string
  readonly submittedBy: string
  /** Steps that run though they could be reused, each with the option that asked for it, e.g. `--from train`. */
  readonly forced?: Readonly<Record<StepPath, string>>
  /** The job whose outputs these are to be compared with. */
  readonly reproduces?: JobName
  /** Results that steps have without running, whatever their inputs are by now (`--only`, `retry --failed`). */
  readonly taken?: Readonly<Record<StepPath, EarlierResult>>
  /** What `${{default_datastore}}` means in the paths of its outputs. */
  readonly defaultDatastore?: string
  /** Data inputs by `sourceKey` of their reference. */
  readonly sources: Readonly<Record<string, StoredSource>>
  /** Code snapshots by `codeKey` of a step. */
  readonly code: Readonly<Record<string, Content>>
  /** Environment requests by `environmentKey` of a step. */
  readonly environments: Readonly<Record<string, EnvironmentRequest>>
}
