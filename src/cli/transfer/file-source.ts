import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { SluiceError } from '../../base/errors.ts'
import type {
  ExperimentRecord,
  FileRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelMetricRecord,
  ModelVersionRecord,
  Owner,
  Pair,
  RegisteredModelRecord,
  RunRecord,
  TraceRecord,
} from './mlflow-records.ts'
import type { MlflowSource } from './mlflow-source.ts'
import { folderNotes } from './notes-folder.ts'
import { noNotes } from './notes.ts'

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
const modelStatuses = ['STATUS_UNSPECIFIED', 'PENDING', 'READY', 'UPLOAD_FAILED'] as const
const linesAtOnce = 10_000

/**
 * The folder that MLflow writes without a server, `./mlruns`: a folder per experiment and per run, a `meta.yaml` in
 * each, and a file per metric, param and tag. Symbolic links in it are not followed.
 */
export async function fileSource(place: string): Promise<MlflowSource> {
  const exported = await exportedFolder(place)
  const root = exported === undefined ? place : join(place, 'mlruns')
  const entries = await readdir(root).catch(() => undefined)
  if (entries === undefined) {
    throw new SluiceError('input-not-found', `${root} is no folder that can be read.`, {
      hint: "Name MLflow's own folder, usually ./mlruns, or the URL of a server.",
    })
  }
  const places = new Map<string, string>()
  return {
    name: root,
    experiments: () => experimentsIn(root, places),
    runs: (experimentId) => runsIn(places.get(experimentId)!, places),
    history: (runId, key) => historyIn(join(places.get(runId)!, 'metrics', key), key),
    loggedModels: (experimentId) => loggedModelsIn(places.get(experimentId)!, places),
    // Those that clients write to such a folder by themselves are not read.
    traces: (experimentId) => tracesIn(join(place, 'traces', experimentId)),
    registeredModels: () => registeredModelsIn(join(root, 'models')),
    versions: (name) => versionsIn(join(root, 'models', name)),
    files: async function* (owner) {
      const digests = await exported?.digests(owner.id)
      for await (const file of filesBelow(artifactsOf(owner, places), '')) {
        const digest = digests?.get(file.path)
        yield digest === undefined ? file : { ...file, digest }
      }
    },
    read: async (owner, path) => readInFolder(artifactsOf(owner, places), path),
    notes: exported === undefined ? noNotes : folderNotes(join(place, 'notes')),
    close: () => undefined,
  }
}

/** What `sluice export mlflow --to FOLDER` wrote beside a store. */
async function exportedFolder(
  folder: string,
): Promise<{ readonly digests: (id: string) => Promise<ReadonlyMap<string, string>> } | undefined> {
  const folders = await foldersIn(folder)
  if (!folders.includes('mlruns') || !folders.includes('checksums')) return undefined
  return {
    digests: async (id) => {
      const text = await readFile(join(folder, 'checksums', `${id}.json`), 'utf8')
      const { files } = JSON.parse(text) as { files: readonly { readonly path: string; readonly digest: string }[] }
      return new Map(files.map((file) => [file.path, file.digest]))
    },
  }
}

async function* tracesIn(folder: string): AsyncGenerator<TraceRecord> {
  for (const { path } of await allFiles(folder)) {
    if (!path.endsWith('.json')) continue
    const file = join(folder, path)
    try {
      yield JSON.parse(await readFile(file, 'utf8')) as TraceRecord
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      throw new SluiceError('invalid-document', `${file} cannot be read: it is not JSON.`, { cause })
    }
  }
}

type Meta = Readonly<Record<string, unknown>>

/** What a folder's `meta.yaml` says; `undefined` where it has none. */
async function metaOf(folder: string): Promise<Meta | undefined> {
  const file = join(folder, 'meta.yaml')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const meta: unknown = parse(text)
    if (typeof meta === 'object' && meta !== null) return meta as Meta
  } catch (cause) {
    throw new SluiceError('invalid-document', `${file} cannot be read: it is not YAML.`, { cause })
  }
  throw new SluiceError('invalid-document', `${file} cannot be read: it is no mapping.`)
}

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const timeOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

async function* experimentsIn(root: string, places: Map<string, string>): AsyncGenerator<ExperimentRecord> {
  const active = (await foldersIn(root)).filter((name) => name !== 'models' && name !== '.trash')
  const deleted = await foldersIn(join(root, '.trash'))
  for (const folder of [
    ...active.map((name) => join(root, name)),
    ...deleted.map((name) => join(root, '.trash', name)),
  ]) {
    const meta = await metaOf(folder)
    if (meta === undefined || meta['experiment_id'] === undefined) continue
    const experiment_id = textOf(meta['experiment_id'])
    places.set(experiment_id, folder)
    yield {
      experiment_id,
      name: textOf(meta['name']),
      artifact_location: textOf(meta['artifact_location']),
      lifecycle_stage: textOf(meta['lifecycle_stage']),
      tags: await pairsIn(join(folder, 'tags')),
    }
  }
}

async function* runsIn(folder: string, places: Map<string, string>): AsyncGenerator<RunRecord> {
  for (const name of await foldersIn(folder)) {
    const place = join(folder, name)
    const meta = await metaOf(place)
    if (meta === undefined || (meta['run_id'] ?? meta['run_uuid']) === undefined) continue
    const run_id = textOf(meta['run_id'] ?? meta['run_uuid'])
    places.set(run_id, place)
    const metrics: MetricRecord[] = []
    // The latest value is not asked for: the whole history follows, and says which it is.
    for (const { path } of await allFiles(join(place, 'metrics')))
      metrics.push({ key: path, value: 0, timestamp: 0, step: 0 })
    const end = meta['end_time']
    yield {
      info: {
        run_id,
        run_name: textOf(meta['run_name'] ?? meta['name']),
        user_id: textOf(meta['user_id']),
        status: statuses[timeOf(meta['status']) - 1] ?? 'FINISHED',
        start_time: timeOf(meta['start_time']),
        ...(typeof end === 'number' && { end_time: end }),
        artifact_uri: textOf(meta['artifact_uri']),
        lifecycle_stage: textOf(meta['lifecycle_stage']),
      },
      data: { metrics, params: await pairsIn(join(place, 'params')), tags: await pairsIn(join(place, 'tags')) },
      inputs: await inputsIn(place, join(folder, 'datasets')),
      outputs: await outputsIn(join(place, 'outputs')),
    }
  }
}

async function inputsIn(run: string, datasets: string): Promise<NonNullable<RunRecord['inputs']>> {
  const dataset_inputs: object[] = []
  const model_inputs: { model_id: string }[] = []
  for (const name of await foldersIn(join(run, 'inputs'))) {
    const input = await metaOf(join(run, 'inputs', name))
    if (input === undefined) continue
    const source = textOf(input['source_id'])
    const dataset = await metaOf(join(datasets, source))
    if (dataset === undefined) model_inputs.push({ model_id: source })
    else {
      const tags = Object.entries((input['tags'] ?? {}) as Meta).map(([key, value]) => ({ key, value: textOf(value) }))
      const fields = ['name', 'digest', 'source_type', 'source', 'schema', 'profile']
      const known = fields.filter((field) => typeof dataset[field] === 'string')
      dataset_inputs.push({ tags, dataset: Object.fromEntries(known.map((field) => [field, dataset[field]])) })
    }
  }
  return { dataset_inputs, model_inputs }
}

async function outputsIn(folder: string): Promise<NonNullable<RunRecord['outputs']>> {
  const model_outputs: { model_id: string; step: number }[] = []
  for (const model_id of await foldersIn(folder)) {
    const meta = await metaOf(join(folder, model_id))
    if (meta !== undefined) model_outputs.push({ model_id, step: timeOf(meta['step']) })
  }
  return { model_outputs }
}

/** Lines `timestamp value step`, of old stores `timestamp value`; two more words name a dataset. */
async function* historyIn(file: string, key: string): AsyncGenerator<readonly MetricRecord[]> {
  let piece: MetricRecord[] = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const [timestamp, value, step = '0'] = line.trim().split(' ')
    piece.push({ key, value: numberOf(value, file), timestamp: Number(timestamp), step: Number(step) })
    if (piece.length === linesAtOnce) {
      yield piece
      piece = []
    }
  }
  yield piece
}

/** Python's way of writing doubles, as the protocol writes them. */
function numberOf(text: string | undefined, file: string): number | string {
  const words: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }
  const word = words[(text ?? '').toLowerCase()]
  if (word !== undefined) return word
  const number = Number(text)
  if (text !== undefined && text !== '' && Number.isFinite(number)) return number
  throw new SluiceError('invalid-document', `${file} holds ${JSON.stringify(text)} where a number should be.`)
}

async function* loggedModelsIn(experiment: string, places: Map<string, string>): AsyncGenerator<LoggedModelRecord> {
  for (const name of await foldersIn(join(experiment, 'models'))) {
    const place = join(experiment, 'models', name)
    const meta = await metaOf(place)
    if (meta === undefined || meta['model_id'] === undefined) continue
    const model_id = textOf(meta['model_id'])
    places.set(model_id, place)
    yield {
      info: {
        model_id,
        name: textOf(meta['name']),
        artifact_uri: textOf(meta['artifact_location'] ?? meta['artifact_uri']),
        creation_timestamp_ms: timeOf(meta['creation_timestamp']),
        last_updated_timestamp_ms: timeOf(meta['last_updated_timestamp']),
        status: `LOGGED_MODEL_${modelStatuses[timeOf(meta['status'])] ?? 'READY'}`,
        model_type: textOf(meta['model_type']),
        source_run_id: textOf(meta['source_run_id']),
        tags: await pairsIn(join(place, 'tags')),
      },
      data: { params: await pairsIn(join(place, 'params')), metrics: await modelMetricsIn(join(place, 'metrics')) },
    }
  }
}

/** Lines `timestamp value step run`, and two more words of a dataset. */
async function modelMetricsIn(folder: string): Promise<readonly ModelMetricRecord[]> {
  const metrics: ModelMetricRecord[] = []
  for (const { path } of await allFiles(folder)) {
    const file = join(folder, path)
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const [timestamp, value, step = '0', run_id, dataset_name, dataset_digest] = line.trim().split(' ')
      if (timestamp === '' || run_id === undefined) continue
      metrics.push({
        key: path,
        value: numberOf(value, file),
        timestamp: Number(timestamp),
        step: Number(step),
        run_id,
        ...(dataset_name !== undefined && dataset_digest !== undefined && { dataset_name, dataset_digest }),
      })
    }
  }
  return metrics
}

async function* registeredModelsIn(folder: string): AsyncGenerator<RegisteredModelRecord> {
  for (const name of await foldersIn(folder)) {
    const meta = await metaOf(join(folder, name))
    if (meta === undefined) continue
    const aliases = await pairsIn(join(folder, name, 'aliases'))
    yield {
      name: textOf(meta['name']),
      ...(typeof meta['description'] === 'string' && { description: meta['description'] }),
      tags: await pairsIn(join(folder, name, 'tags')),
      aliases: aliases.map(({ key, value }) => ({ alias: key, version: value.trim() })),
    }
  }
}

async function versionsIn(folder: string): Promise<readonly ModelVersionRecord[]> {
  const found: ModelVersionRecord[] = []
  for (const name of await foldersIn(folder)) {
    const meta = name.startsWith('version-') ? await metaOf(join(folder, name)) : undefined
    const stage = textOf(meta?.['current_stage'])
    if (meta === undefined || stage === 'Deleted_Internal') continue
    found.push({
      version: textOf(meta['version']),
      source: textOf(meta['source']),
      run_id: textOf(meta['run_id']),
      run_link: textOf(meta['run_link']),
      ...(typeof meta['description'] === 'string' && { description: meta['description'] }),
      current_stage: stage === '' ? 'None' : stage,
      tags: await pairsIn(join(folder, name, 'tags')),
    })
  }
  return found.sort((left, right) => Number(left.version) - Number(right.version))
}

/** A file per key, whose name may have folders: `params/model/depth`. */
async function pairsIn(folder: string): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (const { path } of await allFiles(folder))
    pairs.push({ key: path, value: await readFile(join(folder, path), 'utf8') })
  return pairs
}

async function allFiles(folder: string): Promise<readonly FileRecord[]> {
  const files: FileRecord[] = []
  for await (const file of filesBelow(folder, '')) files.push(file)
  return files
}

/** Every file below a folder; none where there is no such folder. */
export function filesInFolder(folder: string): AsyncGenerator<FileRecord> {
  return filesBelow(folder, '')
}

export function readInFolder(folder: string, path: string): Readable {
  return createReadStream(join(folder, path))
}

async function* filesBelow(folder: string, below: string): AsyncGenerator<FileRecord> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* filesBelow(folder, path)
    else if (entry.isFile()) yield { path, sizeBytes: (await stat(join(folder, path))).size }
  }
}

/** Beside the run, where a store that was moved has them; else where the store says they are. */
function artifactsOf(owner: Owner, places: ReadonlyMap<string, string>): string {
  const place = places.get(owner.id)
  if (owner.uri.startsWith('file:') && place !== undefined && !owner.uri.includes(owner.id))
    return fileURLToPath(owner.uri)
  return join(place ?? '', 'artifacts')
}
