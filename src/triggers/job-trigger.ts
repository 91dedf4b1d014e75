import type { Principal } from '../access/principal.ts'
import type { JobParameter, JobTemplate } from '../jobs/job-template.ts'
import type {
  FiringPolicy,
  JobAction,
  ScheduleDocument,
  TriggerDocument,
  TriggerSource,
} from '../spec/schedules/schedule-documents.ts'
import type { ScheduleTiming } from '../spec/schedules/schedule-timing.ts'

/** A schedule says when, a trigger upon what, and a monitor has one for `on_breach`; their names are apart. */
export type TriggerFamily = 'schedule' | 'trigger' | 'monitor'

/** What a schedule or trigger says; the same for all its firings. */
export interface TriggerDefinition {
  readonly displayName?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  /** When a schedule fires. */
  readonly timing?: ScheduleTiming
  /** Upon what a trigger fires. */
  readonly source?: TriggerSource
  readonly debounceMs: number
  readonly action: JobAction
  readonly policy: FiringPolicy
  /** Its YAML as somebody wrote it; absent where it came as fields. */
  readonly written?: WrittenDocument
}

/** A YAML text; of one that lay in a file also its absolute path, which relative paths are seen from. */
export interface WrittenDocument {
  readonly file?: string
  readonly text: string
}

export type FiringDocument = ScheduleDocument | TriggerDocument

/** Who changes a schedule or trigger, and from where. */
export interface DocumentWish {
  readonly by: Principal
  readonly written?: WrittenDocument
  /** By somebody who may not name files of this machine, e.g. in a browser. */
  readonly isRemote?: boolean
}

/** What is known of a watched place between two looks. */
export interface WatchState {
  /** Content that was fired for, or that it had when the trigger was made; absent: there was nothing. */
  readonly digest?: string
  /** Other content that was seen, and since when it has stayed so. */
  readonly seen?: string
  readonly seenSinceMs?: number
  /** Changes so far, so that content that comes back is a change again. */
  readonly changes: number
  /** Why the last look failed; absent where it did not. */
  readonly problem?: string
}

/** A schedule or a trigger. */
export interface JobTrigger {
  /** Stays through updates; another of the same name later is another. */
  readonly id: string
  readonly family: TriggerFamily
  readonly name: string
  readonly status: 'enabled' | 'paused'
  readonly definition: TriggerDefinition
  readonly parameters: readonly JobParameter[]
  readonly watch: WatchState
  readonly hasSecret: boolean
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
  /** Events up to this one are not its own: they happened before it was made or resumed. */
  readonly sinceSeq: number
  /** Nominal times up to this moment are noted. */
  readonly afterMs: number
  /** When it is to be looked at next; absent where only events or nothing can come. */
  readonly nextMs?: number
}

/** A trigger with what it submits; without a template it starts a published pipeline. */
export interface TriggerWithTemplate extends JobTrigger {
  readonly template?: JobTemplate
}

export const firingStatuses = ['pending', 'submitted', 'skipped', 'failed'] as const

/** A nominal time or an event of a trigger, and what became of it. */
export interface Firing {
  readonly id: string
  readonly triggerId: string
  /** Unique among the firings of its trigger: that is why none happens twice. */
  readonly key: string
  readonly reason: 'time' | 'event' | 'run' | 'backfill'
  readonly status: (typeof firingStatuses)[number]
  readonly nominalMs: number
  readonly notedMs: number
  /** Not to be submitted before. */
  readonly dueMs: number
  /** What `${{ }}` may name, by its name. */
  readonly variables: Readonly<Record<string, string>>
  /** How many times or events it stands for: missed ones are one row, and so are those of one debounce. */
  readonly times: number
  /** Submissions that failed for reasons that may pass. */
  readonly attempts: number
  readonly job?: string
  /** Whether its job is known to have ended. */
  readonly isOver: boolean
  /** Why it was skipped or failed, or what it waits for. */
  readonly detail?: string
}

/** A firing that is to be noted. */
export type NewFiring = Pick<Firing, 'key' | 'reason' | 'nominalMs' | 'dueMs' | 'variables'> &
  Partial<Pick<Firing, 'status' | 'times' | 'detail'>>

/** Who submits its jobs, as histories name it. */
export function triggerText({ family, name }: Pick<JobTrigger, 'family' | 'name'>): string {
  return `${family}:${name}`
}

/** What a change of a schedule or trigger asks for. */
export interface TriggerSelection {
  readonly family: TriggerFamily
  readonly name: string
}

export interface TriggerChange extends TriggerSelection {
  readonly by: Principal
}
