import type { Digest } from '../base/ids.ts'
import type { EnvironmentSpec } from '../spec/document-parts.ts'

/** What a step is to run in, before resolution: an inline or registered definition, or a curated (registry) name. */
export type EnvironmentRequest =
  /** `reference`: `azureml:NAME:VERSION` of a registered one. */
  | { readonly kind: 'spec'; readonly spec: EnvironmentSpec; readonly reference?: string }
  | { readonly kind: 'curated'; readonly registry: string; readonly name: string }
  /** Lines of a requirements.txt, e.g. of an MLflow model; `file` is where `-r` lines are relative to. */
  | {
      readonly kind: 'requirements'
      readonly lines: readonly string[]
      readonly python?: string
      readonly file?: string
    }
  /** Another one with packages that it need not name; those that it names stay as it names them. */
  | { readonly kind: 'extended'; readonly base: EnvironmentRequest; readonly packages: readonly string[] }
  /** No environment named: the machine's own PATH, nothing built. */
  | { readonly kind: 'none' }

/** Exact packages for one Python and platform; its digest names the built environment and enters reuse keys. */
export interface EnvironmentLock {
  readonly digest: Digest
  /** e.g. `3.11` */
  readonly python: string
  /** e.g. `linux-x86_64` */
  readonly platform: string
  /** requirements.txt text with exact versions, one per line, sorted; lines that name an allowed index come first. */
  readonly requirements: string
  /** What a conda file asked for that was mapped or left out, in words for the log. */
  readonly notes: readonly string[]
}

/** How to run something inside a built environment. */
export interface BuiltEnvironment {
  readonly digest: Digest
  /** Folders to put before PATH, e.g. `<venv>/bin`; empty for `none`. */
  readonly path: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** The interpreter; `python3` from PATH for `none`. */
  readonly python: string
}

/**
 * Port: definitions to locks to something that runs. Contract: environment-builder.contract.ts.
 * A lock is resolved once per (definition, Python, platform) and kept; a build happens once per digest, also when
 * asked for many times at once, and a build that was killed half-way is never used.
 */
export interface EnvironmentBuilder {
  /**
   * Throws `environment-failed` with the resolver's own words and a hint. `upgrade` resolves anew and keeps the result
   * in the place of the lock there was.
   */
  lock(request: EnvironmentRequest, options?: { readonly upgrade?: boolean }): Promise<EnvironmentLock>
  /** True when `build` would do nothing. */
  isBuilt(lock: EnvironmentLock): Promise<boolean>
  /** Builds, or waits for the build under way; progress goes line by line to `log`. */
  build(lock: EnvironmentLock, log: (line: string) => void): Promise<BuiltEnvironment>
}

/** A builder that keeps what it builds, and can let go of it. */
export interface EnvironmentKeeper {
  /**
   * Removes environments that no job asked for since `beforeMs` and no process uses; they are built again when they are
   * needed. Returns what went, or would go.
   */
  removeUnused(options: {
    readonly beforeMs: number
    readonly isDryRun: boolean
  }): Promise<{ readonly count: number; readonly sizeBytes: number }>
  /** How many environments are ready, and how many no longer work: those are built again when they are needed. */
  count(): Promise<{ readonly ready: number; readonly broken: number }>
}

/** What there is of an environment, without resolving or building anything. */
export interface EnvironmentState {
  /**
   * `unresolved`: its packages were never chosen here; `unbuilt`; `building`, by whichever process; `ready`; `broken`:
   * the Python it was built from is gone, and it is built again when it is needed.
   */
  readonly state: 'unresolved' | 'unbuilt' | 'building' | 'ready' | 'broken'
  /** The lock that is kept. */
  readonly lock?: EnvironmentLock
  /** On disk, without what it shares with other environments; of one that is ready or broken. */
  readonly sizeBytes?: number
  /** When something last asked for it; of one that is ready or broken. */
  readonly usedMs?: number
}

/** Someone who says what there is of environments. */
export interface EnvironmentInspector {
  /** Throws `environment-failed` and `not-supported` as `lock` would for a definition that cannot be read. */
  look(request: EnvironmentRequest): Promise<EnvironmentState>
}

/** Someone who knows the hashes of packages, so that an installation elsewhere gets the same files. */
export interface EnvironmentHasher {
  /**
   * The lock's requirements with the hashes of every file that the package index has of those versions; the same text
   * for ever once it is known. Undefined where the index does not tell, e.g. without a network.
   */
  hashed(lock: EnvironmentLock): Promise<string | undefined>
}
