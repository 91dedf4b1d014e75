import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { ContentStore } from '../artifacts/content-store.ts'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type {
  BuiltEnvironment,
  EnvironmentBuilder,
  EnvironmentLock,
  EnvironmentRequest,
} from '../environments/environment-builder.ts'
import { attemptMarker } from '../processes/process-tree.ts'
import type { ResolvedModel } from '../registry/resolve-model.ts'
import { importsAzureServer, withAzureServer } from './azure-script.ts'
import type { DeploymentSpec } from './deployment-spec.ts'
import { linkTree } from './link-tree.ts'
import { modelEnvironment, readModelMetadata } from './mlflow-model-folder.ts'
import { mlflowGraph } from './onnx/mlflow-graph.ts'
import type { WorkerCommand } from './worker.ts'

/** Where models come from: the registry's words to files, and files to a folder. */
export interface ModelSource {
  /** Follows every form of a model reference; throws `not-found` or `invalid-reference`. */
  resolve(reference: string): Promise<ResolvedModel>
  /** A read-only local folder (or file) with the model's files. Throws `not-found`. */
  materialise(artifactPath: string): Promise<string>
}

/** What a deployment is prepared with. */
export interface PreparationPlace {
  readonly models: ModelSource
  readonly contents: Pick<ContentStore, 'materialise'>
  readonly environments: EnvironmentBuilder
  /** Where onnxruntime-node is; absent where it is not installed. */
  readonly onnxRuntime?: string
  /** Folder of the Python package `sluiceworks`. */
  readonly pythonSource: string
  /** What every worker's environment starts from: PATH, HOME, LANG, ... */
  readonly variables: Readonly<Record<string, string>>
  /** Carried by every worker in its environment, so that the next server finds those that outlived this one. */
  readonly marker: string
}

export interface Preparation {
  /** A folder of this revision's own; made again from nothing unless it is complete. */
  readonly folder: string
  readonly endpoint: string
  readonly spec: DeploymentSpec
  readonly log: (line: string) => void
}

/** In a revision's folder: mlflow-skinny was not enough for its model. */
const wholeMlflow = 'needs-whole-mlflow'
/** In a revision's folder: the server itself cannot run the graph of its MLflow model as MLflow does. */
const onlyPython = 'needs-python'

/** A revision that can be started: how, and what its model says of itself (the file `MLmodel`), if it is an MLflow model. */
export interface PreparedDeployment {
  readonly command: WorkerCommand
  readonly metadata?: JsonObject
  /** What its environment was built from. */
  readonly lock: EnvironmentLock
  /** Runs with mlflow-skinny in the place of the mlflow that the model names. */
  readonly isSlim: boolean
}

/**
 * Lays the model's and the code's files into the revision's folder and builds its environment. Doing it twice costs a
 * few stats: a folder is complete when the file `complete` is in it, and an environment is built once per digest.
 */
export async function prepareDeployment(
  preparation: Preparation,
  place: PreparationPlace,
): Promise<PreparedDeployment> {
  const files = await layFiles(preparation, place)
  const { spec, log } = preparation
  const metadata = files.modelPath === undefined ? undefined : await readModelMetadata(files.modelPath)
  const thread = await onnxThread(preparation, { files, place, metadata })
  if (thread !== undefined) return thread
  const isOfModel = spec.environment === undefined && spec.scoring === undefined && metadata !== undefined
  const isSlim = isOfModel && !(await exists(join(preparation.folder, wholeMlflow)))
  const request = isOfModel
    ? await modelEnvironment(files.modelPath!, metadata, isSlim ? 'skinny' : 'whole')
    : (spec.environment ?? (files.onnxFile === undefined ? { kind: 'none' } : onnxEnvironment))
  const isOfAzure = files.codeFolder !== undefined && (await importsAzureServer(files.codeFolder))
  const extended = isOfAzure ? withAzureServer(request, log) : request
  const { lock, built } = await buildEnvironment(extended, place, log)
  const variables = {
    ...workerVariables({ spec, files, built, place }),
    // What the description of such a script says of itself.
    ...(isOfAzure && { SERVICE_NAME: preparation.endpoint, SERVICE_PATH_PREFIX: `endpoints/${preparation.endpoint}` }),
  }
  return {
    command: {
      python: built.python,
      folder: files.codeFolder ?? files.modelFolder,
      environment: variables,
      model: { ...whatToLoad(spec, files, metadata), ...(isOfAzure && { isOfAzure }) },
    },
    ...(metadata !== undefined && { metadata }),
    lock,
    isSlim,
  }
}

/** A graph is run in this process where that can be, unless an environment is asked for. */
async function onnxThread(
  { folder, spec, log }: Preparation,
  { files, place, metadata }: ThreadSources,
): Promise<PreparedDeployment | undefined> {
  const { onnxRuntime: runtime } = place
  if (runtime === undefined || spec.environment !== undefined || spec.scoring !== undefined) return undefined
  const graph = metadata === undefined ? undefined : mlflowGraph(metadata)
  const file = graph === undefined ? files.onnxFile : join(files.modelPath!, graph.path)
  if (file === undefined || (graph !== undefined && (await exists(join(folder, onlyPython))))) return undefined
  log('the graph is run in the server itself, by onnxruntime-node')
  const model = { kind: 'onnx', path: file }
  const thread = { runtime, file, ...(graph !== undefined && { declared: graph.inputs }) }
  return {
    command: { python: '', folder: files.modelFolder, environment: {}, model, thread },
    ...(metadata !== undefined && { metadata }),
    isSlim: false,
    lock: await place.environments.lock({ kind: 'none' }),
  }
}

interface ThreadSources {
  readonly files: LaidFiles
  readonly place: PreparationPlace
  readonly metadata: JsonObject | undefined
}

/** Remembers with the revision that its graph is for Python to run; the next preparation goes by it. */
export async function askForPython(folder: string): Promise<void> {
  await writeFile(join(folder, onlyPython), '')
}

/** Remembers with the revision that its model needs more than mlflow-skinny; the next preparation goes by it. */
export async function askForWholeMlflow(folder: string): Promise<void> {
  await writeFile(join(folder, wholeMlflow), '')
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

interface LaidFiles {
  /** Parent of the model's path: `AZUREML_MODEL_DIR`. */
  readonly modelFolder: string
  readonly modelPath?: string
  /** The graph, where the model is one. */
  readonly onnxFile?: string
  readonly codeFolder?: string
}

/** What runs a plain ONNX file that says nothing of its environment. */
const onnxEnvironment: EnvironmentRequest = { kind: 'requirements', lines: ['onnxruntime', 'numpy'] }

/** A file that is one, or the only one at the top of a folder that is no MLflow model. */
async function findOnnxFile(modelPath: string | undefined): Promise<string | undefined> {
  if (modelPath === undefined) return undefined
  if ((await stat(modelPath)).isFile()) return modelPath.endsWith('.onnx') ? modelPath : undefined
  const files = await readdir(modelPath)
  const graphs = files.filter((name) => name.endsWith('.onnx'))
  return graphs.length === 1 && !files.includes('MLmodel') ? join(modelPath, graphs[0]!) : undefined
}

async function layFiles({ folder, spec }: Preparation, place: PreparationPlace): Promise<LaidFiles> {
  const { model, scoring } = spec
  const named = model?.from === 'artifacts' ? model : undefined
  const version = named?.version === undefined ? '1' : String(named.version)
  const modelFolder = join(folder, 'azureml-models', safeName(named?.name ?? 'model'), version)
  const modelPath = model === undefined ? undefined : join(modelFolder, safeName(model.baseName))
  const codeFolder = scoring === undefined ? undefined : join(folder, 'code')
  if (!(await exists(join(folder, 'complete')))) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(modelFolder, { recursive: true })
    if (model !== undefined && modelPath !== undefined) {
      const source =
        model.from === 'artifacts'
          ? await place.models.materialise(model.artifactPath)
          : await place.contents.materialise(model, { by: 'link', baseName: model.baseName })
      await linkTree(source, modelPath)
    }
    if (scoring !== undefined && codeFolder !== undefined) {
      // A copy: scripts write beside themselves, and that must not reach the store.
      await place.contents.materialise(scoring.code, { by: 'copy', target: codeFolder })
    }
    await writeFile(join(folder, 'complete'), '')
  }
  const onnxFile = scoring === undefined ? await findOnnxFile(modelPath) : undefined
  return {
    modelFolder,
    ...(modelPath !== undefined && { modelPath }),
    ...(onnxFile !== undefined && { onnxFile }),
    ...(codeFolder !== undefined && { codeFolder }),
  }
}

/** A name as one path segment, whatever a registry allows in names. */
function safeName(name: string): string {
  return name.replace(/[^\w.@ -]/g, '_').replace(/^\.+/, '_')
}

async function buildEnvironment(
  request: EnvironmentRequest,
  { environments }: PreparationPlace,
  log: (line: string) => void,
): Promise<{ readonly lock: EnvironmentLock; readonly built: BuiltEnvironment }> {
  const lock = await environments.lock(request)
  for (const note of lock.notes) log(note)
  return { lock, built: await environments.build(lock, log) }
}

function whatToLoad(spec: DeploymentSpec, files: LaidFiles, metadata: JsonObject | undefined): JsonObject {
  if (spec.scoring !== undefined) return { kind: 'script', appRoot: files.codeFolder!, script: spec.scoring.script }
  if (files.modelPath !== undefined && metadata !== undefined)
    return { kind: 'mlflow', path: files.modelPath, metadata }
  if (files.onnxFile !== undefined) return { kind: 'onnx', path: files.onnxFile }
  const what =
    spec.model === undefined
      ? 'It has no model'
      : `Its model "${spec.model.baseName}" is neither an MLflow model nor an ONNX file`
  throw new SluiceError(
    'invalid-request',
    `The deployment needs a scoring script. ${what} that could answer without one.`,
    {
      hint: 'Add code_configuration: {code: FOLDER, scoring_script: score.py}; score.py defines init() and run(raw_data).',
    },
  )
}

interface VariableSources {
  readonly spec: DeploymentSpec
  readonly files: LaidFiles
  readonly built: BuiltEnvironment
  readonly place: PreparationPlace
}

function workerVariables({ spec, files, built, place }: VariableSources): Readonly<Record<string, string>> {
  const base = { ...place.variables, ...built.variables, ...spec.environmentVariables }
  return {
    // One worker is one thread of a model; several workers with a thread per core each would fight for the cores.
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    // mlflow must not call home from a server's workers.
    MLFLOW_DISABLE_TELEMETRY: 'true',
    AZUREML_MODEL_DIR: files.modelFolder,
    ...(spec.scoring !== undefined && { AML_APP_ROOT: files.codeFolder!, AZUREML_ENTRY_SCRIPT: spec.scoring.script }),
    ...base,
    PATH: [...built.path, base['PATH'] ?? ''].join(delimiter),
    PYTHONPATH: [place.pythonSource, ...(base['PYTHONPATH'] === undefined ? [] : [base['PYTHONPATH']])].join(delimiter),
    PYTHONUNBUFFERED: '1',
    // Environments are compiled when they are built; a worker never writes beside its code.
    PYTHONDONTWRITEBYTECODE: '1',
    [attemptMarker]: place.marker,
  }
}
