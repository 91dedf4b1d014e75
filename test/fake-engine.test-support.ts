import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { SluiceError } from '../src/base/errors.ts'
import type { ExperimentId, JobName, StepPath } from '../src/base/ids.ts'
import type { RecordedEvent } from '../src/events/event-log.ts'
import { cancellationText } from '../src/jobs/cancellation.ts'
import type { Job, JobFilter, JobService, PlanView, Submission } from '../src/jobs/job-service.ts'
import { terminalStatuses } from '../src/jobs/job-service.ts'
import type { StepVerdict } from '../src/plan/plan-words.ts'

/*
 * An engine in memory for tests of what stands on it. A "pipeline" is a YAML file of steps that says what happens:
 *
 *   steps:
 *     prepare: { reused: true }
 *     train:   { log: "epoch 1\n", ms: 20 }
 *     test:    { fails: it is wrong }
 *     hold:    { waits: true }          # until somebody cancels, or calls release()
 *     extra:   { skipped: prepare }
 */
interface FakeStep {
  readonly reused?: boolean
  readonly log?: string
  readonly ms?: number
  readonly fails?: string
  readonly waits?: boolean
  readonly skipped?: string
}

export interface FakeEngine {
  readonly jobs: JobService
  readonly submissions: Submission[]
  readonly events: {
    read(query: { after: number; limit: number; subject?: string }): Promise<readonly RecordedEvent[]>
    latestSeq(): Promise<number>
  }
  /** Lets every waiting step go on. */
  release(): void
  counts(): { running: number; queued: number }
}

export function fakeEngine({ namePrefix = 'calm_otter' } = {}): FakeEngine {
  const state = new EngineState(namePrefix)
  return {
    submissions: state.submissions,
    release: () => state.waiting.splice(0).forEach((go) => go()),
    counts: () => ({
      running: state.all().filter(({ parent, status }) => parent === undefined && status === 'Running').length,
      queued: state.all().filter(({ parent, status }) => parent === undefined && status === 'Queued').length,
    }),
    events: {
      read: ({ after, limit, subject }) =>
        Promise.resolve(
          state.events
            .filter((event) => event.seq > after && (subject === undefined || event.subject === subject))
            .slice(0, limit),
        ),
      latestSeq: () => Promise.resolve(state.events.length),
    },
    jobs: {
      submit: (submission) => state.submit(submission),
      plan: async (submission) => planOf(await state.read(submission.file)),
      validate: async (file) => {
        await state.read(file)
        return { kind: 'pipeline-job', name: 'fake' }
      },
      get: (name) => Promise.resolve(state.get(name)),
      // Every job is a sweep of its children, of which none was better than another.
      trials: (name) =>
        Promise.resolve({
          primaryMetric: 'loss',
          goal: 'minimize',
          trials: state.childrenOf(state.get(name).name).map((job, index) => ({
            ...{ job, number: index + 1, parameters: { x: index }, value: 1, logged: 1, isBest: index === 0 },
          })),
        }),
      children: (name) => Promise.resolve(state.childrenOf(state.get(name).name)),
      childrenSince: (name, afterSeq = 0) => {
        const told = new Set(state.events.filter(({ seq }) => seq > afterSeq).map(({ body }) => body['job']))
        const jobs = state.childrenOf(state.get(name).name).filter((job) => afterSeq === 0 || told.has(job.name))
        return Promise.resolve({ jobs, latestSeq: state.events.length })
      },
      list: (filter) => Promise.resolve(state.list(filter)),
      counts: (filter) => {
        const { jobs } = state.list({ ...filter, limit: Infinity })
        return Promise.resolve({
          statuses: { Completed: jobs.length },
          experiments: [{ name: 'fake', count: jobs.length }],
        })
      },
      archive: (name, isArchived) => Promise.resolve({ ...state.get(name), ...(isArchived && { archivedMs: 1 }) }),
      cancel: (name, cancellation) => Promise.resolve(state.cancel(name, cancellationText(cancellation))),
      reproduce: async (name, submittedBy) => {
        const submission = state.submissionOf.get(state.get(name).root)!
        return state.submit({ ...submission, submittedBy, noReuse: true })
      },
      diff: async (name, other) => ({
        old: state.get(name).name,
        new: state.get(other ?? name).name,
        differences: [],
        outputsCompared: 0,
      }),
      planRetry: async (name) => planOf(await state.read(state.submissionOf.get(state.get(name).root)!.file)),
      retry: async (name, { submittedBy }) => {
        const job = state.get(name)
        const submission = state.submissionOf.get(job.root)!
        return state.submit({ ...submission, submittedBy })
      },
      log: (name, offset) => {
        const job = state.get(name)
        const bytes = state.logs.get(job.name) ?? Buffer.alloc(0)
        const start = offset < 0 ? Math.max(0, bytes.length + offset) : offset
        const chunk = bytes.subarray(start, start + 1024 * 1024)
        const nextOffset = start + chunk.length
        const isComplete = terminalStatuses.has(job.status) && nextOffset >= bytes.length
        return Promise.resolve({ bytes: chunk, nextOffset, sizeBytes: bytes.length, isComplete })
      },
      document: async (name) =>
        ({ steps: { ...(await state.read(state.submissionOf.get(state.get(name).root)!.file)) } }) as never,
    },
  }
}

class EngineState {
  readonly submissions: Submission[] = []
  readonly submissionOf = new Map<string, Submission>()
  readonly events: RecordedEvent[] = []
  readonly logs = new Map<string, Buffer>()
  readonly waiting: (() => void)[] = []
  readonly #jobs = new Map<string, Job>()
  readonly #canceled = new Set<string>()
  readonly #namePrefix: string

  constructor(namePrefix: string) {
    this.#namePrefix = namePrefix
  }

  all(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  get(name: string): Job {
    const job = this.#jobs.get(name)
    if (job === undefined)
      throw new SluiceError('not-found', `There is no job "${name}".`, { hint: 'List the jobs with: sluice job list' })
    return job
  }

  childrenOf(name: JobName): readonly Job[] {
    return this.all().filter(({ root, parent }) => root === name && parent !== undefined)
  }

  list({ parent, statuses, experimentName, withChildren = false, limit, pageToken }: JobFilter) {
    const found = this.all()
      .filter((job) => (parent === undefined ? withChildren || job.parent === undefined : job.parent === parent))
      .filter((job) => statuses === undefined || statuses.includes(job.status))
      .filter((job) => experimentName === undefined || job.experimentName === experimentName)
      .reverse()
    const start = Number(pageToken ?? 0)
    const isMore = start + limit < found.length
    return { jobs: found.slice(start, start + limit), ...(isMore && { nextPageToken: String(start + limit) }) }
  }

  async read(file: string): Promise<Readonly<Record<string, FakeStep>>> {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new SluiceError('input-not-found', `There is no file ${file}.`)
    })
    const line = text.split('\n').findIndex((each) => each.includes('typo'))
    if (line >= 0) throw wrongDocument(file, text.split('\n')[line]!, line + 1)
    return (parse(text) as { steps: Record<string, FakeStep> }).steps
  }

  async submit(submission: Submission): Promise<Job> {
    const steps = await this.read(submission.file)
    this.submissions.push(submission)
    const name = `${this.#namePrefix}_${String(this.submissions.length).padStart(10, '0')}` as JobName
    this.submissionOf.set(name, submission)
    const root = this.#put({
      ...newJob(name, name),
      type: 'pipeline',
      status: 'Running',
      startedMs: Date.now(),
      displayName: 'fake pipeline',
      experimentName: submission.experimentName ?? 'fake',
      inputs: { alpha: { type: 'number', value: submission.overrides?.['alpha'] ?? '0.4' } },
    })
    for (const step of Object.keys(steps))
      this.#put({
        ...newJob(`${name}.${step}` as JobName, name),
        step: step as StepPath,
        parent: name,
        displayName: step,
      })
    void this.#run(name, steps)
    return root
  }

  cancel(name: string, by: string): Job {
    const job = this.get(name)
    if (terminalStatuses.has(job.status)) return job
    this.#canceled.add(job.root)
    this.#put({ ...job, status: 'CancelRequested', statusDetail: `asked by ${by}` })
    this.waiting.splice(0).forEach((go) => go())
    return this.get(name)
  }

  async #run(root: JobName, steps: Readonly<Record<string, FakeStep>>): Promise<void> {
    let failed = 0
    for (const [path, step] of Object.entries(steps)) {
      const name = `${root}.${path}` as JobName
      // A turn of the loop before each step, so that watchers see every state.
      await new Promise((resolve) => setTimeout(resolve, 2))
      if (this.#canceled.has(root) || failed > 0) {
        this.#put({ ...this.get(name), status: 'Canceled', endedMs: Date.now() })
        continue
      }
      if (await this.#runStep(name, step)) failed++
    }
    const status = this.#canceled.has(root) ? 'Canceled' : failed > 0 ? 'Failed' : 'Completed'
    this.#put({
      ...this.get(root),
      status,
      endedMs: Date.now(),
      ...(failed > 0 && { error: { code: 'step-failed', message: `${failed} step failed.` } }),
    })
  }

  /** True when the step failed. */
  async #runStep(name: JobName, step: FakeStep): Promise<boolean> {
    if (step.skipped !== undefined || step.reused === true) {
      const from = 'old_oak_0000000001' as JobName
      const verdict: StepVerdict =
        step.skipped === undefined ? { kind: 'unchanged', from } : { kind: 'skip', condition: step.skipped as StepPath }
      this.#put({
        ...this.get(name),
        status: 'Completed',
        endedMs: Date.now(),
        verdict,
        ...(step.reused === true
          ? { reusedFrom: from }
          : { statusDetail: `Skipped: ${step.skipped} takes the other block` }),
      })
      return false
    }
    const verdict: StepVerdict = { kind: 'run', reason: { kind: 'no-earlier-job' } }
    this.#put({ ...this.get(name), status: 'Running', startedMs: Date.now(), attempts: 1, verdict })
    this.logs.set(name, Buffer.from(step.log ?? ''))
    if (step.ms !== undefined) await new Promise((resolve) => setTimeout(resolve, step.ms))
    if (step.waits === true) await new Promise<void>((resolve) => this.waiting.push(resolve))
    if (this.#canceled.has(this.get(name).root)) {
      this.#put({ ...this.get(name), status: 'Canceled', endedMs: Date.now() })
      return false
    }
    const isFailed = step.fails !== undefined
    this.#put({
      ...this.get(name),
      status: isFailed ? 'Failed' : 'Completed',
      endedMs: Date.now(),
      exitCode: isFailed ? 1 : 0,
      usage: { wallMs: step.ms ?? 1, cpuMs: 1 },
      ...(isFailed && { error: { code: 'step-failed', message: step.fails } }),
    })
    return isFailed
  }

  #put(job: Job): Job {
    const before = this.#jobs.get(job.name)?.status
    this.#jobs.set(job.name, job)
    if (before !== job.status)
      this.events.push({
        seq: this.events.length + 1,
        kind: 'job.status',
        subject: job.root,
        atMs: Date.now(),
        body: { job: job.name, status: job.status },
      })
    return job
  }
}

function newJob(name: JobName, root: JobName): Job {
  return {
    name,
    type: 'command',
    status: 'NotStarted',
    displayName: name,
    experimentId: '1' as ExperimentId,
    experimentName: 'fake',
    root,
    createdMs: Date.now(),
    inputs: {},
    outputs: {},
    attempts: 0,
    tags: {},
    properties: {},
  }
}

function planOf(steps: Readonly<Record<string, FakeStep>>): PlanView {
  return {
    estimatedMs: 1500,
    steps: Object.entries(steps).map(([path, { reused = false }]) => ({
      path: path as StepPath,
      type: 'command',
      verdict: reused
        ? { kind: 'unchanged', from: 'old_oak_0000000001' as JobName }
        : {
            kind: 'run',
            reason: {
              kind: 'changed',
              since: 'old_oak_0000000001' as JobName,
              changes: [{ field: 'input alpha', old: '0.4', now: '0.5' }],
            },
          },
    })),
  }
}

function wrongDocument(file: string, sourceLine: string, line: number): SluiceError {
  const column = sourceLine.indexOf('typo') + 1
  const at = { file, line, column }
  const frame = `${line} | ${sourceLine}\n${' '.repeat(String(line).length + 3 + column - 1)}^`
  return new SluiceError('invalid-document', `${file} has 2 mistakes.`, {
    diagnostics: [
      { message: 'Unknown field "typo".', hint: 'Did you mean "type"?', at, frame },
      { message: 'Step "train" has no command.', at },
    ],
  })
}
