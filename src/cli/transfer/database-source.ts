import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type Database from 'better-sqlite3'
import { SluiceError } from '../../base/errors.ts'
import { all, pairsOf, textOf, type Row, type Rows } from './database-rows.ts'
import { databaseTraces } from './database-traces.ts'
import { noNotes } from './notes.ts'
import { filesInFolder, readInFolder } from './file-source.ts'
import type {
  ExperimentRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelVersionRecord,
  Owner,
  RegisteredModelRecord,
  RunRecord,
} from './mlflow-records.ts'
import type { MlflowSource } from './mlflow-source.ts'

const pointsAtOnce = 10_000
const modelStatuses = ['UNSPECIFIED', 'PENDING', 'READY', 'UPLOAD_FAILED']

/**
 * The SQLite database of an MLflow server (`mlflow.db`), opened to look; nobody needs to serve it. Artifacts that the
 * server kept itself (`mlflow-artifacts:`) are read from `artifacts`, the folder it was started with.
 */
export async function databaseSource(
  file: string,
  { artifacts }: { readonly artifacts?: string } = {},
): Promise<MlflowSource> {
  if (!existsSync(file)) {
    throw new SluiceError('input-not-found', `${file} is no file that can be read.`, {
      hint: 'Name the database of an MLflow server, e.g. sqlite:///mlflow.db',
    })
  }
  const { default: Sqlite } = await import('better-sqlite3')
  const database = opened(() => new Sqlite(file, { readonly: true }), file)
  const rows: Rows = (text, ...values) => database.prepare(text).iterate(...values) as IterableIterator<Row>
  const folderOf = (owner: Owner) => placeOf(owner, artifacts)
  return {
    name: file,
    experiments: async function* () {
      for (const row of all(rows, 'select * from experiments order by experiment_id')) yield experimentOf(rows, row)
    },
    runs: async function* (id) {
      const text = 'select * from runs where experiment_id = ? order by start_time, run_uuid'
      for (const row of all(rows, text, Number(id))) yield runOf(rows, row)
    },
    history: (runId, key) => historyOf(rows, runId, key),
    loggedModels: async function* (id) {
      const text = "select * from logged_models where experiment_id = ? and lifecycle_stage = 'active'"
      for (const row of all(rows, text, Number(id))) yield loggedModelOf(rows, row)
    },
    traces: (id) => databaseTraces(rows, id),
    notes: noNotes,
    registeredModels: async function* () {
      for (const row of all(rows, 'select * from registered_models order by name')) yield registeredModelOf(rows, row)
    },
    versions: async (name) => {
      const text =
        "select * from model_versions where name = ? and current_stage != 'Deleted_Internal' order by version"
      return all(rows, text, name).map((row) => versionOf(rows, row))
    },
    files: async function* (owner) {
      const folder = folderOf(owner)
      if (folder !== undefined) yield* filesInFolder(folder)
    },
    read: async (owner, path) => readInFolder(folderOf(owner)!, path),
    close: () => void database.close(),
  }
}

function opened(open: () => Database.Database, file: string): Database.Database {
  try {
    const database = open()
    database.prepare('select experiment_id, lifecycle_stage from experiments limit 1').get()
    return database
  } catch (cause) {
    throw new SluiceError('invalid-document', `${file} is no database of an MLflow server.`, {
      hint: 'It is the file that --backend-store-uri sqlite:///... names.',
      cause,
    })
  }
}

function experimentOf(rows: Rows, row: Row): ExperimentRecord {
  const id = Number(row['experiment_id'])
  return {
    experiment_id: String(id),
    name: textOf(row['name']),
    artifact_location: textOf(row['artifact_location']),
    lifecycle_stage: textOf(row['lifecycle_stage']),
    tags: pairsOf(rows, 'select key, value from experiment_tags where experiment_id = ?', id),
  }
}

function runOf(rows: Rows, row: Row): RunRecord {
  const id = textOf(row['run_uuid'])
  const end = row['end_time']
  const keys = all(rows, 'select key from latest_metrics where run_uuid = ? order by key', id)
  return {
    info: {
      run_id: id,
      run_name: textOf(row['name']),
      user_id: textOf(row['user_id']),
      status: textOf(row['status']) as RunRecord['info']['status'],
      start_time: Number(row['start_time'] ?? 0),
      ...(typeof end === 'number' && { end_time: end }),
      artifact_uri: textOf(row['artifact_uri']),
      lifecycle_stage: textOf(row['lifecycle_stage']),
    },
    data: {
      // The latest value is not asked for: the whole history follows, and says which it is.
      metrics: keys.map(({ key }) => ({ key: textOf(key), value: 0, timestamp: 0, step: 0 })),
      params: pairsOf(rows, 'select key, value from params where run_uuid = ? order by key', id),
      tags: pairsOf(rows, 'select key, value from tags where run_uuid = ? order by key', id),
    },
    inputs: {
      dataset_inputs: datasetsOf(rows, id),
      model_inputs: linksOf(rows, id, 'MODEL_INPUT').map(({ model_id }) => ({ model_id })),
    },
    outputs: { model_outputs: linksOf(rows, id, 'MODEL_OUTPUT') },
  }
}

function datasetsOf(rows: Rows, runId: string): readonly object[] {
  const found = all(
    rows,
    `select inputs.input_uuid, datasets.* from inputs join datasets on datasets.dataset_uuid = inputs.source_id
     where inputs.source_type = 'DATASET' and inputs.destination_type = 'RUN' and inputs.destination_id = ?`,
    runId,
  )
  return found.map((row) => ({
    tags: pairsOf(rows, 'select name as key, value from input_tags where input_uuid = ?', textOf(row['input_uuid'])),
    dataset: {
      name: textOf(row['name']),
      digest: textOf(row['digest']),
      source_type: textOf(row['dataset_source_type']),
      source: textOf(row['dataset_source']),
      ...(row['dataset_schema'] !== null && { schema: textOf(row['dataset_schema']) }),
      ...(row['dataset_profile'] !== null && { profile: textOf(row['dataset_profile']) }),
    },
  }))
}

/** The logged models of a run, which are at the other end of its rows. */
function linksOf(
  rows: Rows,
  runId: string,
  kind: string,
): readonly { readonly model_id: string; readonly step: number }[] {
  const text = 'select destination_id, step from inputs where source_id = ? and destination_type = ?'
  return all(rows, text, runId, kind).map((row) => ({
    model_id: textOf(row['destination_id']),
    step: Number(row['step'] ?? 0),
  }))
}

async function* historyOf(rows: Rows, runId: string, key: string): AsyncGenerator<readonly MetricRecord[]> {
  const text = 'select * from metrics where run_uuid = ? and key = ? order by timestamp, step, value'
  let piece: MetricRecord[] = []
  for (const row of rows(text, runId, key)) {
    const value = Number(row['is_nan']) === 1 ? 'NaN' : Number(row['value'])
    piece.push({ key, value, timestamp: Number(row['timestamp']), step: Number(row['step']) })
    if (piece.length < pointsAtOnce) continue
    yield piece
    piece = []
  }
  yield piece
}

function loggedModelOf(rows: Rows, row: Row): LoggedModelRecord {
  const id = textOf(row['model_id'])
  const pairs = (what: string) =>
    pairsOf(rows, `select ${what}_key as key, ${what}_value as value from logged_model_${what}s where model_id = ?`, id)
  const points = all(rows, 'select * from logged_model_metrics where model_id = ?', id)
  return {
    info: {
      model_id: id,
      name: textOf(row['name']),
      artifact_uri: textOf(row['artifact_location']),
      creation_timestamp_ms: Number(row['creation_timestamp_ms']),
      last_updated_timestamp_ms: Number(row['last_updated_timestamp_ms']),
      status: `LOGGED_MODEL_${modelStatuses[Number(row['status'])] ?? 'READY'}`,
      model_type: textOf(row['model_type']),
      source_run_id: textOf(row['source_run_id']),
      tags: pairs('tag'),
    },
    data: {
      params: pairs('param'),
      metrics: points.map((point) => ({
        key: textOf(point['metric_name']),
        value: point['metric_value'] === null ? 'NaN' : Number(point['metric_value']),
        timestamp: Number(point['metric_timestamp_ms']),
        step: Number(point['metric_step']),
        run_id: textOf(point['run_id']),
        ...(point['dataset_name'] !== null && { dataset_name: textOf(point['dataset_name']) }),
        ...(point['dataset_digest'] !== null && { dataset_digest: textOf(point['dataset_digest']) }),
      })),
    },
  }
}

function registeredModelOf(rows: Rows, row: Row): RegisteredModelRecord {
  const name = textOf(row['name'])
  return {
    name,
    ...(row['description'] !== null && { description: textOf(row['description']) }),
    tags: pairsOf(rows, 'select key, value from registered_model_tags where name = ?', name),
    aliases: all(rows, 'select alias, version from registered_model_aliases where name = ?', name).map((one) => ({
      alias: textOf(one['alias']),
      version: textOf(one['version']),
    })),
  }
}

function versionOf(rows: Rows, row: Row): ModelVersionRecord {
  const [name, version] = [textOf(row['name']), Number(row['version'])]
  const text = 'select key, value from model_version_tags where name = ? and version = ?'
  return {
    version: String(version),
    source: textOf(row['source']),
    run_id: textOf(row['run_id']),
    run_link: textOf(row['run_link']),
    ...(row['description'] !== null && { description: textOf(row['description']) }),
    current_stage: textOf(row['current_stage']) || 'None',
    tags: pairsOf(rows, text, name, version),
  }
}

/** The folder of an owner's artifacts; undefined where they are in no folder that is known. */
function placeOf({ uri }: Owner, artifacts: string | undefined): string | undefined {
  if (uri.startsWith('file:')) return fileURLToPath(uri)
  const kept = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/.exec(uri)?.[1]
  if (kept !== undefined)
    return artifacts === undefined ? undefined : resolve(artifacts, ...kept.split('/').filter(isName))
  return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? undefined : resolve(uri)
}

const isName = (part: string): boolean => part !== '..' && part !== '.' && part !== ''
