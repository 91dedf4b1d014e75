/**
 * The engine: takes events of live jobs, lets `advance` decide, stores, then acts.
 *
 * `#dispatch` applies an event to the state in memory at once and remembers it as unstored. `#flush`, at the end of the
 * turn, writes all unstored events of a job to the journal together with the rows and runs they change, in one unit of
 * the store; only when that is durable are outward effects performed (start a process, end one, announce). What happens
 * in memory only (queueing for a slot, following a leader) does not wait.
 *
 * kill -9 before the unit is durable: the event never happened; whatever caused it is still there to cause it again (an
 * exit file, a missing reuse key). After: `recover` folds the journal and performs `outstanding` effects, each of which
 * may be done twice (`adopt` finds a started process; collecting again gives the same digests).
 * A store that fails (disk full): the job is dropped from memory and read again from the journal a little later.
 */
import type { DeferredWrite } from '../artifacts/content-store.ts'
import type { RunningJob } from '../cost/budget-keeper.ts'
import { addUsage, noUsage, usageOf } from '../cost/usage.ts'
import { assertNever, messageOf, SluiceError } from '../base/errors.ts'
import type { Sha256 } from '../base/hash.ts'
import type { JobName, RandomBytes, StepPath } from '../base/ids.ts'
import type { PlannedControl } from '../plan/planned-pipeline.ts'
import { advance, initialState, outstanding } from './advance.ts'
import { runAttempt, type AttemptRunnerDeps } from './attempt-runner.ts'
import type { Cancellation } from './cancellation.ts'
import { expandControl, type Expanders, type Expansion } from './control/expander.ts'
import { decideReady } from './decide-ready.ts'
import { failStuckJob } from './fail-stuck-job.ts'
import { findNames, findPreviousKeys, type JobPatch } from './job-store.ts'
import { findLiveRoots, findPlan, readJournal, type StoredPlan, touchPlan } from './journal-store.ts'
import { LiveJob } from './live-job.ts'
import { nameSteps } from './new-rows.ts'
import { type Effect, isTerminal, type JobEvent } from './pipeline-state.ts'
import { patchOfEnded } from './projection.ts'
import { keyStep, type KeyedStep, LockCache, requestOf } from './resolve-steps.ts'
import { SingleFlight } from './single-flight.ts'
import { type QueuedStep, SlotQueue } from './slot-queue.ts'
import { slotsWanted } from './slots-wanted.ts'
import { type ProgressDeps, storeProgress } from './store-progress.ts'
import { waitingWords } from './waiting-words.ts'

export interface EngineDeps extends AttemptRunnerDeps, ProgressDeps {
  readonly sha256: Sha256
  readonly random: RandomBytes
  readonly expanders: Expanders
  /** Called for what goes wrong inside and is tried again. */
  readonly warn: (message: string) => void
}

/** A step under its job's name. */
interface NamedStep extends Required<QueuedStep> {
  readonly job: JobName
}

export interface SlotsInUse {
  readonly slots: number
  readonly running: readonly NamedStep[]
  readonly waiting: readonly NamedStep[]
}

const cancelGraceMs = 10_000
const reloadDelayMs = 1000
/** So often the store may refuse a job in a row before the job is given up. */
const mostRefusals = 10
const refusalsForgottenMs = 60_000
/** How long nothing has run before the files of ended attempts are removed. */
const idleMs = 5000
/** A reuse decision that takes longer is building a lock; shorter ones are not worth a row. */
const slowResolveMs = 300
/** Turns of the event loop that a unit waits for decisions under way, which then need no unit and no sync of their own. */
const decisionTurns = 5

export class Engine {
  readonly #deps: EngineDeps
  readonly #live = new Map<JobName, LiveJob>()
  readonly #slots: SlotQueue
  readonly #flights = new SingleFlight()
  readonly locks: LockCache
  /** How often the store lately refused what happened to a job while it took other things. */
  readonly #refusals = new Map<JobName, { readonly count: number; readonly atMs: number }>()
  readonly #ends = new Map<JobName, (() => void)[]>()
  #isClosed = false

  constructor(deps: EngineDeps) {
    this.#deps = deps
    this.locks = new LockCache(deps.environments)
    this.#slots = new SlotQueue({
      slots: deps.backend.slots.cpu,
      clock: deps.clock,
      start: ({ root, step }) => {
        const live = this.#live.get(root)
        const at = live?.state.steps.get(step)
        if (live !== undefined && at?.status === 'queued')
          this.#dispatch(live, { kind: 'started', step, attempt: at.attempts + 1 })
      },
    })
  }

  /**
   * Why steps of a job, by default all of them, do not run yet, in words, by their names; as true as the moment, and stored
   * nowhere.
   */
  waiting(root: JobName, steps?: readonly StepPath[]): ReadonlyMap<JobName, string> {
    const live = this.#live.get(root)
    return live === undefined ? new Map() : waitingWords(live, this.#slots.waiting, steps)
  }

  /** Root jobs under way, and what their running attempts used so far. */
  running(): readonly RunningJob[] {
    const { backend, files } = this.#deps
    return [...this.#live.values()].map((live) => {
      const used = [...live.state.steps].flatMap(([step, at]) => {
        if (at.status !== 'running') return []
        return backend.usage({ folder: files.folder(live.nameOf(step), at.attempts) }) ?? []
      })
      const usage = used.map(usageOf).reduce(addUsage, noUsage)
      return { root: live.root, experiment: live.stored.submission.experimentName, usage }
    })
  }

  /** A step as it waits for slots, with its own words about how many and who goes first. */
  #queued(live: LiveJob, step: StepPath): QueuedStep {
    const planned = live.step(step)
    const priority = planned.kind === 'command' ? planned.priority : undefined
    const slots = slotsWanted(planned, this.#deps.backend.slots.cpu)
    return { root: live.root, step, slots, ...(priority !== undefined && { priority }) }
  }

  /** Who has the slots and who waits for one, the next one first, as true as the moment. */
  slots(): SlotsInUse {
    const named = ({ root, step, priority = 'medium', slots: wanted = 1 }: QueuedStep): NamedStep[] => {
      const live = this.#live.get(root)
      return live === undefined ? [] : [{ root, step, job: live.nameOf(step), priority, slots: wanted }]
    }
    const { slots, held, waiting } = this.#slots
    return { slots, running: held.flatMap(named), waiting: waiting.flatMap(named) }
  }

  /** How many root jobs are under way. */
  get liveCount(): number {
    return this.#live.size
  }

  /** Does what the first step would else wait for: for a server that stays. */
  prepare(): void {
    this.#deps.backend.prepare()
    // This machine's Python says which one it is; a pyenv takes its time for that. Who needs it meets what failed.
    void this.locks.lock({ kind: 'none' }).catch(() => undefined)
  }

  /** Goes on with every job that had not ended when the last server stopped. */
  async recover(): Promise<void> {
    const roots = await findLiveRoots(this.#deps.database.read)
    const loaded: LiveJob[] = []
    for (const root of roots) loaded.push(...(await this.#fold(root)))
    // Only now: a step that waits for one of another job must find that one leading.
    for (const live of loaded) this.#goOn(live)
    const running = [...this.#live.values()].flatMap((live) =>
      [...live.state.steps].flatMap(([step, at]) =>
        at.status === 'running' ? [this.#deps.files.id(live.nameOf(step), at.attempts)] : [],
      ),
    )
    for (const folder of this.#deps.files.leftovers(new Set(running))) await this.#deps.content.discard(folder)
    if (this.#live.size === 0) this.#tidyWhenIdle()
  }

  /** Starts a job whose plan, rows and first event are stored already (submit-job.ts). */
  async start(stored: StoredPlan, names: ReadonlyMap<StepPath, JobName>, displayName: string): Promise<void> {
    const { experimentId } = stored.submission
    const previousKeys = await findPreviousKeys(this.#deps.database.read, {
      experimentId,
      displayName,
      notRoot: stored.root,
    })
    const state = initialState(stored.plan)
    const first = advance(state, { kind: 'submitted' })
    const live = new LiveJob({ stored, names, previousKeys, state })
    this.#live.set(stored.root, live)
    // Steps may end at once (an if_else on a literal, a job without steps): their rows follow with the next unit.
    for (const step of first.changed) live.changed.add(step)
    this.#scheduleFlush(live)
    for (const effect of first.effects) {
      if (isInward(effect)) this.#perform(live, effect, false)
      else live.effects.push(effect)
    }
  }

  /**
   * Asks a root job to stop; false when it is not under way. Resolves when the wish is durable: a server that dies right
   * after it was confirmed ends the job all the same. Rejects with what the store says when it refuses.
   */
  cancel(root: JobName, cancellation: Cancellation): Promise<boolean> {
    const live = this.#live.get(root)
    if (live === undefined || live.isDropped) return Promise.resolve(false)
    return new Promise((resolve, reject) => {
      live.waiting.push({ stored: () => resolve(true), refused: reject })
      this.#dispatch(live, { kind: 'cancel-requested', ...cancellation })
    })
  }

  /** Resolves when the job has ended (at once when it is not under way). */
  ended(root: JobName): Promise<void> {
    if (!this.#live.has(root)) return Promise.resolve()
    return new Promise((resolve) => this.#ends.set(root, [...(this.#ends.get(root) ?? []), resolve]))
  }

  /** Stops deciding; running attempts go on and are adopted by the next server. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#slots.close()
    const stopping = new SluiceError('store-unavailable', 'The server is stopping.', {
      hint: 'Ask again when it is back.',
    })
    for (const live of this.#live.values()) {
      live.isDropped = true
      for (const { refused } of live.waiting.splice(0)) refused(stopping)
    }
    await this.#deps.backend.close()
  }

  async #load(root: JobName): Promise<void> {
    for (const live of await this.#fold(root)) this.#goOn(live)
  }

  /** The job as its journal says it stands; none where its plan is gone. */
  async #fold(root: JobName): Promise<readonly LiveJob[]> {
    const { database } = this.#deps
    const stored = await findPlan(database.read, root)
    if (stored === undefined) return []
    const state = initialState(stored.plan)
    for (const event of await readJournal(database.read, root)) advance(state, event)
    const { names, statuses, displayName } = await findNames(database.read, root)
    const previousKeys = await findPreviousKeys(database.read, {
      experimentId: stored.submission.experimentId,
      displayName,
      notRoot: root,
    })
    const live = new LiveJob({ stored, names, previousKeys, state })
    for (const [name, status] of statuses) live.announced.set(name, status)
    this.#live.set(root, live)
    for (const [step, at] of state.steps) {
      // A follower decides anew, so it is nobody's leader.
      if ('key' in at && at.status !== 'following') {
        this.#flights.lead(at.key, live.nameOf(step))
        live.keys.set(step, at.key)
      }
      if (at.status === 'running') this.#slots.hold(this.#queued(live, step))
    }
    return [live]
  }

  #goOn(live: LiveJob): void {
    for (const effect of outstanding(live.state)) this.#perform(live, effect, true)
  }

  /** `patches`: columns that come with the event and that the state does not need. */
  #dispatch(live: LiveJob, event: JobEvent, patches?: ReadonlyMap<StepPath, JobPatch>): void {
    if (live.isDropped) return
    const { changed, effects } = advance(live.state, event)
    live.unstored.push({ event, atMs: this.#deps.clock.now() })
    if (event.kind === 'ended') live.patch(event.step, patchOfEnded(event.end))
    for (const [step, patch] of patches ?? []) live.patch(step, patch)
    if (event.kind === 'ended') this.#slots.release({ root: live.root, step: event.step })
    for (const step of changed) {
      live.changed.add(step)
      if (isTerminal(live.state.steps.get(step)!)) this.#slots.release({ root: live.root, step })
    }
    this.#scheduleFlush(live)
    for (const effect of effects) {
      if (isInward(effect)) this.#perform(live, effect, false)
      else live.effects.push(effect)
    }
  }

  #scheduleFlush(live: LiveJob): void {
    if (live.isFlushScheduled) return
    live.isFlushScheduled = true
    setImmediate(() => this.#flushWhenDecided(live, decisionTurns))
  }

  /** Steps that just became ready are decided within a few turns: what becomes of them goes into the same unit. */
  #flushWhenDecided(live: LiveJob, turnsLeft: number): void {
    const isDeciding = live.isResolveScheduled || live.resolving > 0
    if (isDeciding && turnsLeft > 0) setImmediate(() => this.#flushWhenDecided(live, turnsLeft - 1))
    else void this.#flush(live)
  }

  async #flush(live: LiveJob): Promise<void> {
    live.isFlushScheduled = false
    if (live.isDropped) return
    const { effects, waiting } = live
    live.effects = []
    live.waiting = []
    const attempts = live.unstored.flatMap(({ event }) =>
      event.kind === 'ended' ? [[live.nameOf(event.step), event.attempt] as const] : [],
    )
    this.#deps.reach('progress-decided')
    const ended = [...live.changed].filter((step) => isTerminal(live.state.steps.get(step)!))
    try {
      await storeProgress(this.#deps, live)
    } catch (error) {
      live.waiting.push(...waiting)
      this.#drop(live, error)
      return
    }
    for (const { stored } of waiting) stored()
    this.#deps.reach('progress-stored')
    if (attempts.length > 0) this.#deps.reach('end-stored')
    // Not before: a restarted server needs them to find out how the attempt ended.
    for (const [name, attempt] of attempts) this.#discard(name, attempt)
    for (const step of ended) {
      const key = live.keys.get(step)
      if (key !== undefined) this.#flights.end(key, live.nameOf(step))
    }
    for (const effect of effects) this.#perform(live, effect, false)
  }

  /** Removes an attempt's files; bytes that the store shares with them are let go of properly. */
  #discard(name: JobName, attempt: number): void {
    const { files, content, warn } = this.#deps
    if (files.recycle(name, attempt)) return
    content.discard(files.folder(name, attempt)).catch((error: unknown) => {
      warn(`the files of attempt ${attempt} of ${name} could not be removed: ${messageOf(error)}`)
    })
  }

  /** The store refused: forget what memory knows beyond it and begin again from the journal. */
  #drop(live: LiveJob, error: unknown): void {
    live.isDropped = true
    for (const { refused } of live.waiting.splice(0)) refused(error)
    this.#live.delete(live.root)
    if (this.#isClosed) return
    this.#deps.warn(`job ${live.root} could not be stored and is read again: ${messageOf(error)}`)
    this.#deps.clock.after(reloadDelayMs, () => {
      this.#tryAgain(live, error).catch((again: unknown) => this.#drop(live, again))
    })
  }

  /** What the store refuses for ever would keep the job for ever; a store that refuses everything keeps it waiting. */
  async #tryAgain(live: LiveJob, error: unknown): Promise<void> {
    const { root } = live
    await this.#deps.database.write((tables) => touchPlan(tables, root))
    const nowMs = this.#deps.clock.now()
    const before = this.#refusals.get(root)
    const isNew = before === undefined || nowMs - before.atMs > refusalsForgottenMs
    const count = isNew ? 1 : before.count + 1
    this.#refusals.set(root, { count, atMs: nowMs })
    await (count < mostRefusals ? this.#load(root) : this.#giveUp(live, error))
  }

  async #giveUp(live: LiveJob, error: unknown): Promise<void> {
    await failStuckJob(this.#deps, live.root, messageOf(error))
    for (const [step, at] of live.state.steps) {
      if (at.status === 'running') void this.#cancelAttempt(live, step, at.attempts)
      this.#slots.release({ root: live.root, step })
      const key = live.keys.get(step)
      if (key !== undefined) this.#flights.end(key, live.nameOf(step))
    }
    this.#finish(live)
  }

  #perform(live: LiveJob, effect: Effect, isRecovery: boolean): void {
    if (live.isDropped) return
    switch (effect.kind) {
      case 'resolve':
        live.toResolve.add(effect.step)
        if (live.isResolveScheduled) return
        live.isResolveScheduled = true
        setImmediate(() => void this.#resolve(live))
        return
      case 'follow':
        this.#flights.follow(effect.key, () => this.#dispatch(live, { kind: 'leader-ended', step: effect.step }))
        return
      case 'prepare':
        void this.#prepare(live, effect.step)
        return
      case 'enqueue':
        this.#slots.add(this.#queued(live, effect.step), effect.notBeforeMs)
        return
      case 'launch':
        void this.#launch(live, { step: effect.step, attempt: effect.attempt, isRecovery })
        return
      case 'expand':
        void this.#expand(live, effect.step)
        return
      case 'cancel-attempt':
        void this.#cancelAttempt(live, effect.step, effect.attempt)
        return
      case 'finish':
        this.#finish(live)
        return
      default:
        assertNever(effect)
    }
  }

  /** Decides all steps that became ready in the same turn together. */
  async #resolve(live: LiveJob): Promise<void> {
    live.isResolveScheduled = false
    live.resolving++
    await this.#resolveAll(live).finally(() => live.resolving--)
  }

  async #resolveAll(live: LiveJob): Promise<void> {
    const paths = [...live.toResolve]
    live.toResolve.clear()
    const keyed = (await Promise.all(paths.map((path) => this.#key(live, path)))).filter((step) => step !== undefined)
    if (keyed.length === 0 || live.isDropped) return
    try {
      const { resolved, patches } = await decideReady(this.#deps, live, {
        keyed,
        flights: this.#flights,
        isPrepared: (step) => this.#isPrepared(live, step),
      })
      this.#dispatch(live, { kind: 'resolved', steps: resolved }, patches)
    } catch (error) {
      // The keys are fine, the store did not answer: that is not the steps' fault.
      this.#drop(live, error)
    }
  }

  async #key(live: LiveJob, path: StepPath): Promise<KeyedStep | undefined> {
    const step = live.command(path)
    const stopWaiting = this.#deps.clock.after(slowResolveMs, () =>
      this.#note(live, path, 'its environment is being resolved'),
    )
    try {
      const { submission } = live.stored
      const keyed = await keyStep(step, {
        submission,
        outputs: (parent) => live.outputsOf(parent),
        locks: this.locks,
        sha256: this.#deps.sha256,
      })
      live.keys.set(path, keyed.key)
      return keyed
    } catch (error) {
      this.#dispatch(live, { kind: 'unresolvable', step: path, error: failureOf(error) })
      return undefined
    } finally {
      stopWaiting()
    }
  }

  /** Asks a control step what it runs next; one question at a time, and again if a round ended meanwhile. */
  async #expand(live: LiveJob, path: StepPath): Promise<void> {
    if (live.isDropped || live.state.steps.get(path)?.status !== 'expanded') return
    if (live.expanding.has(path)) {
      live.expanding.set(path, true)
      return
    }
    live.expanding.set(path, false)
    const { rounds, stop, end, againAfterMs } = await this.#nextRounds(live, path)
    const isAskedAgain = live.expanding.get(path) === true
    live.expanding.delete(path)
    // The job may have failed or been canceled meanwhile: rounds of a step that has ended would wait for ever.
    if (live.isDropped || live.state.steps.get(path)?.status !== 'expanded') return
    // In another turn: an expander that answers at once must not keep others from theirs.
    if (isAskedAgain) setImmediate(() => void this.#expand(live, path))
    // One timer for each control step, or every answer would leave another that asks again and again.
    live.lookAgain.get(path)?.()
    live.lookAgain.delete(path)
    if (againAfterMs !== undefined)
      live.lookAgain.set(
        path,
        this.#deps.clock.after(againAfterMs, () => void this.#expand(live, path)),
      )
    if (rounds.length === 0 && stop === undefined && end === undefined) return
    for (const round of rounds) live.addRound(round, nameSteps(live.root, round, this.#deps.random))
    const event = { kind: 'expanded', step: path, rounds } as const
    if (end !== undefined && 'outputs' in end && end.properties !== undefined) live.properties.set(path, end.properties)
    this.#dispatch(live, { ...event, ...(stop !== undefined && { stop }), ...(end !== undefined && { end }) })
  }

  async #nextRounds(live: LiveJob, path: StepPath): Promise<Expansion> {
    const taken = live.stored.submission.taken?.[path]
    if (taken !== undefined) {
      const { from, outputs } = taken
      live.patch(path, { verdict: JSON.stringify({ kind: 'taken', from }) })
      return { rounds: [], end: { outputs, from } }
    }
    try {
      return await expandControl(this.#deps.expanders, live.step(path) as PlannedControl, {
        rounds: live.state.rounds.get(path)!,
        experimentId: live.stored.submission.experimentId,
        outputsOf: (step) => live.outputsOf(step),
        jobOf: (at) => live.nameOf(at),
      })
    } catch (error) {
      return { rounds: [], end: { error: failureOf(error) } }
    }
  }

  async #isPrepared(live: LiveJob, step: KeyedStep['step']): Promise<boolean> {
    return this.#deps.environments.isBuilt(await this.locks.lock(requestOf(step, live.stored.submission)))
  }

  async #prepare(live: LiveJob, path: StepPath): Promise<void> {
    const step = live.command(path)
    try {
      const lock = await this.locks.lock(requestOf(step, live.stored.submission))
      const log = this.#deps.files.appendTo(live.nameOf(path))
      for (const note of lock.notes) log(note)
      await this.#deps.environments.build(lock, log)
      this.#dispatch(live, { kind: 'prepared', step: path })
    } catch (error) {
      this.#dispatch(live, { kind: 'unpreparable', step: path, error: failureOf(error) })
    }
  }

  async #launch(live: LiveJob, launch: { step: StepPath; attempt: number; isRecovery: boolean }): Promise<void> {
    const { step, attempt } = launch
    const left: DeferredWrite[] = []
    const end = await runAttempt(this.#deps, live, { ...launch, locks: this.locks, defer: (write) => left.push(write) })
    live.deferred.push(...left)
    this.#dispatch(live, { kind: 'ended', step, attempt, end, atMs: this.#deps.clock.now() })
  }

  async #cancelAttempt(live: LiveJob, step: StepPath, attempt: number): Promise<void> {
    const { files, backend, warn } = this.#deps
    const name = live.nameOf(step)
    try {
      await backend.cancel({ id: files.id(name, attempt), folder: files.folder(name, attempt) }, cancelGraceMs)
    } catch (error) {
      warn(`attempt ${attempt} of ${name} could not be canceled: ${messageOf(error)}`)
    }
  }

  /** Shows why a step takes long before its state says so; lost in a crash, which is fine. */
  #note(live: LiveJob, step: StepPath, detail: string): void {
    live.changed.add(step)
    live.patch(step, { status: 'Preparing', status_detail: detail })
    this.#scheduleFlush(live)
  }

  #tidyWhenIdle(): void {
    const { clock, files, warn } = this.#deps
    clock.after(idleMs, () => {
      if (this.#isClosed || this.#live.size > 0) return
      files
        .emptyTrash()
        .catch((error: unknown) => warn(`files of ended attempts could not be removed: ${messageOf(error)}`))
    })
  }

  #finish(live: LiveJob): void {
    this.#deps.reach('job-ended')
    live.isDropped = true
    for (const { stored } of live.waiting.splice(0)) stored()
    this.#live.delete(live.root)
    if (this.#live.size === 0) this.#tidyWhenIdle()
    for (const resolve of this.#ends.get(live.root) ?? []) resolve()
    this.#ends.delete(live.root)
    this.#refusals.delete(live.root)
  }
}

/**
 * In memory only, or reading only: may happen before the event is durable. Not `expand`: what a reused trial logged is
 * written together with its end, and its sweep reads it.
 */
function isInward(effect: Effect): boolean {
  return effect.kind === 'resolve' || effect.kind === 'enqueue' || effect.kind === 'prepare' || effect.kind === 'follow'
}

/** What was thrown as a step's failure. */
function failureOf(error: unknown): { code: string; message: string; hint?: string } {
  if (error instanceof SluiceError)
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }
  return { code: 'internal', message: messageOf(error) }
}
