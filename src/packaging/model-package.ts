/**
 * A model that leaves: a folder with everything that answers requests, which runs where Sluiceworks is not.
 *
 *     start.sh  verify  README.md          what a person runs and reads
 *     model.json                           what to load, and what it came from
 *     requirements.txt  python-version     exact packages, with hashes where the index tells them
 *     sbom.cdx.json                        what is in it, with licences
 *     swagger2.json  swagger3.json  v2.json what it is asked, over HTTP and by the Open Inference Protocol
 *     azureml-models/NAME/VERSION/...      the model, where `AZUREML_MODEL_DIR` points
 *     code/...                             the scoring script
 *     server/sluiceworks/...               the same modules that answer behind an endpoint, and a server of the standard library
 *     manifest.json                        every file with its digest; its own digest is the package's
 *
 * It is made of what an endpoint would serve, after it has been loaded once: a model that does not load is not packaged.
 * Nothing in it says when or where it was made, so the same model gives the same digest. Killed half-way nothing is
 * left but a working folder of a process that is gone, which the next packaging removes.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { EnvironmentHasher, EnvironmentLock, EnvironmentRequest } from '../environments/environment-builder.ts'
import { identifyProcess } from '../processes/process-identity.ts'
import type { DeploymentSpec } from '../serving/deployment-spec.ts'
import { specOf, type DeployedModel, type DeployRequestPlace } from '../serving/deploy-request.ts'
import { modelEnvironment, readModelMetadata } from '../serving/mlflow-model-folder.ts'
import { onlineDeployment, type DeploymentPlace } from '../serving/online-deployment.ts'
import { prepareDeployment, type PreparedDeployment } from '../serving/prepare-deployment.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { installedPackages, type Installation } from './installed-packages.ts'
import { folderFiles, textFile, type PackageFile } from './package-file.ts'
import { withManifest } from './package-manifest.ts'
import { readmeText } from './readme-text.ts'
import { serverFiles } from './server-files.ts'

/** What is to be packaged. */
/** Where the bill of materials lies in a package. */
export const billFile = 'sbom.cdx.json'

export interface PackageRequest {
  readonly model: DeployedModel
  /** An absolute folder and the script in it, for models that do not answer by themselves. */
  readonly scoring?: { readonly code: string; readonly script: string }
  /** Absent: what the MLflow model says it needs, else nothing. */
  readonly environment?: EnvironmentRequest
}

/** What packaging takes of the server. */
export interface PackagingPlace extends DeploymentPlace, DeployRequestPlace {
  readonly models: DeploymentPlace['models']
  readonly contents: DeploymentPlace['contents'] & DeployRequestPlace['contents']
  readonly environments: DeploymentPlace['environments'] & EnvironmentHasher
  /** Holds the working folders of packagings under way. */
  readonly folder: string
  /** Folder with `start.sh` and `verify`. */
  readonly packageSource: string
  readonly version: string
  /** The description of the routes, as the scoring protocol writes it. */
  readonly describe: (name: string, metadata: JsonObject | undefined, version: '2' | '3') => JsonObject
  /** The model's tensors, as the Open Inference Protocol writes them. */
  readonly describeTensors: (
    called: { readonly name: string; readonly versions: readonly string[] },
    model: { readonly metadata?: JsonObject; readonly description?: JsonObject },
  ) => object
}

/** A package that can be written, until `close`. */
export interface ModelPackage {
  readonly name: string
  readonly version: string
  /** `sha256:...` of the manifest. */
  readonly digest: string
  /** What a person should know, e.g. that no hashes are known. */
  readonly notes: readonly string[]
  readonly files: readonly PackageFile[]
  readonly lock: EnvironmentLock
  readonly installation: Installation
  /** Removes the working folder; the files cannot be read any more. */
  close(): Promise<void>
}

/** Makes a package. Throws what a deployment of the same would throw: it is tried before anything is packaged. */
export async function packageModel(request: PackageRequest, place: PackagingPlace): Promise<ModelPackage> {
  await removeAbandoned(place.folder)
  const folder = join(place.folder, `${process.pid}-${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    return { ...(await assemble(request, { ...place, folder })), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Folders of packagings whose process is gone. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1])
    if (identifyProcess(pid) === undefined) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function assemble(request: PackageRequest, place: PackagingPlace): Promise<Omit<ModelPackage, 'close'>> {
  const environment = request.environment ?? (await environmentOfModel(request, place))
  const named = { endpoint: 'package', ...request, ...(environment !== undefined && { environment }) }
  const spec = await specOf(named, place)
  const { name, version } = identityOf(spec)
  const prepared = await tried(spec, place)
  const { lock } = prepared
  const installation = await installedPackages(prepared.command.python, place.pythonSource)
  const packages = lock.requirements === '' ? [] : installation.packages
  const hashed = await place.environments.hashed(lock)
  const laid = await laidFiles(prepared, place.folder)
  const about = { name, version, lock }
  const bill = billOfMaterials({ ...about, ...laid, toolVersion: place.version, packages })
  const described = (swagger: '2' | '3'): JsonObject => place.describe(name, prepared.metadata, swagger)
  const { files, digest } = withManifest([
    ...laid.modelFiles,
    ...laid.codeFiles,
    ...(await serverFiles(place.pythonSource)),
    ...(await folderFiles(place.packageSource, { below: '' })),
    textFile('model.json', jsonText(modelDescription(spec, { ...about, ...laid, prepared, place }))),
    textFile('requirements.txt', hashed ?? lock.requirements),
    textFile('python-version', `${installation.python}\n`),
    textFile(billFile, jsonText(bill)),
    textFile('swagger2.json', jsonText(described('2'))),
    textFile('swagger3.json', jsonText(described('3'))),
    textFile('v2.json', jsonText(place.describeTensors({ name, versions: [version] }, prepared))),
    textFile('README.md', readmeText({ ...about, python: installation.python, packageCount: packages.length })),
  ])
  const notes = notesOf({ lock, isHashed: hashed !== undefined, hasScript: spec.scoring !== undefined })
  return { name, version, digest, notes, files, lock, installation }
}

/** A script that is given with an MLflow model runs in what that model needs, unless something else is said. */
async function environmentOfModel(
  { model, scoring }: PackageRequest,
  { models }: PackagingPlace,
): Promise<EnvironmentRequest | undefined> {
  if (scoring === undefined) return undefined
  const folder =
    model.kind === 'local' ? model.path : await models.materialise((await models.resolve(model.reference)).artifactPath)
  const metadata = await readModelMetadata(folder)
  return metadata === undefined ? undefined : modelEnvironment(folder, metadata, 'whole')
}

function identityOf({ model }: DeploymentSpec): { readonly name: string; readonly version: string } {
  const registered = model?.from === 'artifacts' ? model : undefined
  const name = registered?.name ?? model?.baseName ?? 'model'
  return { name, version: registered?.version === undefined ? '1' : String(registered.version) }
}

/**
 * Serves it once: what does not load here does not load elsewhere either. Then lays the same files again, where nothing
 * has run: mlflow and scripts write beside what they load.
 */
/** A deployment that has loaded once, and what its worker said of the model. */
interface TriedDeployment extends PreparedDeployment {
  readonly description?: JsonObject
}

async function tried(spec: DeploymentSpec, place: PackagingPlace): Promise<TriedDeployment> {
  const revision = {
    endpoint: 'package',
    deployment: 'default',
    revision: 1,
    status: 'creating',
    createdMs: 0,
  } as const
  // One worker is enough to see that it loads.
  const deployment = onlineDeployment({ ...revision, spec: { ...spec, instanceCount: 1 } }, place)
  try {
    await deployment.start()
    const { lock, command } = await deployment.prepared()
    const laid = await prepareDeployment(
      { folder: laidFolder(place.folder), endpoint: revision.endpoint, spec, log: () => undefined },
      place,
    )
    const description = deployment.description()
    return {
      ...{ ...laid, lock, command: { ...laid.command, python: command.python } },
      ...(description !== undefined && { description }),
    }
  } finally {
    await deployment.close()
  }
}

function laidFolder(folder: string): string {
  return join(folder, 'laid')
}

interface LaidFiles {
  readonly modelFolder: string
  readonly modelFiles: readonly PackageFile[]
  readonly codeFiles: readonly PackageFile[]
  /** From absolute to a path of the package. */
  readonly pathOf: (absolute: string) => string
}

async function laidFiles({ command }: PreparedDeployment, folder: string): Promise<LaidFiles> {
  const laid = laidFolder(folder)
  const pathOf = (absolute: string): string => relative(laid, absolute)
  const models = join(laid, 'azureml-models')
  const appRoot = command.model['appRoot']
  const isCache = (path: string): boolean => basename(path) === '__pycache__'
  return {
    modelFolder: pathOf(command.environment['AZUREML_MODEL_DIR']!),
    modelFiles: await folderFiles(models, { below: 'azureml-models/' }),
    codeFiles: typeof appRoot === 'string' ? await folderFiles(appRoot, { below: 'code/', ignore: isCache }) : [],
    pathOf,
  }
}

interface Description {
  readonly name: string
  readonly version: string
  readonly prepared: PreparedDeployment
  readonly modelFolder: string
  readonly pathOf: LaidFiles['pathOf']
  readonly lock: EnvironmentLock
  readonly place: PackagingPlace
}

function modelDescription(spec: DeploymentSpec, description: Description): JsonObject {
  const { name, version, prepared, modelFolder, pathOf, lock, place } = description
  const { model } = prepared.command
  const inPackage = (key: string): JsonObject => (typeof model[key] === 'string' ? { [key]: pathOf(model[key]) } : {})
  const threads = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'MLFLOW_DISABLE_TELEMETRY']
  const source = spec.model?.from === 'artifacts' ? spec.model : undefined
  return {
    format: 1,
    name,
    version,
    server_version:
      typeof prepared.metadata?.['mlflow_version'] === 'string' ? prepared.metadata['mlflow_version'] : place.version,
    model_folder: modelFolder,
    load: { ...model, ...inPackage('path'), ...inPackage('appRoot') },
    // As behind an endpoint: another number of threads may round the last digit differently.
    environment_variables: {
      ...Object.fromEntries(threads.map((key) => [key, prepared.command.environment[key]!])),
      ...spec.environmentVariables,
    },
    environment: { digest: lock.digest, python: lock.python, platform: lock.platform },
    ...(source?.runId !== undefined && { run_id: source.runId }),
    ...(source?.loggedModelId !== undefined && { logged_model_id: source.loggedModelId }),
  }
}

interface Noted {
  readonly lock: EnvironmentLock
  readonly isHashed: boolean
  readonly hasScript: boolean
}

function notesOf({ lock, isHashed, hasScript }: Noted): readonly string[] {
  const notes = [...lock.notes]
  if (lock.requirements === '' && hasScript)
    notes.push('No environment was named: the package installs nothing, and the script finds what Python has there.')
  if (!isHashed)
    notes.push('The package index did not tell the hashes of the packages: requirements.txt has versions only.')
  return notes
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 1)}\n`
}

/** A name for files and images: lower case, of letters, digits, dots and dashes. Throws `invalid-request` for none. */
export function fileNameOf(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
  if (safe !== '') return safe
  throw new SluiceError('invalid-request', `"${name}" holds nothing that a file could be called by.`)
}
