import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError, type Diagnostic } from '../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import { readJsonObject, rootValue } from '../spec/yaml/values.ts'
import { openYaml } from '../spec/yaml/yaml-document.ts'

/** The content of the file `MLmodel`; undefined where the folder is no MLflow model. Throws `model-failed` when it is damaged. */
export async function readModelMetadata(folder: string): Promise<JsonObject | undefined> {
  const text = await readText(join(folder, 'MLmodel'))
  return text === undefined ? undefined : parse('MLmodel', text)
}

/**
 * What an MLflow model says it needs: `conda.yaml`, else `requirements.txt` with the Python of `python_env.yaml`, and
 * what its flavors tell of the library they were saved with. With `skinny` mlflow becomes mlflow-skinny of the same
 * version (a tenth of the packages; serving uses nothing else of it), as Azure ML has it for its no-code deployments.
 * A model may count on what the whole of mlflow brings along without saying so: then `whole` is what it takes.
 */
export async function modelEnvironment(
  folder: string,
  metadata: JsonObject,
  mlflow: 'skinny' | 'whole',
): Promise<EnvironmentRequest> {
  const conda = await readText(join(folder, 'conda.yaml'))
  const content = conda === undefined ? await contentFromRequirements(folder, metadata) : parse('conda.yaml', conda)
  return { kind: 'spec', spec: { conda: { content: withServingPackages(content, metadata, mlflow) } } }
}

async function contentFromRequirements(folder: string, metadata: JsonObject): Promise<JsonObject> {
  const requirements = await readText(join(folder, 'requirements.txt'))
  const pip = requirements === undefined ? [] : requirementLines(requirements)
  const python = await pythonOf(folder, metadata)
  return { dependencies: [...(python === undefined ? [] : [`python=${python}`]), 'pip', { pip }] }
}

function requirementLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
}

async function pythonOf(folder: string, metadata: JsonObject): Promise<string | undefined> {
  const text = await readText(join(folder, 'python_env.yaml'))
  const version = text === undefined ? undefined : parse('python_env.yaml', text)['python']
  const saved = flavorsOf(metadata)['python_function']
  return textOf(version) ?? (isJsonObject(saved) ? textOf(saved['python_version']) : undefined)
}

const libraries: Readonly<Record<string, { readonly version: string; readonly package: string }>> = {
  sklearn: { version: 'sklearn_version', package: 'scikit-learn' },
  xgboost: { version: 'xgb_version', package: 'xgboost' },
  lightgbm: { version: 'lgb_version', package: 'lightgbm' },
  catboost: { version: 'catboost_version', package: 'catboost' },
  statsmodels: { version: 'statsmodels_version', package: 'statsmodels' },
  onnx: { version: 'onnx_version', package: 'onnx' },
  pytorch: { version: 'pytorch_version', package: 'torch' },
}

function flavorRequirements(metadata: JsonObject): readonly string[] {
  return Object.entries(libraries).flatMap(([flavor, library]) => {
    const saved = flavorsOf(metadata)[flavor]
    if (!isJsonObject(saved)) return []
    const version = textOf(saved[library.version])
    const format = saved['serialization_format']
    return [
      ...(version === undefined ? [] : [`${library.package}==${version}`]),
      ...(format === 'skops' || format === 'cloudpickle' ? [format] : []),
    ]
  })
}

function flavorsOf(metadata: JsonObject): JsonObject {
  const flavors = metadata['flavors']
  return isJsonObject(flavors) ? flavors : {}
}

/** The conda content with what the flavors and the scoring host need beside the packages it names. */
function withServingPackages(content: JsonObject, metadata: JsonObject, mlflow: 'skinny' | 'whole'): JsonObject {
  const given = Array.isArray(content['dependencies']) ? (content['dependencies'] as readonly JsonValue[]) : []
  const chosen = mlflow === 'skinny' ? slim : (requirement: string) => requirement
  const conda = given.filter((item) => !isPipList(item)).map((item) => (typeof item === 'string' ? chosen(item) : item))
  const pip = given.filter(isPipList).flatMap(({ pip: items }) => items.map((item) => chosen(String(item))))
  const named = new Set([...conda.map(String), ...pip].map(packageOf))
  const hasMlflow = named.has('mlflow') || named.has('mlflow-skinny')
  const wanted = [...flavorRequirements(metadata), ...(hasMlflow ? [] : [skinnyOf(metadata)]), 'numpy', 'pandas']
  const missing = wanted.filter((requirement) => !named.has(packageOf(requirement)))
  return { ...content, dependencies: [...conda, { pip: [...pip, ...missing] }] }
}

function isPipList(item: JsonValue): item is { readonly pip: readonly JsonValue[] } {
  return isJsonObject(item) && Array.isArray(item['pip'])
}

/** `mlflow==2.22.0` to `mlflow-skinny==2.22.0`; with extras (`mlflow[genai]`) it is left alone. */
function slim(requirement: string): string {
  return requirement.replace(/^mlflow(?=\s*($|[=<>!~;]))/i, 'mlflow-skinny')
}

/** The name in `scikit-learn==1.5.2`, `numpy`, `conda-forge::pandas=1.5`, normalised as PyPI does (PEP 503). */
function packageOf(requirement: string): string {
  const name = /^(?:[^\s:]+::)?([A-Za-z0-9][\w.-]*)/.exec(requirement.trim())?.[1] ?? ''
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

function skinnyOf(metadata: JsonObject): string {
  const version = textOf(metadata['mlflow_version']) ?? ''
  return /^\d+(\.\d+)*(rc\d+)?$/.test(version) ? `mlflow-skinny==${version}` : 'mlflow-skinny'
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function parse(name: string, text: string): JsonObject {
  const mistakes: Diagnostic[] = []
  const value = rootValue(
    openYaml(name, text, (severity, mistake) => {
      if (severity === 'error') mistakes.push(mistake)
    }),
    name,
  )
  const content = value === undefined ? undefined : readJsonObject(value)
  if (content !== undefined && mistakes.length === 0) return content
  throw new SluiceError(
    'model-failed',
    `The model's file ${name} cannot be read: ${mistakes[0]?.message ?? 'empty'}.`,
    {
      hint: 'Log the model again; the file is written by mlflow.',
      diagnostics: mistakes,
    },
  )
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
