import { createHash } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { SluiceError } from '../../base/errors.ts'
import type { RestClient } from '../link/rest-client.ts'
import type { ExperimentRecord, LoggedModelRecord, MetricRecord, Owner, Pair, RunRecord } from './mlflow-records.ts'
import type { MlflowServer } from './mlflow-server.ts'

/** Where runs and logged models get: ours keep their ids, another server gives its own. */
export interface MlflowDestination {
  readonly server: MlflowServer
  /** True: run ids, logged model ids and times stay what they were. */
  readonly keepsIds: boolean
  /** Our own interface, where the server is ours. */
  readonly own?: Pick<RestClient, 'put'>
  experimentId(experiment: ExperimentRecord, keepLocation: boolean): Promise<string>
  /** Makes the run, or finds what an earlier transfer made of it. */
  runId(experimentId: string, run: RunRecord): Promise<string>
  loggedModelId(experimentId: string, model: LoggedModelRecord, sourceRunId: string | undefined): Promise<string>
}

const api = '/api/2.0/mlflow'
/** On runs and models of another server: what they are copies of, so that a second transfer finds them. */
export const originTag = 'sluice.transferred_from'

/** Our own server. */
export function ownDestination(server: MlflowServer, client: RestClient): MlflowDestination {
  return {
    server,
    own: client,
    keepsIds: true,
    experimentId: (experiment, keepLocation) => experimentOf(server, experiment, keepLocation),
    runId: async (experiment_id, { info }) => {
      await client.post('/api/v1/runs', {
        run_id: info.run_id,
        experiment_id,
        run_name: info.run_name ?? info.run_id,
        user_id: info.user_id ?? '',
        status: info.status,
        start_ms: info.start_time ?? 0,
        ...(info.end_time !== undefined && { end_ms: info.end_time }),
      })
      return info.run_id
    },
    loggedModelId: async (experiment_id, { info }, source_run_id) => {
      await client.post('/api/v1/logged-models', {
        model_id: info.model_id,
        experiment_id,
        name: info.name,
        model_type: info.model_type ?? '',
        source_run_id: source_run_id ?? '',
        status: info.status.replace(/^LOGGED_MODEL_(STATUS_)?/, ''),
        created_ms: info.creation_timestamp_ms,
        updated_ms: info.last_updated_timestamp_ms,
      })
      return info.model_id
    },
  }
}

/** Any other MLflow server. */
export function foreignDestination(server: MlflowServer): MlflowDestination {
  return {
    server,
    keepsIds: false,
    experimentId: (experiment, keepLocation) => experimentOf(server, experiment, keepLocation),
    runId: async (experiment_id, { info }) => {
      const found = await server.call<{ runs?: readonly RunRecord[] }>('POST', `${api}/runs/search`, {
        experiment_ids: [experiment_id],
        filter: `tags.\`${originTag}\` = '${info.run_id}'`,
        run_view_type: 'ALL',
        max_results: 1,
      })
      const existing = found.runs?.[0]?.info.run_id
      if (existing !== undefined) return existing
      const { run } = await server.call<{ run: RunRecord }>('POST', `${api}/runs/create`, {
        experiment_id,
        run_name: info.run_name ?? '',
        user_id: info.user_id ?? '',
        start_time: info.start_time ?? 0,
        tags: [{ key: originTag, value: info.run_id }],
      })
      return run.info.run_id
    },
    loggedModelId: async (experiment_id, { info }, source_run_id) => {
      const found = await server.call<{ models?: readonly LoggedModelRecord[] }>(
        'POST',
        `${api}/logged-models/search`,
        {
          experiment_ids: [experiment_id],
          filter: `tags.\`${originTag}\` = '${info.model_id}'`,
          max_results: 1,
        },
      )
      const existing = found.models?.[0]?.info.model_id
      if (existing !== undefined) return existing
      const { model } = await server.call<{ model: LoggedModelRecord }>('POST', `${api}/logged-models`, {
        experiment_id,
        name: info.name,
        ...(info.model_type !== undefined && info.model_type !== '' && { model_type: info.model_type }),
        ...(source_run_id !== undefined && { source_run_id }),
        tags: [{ key: originTag, value: info.model_id }],
      })
      return model.info.model_id
    },
  }
}

/** The experiment of that name, made where it is missing; a deleted one is restored for the transfer. */
async function experimentOf(server: MlflowServer, wanted: ExperimentRecord, keepLocation: boolean): Promise<string> {
  const existing = await experimentNamed(server, wanted.name)
  if (existing?.lifecycle_stage === 'deleted')
    await server.call('POST', `${api}/experiments/restore`, { experiment_id: existing.experiment_id })
  const experiment_id =
    existing?.experiment_id ??
    (
      await server.call<{ experiment_id: string }>('POST', `${api}/experiments/create`, {
        name: wanted.name,
        ...(keepLocation && { artifact_location: wanted.artifact_location }),
      })
    ).experiment_id
  for (const tag of wanted.tags ?? [])
    await server.call('POST', `${api}/experiments/set-experiment-tag`, { experiment_id, ...tag })
  return experiment_id
}

async function experimentNamed(server: MlflowServer, experiment_name: string): Promise<ExperimentRecord | undefined> {
  try {
    const path = `${api}/experiments/get-by-name`
    return (await server.call<{ experiment: ExperimentRecord }>('GET', path, { experiment_name })).experiment
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}

const perBatch = { metrics: 1000, params: 100, tags: 100 } as const

/** Logs points of metrics; what is there already is not logged twice. */
export async function putMetrics(
  server: MlflowServer,
  run_id: string,
  metrics: readonly MetricRecord[],
): Promise<void> {
  for (let at = 0; at < metrics.length; at += perBatch.metrics)
    await server.call('POST', `${api}/runs/log-batch`, { run_id, metrics: metrics.slice(at, at + perBatch.metrics) })
}

export async function putPairs(
  server: MlflowServer,
  run_id: string,
  { params, tags }: { readonly params: readonly Pair[]; readonly tags: readonly Pair[] },
): Promise<void> {
  for (let at = 0; at < Math.max(params.length, tags.length); at += perBatch.params) {
    const part = { params: params.slice(at, at + perBatch.params), tags: tags.slice(at, at + perBatch.tags) }
    await server.call('POST', `${api}/runs/log-batch`, { run_id, ...part })
  }
}

/** The place of an owner's file in a server's own artifacts; `undefined` when they are elsewhere. */
export function proxiedPath({ uri }: Pick<Owner, 'uri'>, path: string): string | undefined {
  const root = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*?)\/*$/.exec(uri)?.[1]
  if (root === undefined) return undefined
  const encoded = [...root.split('/'), ...path.split('/')].map(encodeURIComponent).join('/')
  return `/api/2.0/mlflow-artifacts/artifacts/${encoded}`
}

/** Sends the bytes and gives their number and sha256, taken on the way. */
export async function putFile(
  server: MlflowServer,
  path: string,
  bytes: Readable,
): Promise<{ readonly sizeBytes: number; readonly digest: string }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      sizeBytes += chunk.length
      done(null, chunk)
    },
  })
  bytes.on('error', (error) => counted.destroy(error))
  await server.upload(path, bytes.pipe(counted))
  return { sizeBytes, digest: hash.digest('hex') }
}
