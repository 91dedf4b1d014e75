import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { readDocumentText } from '../assets/document-text.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Sha256 } from '../base/hash.ts'
import type { ExperimentId, JobName, RandomBytes, StepPath } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { mapValues } from '../base/map-values.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent, latestEventSeq } from '../events/event-log.ts'
import type { EnvironmentBuilder } from '../environments/environment-builder.ts'
import { placeAfterCut } from '../processes/log-cap.ts'
import type { JobRuns } from '../tracking/job-runs.ts'
import type { MetricStore } from '../tracking/metric-store.ts'
import type { AttemptFiles } from './attempt-files.ts'
import type { ReachPoint } from './crash-points.ts'
import type { Cancellation } from './cancellation.ts'
import type { Engine } from './engine.ts'
import {
  type ChangedJobs,
  type Job,
  type JobCounts,
  type JobDiff,
  type JobFilter,
  type JobService,
  type LogChunk,
  type PlanView,
  type RetryWish,
  type Submission,
  type SubmittedJob,
  type SweepTrials,
  terminalStatuses,
  type ValidDocument,
} from './job-service.ts'
import { countJobsBy, findLastCompleted, listJobs, setArchived } from './job-list-store.ts'
import { countJobs, findChildren, findJob, findJobsNamed } from './job-store.ts'
import { readChangedNames } from './changed-names.ts'
import { diffJobs } from './diff-jobs.ts'
import { findResultsOf } from './earlier-results-store.ts'
import { findPlan, type StoredPlan } from './journal-store.ts'
import {
  captureTemplate,
  type CaptureWish,
  type CapturedTemplate,
  dataFromCapture,
  type JobTemplate,
  loadTemplate,
  type TemplateSubmission,
} from './job-template.ts'
import { loadJob, type LoadedJob, type ReadText, type SubmittedDocument, validateFile } from './load-job.ts'
import { withProgress } from './parallel-progress.ts'
import { viewPlan } from './plan-view.ts'
import { forcedFrom, wholeResults, wishedPlan } from './reuse-wishes.ts'
import { type SettleDeps, type SettledSources, settleSources } from './settle-sources.ts'
import { storeNewJob } from './store-new-job.ts'
import { listTrials, sweepResultProperties } from './sweep-trials.ts'
import type { StoredSubmission } from './stored-submission.ts'

export interface JobServiceDeps extends Omit<SettleDeps, 'tables' | 'purpose'> {
  readonly database: Database
  readonly environments: EnvironmentBuilder
  readonly engine: Pick<Engine, 'start' | 'cancel' | 'locks' | 'waiting' | 'slots'>
  readonly files: Pick<AttemptFiles, 'log' | 'miniBatches'>
  readonly runs: JobRuns
  readonly findExperiment: (tables: Tables, name: string) => Promise<ExperimentId | undefined>
  /** What runs logged of a metric; tracking's. */
  readonly trialValues: MetricStore['values']
  readonly clock: Clock
  readonly random: RandomBytes
  readonly sha256: Sha256
  readonly reach: ReachPoint
  /** Throws where no job of this experiment may start now. */
  readonly requireOpen?: (experiment: string) => Promise<void>
}

/** Names the job that another one reproduces. */
const reproducesProperty = 'sluice.reproduces'
/** Properties that say something of one job only. */
const ownProperties = new Set([...sweepResultProperties, reproducesProperty, 'azureml.isreused', 'azureml.reusedrunid'])
const logChunkBytes = 1024 * 1024

/** The engine as protocols and the command line see it. */
export class EngineJobService implements JobService {
  readonly #deps: JobServiceDeps

  constructor(deps: JobServiceDeps) {
    this.#deps = deps
  }

  async submit(submission: Submission): Promise<SubmittedJob> {
    const { loaded, settled } = await this.#settle(submission, 'store')
    const { experimentId: _, ...rest } = settled
    return { ...(await this.#start(loaded, rest)), ...warningsOf(loaded) }
  }

  /** What a submission comes to: the plan that was asked for, and everything it takes from outside. */
  async #settle(
    submission: Submission,
    purpose: 'store' | 'look',
  ): Promise<{ readonly loaded: LoadedJob; readonly settled: StoredSubmission }> {
    const { database, content, findExperiment, assets } = this.#deps
    const tables = database.read
    const { file, text, overrides } = submission
    const readFrom: ReadText = (path) =>
      text !== undefined && path === file ? Promise.resolve(text) : readDocumentText(path)
    const loaded = await loadJob(file, { set: overrides, assets, readFrom })
    const experimentName = experimentNameOf(submission, loaded)
    const experimentId = (await findExperiment(tables, experimentName)) ?? ('' as ExperimentId)
    const { displayName } = loaded
    const { plan, ...wished } = await wishedPlan({ tables, content }, submission, {
      ...{ plan: loaded.plan, experimentId, displayName },
    })
    const running = { ...plan, steps: plan.steps.filter(({ path }) => wished.taken?.[path] === undefined) }
    const sources = await this.#settleSources({ ...loaded, plan: running }, purpose)
    const { submittedBy } = submission
    return {
      loaded: { ...loaded, plan },
      settled: { ...sources, ...wished, ...datastoreOf(loaded), experimentId, experimentName, submittedBy },
    }
  }

  /** Keeps a job file with all it needs, for `submitTemplate`. Throws `invalid-document` and `input-not-found`. */
  async capture(wish: CaptureWish): Promise<CapturedTemplate> {
    return captureTemplate({ ...this.#deps, tables: this.#deps.database.read, purpose: 'store' }, wish)
  }

  /** Keeps the files of an earlier job as that job had them, with what it was given. Throws `not-found`. */
  async captureJob(name: string, changes: Readonly<Record<string, string>>): Promise<CapturedTemplate> {
    const { root } = await this.get(name)
    const stored = await findPlan(this.#deps.database.read, root)
    if (stored === undefined)
      throw new SluiceError('not-found', `The file of job ${root} is gone.`, {
        hint: 'Name the job file instead: create_job: ./job.yml',
      })
    // As `loadJob` made it.
    const document = stored.document as unknown as SubmittedDocument
    return this.capture({
      ...document,
      earlier: stored.submission,
      changes: { ...document.changes, ...changes },
    })
  }

  /** Plans a template with these values, changing nothing. Throws `invalid-document` for what does not fit. */
  async checkTemplate(template: JobTemplate, values: TemplateSubmission['values']): Promise<void> {
    await loadTemplate(template, values, this.#deps.assets)
  }

  /** Submits a template with these values; resolves when the job is durable, with all that `also` stores. */
  async submitTemplate(template: JobTemplate, submission: TemplateSubmission): Promise<Job> {
    const loaded = await loadTemplate(template, submission.values, this.#deps.assets)
    const settled = await this.#settleSources(loaded, 'store', template)
    const kept = dataFromCapture(template, settled)
    const properties = kept.length === 0 ? {} : { 'sluice.data_from_publication': kept.join(', ') }
    const { tags, displayName, submittedBy, experimentName = loaded.experimentName, also } = submission
    return this.#start(
      {
        ...loaded,
        displayName,
        tags: { ...loaded.tags, ...tags },
        properties: { ...loaded.properties, ...submission.properties, ...properties },
      },
      {
        ...settled,
        ...datastoreOf(loaded),
        experimentName: experimentName ?? basename(dirname(template.file)),
        submittedBy,
      },
      also,
    )
  }

  #settleSources(
    loaded: Pick<LoadedJob, 'plan' | 'locate'>,
    purpose: SettleDeps['purpose'],
    earlier?: SettledSources,
  ): Promise<SettledSources> {
    return settleSources({ ...this.#deps, tables: this.#deps.database.read, purpose }, loaded, earlier)
  }

  async #start(
    loaded: Omit<LoadedJob, 'document' | 'warnings' | 'locate'> & { document: JsonObject },
    submission: Omit<StoredSubmission, 'experimentId'>,
    also?: TemplateSubmission['also'],
  ): Promise<Job> {
    const { engine, database } = this.#deps
    await this.#deps.requireOpen?.(submission.experimentName)
    const { stored, names } = await storeNewJob({ ...this.#deps, ...(also && { also }) }, loaded, submission)
    this.#deps.reach('job-stored')
    await engine.start(stored, names, loaded.displayName)
    return findJob(database.read, stored.root)
  }

  async plan(submission: Submission): Promise<PlanView> {
    const { loaded, settled } = await this.#settle(submission, 'look')
    const { plan, displayName } = loaded
    return { ...(await this.#view({ plan, displayName, submission: settled })), ...warningsOf(loaded) }
  }

  async planRetry(name: string, wish: Omit<RetryWish, 'submittedBy'>): Promise<PlanView> {
    const { root, stored } = await this.#ended(name)
    const { forced: _f, reproduces: _r, ...settled } = stored.submission
    const submission = { ...settled, ...(await this.#wishes(root, stored, wish)) }
    return this.#view({ plan: stored.plan, displayName: root.displayName, submission })
  }

  #view(input: Parameters<typeof viewPlan>[1]): Promise<PlanView> {
    const { database, content, environments, engine, sha256 } = this.#deps
    const { slots } = engine.slots()
    return viewPlan({ tables: database.read, content, environments, sha256, locks: engine.locks, slots }, input)
  }

  async validate(file: string): Promise<ValidDocument> {
    return validateFile(file, this.#deps.assets)
  }

  async get(name: string): Promise<Job> {
    const job = await findJob(this.#deps.database.read, name)
    return this.#asOfNow([job], this.#deps.engine.waiting(job.root, pathsOf([job])))[0]!
  }

  async children(name: string): Promise<readonly Job[]> {
    const { root } = await this.get(name)
    const children = await findChildren(this.#deps.database.read, root)
    return this.#asOfNow(children, this.#deps.engine.waiting(root))
  }

  async childrenSince(name: string, afterSeq?: number): Promise<ChangedJobs> {
    const { database, engine } = this.#deps
    // The events first: a row is then at least as new as what they say.
    if (afterSeq === undefined) {
      const latest = await latestEventSeq(database.read)
      return { jobs: await this.children(name), latestSeq: latest }
    }
    const { root } = await findJob(database.read, name)
    const { names, latestSeq } = await readChangedNames(database.read, root, afterSeq)
    const jobs = [...(await findJobsNamed(database.read, names)).values()]
    return { jobs: this.#asOfNow(jobs, engine.waiting(root, pathsOf(jobs))), latestSeq }
  }

  /** With what is in no row: why they wait, how far they are. */
  #asOfNow(jobs: readonly Job[], waiting: ReadonlyMap<JobName, string>): readonly Job[] {
    return jobs.map((job) => withProgress(withWaiting(job, waiting), this.#deps.files))
  }

  async trials(name: string): Promise<SweepTrials> {
    const { database, trialValues } = this.#deps
    return listTrials({ tables: database.read, values: trialValues }, await this.get(name))
  }

  async list(filter: JobFilter): Promise<{ readonly jobs: readonly Job[]; readonly nextPageToken?: string }> {
    return listJobs(this.#deps.database.read, filter)
  }

  counts(filter: Omit<JobFilter, 'limit' | 'pageToken'>): Promise<JobCounts> {
    return countJobsBy(this.#deps.database.read, filter)
  }

  async archive(name: string, isArchived: boolean): Promise<Job> {
    const { database, clock } = this.#deps
    const job = await this.get(name)
    if (job.parent !== undefined)
      throw new SluiceError('not-supported', `Job ${name} is a step of ${job.root}; only a whole job is archived.`, {
        hint: `Archive the whole job with: sluice job archive ${job.root}`,
      })
    if (!terminalStatuses.has(job.status)) throw stillUnderWay(job)
    const atMs = clock.now()
    await database.write(async (tables) => {
      const isChanged = await setArchived(tables, job.name, isArchived ? atMs : null)
      const kind = isArchived ? 'job.archived' : 'job.restored'
      if (isChanged) await appendEvent(tables, { kind, subject: job.name, body: { job: job.name }, atMs })
    })
    return this.get(name)
  }

  async cancel(name: string, cancellation: Cancellation): Promise<Job> {
    const job = await this.get(name)
    if (job.parent !== undefined) {
      throw new SluiceError('not-supported', `Job ${name} is a step of ${job.root}; a step cannot be canceled alone.`, {
        hint: `Cancel the whole job with: sluice job cancel ${job.root}`,
      })
    }
    const isUnderWay = await this.#deps.engine.cancel(job.name, cancellation)
    const after = await this.get(name)
    if (isUnderWay || terminalStatuses.has(after.status)) return after
    throw new SluiceError('store-unavailable', `Job ${name} cannot be canceled now: the server is still reading it.`, {
      hint: 'Ask again in a few seconds.',
    })
  }

  async retry(name: string, { submittedBy, ...wish }: RetryWish): Promise<Job> {
    const { root, stored } = await this.#ended(name)
    return this.#again(root, stored, { submittedBy, ...(await this.#wishes(root, stored, wish)) })
  }

  /** What a retry runs in any case, and which results it takes over as they are. */
  async #wishes(
    root: Job,
    { plan, submission }: StoredPlan,
    { onlyFailed = false, from = [] }: Omit<RetryWish, 'submittedBy'>,
  ): Promise<Pick<StoredSubmission, 'forced' | 'taken'>> {
    if (onlyFailed && from.length > 0)
      throw new SluiceError('invalid-request', 'A retry is of what failed, or from a step on, not both.', {
        hint: 'Leave out one of --failed and --from.',
      })
    if (onlyFailed && root.status === 'Completed') {
      throw new SluiceError('conflict', `Nothing of job ${root.name} failed or was canceled.`, {
        hint: `Run all of it again with: sluice job retry ${root.name}`,
      })
    }
    const { content, database } = this.#deps
    const results = onlyFailed ? await wholeResults({ content }, await findResultsOf(database.read, root.name)) : {}
    const own = mapValues(results, (result) => ({ ...result, isOfSnapshot: true as const }))
    const taken = { ...own, ...submission.taken }
    return { taken, ...(from.length > 0 && { forced: forcedFrom(plan, from) }) }
  }

  async reproduce(name: string, submittedBy: string): Promise<Job> {
    const { root, stored } = await this.#ended(name)
    if (root.status !== 'Completed') {
      throw new SluiceError('conflict', `Job ${root.name} is ${root.status}; only a completed job can be reproduced.`, {
        hint: `Run it again with: sluice job retry ${root.name}`,
      })
    }
    // What `--only` took is not of this snapshot; what a retry took over is, and runs like all else.
    const entries = Object.entries(stored.submission.taken ?? {}).filter(
      ([, { isOfSnapshot }]) => isOfSnapshot !== true,
    )
    const taken: NonNullable<StoredSubmission['taken']> = Object.fromEntries(entries)
    const steps = stored.plan.steps.filter(({ path }) => taken[path] === undefined)
    const forced = Object.fromEntries(steps.map(({ path }) => [path, 'job reproduce']))
    return this.#again(root, stored, { submittedBy, taken, forced, reproduces: root.name })
  }

  async diff(name: string, other?: string): Promise<JobDiff> {
    const tables = this.#deps.database.read
    const deps = { ...this.#deps, tables, locks: this.#deps.engine.locks }
    return other === undefined ? diffJobs(deps, await this.#lastCompleted(name), name) : diffJobs(deps, name, other)
  }

  async #lastCompleted(name: string): Promise<JobName> {
    const tables = this.#deps.database.read
    const root = await findJob(tables, (await findJob(tables, name)).root)
    const found = await findLastCompleted(tables, root)
    if (found !== undefined) return found
    throw new SluiceError('not-found', `No earlier job of "${root.displayName}" completed.`, {
      hint: 'Name the job to compare with.',
    })
  }

  /** A root job that has ended, with its snapshot; throws `conflict` while it is under way. */
  async #ended(name: string): Promise<{ readonly root: Job; readonly stored: StoredPlan }> {
    const job = await this.get(name)
    const stored = await findPlan(this.#deps.database.read, job.root)
    if (stored === undefined)
      throw new SluiceError('not-found', `The plan of job ${job.root} is gone.`, {
        hint: 'Submit its YAML file again with: sluice run FILE',
      })
    const root = await this.get(job.root)
    if (terminalStatuses.has(root.status)) return { root, stored }
    throw stillUnderWay(root)
  }

  /** Submits a stored snapshot: the user's files are not looked at. */
  #again(
    root: Job,
    { plan, document, submission }: StoredPlan,
    wishes: Pick<StoredSubmission, 'submittedBy' | 'forced' | 'taken' | 'reproduces'>,
  ): Promise<Job> {
    const { experimentId: _, forced: _f, taken: _t, reproduces: _r, ...settled } = submission
    const { displayName, type, tags } = root
    const properties = Object.fromEntries(Object.entries(root.properties).filter(([key]) => !ownProperties.has(key)))
    const { reproduces } = wishes
    return this.#start(
      {
        ...{ plan, document, displayName, type, tags },
        properties: { ...properties, ...(reproduces !== undefined && { [reproducesProperty]: reproduces }) },
      },
      { ...settled, ...wishes },
    )
  }

  async log(name: string, offset: number): Promise<LogChunk> {
    // The status first: a log that is read after its job ended is whole.
    const job = await this.get(name)
    const { bytes, start, sizeBytes } = await readChunk(this.#deps.files.log(job.name), offset)
    const nextOffset = start + bytes.length
    return {
      bytes,
      nextOffset,
      sizeBytes,
      isComplete: terminalStatuses.has(job.status) && bytes.length < logChunkBytes,
    }
  }

  async document(name: string): Promise<JsonObject> {
    const { root } = await this.get(name)
    const stored = await findPlan(this.#deps.database.read, root)
    if (stored === undefined) throw new SluiceError('not-found', `The document of job ${root} is gone.`)
    return stored.document
  }

  /** How many root jobs run and wait, for `sluice status`. */
  async underWay(): Promise<{ readonly running: number; readonly queued: number }> {
    const { read } = this.#deps.database
    return {
      running: await countJobs(read, ['Running', 'CancelRequested', 'Finalizing', 'Preparing']),
      queued: await countJobs(read, ['NotStarted', 'Queued']),
    }
  }
}

/** Says of a job that has not begun why, where the engine knows; what is stored may be older by a moment. */
function pathsOf(jobs: readonly Job[]): readonly StepPath[] {
  return jobs.flatMap(({ step }) => step ?? [])
}

function withWaiting(job: Job, waiting: ReadonlyMap<JobName, string>): Job {
  const words = waiting.get(job.name)
  const isWaiting = job.status === 'NotStarted' || job.status === 'Queued'
  return words === undefined || !isWaiting ? job : { ...job, statusDetail: words }
}

function stillUnderWay(job: Job): SluiceError {
  return new SluiceError('conflict', `Job ${job.name} is still ${job.status}.`, {
    hint: `Wait for it, or cancel it with: sluice job cancel ${job.name}`,
  })
}

function warningsOf({ warnings }: LoadedJob): Pick<SubmittedJob, 'warnings'> {
  return warnings.length > 0 ? { warnings } : {}
}

function datastoreOf({ defaultDatastore }: LoadedJob): Pick<StoredSubmission, 'defaultDatastore'> {
  return defaultDatastore === undefined ? {} : { defaultDatastore }
}

/** Flag, then YAML, then the folder of the file (design.md 11.12). */
function experimentNameOf(submission: Submission, loaded: LoadedJob): string {
  return submission.experimentName ?? loaded.experimentName ?? basename(dirname(submission.file))
}

async function readChunk(
  file: string,
  offset: number,
): Promise<{ readonly bytes: Uint8Array; readonly start: number; readonly sizeBytes: number }> {
  let handle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: new Uint8Array(), start: 0, sizeBytes: 0 }
    throw error
  }
  try {
    const { size } = await handle.stat()
    const start = offset < 0 ? Math.max(0, size + offset) : offset > size ? placeAfterCut(size) : offset
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(logChunkBytes), position: start })
    return { bytes: buffer.subarray(0, bytesRead), start, sizeBytes: size }
  } finally {
    await handle.close()
  }
}
