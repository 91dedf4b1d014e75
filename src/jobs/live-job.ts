import type { JobName, StepPath } from '../base/ids.ts'
import type { PlannedGroup } from '../plan/planned-pipeline.ts'
import type { PlanIndex } from './advance.ts'
import type { StoredPlan } from './journal-store.ts'
import type { JobPatch } from './job-store.ts'
import type { Effect, JobEvent, PipelineState, StepOutputs } from './pipeline-state.ts'

/**
 * A root job under way in this server. `state` is ahead of the store by the events in `unstored`; nothing outside
 * happens because of them until they are durable. Dropped and read again from the journal when storing fails.
 */
export class LiveJob {
  readonly stored: StoredPlan
  readonly index: PlanIndex
  readonly groups: ReadonlyMap<StepPath, PlannedGroup>
  readonly #members = new Map<StepPath, StepPath[]>()
  /** Job names of steps and nested pipelines by path. */
  readonly names: ReadonlyMap<StepPath, JobName>
  /** Reuse keys of this pipeline's last job. */
  readonly previousKeys: ReadonlyMap<StepPath, string>
  state: PipelineState
  isDropped = false

  unstored: { event: JobEvent; atMs: number }[] = []
  readonly changed = new Set<StepPath>()
  readonly patches = new Map<StepPath, JobPatch>()
  effects: Effect[] = []
  readonly toResolve = new Set<StepPath>()
  isFlushScheduled = false
  isResolveScheduled = false
  /** Reuse keys computed so far, by step. */
  readonly keys = new Map<StepPath, string>()
  /** Statuses written last, so that only changes are announced. */
  readonly announced = new Map<JobName, string>()

  constructor(options: {
    readonly stored: StoredPlan
    readonly index: PlanIndex
    readonly names: ReadonlyMap<StepPath, JobName>
    readonly previousKeys: ReadonlyMap<StepPath, string>
    readonly state: PipelineState
  }) {
    this.stored = options.stored
    this.index = options.index
    this.names = options.names
    this.previousKeys = options.previousKeys
    this.state = options.state
    this.groups = new Map(options.stored.plan.groups.map((group) => [group.path, group]))
    for (const step of options.stored.plan.steps) {
      for (let group = step.group; group !== undefined; group = this.groups.get(group)?.parent) {
        const members = this.#members.get(group)
        if (members === undefined) this.#members.set(group, [step.path])
        else members.push(step.path)
      }
    }
  }

  get root(): JobName {
    return this.stored.root
  }

  /** Steps of a nested pipeline, those of pipelines inside it included. */
  members(group: StepPath): readonly StepPath[] {
    return this.#members.get(group) ?? []
  }

  /** Job name of a step; the only step of a command job is the root itself. */
  nameOf(step: StepPath): JobName {
    return this.names.get(step) ?? this.root
  }

  outputsOf(step: StepPath): StepOutputs | undefined {
    const at = this.state.steps.get(step)
    return at?.status === 'completed' ? at.outputs : undefined
  }
}
