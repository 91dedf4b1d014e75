/* What the command line reads of monitors, as rest-types.ts does of the rest. */

export interface Alert {
  readonly id: string
  readonly monitor: string
  readonly signal: string
  readonly status: string
  readonly since: string
  readonly raised_at: string
  readonly resolved_at?: string
  readonly acknowledged_by?: string
  readonly note?: string
  readonly findings: readonly { readonly feature: string; readonly sentence: string }[]
}

export interface MonitorRun {
  readonly id: string
  readonly reason: string
  readonly status: string
  readonly nominal_time: string
  readonly detail?: string
  readonly signals: readonly {
    readonly name: string
    readonly type: string
    readonly status: string
    readonly detail?: string
    readonly window?: { readonly start: string; readonly end: string }
    readonly rows?: { readonly production: number; readonly reference?: number }
    readonly verdict_count: number
    readonly breach_count: number
    readonly job?: string
  }[]
}

export interface Verdict {
  readonly signal: string
  readonly feature: string
  readonly metric: string
  readonly effect: number | null
  readonly threshold?: number
  readonly is_breach: boolean
  readonly since?: string
  readonly sentence: string
  readonly note?: string
}

export interface RunWithVerdicts extends MonitorRun {
  readonly verdicts: readonly Verdict[]
}

export interface Monitor {
  readonly name: string
  readonly status: string
  readonly display_name?: string
  readonly description?: string
  readonly when: string
  readonly next: readonly string[]
  readonly endpoint?: string
  readonly deployment?: string
  readonly model?: string
  readonly signals: readonly { readonly name: string; readonly type: string; readonly alert_enabled: boolean }[]
  readonly emails: readonly string[]
  readonly webhooks: readonly string[]
  readonly on_breach?: {
    readonly run: string
    readonly cooldown: number
    readonly max_per_day?: number
  }
  readonly last_run?: MonitorRun
  readonly alerts: readonly Alert[]
  readonly mutes: readonly { readonly signal?: string; readonly until?: string; readonly muted_by: string }[]
  readonly runs_by_itself: boolean
  readonly created_by: string
  readonly created_at: string
}

export interface Breach {
  readonly reason: string
  readonly status: string
  readonly time: string
  readonly job?: string
  readonly job_status?: string
  readonly detail?: string
}
