import type { AssetIdentity, Located } from '../document-parts.ts'
import type { ScheduleTiming } from './schedule-timing.ts'

/** What is submitted when a schedule or a trigger fires. Values may hold `${{ }}` of what fires. */
export type JobAction =
  | (ActionSettings & {
      readonly kind: 'job'
      /** A job file by its absolute path, or a job of the store whose file is submitted again. */
      readonly job: { readonly file: string } | { readonly name: string }
      /** What else of the file is said differently, by dotted path: `settings.force_rerun`. */
      readonly changes: Readonly<Record<string, string>>
    })
  | (ActionSettings & {
      readonly kind: 'published-pipeline'
      readonly name: string
      /** Absent: the newest that is enabled. */
      readonly version?: string
    })

interface ActionSettings {
  /** Literals and references by the name of the input. */
  readonly inputs: Readonly<Record<string, string>>
  readonly experimentName?: string
  readonly displayName?: string
  readonly tags: Readonly<Record<string, string>>
}

export const missedRunPolicies = ['skip', 'last', 'all'] as const
export const overlapPolicies = ['allow', 'skip', 'queue'] as const

/** Ours: what is done where the world is not as the schedule wishes. */
export interface FiringPolicy {
  /** Times that passed while no server was there: none of them, the last, or all up to `missedLimit`. */
  readonly missedRuns: (typeof missedRunPolicies)[number]
  readonly missedLimit: number
  /** While a job that it started is under way: start another, leave it out, or wait. */
  readonly overlap: (typeof overlapPolicies)[number]
  /** After one that started a job, what comes within so long starts none. */
  readonly cooldownMs: number
  /** At most so many jobs in 24 hours; absent: any number. */
  readonly maxPerDay?: number
}

export interface ScheduleDocument extends AssetIdentity {
  readonly kind: 'schedule'
  readonly located: Located
  readonly name: string
  readonly timing: ScheduleTiming
  readonly action: JobAction
  readonly policy: FiringPolicy
  readonly isEnabled: boolean
}

export const triggerTypes = [
  'data_change',
  'data_version',
  'model_registered',
  'alias_moved',
  'job_ended',
  'alert',
  'monitor_breached',
  'webhook',
] as const satisfies readonly TriggerSource['type'][]

/** Ours: what happens in the store or outside, and starts a job. */
export type TriggerSource =
  | {
      readonly type: 'data_change'
      /** An absolute path, or `azureml://datastores/NAME/paths/PATH`. */
      readonly path: string
      readonly pollMs: number
    }
  | { readonly type: 'data_version'; readonly data?: string }
  | { readonly type: 'model_registered'; readonly model?: string }
  | { readonly type: 'alias_moved'; readonly model?: string; readonly alias?: string }
  | {
      readonly type: 'job_ended'
      readonly status: readonly ('Completed' | 'Failed' | 'Canceled')[]
      readonly experimentName?: string
      readonly displayName?: string
    }
  /** A run of a monitor (absent: of any) in which a signal is in breach. */
  | { readonly type: 'monitor_breached'; readonly monitor?: string }
  | { readonly type: 'alert'; readonly where: Readonly<Record<string, string>> }
  | {
      readonly type: 'webhook'
      readonly provider: 'github' | 'gitlab' | 'jenkins' | 'generic'
      readonly events: readonly string[]
      readonly branches: readonly string[]
      readonly paths: readonly string[]
    }

export interface TriggerDocument extends AssetIdentity {
  readonly kind: 'trigger'
  readonly located: Located
  readonly name: string
  readonly source: TriggerSource
  /** What comes within so long of one another is one. */
  readonly debounceMs: number
  readonly action: JobAction
  readonly policy: FiringPolicy
  readonly isEnabled: boolean
}

const common = ['trigger.name', 'trigger.time', 'creation_context.trigger_time', 'name']

/** What `${{ }}` may name in the values of an action, by what fires it; `body.*` stands for any key of a webhook's body. */
export const firingVariables: Readonly<Record<'schedule' | TriggerSource['type'], readonly string[]>> = {
  schedule: [...common, 'trigger.nominal_time', 'trigger.window_start', 'trigger.window_end'],
  data_change: [...common, 'trigger.path', 'trigger.digest'],
  data_version: [...common, 'trigger.data', 'trigger.version'],
  model_registered: [...common, 'trigger.model', 'trigger.version'],
  alias_moved: [...common, 'trigger.model', 'trigger.version', 'trigger.alias'],
  job_ended: [...common, 'trigger.job', 'trigger.status', 'trigger.experiment_name', 'trigger.display_name'],
  alert: [...common, 'trigger.body.*'],
  monitor_breached: [
    ...common,
    ...['trigger.monitor', 'trigger.run', 'trigger.signals', 'trigger.features', 'trigger.endpoint'],
    ...['trigger.deployment', 'trigger.window_start', 'trigger.window_end'],
  ],
  webhook: [
    ...common,
    ...['trigger.event', 'trigger.branch', 'trigger.commit', 'trigger.repository', 'trigger.delivery'],
    'trigger.body.*',
  ],
}

/** The names in the `${{ }}` of a text. */
export function expressionsIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{\{([^{}]*)\}\}/g)].map(([, name]) => name!.trim())
}

/** The text with each `${{ }}` replaced by the value of its name; one without a value becomes nothing. */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{([^{}]*)\}\}/g, (_, name: string) => {
    const key = name.trim()
    return Object.hasOwn(values, key) ? values[key]! : ''
  })
}
