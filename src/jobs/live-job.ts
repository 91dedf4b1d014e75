import type { DeferredWrite } from '../artifacts/content-store.ts'
import type { JobName, StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedGroup, PlannedStep } from '../plan/planned-pipeline.ts'
import type { StoredPlan } from './journal-store.ts'
import type { JobPatch } from './job-store.ts'
import type { Effect, JobEvent, NewRound, PipelineState, StepOutputs } from './pipeline-state.ts'

/**
 * A root job under way in this server. `state` is ahead of the store by the events in `unstored`; nothing outside
 * happens because of them until they are durable. Dropped and read again from the journal when storing fails.
 */
export class LiveJob {
  readonly stored: StoredPlan
  /** Nested pipelines, those of rounds included. */
  readonly groups = new Map<StepPath, PlannedGroup>()
  readonly #members = new Map<StepPath, StepPath[]>()
  /** Jobs of steps whose outputs become assets or go to a datastore. */
  readonly delivering = new Set<JobName>()
  /** Job names of steps and nested pipelines by path. */
  readonly names: Map<StepPath, JobName>
  /** Reuse keys of this pipeline's last job; undefined where this is its first. */
  readonly previousKeys: ReadonlyMap<StepPath, string> | undefined
  readonly state: PipelineState
  isDropped = false

  /** Steps of new rounds have no rows yet. */
  newRounds: NewRound[] = []
  /** How many rows the job has, itself and nested pipelines included. */
  rowCount: number
  unstored: { event: JobEvent; atMs: number }[] = []
  readonly changed = new Set<StepPath>()
  readonly patches = new Map<StepPath, JobPatch>()
  effects: Effect[] = []
  /** Contents of outputs that are stored with the next unit. */
  deferred: DeferredWrite[] = []
  readonly toResolve = new Set<StepPath>()
  /** Control steps whose expander is asked right now; true when it is to be asked again after. */
  readonly expanding = new Map<StepPath, boolean>()
  /** Cancels the timer that asks a control step's expander again. */
  readonly lookAgain = new Map<StepPath, () => void>()
  /** Properties that steps are given with the next unit. */
  readonly properties = new Map<StepPath, Readonly<Record<string, string>>>()
  /** Who asked for something that is in `unstored`, and waits until it is durable. */
  waiting: { readonly stored: () => void; readonly refused: (error: unknown) => void }[] = []
  isFlushScheduled = false
  isResolveScheduled = false
  /** Decisions about ready steps that are under way. */
  resolving = 0
  /** Reuse keys computed so far, by step. */
  readonly keys = new Map<StepPath, string>()
  /** Statuses written last, so that only changes are announced. */
  readonly announced = new Map<JobName, string>()

  constructor(options: {
    readonly stored: StoredPlan
    readonly names: ReadonlyMap<StepPath, JobName>
    readonly previousKeys: ReadonlyMap<StepPath, string> | undefined
    readonly state: PipelineState
  }) {
    this.stored = options.stored
    this.names = new Map(options.names)
    this.previousKeys = options.previousKeys
    this.state = options.state
    this.#addGroups(options.stored.plan)
    this.rowCount = 1 + this.names.size
    for (const { groups, members } of [...options.state.rounds.values()].flat())
      this.#addGroups({ groups, steps: members.map((path) => this.step(path)) })
  }

  /** Knows the steps and nested pipelines of a new round, under these names. */
  addRound(round: NewRound, names: ReadonlyMap<StepPath, JobName>): void {
    for (const [path, name] of names) this.names.set(path, name)
    this.newRounds.push(round)
    this.#addGroups(round)
  }

  /** `steps` may come with nested pipelines of their own. */
  #addGroups({ steps, groups }: Pick<NewRound, 'steps' | 'groups'>): void {
    for (const group of groups) this.groups.set(group.path, group)
    for (const step of steps) {
      if (isDelivering(step)) this.delivering.add(this.nameOf(step.path))
      for (let group = step.group; group !== undefined; group = this.groups.get(group)?.parent) {
        const members = this.#members.get(group)
        if (members === undefined) this.#members.set(group, [step.path])
        else members.push(step.path)
      }
    }
  }

  /** Columns to be written with the next unit. */
  patch(step: StepPath, patch: JobPatch): void {
    this.patches.set(step, { ...this.patches.get(step), ...patch })
  }

  get root(): JobName {
    return this.stored.root
  }

  /** Steps of a nested pipeline, those of pipelines inside it included. */
  members(group: StepPath): readonly StepPath[] {
    return this.#members.get(group) ?? []
  }

  step(path: StepPath): PlannedStep {
    return this.state.planned.get(path)!
  }

  /** A step that is known to be a command: only these are resolved, prepared and launched. */
  command(path: StepPath): PlannedCommand {
    return this.state.planned.get(path) as PlannedCommand
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

function isDelivering(step: PlannedStep): boolean {
  const outputs = 'outputs' in step ? Object.values(step.outputs) : []
  return outputs.some(({ name, path }) => name !== undefined || path !== undefined)
}
