import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { computeBackend } from '../adapters.ts'
import type { JobTokens } from '../access/job-token.ts'
import { type Digest, type ExperimentId, type JobName, runIdOf } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { packageRoot } from '../config.ts'
import { BudgetKeeper } from '../cost/budget-keeper.ts'
import { AttemptFiles } from '../jobs/attempt-files.ts'
import { makeExpanders } from '../jobs/control/expanders.ts'
import { OptunaSampler } from '../jobs/control/optuna-sampler.ts'
import { EngineJobService, type JobServiceDeps } from '../jobs/engine-job-service.ts'
import { Engine } from '../jobs/engine.ts'
import { JobViews } from '../jobs/views/job-views.ts'
import { stepVariables } from './step-surroundings.ts'
import { findByName } from '../tracking/experiment-store.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'
import type { Store } from './open-store.ts'
import { machineVariables } from './machine-variables.ts'
import { reachPoint } from './reach-point.ts'

export const sha256 = (text: string): Digest => createHash('sha256').update(text).digest('hex') as Digest

interface JobParts {
  readonly store: Store
  readonly closing: Opened['closing']
  readonly url: () => string
  readonly tokens: JobTokens
}

interface OpenedJobs {
  readonly engine: Engine
  readonly jobs: EngineJobService
  readonly views: JobViews
  readonly keeper: BudgetKeeper
}

/** What runs: the engine and the jobs as others see them. */
export async function openJobs(
  { settings, environment, log = silentLog }: OpenServerOptions,
  { store, closing, url, tokens }: JobParts,
): Promise<OpenedJobs> {
  const { database, content, artifacts, tracking, assets } = store
  const files = new AttemptFiles(settings.data)
  const deps = jobDeps({ environment }, store)
  const sampler = new OptunaSampler({
    environments: store.environments,
    pythonSource: join(packageRoot(), 'python', 'src'),
    variables: machineVariables(environment),
    clock: store.clock,
    log: (line) => log.write('info', line),
  })
  closing.unshift(() => sampler.close())
  const engine = new Engine({
    ...store,
    ...deps,
    files,
    expanders: makeExpanders({ content, metrics: tracking.metrics, sampler, clock: store.clock }),
    backend: await computeBackend({
      cpu: settings.slots,
      clock: store.clock,
      warmHost: join(packageRoot(), 'python', 'src', 'sluiceworks', 'warm_host.py'),
    }),
    pythonFolder: join(packageRoot(), 'python'),
    addArtifacts: async (job: JobName, digest: Digest) => {
      const entries = await content.tree(digest)
      const [target] = await tracking.jobRuns.artifactFolders(database.read, [runIdOf(job)])
      if (target === undefined) return
      await database.write((tables) => artifacts.addTree(tables, `${target}/outputs`, entries))
    },
    settleOutputs: (tables, jobs) => assets.destinations.settle(tables, jobs),
    deliver: (job, outputs) => assets.destinations.deliver(job, outputs),
    stepVariables: stepVariables({
      machine: machineVariables(environment),
      dataFolder: settings.data,
      url,
      tokens,
      clock: store.clock,
    }),
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => engine.close())
  const { budgets, prices } = settings
  const keeper = new BudgetKeeper({
    ...{ database, clock: store.clock, budgets },
    ...(prices !== undefined && { prices }),
    running: () => engine.running(),
    cancel: async (root, { budget, reason }) => {
      await engine.cancel(root as JobName, { by: `budget:${budget}`, reason })
    },
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => keeper.close())
  const requireOpen = (experiment: string): Promise<void> => keeper.requireOpen(experiment)
  const jobs = new EngineJobService({ ...deps, engine, files, requireOpen })
  const views = new JobViews({ database, engine, jobs, files, clock: store.clock })
  return { engine, jobs, views, keeper }
}

/** What jobs need of the store, whether they run here or are only looked at. */
export function jobDeps(
  { environment }: Pick<OpenServerOptions, 'environment'>,
  store: Store,
): Omit<JobServiceDeps, 'engine' | 'files'> {
  const { database, environments, clock, random, tracking, assets } = store
  return {
    ...assets.settling,
    ...{ database, environments, clock, random, sha256, runs: tracking.jobRuns },
    trialValues: (runIds, key) => tracking.metrics.values(runIds, key),
    reach: reachPoint(environment['SLUICE_CRASH_AT']),
    findExperiment: async (tables, name) => {
      const found = await findByName(tables, name)
      return found === undefined ? undefined : (String(found.experiment_id) as ExperimentId)
    },
  }
}
