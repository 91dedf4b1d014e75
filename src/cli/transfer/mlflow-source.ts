import type { Readable } from 'node:stream'
import { SluiceError } from '../../base/errors.ts'
import type {
  ExperimentRecord,
  FileRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelVersionRecord,
  Owner,
  RegisteredModelRecord,
  RunRecord,
  TraceRecord,
} from './mlflow-records.ts'
import type { MlflowServer } from './mlflow-server.ts'
import { serverNotes, type NoteSource } from './notes.ts'

/** A store that is read: everything of it, a piece at a time. */
export interface MlflowSource {
  /** How a person knows it. */
  readonly name: string
  experiments(): AsyncGenerator<ExperimentRecord>
  runs(experimentId: string): AsyncGenerator<RunRecord>
  history(runId: string, key: string): AsyncGenerator<readonly MetricRecord[]>
  loggedModels(experimentId: string): AsyncGenerator<LoggedModelRecord>
  /** With spans, tags and assessments. */
  traces(experimentId: string): AsyncGenerator<TraceRecord>
  registeredModels(): AsyncGenerator<RegisteredModelRecord>
  /** Oldest first. */
  versions(name: string): Promise<readonly ModelVersionRecord[]>
  /** Every file below, and no folder. */
  files(owner: Owner): AsyncGenerator<FileRecord>
  read(owner: Owner, path: string): Promise<Readable>
  /** What lies beside runs and models. */
  readonly notes: NoteSource
  close(): void
}

const api = '/api/2.0/mlflow'
const api3 = '/api/3.0/mlflow'
const pageSize = 500

/** A server as a source. Bytes come through the server, wherever it keeps them. */
export function serverSource(server: MlflowServer): MlflowSource {
  return {
    name: server.url,
    experiments: () =>
      pages<ExperimentRecord>(
        (page_token) =>
          server.call('POST', `${api}/experiments/search`, { max_results: pageSize, view_type: 'ALL', ...page_token }),
        'experiments',
      ),
    runs: (experimentId) =>
      wholeRuns(
        server,
        pages<RunRecord>(
          (page_token) =>
            server.call('POST', `${api}/runs/search`, {
              experiment_ids: [experimentId],
              run_view_type: 'ALL',
              max_results: pageSize,
              order_by: ['attributes.start_time ASC'],
              ...page_token,
            }),
          'runs',
        ),
      ),
    history: (run_id, metric_key) => historyOf(server, run_id, metric_key),
    loggedModels: (experimentId) => loggedModelsOf(server, experimentId),
    traces: (experimentId) => tracesOf(server, experimentId),
    registeredModels: () =>
      pages<RegisteredModelRecord>(
        (page_token) => server.call('GET', `${api}/registered-models/search`, { max_results: pageSize, ...page_token }),
        'registered_models',
      ),
    versions: async (name) => {
      const found: ModelVersionRecord[] = []
      const filter = `name = ${name.includes("'") ? `"${name}"` : `'${name}'`}`
      const each = pages<ModelVersionRecord>(
        (page_token) =>
          server.call('GET', `${api}/model-versions/search`, { max_results: pageSize, filter, ...page_token }),
        'model_versions',
      )
      for await (const version of each) found.push(version)
      return found.sort((left, right) => Number(left.version) - Number(right.version))
    },
    files: (owner) => filesBelow(server, owner, ''),
    read: async (owner, path) => {
      const file = await server.download(filePath(owner, path))
      if (file !== undefined) return file
      throw new SluiceError(
        'not-found',
        `${server.url} lists ${path} of ${owner.kind} ${owner.id}, but does not have it.`,
      )
    },
    notes: serverNotes(server),
    close: () => server.close(),
  }
}

type PageToken = { readonly page_token?: string }

async function* pages<Item>(
  ask: (token: PageToken) => Promise<Readonly<Record<string, unknown>>>,
  field: string,
): AsyncGenerator<Item> {
  let token: PageToken = {}
  for (;;) {
    // Sequential: each page begins where the one before it ended.
    const page = await ask(token)
    yield* (page[field] ?? []) as readonly Item[]
    const next = page['next_page_token']
    if (typeof next !== 'string' || next === '') return
    token = { page_token: next }
  }
}

/** A search leaves out model inputs: runs that may have some are asked for one by one. */
async function* wholeRuns(server: MlflowServer, runs: AsyncGenerator<RunRecord>): AsyncGenerator<RunRecord> {
  for await (const { info } of runs) {
    yield (await server.call<{ run: RunRecord }>('GET', `${api}/runs/get`, { run_id: info.run_id })).run
  }
}

async function* historyOf(
  server: MlflowServer,
  run_id: string,
  metric_key: string,
): AsyncGenerator<readonly MetricRecord[]> {
  let token: PageToken = {}
  for (;;) {
    const page = await server.call<{ metrics?: readonly MetricRecord[]; next_page_token?: string }>(
      'GET',
      `${api}/metrics/get-history`,
      { run_id, metric_key, max_results: 10_000, ...token },
    )
    yield page.metrics ?? []
    if (page.next_page_token === undefined || page.next_page_token === '') return
    token = { page_token: page.next_page_token }
  }
}

/** MLflow before 3 has no logged models, and says 404. */
async function* loggedModelsOf(server: MlflowServer, experimentId: string): AsyncGenerator<LoggedModelRecord> {
  try {
    yield* pages<LoggedModelRecord>(
      (page_token) =>
        server.call('POST', `${api}/logged-models/search`, {
          experiment_ids: [experimentId],
          max_results: 50,
          ...page_token,
        }),
      'models',
    )
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'not-found') throw error
  }
}

/** MLflow before 3 has no such search, and says 404. */
async function* tracesOf(server: MlflowServer, experiment_id: string): AsyncGenerator<TraceRecord> {
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
  const found = pages<TraceRecord['info']>(
    (page_token) => server.call('POST', `${api3}/traces/search`, { locations, max_results: 100, ...page_token }),
    'traces',
  )
  try {
    for await (const info of found) yield await wholeTrace(server, info)
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'not-found') throw error
  }
}

async function wholeTrace(server: MlflowServer, found: TraceRecord['info']): Promise<TraceRecord> {
  const isInStore = found.tags?.['mlflow.trace.spansLocation'] === 'TRACKING_STORE'
  if (!isInStore) return { info: found, spans: [], spansAreElsewhere: true }
  const { trace_id } = found
  const { trace } = await server.call<{ trace: { spans?: TraceRecord['spans'] } }>('GET', `${api3}/traces/get`, {
    trace_id,
    allow_partial: true,
  })
  // Of the two answers the search has the times that were recorded; MLflow takes the other's from the spans.
  return { info: found, spans: trace.spans ?? [], spansAreElsewhere: false }
}

interface Listing {
  readonly files?: readonly { readonly path: string; readonly is_dir?: boolean; readonly file_size?: number }[]
}

async function* filesBelow(server: MlflowServer, owner: Owner, folder: string): AsyncGenerator<FileRecord> {
  const { files = [] } =
    owner.kind === 'run'
      ? await server.call<Listing>('GET', `${api}/artifacts/list`, {
          run_id: owner.id,
          ...(folder !== '' && { path: folder }),
        })
      : await server.call<Listing>('GET', `${api}/logged-models/${owner.id}/artifacts/directories`, {
          ...(folder !== '' && { artifact_directory_path: folder }),
        })
  for (const { path, is_dir = false, file_size = 0 } of files) {
    if (is_dir) yield* filesBelow(server, owner, path)
    else yield { path, sizeBytes: file_size }
  }
}

function filePath({ kind, id }: Owner, path: string): string {
  const encoded = encodeURIComponent(path)
  return kind === 'run'
    ? `/get-artifact?run_id=${encodeURIComponent(id)}&path=${encoded}`
    : `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(id)}/artifacts/files?artifact_file_path=${encoded}`
}
