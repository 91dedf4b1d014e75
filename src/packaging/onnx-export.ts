import { randomUUID } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { messageOf, SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { DeployedModel } from '../serving/deploy-request.ts'
import { modelEnvironment, readModelMetadata } from '../serving/mlflow-model-folder.ts'
import type { PackagingPlace } from './model-package.ts'

/** What is to be exported, and a scoring request that both forms of the model are to answer alike. */
export interface ExportRequest {
  readonly model: DeployedModel
  /** Text of JSON; the example saved with the model when absent. */
  readonly example?: string
}

/** A model in ONNX, with what the comparison found. */
export interface OnnxModel {
  readonly bytes: Buffer
  /** `{inputs, outputs, columns, rows, max_difference, opset, versions}`. */
  readonly report: JsonObject
}

/**
 * Converts a scikit-learn model in the environment that it was saved with and skl2onnx beside it. Throws `not-supported`
 * for what skl2onnx cannot convert, and for what then predicts otherwise.
 */
export async function exportOnnx(request: ExportRequest, place: PackagingPlace): Promise<OnnxModel> {
  const { model } = request
  const path =
    model.kind === 'local'
      ? model.path
      : await place.models.materialise((await place.models.resolve(model.reference)).artifactPath)
  const metadata = await readModelMetadata(path)
  if (metadata === undefined) {
    throw new SluiceError('not-supported', 'Only MLflow models can be exported; this one has no file MLmodel.', {
      hint: 'Log it with mlflow.sklearn.log_model(model, input_example=...).',
    })
  }
  const example = request.example ?? (await savedExample(path))
  const wanted = withPackages(await modelEnvironment(path, metadata, 'skinny'), ['skl2onnx', 'onnxruntime'])
  const lock = await place.environments.lock(wanted)
  const built = await place.environments.build(lock, () => undefined)
  await mkdir(place.folder, { recursive: true })
  const output = join(place.folder, `${process.pid}-${randomUUID()}`)
  try {
    const environment = {
      ...place.variables,
      ...built.variables,
      PATH: [...built.path, place.variables['PATH'] ?? ''].join(delimiter),
      PYTHONPATH: place.pythonSource,
      PYTHONDONTWRITEBYTECODE: '1',
    }
    const answer = await converted({ python: built.python, environment }, { path, metadata, example, output })
    if (isJsonObject(answer['report'])) return { bytes: await readFile(output), report: answer['report'] }
    const { refusal, hint } = answer
    throw new SluiceError('not-supported', String(refusal), { ...(typeof hint === 'string' && { hint }) })
  } finally {
    await rm(output, { force: true })
  }
}

async function savedExample(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'serving_input_example.json'), 'utf8')
  } catch {
    throw new SluiceError('invalid-request', 'The model was saved without an input example to compare with.', {
      hint: 'Give one with --example FILE (a request as it is sent to /score), or log it with input_example=...',
    })
  }
}

/** The model's own environment with more packages, in whichever versions go with it. */
function withPackages(request: EnvironmentRequest, packages: readonly string[]): EnvironmentRequest {
  if (request.kind !== 'spec' || request.spec.conda === undefined) return request
  const { conda } = request.spec
  const given = (conda.content['dependencies'] ?? []) as readonly JsonValue[]
  const dependencies = [...given, { pip: packages }]
  return { ...request, spec: { ...request.spec, conda: { ...conda, content: { ...conda.content, dependencies } } } }
}

interface Interpreter {
  readonly python: string
  readonly environment: Readonly<Record<string, string>>
}

function converted({ python, environment }: Interpreter, wish: JsonObject): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      python,
      ['-m', 'sluiceworks.onnx_export'],
      { env: environment, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as JsonObject)
        } catch {
          const words = stderr.trim().split('\n').at(-1) ?? messageOf(error)
          reject(new SluiceError('model-failed', `The model cannot be exported: ${words}`))
        }
      },
    )
    child.stdin?.on('error', () => undefined) // It ended before it read: its exit says why.
    child.stdin?.end(JSON.stringify(wish))
  })
}
