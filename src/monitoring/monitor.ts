import type { MonitorDocument, MonitorSpec, SignalType } from '../spec/monitors/monitor-document.ts'

/** What a monitor says; the same for all its runs. */
export interface MonitorDefinition extends Pick<
  MonitorDocument,
  'displayName' | 'description' | 'tags' | 'properties' | 'timing' | 'policy'
> {
  readonly monitor: MonitorSpec
}

/** Signals that are computed at certain times. */
export interface Monitor {
  /** Stays through updates; another of the same name later is another. */
  readonly id: string
  readonly name: string
  readonly status: 'enabled' | 'paused'
  readonly definition: MonitorDefinition
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
  /** Nominal times up to this moment are noted. */
  readonly afterMs: number
  /** Absent where no time is to come. */
  readonly nextMs?: number
}

export const runStatuses = ['pending', 'completed', 'failed', 'skipped'] as const

/** One computation of a monitor's signals, for one nominal time. */
export interface MonitorRun {
  readonly id: string
  readonly monitorId: string
  /** Unique among the runs of its monitor. */
  readonly key: string
  readonly reason: 'time' | 'run'
  readonly status: (typeof runStatuses)[number]
  /** Windows end here, or so long before as their offset says. */
  readonly nominalMs: number
  /** Production windows begin here; absent: where their size says. */
  readonly fromMs?: number
  readonly notedMs: number
  readonly dueMs: number
  readonly endedMs?: number
  /** Tries that failed for reasons that may pass. */
  readonly attempts: number
  /** How many times it stands for: missed ones are one row. */
  readonly times: number
  /** Why it was skipped or failed, or what it waits for. */
  readonly detail?: string
  readonly signals: readonly SignalOutcome[]
}

/** What became of one signal in a run. */
export interface SignalOutcome {
  readonly name: string
  readonly type: SignalType
  /** `no-data`: there was nothing to look at, so nothing is said. */
  readonly status: 'computed' | 'no-data' | 'failed'
  /** What was compared with what, or why not. */
  readonly detail?: string
  readonly window?: TimeWindow
  readonly referenceWindow?: TimeWindow
  /** Rows of the production data and of the reference. */
  readonly rows?: { readonly production: number; readonly reference?: number }
  readonly breachCount: number
  readonly verdictCount: number
  /** The job of a custom signal. */
  readonly job?: string
}

/** From `startMs` until before `endMs`. */
export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
}

/** What is said of one feature (or of none) by one metric. */
export interface Verdict {
  readonly signal: string
  /** Empty where the metric is not of a feature. */
  readonly feature: string
  readonly metric: string
  /** In the metric's own unit; null where nothing could be compared. */
  readonly effect: number | null
  /** Absent where the metric is only told. */
  readonly threshold?: number
  readonly isBreach: boolean
  /** The start of the first window of those, without a break, that were in breach. */
  readonly sinceMs?: number
  readonly detail: VerdictDetail
}

/** What else there is to say of a verdict; what is known depends on the metric. */
export interface VerdictDetail {
  /** When it is in breach: from the threshold on, above it, or below it. */
  readonly breachesWhen?: 'reaches' | 'exceeds' | 'below'
  readonly kind?: 'number' | 'category'
  readonly binning?: string
  /** The effect lies in it; without it the effect is exact. */
  readonly interval?: { readonly low: number; readonly high: number }
  /** That chance alone makes such a difference; over the features of the signal adjusted (Benjamini, Hochberg). */
  readonly pValue?: number
  readonly effectIs?: string
  readonly note?: string
  /** When it began, where the metric tells that more closely than the window. */
  readonly sinceMs?: number
  readonly window?: TimeWindow
  readonly referenceWindow?: TimeWindow
  readonly rows?: { readonly production: number; readonly reference: number }
  /** What it was and what it is: the mean of a number, the share of the category that changed most, the metric itself. */
  readonly moved?: {
    readonly of: string
    readonly from: number
    readonly to: number
    /** In standard deviations of the reference; of numbers. */
    readonly deviations?: number
  }
  /** What both looked like, for drawing. */
  readonly distribution?: {
    /** Bin edges of numbers, one more than bins; or names of categories. */
    readonly edges?: readonly number[]
    readonly categories?: readonly string[]
    readonly reference: readonly number[]
    readonly production: readonly number[]
  }
  readonly newCategories?: readonly string[]
}

export const alertStatuses = ['open', 'acknowledged', 'resolved'] as const

/** A signal that is in breach, from the run that found it until one finds it well again. */
export interface Alert {
  readonly id: string
  readonly monitorId: string
  readonly monitor: string
  readonly signal: string
  readonly status: (typeof alertStatuses)[number]
  /** The newest run that found it in breach. */
  readonly runId: string
  readonly raisedMs: number
  readonly updatedMs: number
  readonly resolvedMs?: number
  /** The start of the first window in breach. */
  readonly sinceMs: number
  readonly acknowledgedBy?: string
  readonly acknowledgedMs?: number
  readonly note?: string
  /** The verdicts in breach of the newest run, the largest effect relative to its threshold first. */
  readonly findings: readonly Finding[]
}

/** A verdict in breach, as an alert remembers it. */
export interface Finding {
  readonly feature: string
  readonly metric: string
  readonly effect: number | null
  readonly threshold?: number
  readonly sinceMs: number
  /** The verdict in one sentence. */
  readonly sentence: string
}

/** Alerts of a monitor's signal, or of all its signals, that nobody is to be told of. */
export interface Mute {
  readonly monitorId: string
  /** Empty: every signal. */
  readonly signal: string
  /** Absent: until it is unmuted. */
  readonly untilMs?: number
  readonly mutedBy: string
  readonly mutedMs: number
}
