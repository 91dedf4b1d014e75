import type { Clock } from '../../base/clock.ts'
import type { Digest, JobName, StepPath } from '../../base/ids.ts'
import type { Database } from '../../database/database.ts'
import { latestEventSeq } from '../../events/event-log.ts'
import type { AttemptFiles } from '../attempt-files.ts'
import type { Engine } from '../engine.ts'
import type { Job, JobService } from '../job-service.ts'
import { codeOfJob } from './job-code.ts'
import { jobGraph, type JobGraph } from './job-graph.ts'
import { jobTimeline, type JobTimeline } from './job-timeline.ts'
import { queueView, type QueueView } from './queue-view.ts'
import { indexLog, type LogLines, type LogSearch, type LogSearchWish, searchLog } from './scan-log.ts'

export interface JobViewDeps {
  readonly database: Pick<Database, 'read'>
  readonly engine: Pick<Engine, 'slots'>
  readonly jobs: Pick<JobService, 'get' | 'children'>
  readonly files: Pick<AttemptFiles, 'log'>
  readonly clock: Pick<Clock, 'now'>
}

/** What no event tells of (places in the queue, progress, the time itself) is this old at most on a page of a live job. */
const liveMs = 5000

/** So many logs are known line by line at once. */
const logsKept = 32

/** Jobs as pages show them: graphs, times, logs by line, the queue. Unknown names throw `not-found`. */
export class JobViews {
  readonly #deps: JobViewDeps
  /** What is known of logs by now; the one that was asked for last is at the end. */
  readonly #lines = new Map<JobName, LogLines>()

  /** Another server may say things in other words. */
  readonly #openedMs: number

  constructor(deps: JobViewDeps) {
    this.#deps = deps
    this.#openedMs = deps.clock.now()
  }

  /**
   * Text that is another one whenever the graph or timeline of the job's root may be; ask for it before them. It costs
   * two rows, they cost every step.
   */
  async stamp(name: string): Promise<string> {
    const { jobs, database, clock } = this.#deps
    const { root } = await jobs.get(name)
    const seq = await latestEventSeq(database.read, root)
    const { endedMs } = await jobs.get(root)
    const live = endedMs === undefined ? `.${Math.floor(clock.now() / liveMs)}` : ''
    return `${this.#openedMs.toString(36)}.${seq}${live}`
  }

  /** The graph of the job's root, or of one round of a loop or sweep in it. */
  async graph(name: string, within = ''): Promise<JobGraph> {
    return jobGraph(this.#deps.database.read, await this.#jobsOf(name), within as StepPath)
  }

  /** What the steps of the job's root spent their time with. */
  async timeline(name: string): Promise<JobTimeline> {
    const { database, clock } = this.#deps
    return jobTimeline(database.read, await this.#jobsOf(name), clock.now())
  }

  /** The digest of the code that the job, or the step of it at a path, ran with. */
  async code(name: string, step?: string): Promise<Digest> {
    const { jobs, database } = this.#deps
    return codeOfJob(database.read, await jobs.get(name), step as StepPath | undefined)
  }

  async queue(): Promise<QueueView> {
    const { database, engine, clock } = this.#deps
    return queueView(database.read, engine.slots(), clock.now())
  }

  async searchLog(name: string, wish: LogSearchWish): Promise<LogSearch> {
    const { jobs, files } = this.#deps
    return searchLog(files.log((await jobs.get(name)).name), wish)
  }

  async logLines(name: string): Promise<LogLines> {
    const { jobs, files } = this.#deps
    const job = (await jobs.get(name)).name
    const lines = await indexLog(files.log(job), this.#lines.get(job))
    this.#lines.delete(job)
    this.#lines.set(job, lines)
    const [oldest] = this.#lines.keys()
    if (this.#lines.size > logsKept) this.#lines.delete(oldest!)
    return lines
  }

  /** The root first. */
  async #jobsOf(name: string): Promise<readonly Job[]> {
    const { jobs } = this.#deps
    const { root } = await jobs.get(name)
    return [await jobs.get(root), ...(await jobs.children(root))]
  }
}
