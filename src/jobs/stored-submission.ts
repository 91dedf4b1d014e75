import type { ExperimentId } from '../base/ids.ts'
import type { Content } from '../artifacts/content-store.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'

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
  readonly noReuse: boolean
  /** Data inputs by `sourceKey` of their reference. */
  readonly sources: Readonly<Record<string, StoredSource>>
  /** Code snapshots by `codeKey` of a step. */
  readonly code: Readonly<Record<string, Content>>
  /** Environment requests by `environmentKey` of a step. */
  readonly environments: Readonly<Record<string, EnvironmentRequest>>
}
