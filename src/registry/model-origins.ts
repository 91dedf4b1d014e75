import type { Tables } from '../database/database.ts'
import type { VersionReference } from './registered-model.ts'

/** A logged model as far as the registry cares. */
export interface LoggedModelOrigin {
  readonly id: string
  readonly artifactUri: string
  /** Empty where the model was not logged in a run. */
  readonly sourceRunId: string
}

/** What the registry asks of tracking to trust a version's source and to find its files. */
export interface ModelOrigins {
  /** Where the run's artifacts lie (`mlflow-artifacts:/<exp>/<run>/artifacts`); undefined for an unknown run. */
  runArtifactUri(runId: string): Promise<string | undefined>
  /** Undefined for an unknown or deleted logged model. */
  loggedModel(modelId: string): Promise<LoggedModelOrigin | undefined>
  /** The newest logged model of that name that the run made: what MLflow 3 means by `runs:/<run>/<name>`. */
  loggedModelOfRun(runId: string, name: string): Promise<LoggedModelOrigin | undefined>
  /** Notes on the logged model that it became this version, in the caller's transaction. */
  noteRegistration(tables: Tables, modelId: string, version: VersionReference): Promise<void>
}
