import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { openDeploymentLog } from './deployment-log.ts'
import { defaultBatchRows, workersOf, type DeploymentSpec } from './deployment-spec.ts'
import type { Revision } from './deployment-store.ts'
import {
  askForPython,
  askForWholeMlflow,
  prepareDeployment,
  type PreparationPlace,
  type PreparedDeployment,
} from './prepare-deployment.ts'
import type { ServingMetrics } from './observe/serving-metrics.ts'
import type { ProcessUsage } from '../processes/process-usage.ts'
import type { PoolSettings, PoolStatus } from './pool-settings.ts'
import { WorkerPool, type Client, type PoolAnswer } from './worker-pool.ts'
import type { ScoringRequest } from './worker.ts'

/** What runs deployments: where their files lie, and what prepares them. */
export interface DeploymentPlace extends PreparationPlace {
  readonly clock: Clock
  readonly metrics?: Pick<ServingMetrics, 'meterOf'>
  /** Holds one folder per endpoint. */
  readonly folder: string
  /** What the workers of one revision get on top of `variables`. */
  readonly variablesOf?: (revision: Revision) => Readonly<Record<string, string>>
}

/** One revision with its workers. */
export interface OnlineDeployment {
  readonly revision: Revision
  /** Prepares it and starts its workers; rejects with the reason when it cannot serve. The caller then closes it. */
  start(): Promise<void>
  /** For a revision that served before: tries until it serves again, while requests wait for it. */
  resume(): void
  /** Never rejects. */
  score(request: ScoringRequest, client?: Client): Promise<PoolAnswer>
  status(): PoolStatus
  /** A worker is ready, or none is kept while nobody asks. */
  isServing(): boolean
  usage(): ProcessUsage
  /** False when the model is known to have no use for a request's headers. */
  wantsHeaders(): boolean
  /** The content of the model's `MLmodel`; undefined for other models, and until it is prepared. */
  metadata(): JsonObject | undefined
  /** What its workers say of the model; undefined until one is ready. */
  description(): JsonObject | undefined
  /** What it runs, and where; it is made where that was not done yet. */
  prepared(): Promise<PreparedDeployment>
  /** Answers what it has, then ends its workers and removes its files. */
  retire(): Promise<void>
  /** Ends its workers and removes its files: it never served. */
  discard(): Promise<void>
  /** Ends its workers; its files stay. */
  close(): Promise<void>
}

/** Where a deployment's log and the files of its revisions lie. */
export function deploymentFolder(folder: string, endpoint: string, deployment: string): string {
  return join(folder, endpoint, deployment)
}

/** The log of all revisions of a deployment. */
export function deploymentLogFile(folder: string, endpoint: string, deployment: string): string {
  return join(deploymentFolder(folder, endpoint, deployment), 'log.txt')
}

/** Instances are `WORKER_COUNT` workers each. */
function workerSettingsOf(spec: DeploymentSpec): Pick<PoolSettings, 'workers' | 'scale'> {
  const { environmentVariables, workers: { scale, ...limits } = {} } = spec
  if (scale === undefined) return { workers: workersOf(spec), ...limits }
  const workersIn = (instanceCount: number): number =>
    instanceCount === 0 ? 0 : workersOf({ instanceCount, environmentVariables })
  const [min, max] = [workersIn(scale.min), workersIn(scale.max)]
  return { workers: min, scale: { ...scale, min, max }, ...limits }
}

/** A revision that is not started yet; its log is open until it is closed. */
export function onlineDeployment(revision: Revision, place: DeploymentPlace): OnlineDeployment {
  const { endpoint, deployment, spec } = revision
  const home = deploymentFolder(place.folder, endpoint, deployment)
  mkdirSync(home, { recursive: true })
  const log = openDeploymentLog(deploymentLogFile(place.folder, endpoint, deployment))
  const folder = join(home, `revision-${revision.revision}`)
  const ownPlace = { ...place, variables: { ...place.variables, ...place.variablesOf?.(revision) } }
  let prepared: Promise<PreparedDeployment> | undefined
  let metadata: JsonObject | undefined

  /** One preparation serves all workers; after a failure the next worker to start tries again. */
  function prepare(): Promise<PreparedDeployment> {
    prepared ??= prepareDeployment({ folder, endpoint, spec, log: (line) => log.line(line) }, ownPlace).then(
      (ready) => {
        metadata = ready.metadata
        return ready
      },
      (error: unknown) => {
        prepared = undefined
        throw error
      },
    )
    return prepared
  }

  const batching = { maxRows: defaultBatchRows, ...spec.batching }
  const meter = place.metrics === undefined ? {} : { meter: place.metrics.meterOf(endpoint, deployment) }
  const newPool = (): WorkerPool =>
    new WorkerPool(
      { ...workerSettingsOf(spec), ...spec.request, maxBatchRows: batching.maxRows },
      { clock: place.clock, log, command: async () => ({ ...(await prepare()).command, batching }), ...meter },
    )
  let pool = newPool()
  let isClosed = false

  /**
   * Models may use packages that only the whole of mlflow brings, and say nothing of it; and a graph may be none that this
   * process runs as MLflow does.
   */
  async function startOtherwise(failure: unknown): Promise<void> {
    const first = await prepared
    const isImport = /ModuleNotFoundError|ImportError/.test(messageOf(failure))
    const ask =
      first?.isSlim === true && isImport
        ? askForWholeMlflow
        : first?.command.thread?.declared !== undefined
          ? askForPython
          : undefined
    if (ask === undefined || isClosed) throw failure
    log.line(`${messageOf(failure)}; trying with ${ask === askForPython ? 'Python' : 'the whole of mlflow'}`)
    await pool.close()
    await ask(folder)
    prepared = undefined
    await prepare()
    pool = newPool()
    if (isClosed) throw failure
    await pool.start()
  }
  const close = async (): Promise<void> => {
    isClosed = true
    await pool.close()
    // A preparation under way writes into the log and the folder.
    await prepared?.catch(() => undefined)
    log.close()
  }
  const discard = async (): Promise<void> => {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
  return {
    revision,
    async start() {
      log.line(`preparing revision ${revision.revision}`)
      await prepare()
      await pool.start().catch(startOtherwise)
    },
    resume: () => pool.resume(),
    score: (request, client) => pool.submit(request, client),
    status: () => pool.status(),
    isServing: () => pool.status().ready > 0 || pool.status().wanted === 0,
    usage: () => pool.usage(),
    wantsHeaders: () => pool.description?.['wantsHeaders'] !== false && pool.description?.['kind'] !== 'mlflow',
    metadata: () => metadata,
    description: () => pool.description,
    prepared: prepare,
    async retire() {
      await pool.drain()
      await discard()
    },
    discard,
    close,
  }
}
