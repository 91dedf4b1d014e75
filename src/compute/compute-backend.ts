/** What one attempt of a step needs to run; everything is on disk or in here, so a later server can take over. */
export interface AttemptSpec {
  /** Unique, names the attempt for ever: `<job>.<number>`. */
  readonly id: string
  /** Folder of the attempt, made by the caller; the backend keeps its own files (claim, exit) in it. */
  readonly folder: string
  /** Where the command runs. */
  readonly workingFolder: string
  /** stdout and stderr are appended here, in order. */
  readonly logFile: string
  /** bash text (Azure's contract: `bash -c`). */
  readonly command: string
  /** The whole environment of the command. */
  readonly environment: Readonly<Record<string, string>>
  /** From the start of the command; the whole tree is ended then. */
  readonly timeoutMs?: number
  /** The whole tree is ended when it uses more. */
  readonly limits?: AttemptLimits
  /** The command as words for an interpreter that may be warm; a backend without one runs `command`. */
  readonly warm?: WarmAttempt
}

/** What all processes of an attempt together may use. */
export interface AttemptLimits {
  readonly memoryBytes?: number
  /** Processes and threads. */
  readonly processes?: number
}

/** A plain `python SCRIPT ARGUMENT...` whose outcome is the same from a warm interpreter. */
export interface WarmAttempt {
  /** Absolute path of the interpreter. */
  readonly python: string
  /** The words as typed, `python` first, then the script relative to the working folder. */
  readonly words: readonly string[]
  /** Its author asked for it: the log says when it could not be. */
  readonly isAskedFor: boolean
}

export interface AttemptUsage {
  readonly wallMs: number
  readonly cpuMs: number
  /** Peak resident memory of the process tree; absent when it ended before the first look. */
  readonly peakMemoryBytes?: number
  /** True when short peaks may have been missed. */
  readonly peakMemoryIsSampled?: boolean
  /** Of the looks at it; absent when it ended before the first. */
  readonly meanMemoryBytes?: number
  /** Time in which it held a GPU, summed over GPUs; absent on a machine without. */
  readonly gpuMs?: number
}

/**
 * How an attempt ended. `over-limit`: it used more than it may; `peak` is the most that was seen, bytes or a number of
 * processes and threads. `vanished`: its processes are gone without an exit code (machine restart, out of memory,
 * kill -9). `never-started`: only from `adopt`; it has not run and never will, so a new attempt is safe.
 */
export type AttemptEnd =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly usage: AttemptUsage }
  | { readonly kind: 'timed-out'; readonly usage: AttemptUsage }
  | {
      readonly kind: 'over-limit'
      readonly limit: keyof AttemptLimits
      readonly peak?: number
      readonly usage: AttemptUsage
    }
  | { readonly kind: 'canceled'; readonly usage?: AttemptUsage }
  | { readonly kind: 'vanished'; readonly reason: string; readonly usage?: AttemptUsage }
  | { readonly kind: 'never-started' }

/** What a compute has to give; a step asks for a share of it. */
export interface Slots {
  readonly cpu: number
}

/** Port: a place where attempts run. Contract: compute-backend.contract.ts. */
export interface ComputeBackend {
  readonly slots: Slots
  /** Does what the first `run` would else do at its start. */
  prepare(): void
  /**
   * Starts the attempt and resolves when it has ended, however it ended. The command starts at most once for an
   * attempt id, whatever dies in between; it goes on when this process dies.
   */
  run(attempt: AttemptSpec): Promise<AttemptEnd>
  /** Takes over an attempt that an earlier server may have started; resolves when it has ended. */
  adopt(attempt: AttemptSpec): Promise<AttemptEnd>
  /**
   * Ends the whole tree, double forks included: SIGTERM, then SIGKILL after `graceMs`. Resolves when nothing of it
   * lives; its `run` or `adopt` then resolves with `canceled` (unless it had ended by itself before).
   */
  cancel(attempt: Pick<AttemptSpec, 'id' | 'folder'>, graceMs: number): Promise<void>
  /** What an attempt that is run or adopted here used so far, as it was last looked at; undefined for any other. */
  usage(attempt: Pick<AttemptSpec, 'folder'>): AttemptUsage | undefined
  /** Stops watching; what runs goes on. `run` and `adopt` calls under way never settle. */
  close(): Promise<void>
}
