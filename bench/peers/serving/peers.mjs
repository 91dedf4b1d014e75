/**
 * The servers that bench/serving.mjs asks, each with one worker and its access log off where it has one. A peer says what
 * it needs (`packages`), what lies in its folder before it starts (`files`), and how it is started, asked and read.
 */
import { join } from 'node:path'

const here = import.meta.dirname
const split = {
  body: (columns, data) => JSON.stringify({ dataframe_split: { columns, data } }),
  predictions: (text) => JSON.parse(text).predictions,
}
const tensor = {
  body: (columns, data) => {
    const shape = [data.length, columns.length]
    return JSON.stringify({ inputs: [{ name: 'predict', shape, datatype: 'FP64', data: data.flat() }] })
  },
  predictions: (text) => JSON.parse(text).outputs[0].data,
}

/** The same with the elements as bytes, both ways. */
const binaryTensor = {
  encoding: 'base64',
  headers: (columns, data) => ({ 'inference-header-content-length': binaryJson(columns, data).length }),
  body: (columns, data) =>
    Buffer.concat([binaryJson(columns, data), Buffer.from(new Float64Array(data.flat()).buffer)]).toString('base64'),
  predictions: (text) => {
    const bytes = Buffer.from(text, 'base64')
    const [, size] = /"binary_data_size":(\d+)/.exec(bytes.toString('latin1'))
    return Array.from({ length: Number(size) / 8 }, (_, at) => bytes.readDoubleLE(bytes.length - Number(size) + at * 8))
  },
}

function binaryJson(columns, data) {
  const shape = [data.length, columns.length]
  const parameters = { binary_data_size: 8 * data.length * columns.length }
  const inputs = [{ name: 'predict', shape, datatype: 'FP64', parameters }]
  return Buffer.from(JSON.stringify({ parameters: { binary_data_output: true }, inputs }))
}

/** How our endpoint is asked: as mlflow is, and as MLServer is, whose clients may send bytes too. */
export const ours = {
  sluice: { ...split, path: '/endpoints/bench/invocations' },
  'sluice, tensors': { ...tensor, path: '/endpoints/bench/v2/models/bench/infer' },
  'sluice, binary tensors': { ...binaryTensor, path: '/endpoints/bench/v2/models/bench/infer' },
}

/** What a tutorial makes of a model: a typed body, a frame, a prediction. */
function fastapi(handler) {
  return {
    ...split,
    packages: ['fastapi', 'uvicorn[standard]', 'pandas'],
    start: ({ bin, port, model }) => ({
      command: [
        join(bin, 'uvicorn'),
        ...['--app-dir', here, 'fastapi_app:app', '--port', String(port), '--log-level', 'warning', '--no-access-log'],
      ],
      environment: { MODEL: model, HANDLER: handler },
    }),
    path: '/predict',
  }
}

/** As installed: the model in a process of its own; `parallel_workers` 0 has it in the one that answers. */
function mlserver(batching, settings = {}) {
  return {
    ...tensor,
    // Its pool breaks on newer uvloop, which it does not refuse.
    packages: ['mlserver==1.7.*', 'mlserver-sklearn==1.7.*', 'uvloop<0.22'],
    files: ({ port, model }) => ({
      'settings.json': {
        ...{ http_port: port, grpc_port: port + 1, metrics_port: port + 2, host: '127.0.0.1' },
        ...{ debug: false, ...settings },
      },
      'model-settings.json': {
        name: 'diabetes',
        implementation: 'mlserver_sklearn.SKLearnModel',
        parameters: { uri: join(model, 'model.pkl') },
        ...(batching && { max_batch_size: 64, max_batch_time: 0.002 }),
      },
    }),
    start: ({ bin, folder }) => ({ command: [join(bin, 'mlserver'), 'start', folder] }),
    path: '/v2/models/diabetes/infer',
  }
}

export const peers = {
  'mlflow models serve': {
    ...split,
    packages: undefined,
    start: ({ bin, port, model }) => ({
      command: [
        ...[join(bin, 'mlflow'), 'models', 'serve', '--model-uri', join(model, 'mlflow'), '--env-manager', 'local'],
        ...['--port', String(port), '--workers', '1'],
      ],
      environment: { MLFLOW_DISABLE_TELEMETRY: 'true' },
    }),
    path: '/invocations',
  },
  MLServer: mlserver(false),
  'MLServer batching': mlserver(true),
  'MLServer, one process': mlserver(false, { parallel_workers: 0 }),
  BentoML: {
    ...split,
    packages: ['bentoml==1.4.*', 'pandas'],
    start: ({ bin, port, model }) => ({
      command: [
        ...[join(bin, 'bentoml'), 'serve', 'bentoml_service:Diabetes', '--working-dir', here],
        ...['--host', '127.0.0.1', '--port', String(port)],
      ],
      environment: {
        MODEL: model,
        BENTOML_DO_NOT_TRACK: 'True',
        BENTOML_CONFIG_OPTIONS: 'api_server.logging.access.enabled=false',
      },
    }),
    path: '/predict',
  },
  'FastAPI sync': fastapi('sync'),
  'FastAPI async': fastapi('async'),
  'azureml-inference-server-http': {
    ...split,
    packages: ['azureml-inference-server-http==1.5.*', 'pandas'],
    start: ({ bin, port, model }) => ({
      command: [join(bin, 'azmlinfsrv'), '--entry_script', join(here, 'score.py'), '--port', String(port)],
      environment: { MODEL: model, AML_APP_INSIGHTS_ENABLED: 'false', WORKER_COUNT: '1' },
    }),
    path: '/score',
  },
}
