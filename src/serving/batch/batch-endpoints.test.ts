import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import { openAssetLab } from '../../assets/assets.test-support.ts'
import { SluiceError } from '../../base/errors.ts'
import type { JobName } from '../../base/ids.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Database } from '../../database/database.ts'
import { readEvents } from '../../events/event-log.ts'
import type { Job } from '../../jobs/job-service.ts'
import type { CapturedTemplate, JobTemplate } from '../../jobs/job-template.ts'
import type { BatchDeploymentDocument } from '../../spec/asset-documents.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import { BatchEndpoints } from './batch-endpoints.ts'

interface Lab {
  readonly batch: BatchEndpoints
  readonly folder: string
  /** The document of every submitted job, and what was said of it. */
  readonly submitted: {
    readonly document: JsonObject
    readonly properties: Readonly<Record<string, string>>
    readonly values: Readonly<Record<string, string>>
  }[]
  readonly document: (text: string) => Promise<BatchDeploymentDocument>
}

/** Batch endpoints over a real catalogue and content store; jobs are noted and not run. */
function openLab(database: Database, t: TestContext): Lab {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-batch-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { catalogue, store, clock } = openAssetLab(database, t)
  const submitted: Lab['submitted'] = []
  const jobs = new Map<string, Job>()
  mkdirSync(join(folder, 'model'))
  writeFileSync(
    join(folder, 'model/MLmodel'),
    'flavors: {python_function: {python_version: 3.11.9}}\nmlflow_version: 2.22.0\n',
  )
  const batch = new BatchEndpoints({
    ...{ database, clock, content: store, assets: catalogue },
    registry: {
      resolve: (reference) =>
        reference === 'azureml:ridge@champion'
          ? Promise.resolve({ name: 'ridge', version: 3, artifactPath: '0/run/artifacts/model', tags: {} })
          : Promise.reject(new SluiceError('not-found', `There is no model "${reference}".`)),
    },
    artifacts: {
      content: () => store.ingest(join(folder, 'model')),
      materialise: () => Promise.resolve(join(folder, 'model')),
    },
    jobs: {
      capture: ({ file, text = readFileSync(file, 'utf8'), changes }) =>
        Promise.resolve({
          loaded: { type: (JSON.parse(text) as { type: string }).type },
          template: { file, texts: { [file]: text }, components: {}, sources: {}, code: {}, environments: {}, changes },
        } as unknown as CapturedTemplate),
      captureJob: (name, changes) =>
        name === 'earlier'
          ? Promise.resolve({
              loaded: { type: 'pipeline' },
              template: { file: '/job.yml', texts: { '/job.yml': '{"type": "pipeline"}' }, changes },
            } as unknown as CapturedTemplate)
          : Promise.reject(new SluiceError('not-found', `There is no job "${name}".`)),
      async submitTemplate(template: JobTemplate, { properties, values, also }) {
        const name = `job-${submitted.length + 1}` as JobName
        const document: unknown = JSON.parse(template.texts[template.file]!)
        assert.ok(isJsonObject(document))
        await database.write((tables) => also(tables, name))
        submitted.push({ document, properties, values })
        jobs.set(name, { name } as Job)
        return jobs.get(name)!
      },
      get: (name) =>
        Promise.resolve(
          jobs.get(name) ?? ({ inputs: { alpha: { value: '2' }, word: { value: 'x' } } } as unknown as Job),
        ),
    },
  })
  const document: Lab['document'] = async (text) => {
    const file = join(folder, 'deployment.yml')
    const loaded = await loadValidDocument({ file, readText: () => text, family: 'batch-deployment' })
    return loaded.document as BatchDeploymentDocument
  }
  return { batch, folder, submitted, document }
}

databaseTest(
  'a deployment of an MLflow model becomes jobs with the version and the environment it names',
  async (database, t) => {
    const { batch, folder, submitted, document } = openLab(database, t)
    const made = await batch.deploy(await document('name: ridge\nmodel: azureml:ridge@champion\n'), 'scores')
    assert.deepEqual([made.endpoint, made.revision], ['scores', 1])
    const job = await batch.invoke({
      endpoint: 'scores',
      input: folder,
      settings: { mini_batch_size: '2', output_file_name: 'all.csv' },
      outputPath: 'azureml://datastores/workspaceblobstore/paths/out/',
      by: 'ann',
    })
    assert.deepEqual([job.job.name, job.deployment, job.revision], ['job-1', 'ridge', 1])
    assert.deepEqual(submitted[0]?.properties, {
      'sluice.batch_endpoint': 'scores',
      'sluice.batch_deployment': 'ridge:1',
      'sluice.model': 'azureml:ridge:3',
    })
    assert.deepEqual(submitted[0].document, {
      ...{ type: 'pipeline', display_name: 'scores', experiment_name: 'scores' },
      inputs: { data: { type: 'uri_folder', path: folder, mode: 'ro_mount' } },
      outputs: {
        score: {
          type: 'uri_folder',
          name: 'scores-ridge-score',
          path: 'azureml://datastores/workspaceblobstore/paths/out/',
        },
      },
      settings: { force_rerun: true },
      jobs: {
        batchscoring: {
          type: 'parallel',
          inputs: {
            data: { path: '${{parent.inputs.data}}' },
            model: { type: 'mlflow_model', path: 'azureml:ridge:3' },
          },
          outputs: { score: '${{parent.outputs.score}}' },
          input_data: '${{inputs.data}}',
          mini_batch_size: '2',
          max_concurrency_per_instance: 1,
          error_threshold: -1,
          retry_settings: { max_retries: 3, timeout: 30 },
          logging_level: 'INFO',
          resources: { instance_count: 1 },
          environment_variables: { OMP_NUM_THREADS: '1', AZUREML_BI_OUTPUT_PATH: '${{outputs.score}}' },
          task: {
            type: 'model',
            model: '${{inputs.model}}',
            environment: {
              conda_file: {
                dependencies: ['python=3.11.9', 'pip', { pip: ['mlflow-skinny==2.22.0', 'numpy', 'pandas'] }],
              },
            },
            program_arguments: '--append_row_separator comma',
            append_row_to: '${{outputs.score}}/all.csv',
          },
        },
      },
    })
  },
)

databaseTest(
  'a script finds its model below a folder of its own, and writes its output itself',
  async (database, t) => {
    const { batch, folder, submitted, document } = openLab(database, t)
    const text = `
name: scripted
endpoint_name: scores
model: {path: model, type: custom_model}
code_configuration: {code: code, scoring_script: score.py}
output_action: summary_only
environment: azureml:env:1
`
    await batch.deploy(await document(text), undefined)
    await batch.invoke({ endpoint: 'scores', input: join(folder, 'model/MLmodel'), by: 'ann' })
    const { jobs, inputs } = submitted[0]!.document as { readonly jobs: JsonObject; readonly inputs: JsonObject }
    const step = jobs['batchscoring'] as { readonly [key: string]: JsonObject }
    assert.equal((inputs['data'] as JsonObject)['type'], 'uri_file')
    assert.match(
      String((step['inputs']!['model'] as JsonObject)['path']),
      /^azureml:\/\/content\/folder\/[0-9a-f]{64}\/azureml-models$/,
    )
    assert.deepEqual(step['environment_variables'], {
      OMP_NUM_THREADS: '1',
      AZUREML_BI_OUTPUT_PATH: '${{outputs.score}}',
      AZUREML_MODEL_DIR: '${{inputs.model}}',
    })
    assert.deepEqual(step['task'], {
      ...{ type: 'run_function', code: join(folder, 'code'), entry_script: 'score.py', environment: 'azureml:env:1' },
      program_arguments: '--append_row_separator comma',
    })
  },
)

databaseTest('endpoints have a default deployment, which goes last', async (database, t) => {
  const { batch, folder, document } = openLab(database, t)
  const one = await document('name: one\ncode_configuration: {code: code, scoring_script: s.py}\n')
  await batch.applyEndpoint({ name: 'scores', description: 'first', tags: { a: '1' }, properties: {} })
  await assert.rejects(batch.invoke({ endpoint: 'scores', input: folder, by: 'ann' }), {
    code: 'not-found',
    message: 'The batch endpoint "scores" has no deployment yet.',
  })
  await batch.deploy(one, 'scores')
  await batch.deploy({ ...one, name: 'two' }, 'scores')
  assert.equal((await batch.deploy(one, 'scores')).revision, 2)
  await assert.rejects(batch.deleteDeployment('scores', 'one'), { code: 'conflict' })
  await assert.rejects(batch.applyEndpoint({ name: 'scores', defaultDeployment: 'three', tags: {}, properties: {} }), {
    code: 'not-found',
  })
  const changed = await batch.applyEndpoint({
    name: 'scores',
    defaultDeployment: 'two',
    tags: { b: '2' },
    properties: {},
  })
  assert.deepEqual([changed.description, changed.tags, changed.defaultDeployment], ['first', { a: '1', b: '2' }, 'two'])
  await batch.deleteDeployment('scores', 'one')
  await batch.invoke({ endpoint: 'scores', input: folder, by: 'ann' })
  await batch.invoke({ endpoint: 'scores', input: folder, inputType: 'mltable', by: 'ann' })
  const jobs = await batch.jobs({ endpoint: 'scores', limit: 10 })
  assert.deepEqual(jobs.map(({ job, deployment }) => `${job.name} ${deployment}`).sort(), ['job-1 two', 'job-2 two'])
  assert.deepEqual(await batch.jobs({ endpoint: 'scores', deployment: 'one', limit: 10 }), [])
  await batch.deleteDeployment('scores', 'two')
  assert.equal((await batch.endpoint('scores')).defaultDeployment, undefined)
  await batch.deleteEndpoint('scores')
  assert.deepEqual(await batch.endpoints(), [])
  const events = await readEvents(database.read, { after: 0, limit: 100, subject: 'scores' })
  assert.deepEqual(
    events.map(({ kind }) => kind),
    [
      ...['batch-endpoint.created', 'batch-deployment.ready', 'batch-deployment.ready', 'batch-deployment.ready'],
      ...['batch-endpoint.changed', 'batch-deployment.deleted', 'batch-deployment.deleted', 'batch-endpoint.deleted'],
    ],
  )
})

databaseTest('a pipeline gets its inputs by name; what cannot be asked is refused', async (database, t) => {
  const { batch, folder, submitted, document } = openLab(database, t)
  await batch.deploy(
    await document('name: pipe\ncomponent: {type: pipeline, jobs: {}}\nendpoint_name: pipes\n'),
    undefined,
  )
  await batch.invoke({ endpoint: 'pipes', inputs: { alpha: 1 }, settings: { word: 'x' }, by: 'ann' })
  assert.deepEqual(submitted[0]?.document, {
    ...{ type: 'pipeline', display_name: 'pipes', experiment_name: 'pipes' },
    component: { type: 'pipeline', jobs: {} },
    inputs: { alpha: 1, word: 'x' },
  })
  await batch.deploy(await document('name: one\ncode_configuration: {code: code, scoring_script: s.py}\n'), 'ones')
  const refused: readonly (readonly [Partial<Parameters<BatchEndpoints['invoke']>[0]>, string])[] = [
    [{ endpoint: 'pipes', input: folder }, 'invalid-request'],
    [{ endpoint: 'ones' }, 'invalid-request'],
    [{ endpoint: 'ones', input: folder, settings: { alpha: '1' } }, 'invalid-request'],
    [{ endpoint: 'ones', input: join(folder, 'nothing') }, 'input-not-found'],
    [{ endpoint: 'ones', input: 'azureml:nothing:1' }, 'not-found'],
    [{ endpoint: 'ones', deployment: 'two', input: folder }, 'not-found'],
    [{ endpoint: 'none', input: folder }, 'not-found'],
  ]
  for (const [invocation, code] of refused)
    await assert.rejects(batch.invoke({ endpoint: '', by: 'ann', ...invocation }), { code }, JSON.stringify(invocation))
  await batch.invoke({ endpoint: 'ones', input: 'https://example.org/rows.csv', by: 'ann' })
  const inputs = submitted.at(-1)?.document['inputs'] as JsonObject
  assert.equal((inputs['data'] as JsonObject)['type'], 'uri_file')
  await assert.rejects(
    batch.deploy(await document('name: one\nmodel: {path: model/MLmodel, type: custom_model}\n'), 'ones'),
    {
      code: 'invalid-request',
    },
  )
  await assert.rejects(batch.deploy(await document('name: one\nmodel: azureml:gone:1\n'), undefined), {
    code: 'invalid-request',
    message: 'Nothing says which endpoint the deployment one is for.',
  })
  await assert.rejects(
    batch.deploy(await document('name: pipe\ntype: pipeline\ncomponent: azureml:nope:1\n'), 'pipes'),
    {
      code: 'not-found',
    },
  )
})

databaseTest(
  'a whole pipeline job may be what is deployed: written out, in a file, or an earlier job',
  async (database, t) => {
    const { batch, folder, submitted, document } = openLab(database, t)
    const deploy = async (definition: unknown, settings: object = {}): Promise<unknown> =>
      batch.deploy(
        await document(JSON.stringify({ name: 'pipe', type: 'pipeline', job_definition: definition, settings })),
        'pipes',
      )
    const invoke = async () => {
      const inputs = { alpha: 3, raw: { type: 'uri_folder', path: folder } }
      await batch.invoke({ endpoint: 'pipes', inputs, settings: { word: 'y' }, by: 'ann' })
      return submitted.at(-1)!
    }
    const job = {
      type: 'pipeline',
      name: 'once',
      inputs: { alpha: 1, kept: 2 },
      settings: { force_rerun: true },
      jobs: {},
    }
    await deploy(job, { continue_on_step_failure: false })
    assert.deepEqual((await invoke()).document, {
      ...{ type: 'pipeline', display_name: 'pipes', experiment_name: 'pipes', jobs: {} },
      inputs: { alpha: 3, kept: 2, word: 'y', raw: { type: 'uri_folder', path: folder } },
      settings: { force_rerun: true, continue_on_step_failure: false },
    })
    writeFileSync(join(folder, 'job.yml'), JSON.stringify(job))
    await deploy('./job.yml', { continue_on_step_failure: false })
    const ofFile = await invoke()
    assert.deepEqual(ofFile.document, job, 'as it is; its template is told what is different')
    assert.deepEqual(ofFile.values, { alpha: '3', raw: folder, word: 'y' })
    await deploy('azureml:earlier')
    assert.deepEqual((await invoke()).values, { alpha: '3', raw: folder, word: 'y' })
    writeFileSync(join(folder, 'command.yml'), '{"type": "command"}')
    for (const [definition, code] of [
      ['./command.yml', 'invalid-document'],
      ['azureml:nothing', 'not-found'],
    ] as const)
      await assert.rejects(deploy(definition), { code })
    await assert.rejects(batch.invoke({ endpoint: 'pipes', input: folder, by: 'ann' }), { code: 'invalid-request' })
    await assert.rejects(batch.invoke({ endpoint: 'pipes', inputs: { alpha: [1] }, by: 'ann' }), {
      message: 'The input "alpha" is [1], which is no value or path.',
    })
  },
)
