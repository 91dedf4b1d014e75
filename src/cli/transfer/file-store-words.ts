import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import type {
  ExperimentRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelVersionRecord,
  Pair,
  RegisteredModelRecord,
  RunRecord,
} from './mlflow-records.ts'

/** What MLflow's own folder says where, by the names of its files; pure. `root` is where the folder will be. */

type Files = Map<string, string>

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']
const modelStatuses = ['LOGGED_MODEL_STATUS_UNSPECIFIED', 'LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY']
const uploadFailed = 3
const uriOf = (path: string): string => pathToFileURL(path).href

function pairFiles(folder: string, pairs: readonly Pair[] | undefined): (readonly [string, string])[] {
  return (pairs ?? []).map(({ key, value }) => [`${folder}/${key}`, value] as const)
}

export function experimentFiles(experiment: ExperimentRecord, root: string): Files {
  const { experiment_id, name, artifact_location, lifecycle_stage, tags } = experiment
  const isElsewhere =
    /^[a-z][a-z0-9+.-]+:/i.test(artifact_location) && !/^(mlflow-artifacts|file):/.test(artifact_location)
  const location = isElsewhere ? artifact_location : uriOf(root)
  const meta = {
    artifact_location: location,
    experiment_id,
    lifecycle_stage,
    name,
    creation_time: null,
    last_update_time: null,
  }
  return new Map([['meta.yaml', stringify(meta)], ...pairFiles('tags', tags)])
}

/** The files of a run, and of the data sets of its experiment that it names. */
export function runFiles(run: RunRecord, root: string): { readonly own: Files; readonly datasets: Files } {
  const { info, data, inputs = {}, outputs = {} } = run
  const meta = {
    artifact_uri: uriOf(join(root, 'artifacts')),
    end_time: info.end_time ?? null,
    entry_point_name: '',
    experiment_id: root.split(/[\\/]/).at(-2) ?? '',
    lifecycle_stage: info.lifecycle_stage,
    run_id: info.run_id,
    run_name: info.run_name ?? '',
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: info.start_time ?? 0,
    status: statuses.indexOf(info.status) + 1,
    tags: [],
    user_id: info.user_id ?? '',
  }
  const own: Files = new Map([
    ['meta.yaml', stringify(meta)],
    ...pairFiles('params', data.params),
    ...pairFiles('tags', data.tags),
  ])
  const datasets: Files = new Map()
  for (const input of (inputs.dataset_inputs ?? []) as readonly DatasetInput[]) {
    const { name, digest, source_type, source, schema = null, profile = null } = input.dataset
    const id = createHash('md5')
      .update(JSON.stringify([name, digest]))
      .digest('hex')
    datasets.set(`datasets/${id}/meta.yaml`, stringify({ digest, name, profile, schema, source, source_type }))
    const tags = Object.fromEntries((input.tags ?? []).map(({ key, value }) => [key, value]))
    const link = { destination_id: info.run_id, destination_type: 'RUN', source_id: id, source_type: 'DATASET', tags }
    own.set(`inputs/${id}/meta.yaml`, stringify(link))
  }
  for (const { model_id } of inputs.model_inputs ?? []) {
    const link = { destination_id: model_id, destination_type: 'MODEL_INPUT', source_id: model_id, tags: {} }
    own.set(`inputs/${model_id}/meta.yaml`, stringify({ ...link, source_type: 'RUN_INPUT' }))
  }
  for (const { model_id, step = 0 } of outputs.model_outputs ?? []) {
    const link = { destination_id: model_id, destination_type: 'MODEL_OUTPUT', source_id: model_id, tags: {} }
    own.set(`outputs/${model_id}/meta.yaml`, stringify({ ...link, source_type: 'RUN_OUTPUT', step }))
  }
  return { own, datasets }
}

interface DatasetInput {
  readonly dataset: {
    readonly name: string
    readonly digest: string
    readonly source_type: string
    readonly source: string
    readonly schema?: string
    readonly profile?: string
  }
  readonly tags?: readonly Pair[]
}

/** Python's words for what is no number. */
function numberText(value: number | string): string {
  const words: Readonly<Record<string, string>> = { NaN: 'nan', Infinity: 'inf', '-Infinity': '-inf' }
  return words[String(value)] ?? String(value)
}

export function historyLines(points: readonly MetricRecord[]): string {
  return points.map(({ timestamp, value, step }) => `${timestamp} ${numberText(value)} ${step}\n`).join('')
}

export function loggedModelFiles({ info, data = {} }: LoggedModelRecord, root: string): Files {
  const meta = {
    artifact_location: uriOf(join(root, 'artifacts')),
    creation_timestamp: info.creation_timestamp_ms,
    experiment_id: root.split(/[\\/]/).at(-3) ?? '',
    last_updated_timestamp: info.last_updated_timestamp_ms,
    lifecycle_stage: 'active',
    model_id: info.model_id,
    model_type: info.model_type ?? null,
    name: info.name,
    source_run_id: info.source_run_id ?? null,
    status: modelStatuses.includes(info.status) ? modelStatuses.indexOf(info.status) : uploadFailed,
    status_message: null,
  }
  const files: Files = new Map([
    ['meta.yaml', stringify(meta)],
    ...pairFiles('params', data.params),
    ...pairFiles('tags', info.tags),
  ])
  for (const { key, timestamp, value, step, run_id = '', dataset_name, dataset_digest } of data.metrics ?? []) {
    const dataset = dataset_name === undefined ? '' : ` ${dataset_name} ${dataset_digest ?? ''}`
    const line = `${timestamp} ${numberText(value)} ${step} ${run_id}${dataset}\n`
    files.set(`metrics/${key}`, `${files.get(`metrics/${key}`) ?? ''}${line}`)
  }
  return files
}

export function registeredModelFiles({ name, description, tags, aliases = [] }: RegisteredModelRecord): Files {
  const times = { creation_timestamp: 0, last_updated_timestamp: 0 }
  const meta = {
    ...times,
    aliases: Object.fromEntries(aliases.map((one) => [one.alias, one.version])),
    description,
    name,
  }
  return new Map([
    ['meta.yaml', stringify(meta)],
    ...pairFiles('tags', tags),
    ...aliases.map(({ alias, version }) => [`aliases/${alias}`, version] as const),
  ])
}

export function versionFiles(name: string, version: ModelVersionRecord): Files {
  const { source, run_id = null, run_link = null, description = null, current_stage = 'None', tags } = version
  const meta = {
    ...{ creation_timestamp: 0, last_updated_timestamp: 0, current_stage, description, name, run_id, run_link, source },
    ...{ status: 'READY', status_message: null, storage_location: source, user_id: null },
    version: Number(version.version),
  }
  return new Map([['meta.yaml', stringify(meta)], ...pairFiles('tags', tags)])
}
