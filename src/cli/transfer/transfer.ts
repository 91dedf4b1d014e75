import { SluiceError } from '../../base/errors.ts'
import { copyNotes } from './copy-notes.ts'
import { copyRegistry } from './copy-registry.ts'
import { copyTraces } from './copy-traces.ts'
import { originTag, proxiedPath, putFile, putMetrics, putPairs, type MlflowDestination } from './mlflow-destination.ts'
import type { ExperimentRecord, LoggedModelRecord, Owner, RunRecord } from './mlflow-records.ts'
import {
  emptyReport,
  type Renamed,
  type Transfer,
  type TransferOptions,
  type TransferReport,
} from './transfer-state.ts'

const api = '/api/2.0/mlflow'

/**
 * The story of a transfer between MLflow stores.
 *
 * Experiments, then their runs and logged models, then the registry, then what lies beside them (`copy-notes.ts`), each as a few calls of MLflow's protocol that may
 * be made twice: a point of a metric that is there is not logged again, a tag is set to the value it has, a file that is
 * there with the same size is not sent again. So a transfer that broke off is simply started again. What has been
 * written of a run is read back and counted before the next one begins.
 *
 * Resolves with what was counted. Throws `conflict` where what was written cannot be found.
 */
export async function transfer(options: TransferOptions): Promise<TransferReport> {
  const { source, note } = options
  const report = emptyReport()
  const renamed: Renamed = { experiments: new Map(), runs: new Map(), loggedModels: new Map(), roots: new Map() }
  const wanted = options.experiments === undefined ? undefined : new Set(options.experiments)
  for await (const experiment of source.experiments()) {
    if (wanted !== undefined && !wanted.has(experiment.name)) continue
    wanted?.delete(experiment.name)
    const before = report.runs
    await copyExperiment({ ...options, report, renamed }, experiment)
    report.experiments++
    note(`${experiment.name}: ${report.runs - before} runs`)
  }
  const [unknown] = wanted ?? []
  if (unknown !== undefined) {
    throw new SluiceError('not-found', `${source.name} has no experiment named ${JSON.stringify(unknown)}.`)
  }
  if (wanted === undefined) {
    await copyRegistry({ ...options, report, renamed })
    await copyNotes({ ...options, report, renamed })
  }
  return report
}

/** Whether the bytes are where any client may get them without the server: these stay where they are. */
function isElsewhere(location: string): boolean {
  return /^(s3|gs|wasbs?|abfss?|dbfs|hdfs|viewfs|r2|b2|ftp|sftp|https?):/i.test(location)
}

async function copyExperiment(transfer: Transfer, experiment: ExperimentRecord): Promise<void> {
  const { source, destination, report } = transfer
  const staysThere = isElsewhere(experiment.artifact_location)
  if (staysThere) report.left_out.push(`the files of ${experiment.name} stay at ${experiment.artifact_location}`)
  const experiment_id = await destination.experimentId(experiment, staysThere)
  if (experiment.lifecycle_stage !== 'deleted')
    transfer.renamed.experiments.set(experiment.experiment_id, experiment_id)
  const afterwards: (() => Promise<unknown>)[] = []
  const context = { transfer, experimentId: experiment_id, copiesFiles: !staysThere, afterwards }
  // Sequential: a store is read and written at the speed of one run after the other, and a failure names its run.
  for await (const run of source.runs(experiment.experiment_id)) await copyRun(context, run)
  for await (const model of source.loggedModels(experiment.experiment_id)) await copyLoggedModel(context, model)
  await copyTraces(transfer, { from: experiment.experiment_id, to: experiment_id })
  for (const work of afterwards) await work()
  if (experiment.lifecycle_stage === 'deleted')
    await destination.server.call('POST', `${api}/experiments/delete`, { experiment_id })
}

interface ExperimentContext {
  readonly transfer: Transfer
  readonly experimentId: string
  readonly copiesFiles: boolean
  /** What has to wait for the experiment's logged models. */
  readonly afterwards: (() => Promise<unknown>)[]
}

async function copyRun(context: ExperimentContext, run: RunRecord): Promise<void> {
  const { transfer, experimentId, copiesFiles, afterwards } = context
  const { source, destination, report, renamed } = transfer
  const { server } = destination
  const { params = [], tags = [], metrics = [] } = run.data
  const run_id = await destination.runId(experimentId, run)
  renamed.runs.set(run.info.run_id, run_id)
  const present = await server.call<{ run: RunRecord }>('GET', `${api}/runs/get`, { run_id })
  if (present.run.info.lifecycle_stage === 'deleted') await server.call('POST', `${api}/runs/restore`, { run_id })
  await putPairs(server, run_id, { params, tags })
  let points = 0
  for (const { key } of metrics) {
    for await (const piece of source.history(run.info.run_id, key)) {
      await putMetrics(server, run_id, piece)
      points += piece.length
    }
  }
  const { dataset_inputs = [], model_inputs = [] } = run.inputs ?? {}
  if (dataset_inputs.length > 0)
    await server.call('POST', `${api}/runs/log-inputs`, { run_id, datasets: dataset_inputs })
  const outputs = run.outputs?.model_outputs ?? []
  const idOf = (id: string) => renamed.loggedModels.get(id) ?? id
  if (model_inputs.length > 0) {
    const models = () => model_inputs.map((model) => ({ model_id: idOf(model.model_id) }))
    afterwards.push(() => server.call('POST', `${api}/runs/log-inputs`, { run_id, models: models() }))
  }
  if (outputs.length > 0) {
    const models = () => outputs.map(({ model_id, step = 0 }) => ({ model_id: idOf(model_id), step }))
    afterwards.push(() => server.call('POST', `${api}/runs/outputs`, { run_id, models: models() }))
  }
  const uri = present.run.info.artifact_uri ?? ''
  const owner = { kind: 'run', id: run.info.run_id, uri: run.info.artifact_uri ?? '' } as const
  if (copiesFiles) await copyFiles(transfer, owner, uri)
  await endRun(destination, run_id, run)
  await checkRun(transfer, { run, run_id, points })
  if (run.info.lifecycle_stage === 'deleted')
    afterwards.push(() => server.call('POST', `${api}/runs/delete`, { run_id }))
  report.runs++
  report.params += params.length
  report.tags += tags.length
  report.metric_points += points
  report.datasets += dataset_inputs.length
}

/** The status and end, which another server does not take with a new run. */
async function endRun(destination: MlflowDestination, run_id: string, { info }: RunRecord): Promise<void> {
  if (destination.keepsIds) return
  const { status, end_time } = info
  await destination.server.call('POST', `${api}/runs/update`, {
    run_id,
    status,
    ...(end_time !== undefined && { end_time }),
  })
}

/** Reads back what was written and compares it. */
async function checkRun(
  { destination }: Transfer,
  { run, run_id, points }: { readonly run: RunRecord; readonly run_id: string; readonly points: number },
): Promise<void> {
  const { server } = destination
  const found = (await server.call<{ run: RunRecord }>('GET', `${api}/runs/get`, { run_id })).run
  const { params = [], metrics = [], tags = [] } = run.data
  const known = new Map((found.data.params ?? []).map(({ key, value }) => [key, value]))
  const lost = params.find(({ key, value }) => known.get(key) !== value)
  const foundTags = new Set((found.data.tags ?? []).map(({ key }) => key))
  const lostTag = tags.find(({ key }) => !foundTags.has(key) && key !== originTag)
  let foundPoints = 0
  for (const { key } of metrics) foundPoints += await countPoints(server, run_id, key)
  const wrong =
    lost !== undefined
      ? `its param ${lost.key} is not what it was`
      : lostTag !== undefined
        ? `its tag ${lostTag.key} is missing`
        : foundPoints < points
          ? `${foundPoints} of ${points} points of its metrics are there`
          : undefined
  if (wrong === undefined) return
  throw new SluiceError('conflict', `Run ${run.info.run_id} was not copied whole: ${wrong}.`, {
    hint: 'Was the run changed meanwhile? Start the transfer again; it goes on where this one ended.',
  })
}

async function countPoints(server: MlflowDestination['server'], run_id: string, metric_key: string): Promise<number> {
  let [count, page_token] = [0, '']
  do {
    // Sequential: pages follow each other.
    const page = await server.call<{ metrics?: readonly unknown[]; next_page_token?: string }>(
      'GET',
      `${api}/metrics/get-history`,
      { run_id, metric_key, max_results: 25_000, ...(page_token !== '' && { page_token }) },
    )
    count += page.metrics?.length ?? 0
    page_token = page.next_page_token ?? ''
  } while (page_token !== '')
  return count
}

async function copyLoggedModel(
  { transfer, experimentId, copiesFiles }: ExperimentContext,
  model: LoggedModelRecord,
): Promise<void> {
  const { destination, report, renamed } = transfer
  const { server } = destination
  const { info, data = {} } = model
  const sourceRun = renamed.runs.get(info.source_run_id ?? '') ?? info.source_run_id
  const model_id = await destination.loggedModelId(experimentId, model, sourceRun === '' ? undefined : sourceRun)
  renamed.loggedModels.set(info.model_id, model_id)
  const at = `${api}/logged-models/${model_id}`
  if ((data.params ?? []).length > 0) await server.call('POST', `${at}/params`, { model_id, params: data.params })
  if ((info.tags ?? []).length > 0) await server.call('PATCH', `${at}/tags`, { model_id, tags: info.tags })
  for (const { run_id = '', ...metric } of data.metrics ?? []) {
    const run = renamed.runs.get(run_id)
    if (run !== undefined)
      await server.call('POST', `${api}/runs/log-batch`, { run_id: run, metrics: [{ ...metric, model_id }] })
  }
  const present = await server.call<{ model: LoggedModelRecord }>('GET', at)
  const owner = { kind: 'model', id: info.model_id, uri: info.artifact_uri ?? '' } as const
  if (copiesFiles) await copyFiles(transfer, owner, present.model.info.artifact_uri ?? '')
  if (!destination.keepsIds && /READY|FAILED/.test(info.status))
    await server.call('PATCH', at, { model_id, status: info.status })
  report.logged_models++
}

/** Files with the size that the source says are there already and not sent again. */
async function copyFiles({ source, destination, report, renamed }: Transfer, owner: Owner, uri: string): Promise<void> {
  const { server } = destination
  renamed.roots.set(owner.uri, uri)
  for await (const { path, sizeBytes, digest } of source.files(owner)) {
    const place = proxiedPath({ uri }, path)
    if (place === undefined) {
      report.left_out.push(`the files of ${owner.kind} ${owner.id}: ${uri} is not served by ${server.url}`)
      return
    }
    const present = await server.head(place)
    if (present?.['content-length'] === String(sizeBytes)) {
      report.artifacts_present++
      continue
    }
    const sent = await putFile(server, place, await source.read(owner, path))
    if (digest !== undefined && digest !== sent.digest) {
      throw new SluiceError('conflict', `${path} of ${owner.kind} ${owner.id} is not what was exported.`, {
        hint: `Its SHA-256 was ${digest} and is ${sent.digest}: the folder was changed or is damaged. Export it again.`,
      })
    }
    await checkFile(destination, { place, path, owner, ...sent })
    report.artifacts++
    report.artifact_bytes += sent.sizeBytes
  }
}

/** Our server names a file by its sha256; of another one the size has to do. */
async function checkFile(
  { server, keepsIds }: MlflowDestination,
  sent: {
    readonly place: string
    readonly path: string
    readonly owner: Owner
    readonly sizeBytes: number
    readonly digest: string
  },
): Promise<void> {
  const headers = await server.head(sent.place)
  const isWhole = headers !== undefined && headers['content-length'] === String(sent.sizeBytes)
  const isSame = !keepsIds || (headers?.etag ?? '').includes(sent.digest)
  if (isWhole && isSame) return
  throw new SluiceError(
    'conflict',
    `${sent.path} of ${sent.owner.kind} ${sent.owner.id} did not arrive as it was sent.`,
    {
      hint: 'Start the transfer again; it goes on where this one ended.',
    },
  )
}
