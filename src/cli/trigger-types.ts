/* What the command line reads of schedules and triggers, as rest-types.ts does of the rest. */

export interface NextTime {
  readonly time: string
  readonly local_time: string
  readonly note?: string
}

/** A schedule or a trigger. */
export interface JobTrigger {
  readonly name: string
  readonly kind: 'schedule' | 'trigger'
  readonly status: 'enabled' | 'paused' | 'ended'
  readonly display_name?: string
  readonly description?: string
  readonly when: string
  readonly create_job: {
    readonly job?: string
    readonly pipeline?: string
    readonly inputs?: Readonly<Record<string, string>>
  }
  readonly policy: {
    readonly missed_runs: string
    readonly overlap: string
    readonly cooldown: number
    readonly max_per_day?: number
  }
  readonly next: readonly NextTime[]
  readonly fires_by_itself: boolean
  readonly fires_at_once?: boolean
  readonly problem?: string
  readonly webhook_url?: string
  readonly secret?: string
  readonly created_by: string
  readonly created_at: string
}

/** What became of a time or an event. */
export interface Firing {
  readonly reason: string
  readonly status: string
  readonly nominal_time: string
  readonly job?: string
  readonly job_status?: string
  readonly detail?: string
}

export interface Backfill {
  readonly items: readonly { readonly local_time: string; readonly verdict: 'submit' | 'submitted' | 'pending' }[]
  readonly submitted: number
}
