import type { Principal } from '../access/principal.ts'
import type { Tables } from '../database/database.ts'
import type { OnBreach } from '../spec/monitors/monitor-document.ts'
import type { JobAction } from '../spec/schedules/schedule-documents.ts'

/** What runs when a monitor is in breach: a port, since what starts jobs stands above monitoring. */
export interface BreachActions {
  /**
   * Checks what is to be started and keeps all it needs; nothing is stored before `put`. Throws `invalid-document`,
   * `input-not-found` and `not-found` for a job that would not start.
   */
  prepare(monitor: string, onBreach: OnBreach): Promise<PreparedBreach>
  /** Forgets what a monitor starts and its history; jobs that were started stay. A no-op where there is nothing. */
  remove(tables: Tables, monitor: string): Promise<void>
  /** The jobs that breaches of a monitor started, and why others were not; the newest first. */
  history(monitor: string, limit: number): Promise<readonly BreachFiring[]>
  /** What retraining would start, with which values. Throws `invalid-request` for a monitor that names nothing. */
  preview(monitor: string): Promise<Retraining>
  /**
   * Starts what a breach would start, now, with the values of the newest breach, whatever cooldown and limit say, as a
   * person asks for it. Throws `invalid-request` for a monitor that names nothing.
   */
  retrain(monitor: string, by: Principal): Promise<BreachFiring>
  /** Looks for breaches; returns at once. */
  wake(): void
}

export interface PreparedBreach {
  /** Stores it in place of what was there; what came before does not fire it. */
  put(tables: Tables, by: Principal): Promise<void>
}

/** What would be started. */
export interface Retraining {
  readonly action: JobAction
  /** Values of inputs by their name. */
  readonly values: Readonly<Record<string, string>>
}

/** What became of a breach, or of asking for what a breach starts. */
export interface BreachFiring {
  readonly reason: 'breach' | 'run'
  readonly status: 'pending' | 'submitted' | 'skipped' | 'failed'
  readonly atMs: number
  readonly run: string
  readonly job?: string
  readonly jobStatus?: string
  /** Why none was started, or what it waits for. */
  readonly detail?: string
}
