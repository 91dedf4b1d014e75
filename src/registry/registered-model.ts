/** Keys are the users' own: look one up with `Object.hasOwn`, or through `tagOf`. */
export type Tags = Readonly<Record<string, string>>

export const modelStages = ['None', 'Staging', 'Production', 'Archived'] as const
/** MLflow's four stages; a new version is in `None`. */
export type ModelStage = (typeof modelStages)[number]

/** A name under which versions of one model are registered (MLflow's registered model). */
export interface RegisteredModel {
  readonly name: string
  readonly description?: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly tags: Tags
  /** Alias -> version, in the order of the aliases. */
  readonly aliases: Readonly<Record<string, number>>
  /** The newest version of every stage that has one, oldest version first. */
  readonly latestVersions: readonly ModelVersion[]
}

/** One version; its number is never given out again, also after it was deleted. */
export interface ModelVersion {
  readonly name: string
  readonly version: number
  readonly stage: ModelStage
  /** As the client gave it; `models:/name@alias` and the like are pinned to the version they meant. */
  readonly source: string
  /** Where a client downloads from: the source, but for `models:/` the place of what it names. */
  readonly storageLocation: string
  readonly runId?: string
  readonly runLink?: string
  readonly loggedModelId?: string
  readonly description?: string
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly tags: Tags
  readonly aliases: readonly string[]
}

/** Which version of which model. */
export interface VersionReference {
  readonly name: string
  readonly version: number
}

/** Who moved what, when (experience.md 11); absent versions mean that the alias was not set. */
export type ModelTransition =
  | {
      readonly kind: 'alias'
      readonly alias: string
      readonly fromVersion?: number
      readonly toVersion?: number
      readonly by: string
      readonly atMs: number
    }
  | {
      readonly kind: 'stage'
      readonly version: number
      readonly fromStage: ModelStage
      readonly toStage: ModelStage
      readonly by: string
      readonly atMs: number
    }

/** The tag by which MLflow tells prompts from models. */
export const promptTag = 'mlflow.prompt.is_prompt'

/** The tag's value, or undefined where it is not set (and never something an object inherits). */
export function tagOf(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined
}

/** True for MLflow prompts, which are kept as registered models and their versions. */
export function isPrompt(tags: Tags): boolean {
  return tagOf(tags, promptTag)?.toLowerCase() === 'true'
}
