import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { Clock } from '../base/clock.ts'
import { usageOf } from '../cost/usage.ts'
import { addUsageRecord } from '../cost/usage-store.ts'
import { type JobName, runIdOf, type StepPath } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvents, type NewEvent } from '../events/event-log.ts'
import type { PlannedGroup } from '../plan/planned-pipeline.ts'
import type { JobRuns } from '../tracking/job-runs.ts'
import { cancellationText } from './cancellation.ts'
import { appendJournal, endPlan } from './journal-store.ts'
import { addProperties, insertJobs, type JobPatch, updateJob } from './job-store.ts'
import type { JobStatus } from './job-service.ts'
import { insertDestinations } from './output-destination-store.ts'
import { destinationsOf } from './output-destinations.ts'
import { newRun, partRows } from './new-rows.ts'
import type { JobRow } from './job-row.ts'
import type { LiveJob } from './live-job.ts'
import type { JobEvent } from './pipeline-state.ts'
import { patchOfEnd, patchOfGroup, patchOfState, runStatus } from './projection.ts'

export interface ProgressDeps {
  readonly database: Database
  readonly runs: JobRuns
  readonly artifacts: Pick<ArtifactStore, 'copyFolders'>
  readonly clock: Clock
  /** Registers and delivers the outputs of jobs that complete in this unit. */
  readonly settleOutputs?: (tables: Tables, jobs: readonly JobName[]) => Promise<void>
}

/** Writes everything a job's unstored events changed, in one unit; resolves when it is durable. */
export async function storeProgress(deps: ProgressDeps, live: LiveJob): Promise<void> {
  const { database, runs, artifacts, clock, settleOutputs } = deps
  const atMs = clock.now()
  const { unstored, deferred } = live
  live.unstored = []
  live.deferred = []
  const patches = takePatches(live, atMs)
  if (unstored.length === 0 && patches.size === 0) return
  const defaults = { datastore: live.stored.submission.defaultDatastore }
  const destinations = live.newRounds.flatMap((round) => destinationsOf(round, live.names, defaults))
  const rows = takeNewRows(live, atMs)
  const isEnded = live.state.outcome !== undefined
  const reused = [...patches].flatMap(([name, patch]) =>
    patch.reused_from == null ? [] : [{ from: patch.reused_from, to: name }],
  )
  const announcements = [...announceRows(live, rows, atMs), ...announce(live, patches, atMs)]
  const properties = [...live.properties].map(([path, added]) => [live.nameOf(path), added] as const)
  live.properties.clear()
  await database.write(async (tables) => {
    for (const { write } of deferred) await write(tables)
    if (unstored.length > 0) await appendJournal(tables, live.root, unstored)
    for (const { event, atMs: endedMs } of unstored) await addUsage(tables, { live, event, endedMs })
    if (rows.length > 0) await insertJobs(tables, rows)
    if (destinations.length > 0) await insertDestinations(tables, destinations)
    if (rows.length > 0)
      await runs.createRuns(
        tables,
        rows.map((row) => newRun(row, live.stored.submission.submittedBy)),
      )
    // Sequential: one connection.
    for (const [name, patch] of patches) await updateJob(tables, name, patch)
    for (const [name, added] of properties) {
      await addProperties(tables, name, added)
      await runs.tagRun(tables, runIdOf(name), added)
    }
    if (reused.length > 0) await copyRuns(tables, { runs, artifacts, reused })
    const started = [...patches].filter(([, patch]) => patch.status === 'Running' && patch.started_ms != null)
    if (started.length > 0)
      await runs.startRuns(
        tables,
        started.map(([name, patch]) => ({ runId: runIdOf(name), startMs: patch.started_ms! })),
      )
    const ended = [...patches].flatMap(([name, { status, ended_ms: endMs }]) => {
      const word = status === undefined ? undefined : runStatus(status)
      return word === undefined ? [] : [{ runId: runIdOf(name), status: word, endMs: endMs ?? atMs }]
    })
    if (ended.length > 0) await runs.finishRuns(tables, ended)
    const delivering = [...patches.keys()].filter(
      (name) => patches.get(name)!.status === 'Completed' && live.delivering.has(name),
    )
    if (delivering.length > 0) await settleOutputs?.(tables, delivering)
    if (announcements.length > 0) await appendEvents(tables, announcements)
    if (isEnded) await endPlan(tables, live.root)
  })
  for (const { written } of deferred) written()
}

/** What an attempt used, beside the event of its end: both are stored, or neither. */
async function addUsage(
  tables: Tables,
  { live, event, endedMs }: { readonly live: LiveJob; readonly event: JobEvent; readonly endedMs: number },
): Promise<void> {
  if (event.kind !== 'ended' || event.end.kind === 'never-started') return
  const { usage } = event.end
  if (usage === undefined) return
  const { step, attempt } = event
  const experiment = live.stored.submission.experimentName
  const job = live.nameOf(step)
  await addUsageRecord(tables, {
    subject: { kind: 'attempt', root: live.root, job, step, attempt, experiment },
    usage: usageOf(usage),
    atMs: endedMs,
  })
}

/** A reused step shows what the step it was taken from logged and kept. */
async function copyRuns(
  tables: Tables,
  {
    runs,
    artifacts,
    reused,
  }: Pick<ProgressDeps, 'runs' | 'artifacts'> & {
    readonly reused: readonly { readonly from: JobName; readonly to: JobName }[]
  },
): Promise<void> {
  await runs.copyRuns(
    tables,
    reused.map(({ from, to }) => ({ from: runIdOf(from), to: runIdOf(to) })),
  )
  const sources = await runs.artifactFolders(
    tables,
    reused.map(({ from }) => runIdOf(from)),
  )
  const targets = await runs.artifactFolders(
    tables,
    reused.map(({ to }) => runIdOf(to)),
  )
  const folders = reused.flatMap((_, index) => {
    const [from, to] = [sources[index], targets[index]]
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
  await artifacts.copyFolders(tables, folders)
}

/** Columns to write by job name; empties what the live job had collected. */
function takePatches(live: LiveJob, atMs: number): ReadonlyMap<JobName, JobPatch> {
  const patches = new Map<JobName, JobPatch>()
  const groups = new Set<StepPath>()
  for (const path of live.changed) {
    const step = live.step(path)
    const at = live.state.steps.get(path)!
    const patch: JobPatch = { ...live.patches.get(path), ...patchOfState(at, atMs) }
    const isSource = at.status === 'completed' && at.reusedFrom === undefined && mayBeReused(live, path)
    if (isSource) patch.is_reuse_source ??= 1
    if (Object.keys(patch).length > 0) patches.set(live.nameOf(path), patch)
    if (at.status === 'expanded' && live.announced.get(live.nameOf(path)) === 'Running') delete patch.started_ms
    // The rounds of a control step stand in it as in a group, but it has a state of its own.
    for (let group = step.group; group !== undefined && live.groups.has(group); group = parentOf(live, group))
      groups.add(group)
  }
  live.changed.clear()
  live.patches.clear()
  for (const path of groups) addGroup(live, patches, { path, atMs })
  if (live.state.outcome !== undefined) {
    patches.set(live.root, {
      ...patches.get(live.root),
      ...(isSingle(live) ? {} : patchOfEnd(live.stored.plan, live.state, atMs)),
    })
  } else if (live.state.cancellation !== undefined && live.announced.get(live.root) !== 'CancelRequested') {
    patches.set(live.root, {
      ...patches.get(live.root),
      status: 'CancelRequested',
      status_detail: `asked by ${cancellationText(live.state.cancellation)}`,
    })
  }
  return patches
}

/** Rows for the steps of rounds that were added since the last unit. */
function takeNewRows(live: LiveJob, atMs: number): readonly JobRow[] {
  const { newRounds, stored, names } = live
  live.newRounds = []
  const rows: JobRow[] = []
  for (const round of newRounds) {
    const ofRound = partRows({ stored, names, atMs }, round, live.rowCount + rows.length)
    const tags = JSON.stringify(round.tags ?? {})
    rows.push(...ofRound.map((row) => (row.step === round.path ? { ...row, tags } : row)))
  }
  live.rowCount += rows.length
  return rows
}

/**
 * Results of `force_rerun` and of non-deterministic steps are never used again (azureml-yaml.md 5), nor those of a
 * reproduction. What ran because an option asked for it is: the newest result is the one that is meant.
 */
function mayBeReused(live: LiveJob, path: StepPath): boolean {
  const step = live.step(path)
  if (step.kind !== 'command' || !step.isDeterministic) return false
  return !live.stored.plan.forceRerun && live.stored.submission.reproduces === undefined
}

/** A command job: its root is its only step, whose own columns say everything. */
function isSingle(live: LiveJob): boolean {
  return live.state.planned.has('' as StepPath)
}

function parentOf(live: LiveJob, group: StepPath): StepPath | undefined {
  return groupOf(live, group)?.parent
}

function groupOf(live: LiveJob, path: StepPath): PlannedGroup | undefined {
  return live.groups.get(path)
}

function addGroup(
  live: LiveJob,
  patches: Map<JobName, JobPatch>,
  { path, atMs }: { path: StepPath; atMs: number },
): void {
  const name = live.nameOf(path)
  const patch = patchOfGroup(groupOf(live, path)!.outputs, live.members(path), { state: live.state, atMs })
  if (patch === undefined || (patch.status === 'Running' && live.announced.get(name) === 'Running')) return
  patches.set(name, live.announced.has(name) || patch.status !== 'Running' ? patch : { ...patch, started_ms: atMs })
}

/** That there is a job, as new as its round: who only reads what events speak of would not hear of it. */
function announceRows(live: LiveJob, rows: readonly JobRow[], atMs: number): readonly NewEvent[] {
  return rows.map(({ name, status }) => ({ kind: 'job.status', subject: live.root, atMs, body: { job: name, status } }))
}

function announce(live: LiveJob, patches: ReadonlyMap<JobName, JobPatch>, atMs: number): readonly NewEvent[] {
  const events: NewEvent[] = []
  for (const [name, { status, status_detail: detail }] of patches) {
    if (status === undefined || (live.announced.get(name) === status && detail === undefined)) continue
    live.announced.set(name, status satisfies JobStatus)
    events.push({
      kind: 'job.status',
      subject: live.root,
      atMs,
      body: { job: name, status, ...(detail != null && { detail }) },
    })
  }
  return events
}
