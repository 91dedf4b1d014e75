import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JsonObject, JsonValue } from '../base/json.ts'
import { modelEnvironment, readModelMetadata } from './mlflow-model-folder.ts'
import { temporaryFolder } from './serving.test-support.ts'

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

async function dependencies(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  mlflow: 'skinny' | 'whole' = 'skinny',
): Promise<JsonValue | undefined> {
  const folder = await folderWith(t, { MLmodel: 'mlflow_version: 2.22.0\n', ...files })
  const request = await modelEnvironment(folder, (await readModelMetadata(folder))!, mlflow)
  const content: JsonObject | undefined = request.kind === 'spec' ? request.spec.conda?.content : undefined
  return JSON.parse(JSON.stringify(content?.['dependencies'])) as JsonValue
}

test('the MLmodel file is read with versions as text, and its absence says that this is no MLflow model', async (t) => {
  const folder = await folderWith(t, {
    MLmodel: `flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.2}
mlflow_version: 2.22.0
signature:
  inputs: '[{"type": "double", "name": "bmi", "required": true}]'
`,
  })
  const metadata = JSON.parse(JSON.stringify(await readModelMetadata(folder))) as JsonObject
  assert.deepEqual(metadata, {
    flavors: {
      python_function: { loader_module: 'mlflow.sklearn', python_version: '3.11.7' },
      sklearn: { pickled_model: 'model.pkl', sklearn_version: '1.5.2' },
    },
    mlflow_version: '2.22.0',
    signature: { inputs: '[{"type": "double", "name": "bmi", "required": true}]' },
  })
  assert.equal(await readModelMetadata(await folderWith(t, {})), undefined)
  assert.equal(await readModelMetadata(join(folder, 'MLmodel')), undefined, 'a model that is one file')
})

test('a damaged MLmodel is one clear error', async (t) => {
  await assert.rejects(readModelMetadata(await folderWith(t, { MLmodel: 'flavors: [' })), {
    code: 'model-failed',
    message: /^The model's file MLmodel cannot be read: /,
  })
})

test("a model's conda file is its environment, with mlflow-skinny in the place of mlflow", async (t) => {
  const conda = `channels: [conda-forge]
dependencies:
- python=3.11.7
- pip<=24.0
- pip:
  - mlflow==2.22.0
  - scikit-learn==1.5.2
  - Pandas==1.5.3
name: mlflow-env
`
  assert.deepEqual(await dependencies(t, { 'conda.yaml': conda }), [
    'python=3.11.7',
    'pip<=24.0',
    { pip: ['mlflow-skinny==2.22.0', 'scikit-learn==1.5.2', 'Pandas==1.5.3', 'numpy'] },
  ])
})

test('mlflow with extras, and packages that only begin like it, are left alone', async (t) => {
  const conda = 'dependencies: [python=3.11, numpy=1.26, pandas, {pip: ["mlflow[genai]>=2.9", mlflow-extra==1]}]'
  assert.deepEqual(await dependencies(t, { 'conda.yaml': conda }), [
    'python=3.11',
    'numpy=1.26',
    'pandas',
    { pip: ['mlflow[genai]>=2.9', 'mlflow-extra==1'] },
  ])
})

test('without a conda file requirements.txt and python_env.yaml are the environment', async (t) => {
  const files = {
    'requirements.txt':
      '# made by mlflow\nmlflow<3,>=2.9\nscikit-learn==1.5.2 # pinned\n\nnumpy==1.26.4\npandas==2.2.3\n',
    'python_env.yaml': 'python: 3.10.12\ndependencies: [-r requirements.txt]\n',
  }
  assert.deepEqual(await dependencies(t, files), [
    'python=3.10.12',
    'pip',
    { pip: ['mlflow-skinny<3,>=2.9', 'scikit-learn==1.5.2', 'numpy==1.26.4', 'pandas==2.2.3'] },
  ])
})

test('with neither, the flavors tell what the model was saved with', async (t) => {
  const MLmodel = `mlflow_version: 2.9.1
flavors: {python_function: {python_version: 3.9.18}, sklearn: {sklearn_version: 1.3.0}}
`
  assert.deepEqual(await dependencies(t, { MLmodel }), [
    'python=3.9.18',
    'pip',
    { pip: ['scikit-learn==1.3.0', 'mlflow-skinny==2.9.1', 'numpy', 'pandas'] },
  ])
})

test('what a flavor was saved with is added where the model forgot to name it', async (t) => {
  const MLmodel = `mlflow_version: 3.17.2
flavors: {sklearn: {sklearn_version: 1.7.2, serialization_format: skops}}
`
  const forgot = { MLmodel, 'requirements.txt': 'mlflow==3.17.2\nnumpy\npandas\n' }
  assert.deepEqual(await dependencies(t, forgot), [
    'pip',
    { pip: ['mlflow-skinny==3.17.2', 'numpy', 'pandas', 'scikit-learn==1.7.2', 'skops'] },
  ])
  const named = { MLmodel, 'requirements.txt': 'mlflow\nscikit_learn>=1.7\nskops==0.13\nnumpy\npandas\n' }
  assert.deepEqual(await dependencies(t, named), [
    'pip',
    { pip: ['mlflow-skinny', 'scikit_learn>=1.7', 'skops==0.13', 'numpy', 'pandas'] },
  ])
})

test('the whole of mlflow stays where it is asked for', async (t) => {
  assert.deepEqual(await dependencies(t, { 'requirements.txt': 'mlflow==2.22.0\nnumpy\npandas\n' }, 'whole'), [
    'pip',
    { pip: ['mlflow==2.22.0', 'numpy', 'pandas'] },
  ])
})
