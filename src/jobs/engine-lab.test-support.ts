import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { sqliteConnection } from '../database/sqlite/index.ts'
import { openDatabase } from '../database/open-database.ts'
import type { Database } from '../database/database.ts'
import { filesystemContentStore } from '../artifacts/filesystem/index.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import { databaseArtifactStore } from '../artifacts/database-artifact-store.ts'
import { databaseStatCache } from '../artifacts/stat-cache.ts'
import type { Clock } from '../base/clock.ts'
import type { Digest, JobName } from '../base/ids.ts'
import { localBackend } from '../compute/local/index.ts'
import type { EnvironmentBuilder } from '../environments/environment-builder.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import { trackingStore } from '../tracking/tracking-store.ts'
import { systemClock } from '../../test/system-clock.ts'
import { AttemptFiles } from './attempt-files.ts'
import { makeExpanders } from './control/expanders.ts'
import type { SweepDeps } from './control/sweep.ts'
import { Engine } from './engine.ts'
import type { Job } from './job-service.ts'
import { findChildren, findJob } from './job-store.ts'
import { storeNewJob } from './store-new-job.ts'
import type { StoredSubmission } from './stored-submission.ts'

const pythonFolder = join(import.meta.dirname, '../../python')
const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest

/** The machine itself as an environment; `locks` counts how often it was asked. */
function machineEnvironment(): EnvironmentBuilder {
  const lock = { digest: sha256('machine'), python: '3', platform: 'test', requirements: '', notes: [] }
  return {
    lock: async () => lock,
    isBuilt: async () => true,
    build: async () => ({ digest: lock.digest, path: [], variables: {}, python: 'python3' }),
  }
}

const noSampler: SweepDeps['sampler'] = { propose: () => Promise.reject(new Error('no sampler in this lab')) }

interface EndedJob {
  readonly root: Job
  readonly step: (path: string) => Job
}

/** A real store and engine in a temporary folder: SQLite, content store, local processes. */
export interface EngineLab {
  readonly folder: string
  readonly engine: Engine
  readonly database: Database
  readonly content: ContentStore
  readonly files: AttemptFiles
  readonly run: (plan: PlannedPipeline, more?: Partial<StoredSubmission>) => Promise<EndedJob>
  /** What became of a job, when it has ended. */
  readonly end: (root: JobName) => Promise<EndedJob>
  readonly start: (plan: PlannedPipeline, more?: Partial<StoredSubmission>) => Promise<JobName>
  readonly children: (root: JobName) => Promise<readonly Job[]>
  readonly log: (job: JobName) => string
}

interface EngineLabOptions {
  readonly slots?: number
  readonly clock?: Clock
  readonly sampler?: SweepDeps['sampler']
  /** Interpreter of every step; without one there are no warm interpreters. */
  readonly python?: string
}

export async function openEngineLab(t: TestContext, options: EngineLabOptions = {}): Promise<EngineLab> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'))
  const clock = options.clock ?? systemClock
  const database = await openDatabase({
    connect: async () => sqliteConnection(folder),
    migrationsFolder: join(import.meta.dirname, '../database/migrations'),
  })
  const statCache = databaseStatCache({ database, clock })
  const content = filesystemContentStore({ folder: join(folder, 'content'), database, statCache, clock })
  const artifacts = databaseArtifactStore({ database, content, clock })
  const { jobRuns: runs, metrics } = trackingStore({ database, clock, random: randomBytes })
  const files = new AttemptFiles(folder)
  const engine = new Engine({
    database,
    content,
    artifacts,
    runs,
    files,
    clock,
    sha256,
    random: randomBytes,
    expanders: makeExpanders({ content, metrics, sampler: options.sampler ?? noSampler, clock }),
    environments: machineEnvironment(),
    backend: localBackend({
      cpu: options.slots ?? 2,
      clock,
      ...(options.python !== undefined && { warmHost: join(pythonFolder, 'src/sluiceworks/warm_host.py') }),
    }),
    pythonFolder,
    addArtifacts: async () => undefined,
    stepVariables: () => ({
      PATH: options.python === undefined ? process.env['PATH']! : `${dirname(options.python)}:/usr/bin:/bin`,
    }),
    reach: () => undefined,
    warn: (message) => t.diagnostic(message),
  })
  t.after(async () => {
    await engine.close()
    await content.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })
  const start: EngineLab['start'] = async (plan, more = {}) => {
    const { stored, names } = await storeNewJob(
      { database, runs, clock, random: randomBytes },
      { plan, document: {}, type: 'pipeline', displayName: 'lab', tags: {}, properties: {} },
      {
        experimentName: 'lab',
        submittedBy: 'tester',
        sources: {},
        code: {},
        environments: {},
        ...more,
      },
    )
    await engine.start(stored, names, 'lab')
    return stored.root
  }
  const end: EngineLab['end'] = async (root) => {
    await engine.ended(root)
    const children = await findChildren(database.read, root)
    return {
      root: await findJob(database.read, root),
      step: (path) => {
        const job = children.find((one) => one.step === path)
        assert.ok(job !== undefined, `there is a step ${path}`)
        return job
      },
    }
  }
  return {
    folder,
    engine,
    database,
    content,
    files,
    start,
    children: (root) => findChildren(database.read, root),
    log: (job) => readFileSync(files.log(job), 'utf8'),
    run: async (plan, more) => end(await start(plan, more)),
    end,
  }
}
