import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { canonicalJson } from '../base/json.ts'
import type { PipelineJob } from '../spec/documents.ts'
import { loadDocument } from '../spec/load-document.ts'
import { resultFields } from './hosted-work.ts'
import { planJob } from './plan-pipeline.ts'
import type { PlannedCommand } from './planned-pipeline.ts'

/** A pipeline around one parallel step; files besides it by name. */
async function plan(
  step: string,
  more: { readonly inputs?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly step: PlannedCommand; readonly mistakes: readonly string[] }> {
  const indented = step.replaceAll('\n', '\n    ')
  const text = `type: pipeline
inputs:
  data: { type: uri_folder, path: ./data }
${more.inputs ?? ''}
jobs:
  each:
    ${indented}
`
  const files: Readonly<Record<string, string>> = { '/p/pipeline.yml': text, ...more.files }
  const { document, diagnostics } = await loadDocument({
    file: '/p/pipeline.yml',
    readText: (path) => files[path] ?? readFileSync(path, 'utf8'),
  })
  assert.deepEqual(diagnostics, [])
  const result = planJob(document as PipelineJob, { resolveComponent: () => undefined })
  const mistakes = result.diagnostics.map(({ message, hint }) => message + (hint === undefined ? '' : ` | ${hint}`))
  return { step: result.plan.steps[0] as PlannedCommand, mistakes }
}

const inline = `type: parallel
inputs: { files: "\${{parent.inputs.data}}", text: two words }
outputs: { rows: { type: uri_file } }
input_data: \${{ inputs.files }}
task:
  type: run_function
  code: ./src
  entry_script: score.py
  program_arguments: >-
    --text \${{inputs.text}} --name 'a b'
    --error_threshold 5
  append_row_to: \${{outputs.rows}}
`

test('a parallel step is a leaf with what its host is to do, and Azure’s defaults', async () => {
  const { step, mistakes } = await plan(inline)
  assert.deepEqual(mistakes, [])
  assert.equal(step.command, '')
  assert.deepEqual(step.code, { kind: 'local', path: '/p/src' })
  assert.deepEqual(step.outputs, { rows: { type: 'uri_file', mode: 'rw_mount' } })
  assert.deepEqual(step.hosted, {
    kind: 'parallel',
    entry: { kind: 'script', path: 'score.py' },
    arguments: ['--text', '${{inputs.text}}', '--name', 'a b', '--error_threshold', '5'],
    inputData: 'files',
    partitionKeys: [],
    maxRetries: 2,
    timeoutSeconds: 60,
    miniBatchErrorThreshold: -1,
    loggingLevel: 'INFO',
    appendRowTo: '${{outputs.rows}}',
  })
})

test('every setting, some bound to inputs of the pipeline or of the step', async () => {
  const { step, mistakes } = await plan(
    `${inline.replace('text: two words', 'text: two words, workers: 3')}
mini_batch_size: \${{parent.inputs.size}}
partition_keys: [Store, Brand]
max_concurrency_per_instance: \${{inputs.workers}}
retry_settings: { max_retries: "\${{parent.inputs.retries}}", timeout: 5 }
error_threshold: 1
mini_batch_error_threshold: 0
logging_level: DEBUG
resources: { instance_count: 2 }
`,
    { inputs: '  size: 10kb\n  retries: 0' },
  )
  assert.deepEqual(mistakes, [])
  const {
    appendRowTo: _,
    arguments: __,
    ...work
  } = step.hosted as Extract<PlannedCommand['hosted'], { kind: 'parallel' }>
  assert.deepEqual(work, {
    kind: 'parallel',
    entry: { kind: 'script', path: 'score.py' },
    inputData: 'files',
    miniBatchSize: { unit: 'bytes', amount: 10240 },
    partitionKeys: ['Store', 'Brand'],
    concurrencyPerInstance: 3,
    maxRetries: 0,
    timeoutSeconds: 5,
    errorThreshold: 1,
    miniBatchErrorThreshold: 0,
    loggingLevel: 'DEBUG',
  })
  assert.equal(step.resources.instanceCount, 2)
})

const component = `type: parallel
name: score
inputs:
  files: { type: uri_folder }
  k: { type: integer, optional: true }
outputs: { rows: { type: uri_file } }
input_data: \${{inputs.files}}
mini_batch_size: "5"
task:
  type: function
  code: ./src
  entry_script: score.py
  program_arguments: --always 1 $[[--k \${{inputs.k}}]]
`

test('a parallel component; what the step says goes before it; an optional argument without a value is left out', async () => {
  const { step, mistakes } = await plan(
    `component: ./c/score.yml
inputs: { files: "\${{parent.inputs.data}}" }
mini_batch_size: 7
mini_batch_error_threshold: 3
task: { type: function, entry_script: other.py }
`,
    { files: { '/p/c/score.yml': component } },
  )
  assert.deepEqual(mistakes, [])
  const hosted = step.hosted as Extract<PlannedCommand['hosted'], { kind: 'parallel' }>
  assert.deepEqual(hosted.arguments, ['--always', '1'])
  assert.deepEqual(hosted.entry, { kind: 'script', path: 'other.py' })
  assert.deepEqual(hosted.miniBatchSize, { unit: 'items', amount: 7 })
  assert.equal(hosted.miniBatchErrorThreshold, 3)
  assert.deepEqual(step.code, { kind: 'local', path: '/p/c/src' })
})

test('a model task has its model as an input, so that its content counts for reuse', async () => {
  const named = await plan(`type: parallel
inputs: { files: "\${{parent.inputs.data}}" }
task: { type: model, model: azureml:diabetes@latest }
`)
  assert.deepEqual(named.mistakes, [])
  assert.deepEqual(named.step.inputs['task.model'], {
    kind: 'data',
    type: 'mlflow_model',
    mode: 'ro_mount',
    source: { kind: 'asset', name: 'diabetes', label: 'latest' },
  })
  const bound = await plan(
    `type: parallel
inputs: { files: "\${{parent.inputs.data}}", m: { type: mlflow_model, path: ./model } }
input_data: \${{inputs.files}}
task: { type: model, model: "\${{inputs.m}}" }
`,
  )
  assert.deepEqual(bound.mistakes, [])
  assert.deepEqual((bound.step.hosted as { entry?: unknown }).entry, { kind: 'model', input: 'm' })
  assert.deepEqual(Object.keys(bound.step.inputs), ['files', 'm'])
})

for (const { what, from, to, mistake } of [
  {
    what: 'no code',
    from: '  code: ./src\n',
    to: '',
    mistake: /The task of step "each" has no code. \| Name the folder that holds score.py/,
  },
  {
    what: 'input_data that is no input',
    from: '${{ inputs.files }}',
    to: '${{inputs.fils}}',
    mistake: /"input_data" of step "each" names input "fils", which there is not. \|.*files/,
  },
  {
    what: 'input_data that is text',
    from: '${{ inputs.files }}',
    to: '${{inputs.text}}',
    mistake: /is input "text", which is the text "two words"/,
  },
  { what: 'input_data that is a path', from: '${{ inputs.files }}', to: './data', mistake: /cannot be "\.\/data"/ },
  { what: 'an open quote', from: "'a b'", to: "'a b", mistake: /has a quote that is not closed/ },
  { what: 'an unknown input', from: 'inputs.text}} --n', to: 'inputs.txt}} --n', mistake: /there is no input "txt"/ },
  { what: 'an unknown output', from: '${{outputs.rows}}', to: '${{outputs.row}}', mistake: /there is no output "row"/ },
] as const) {
  test(`a mistake with its place: ${what}`, async () => {
    const { mistakes } = await plan(inline.replace(from, to))
    assert.equal(mistakes.length, 1, mistakes.join('\n'))
    assert.match(mistakes[0]!, mistake)
  })
}

test('which input is meant must be said when there are several; numbers must be numbers', async () => {
  const { mistakes } = await plan(
    `type: parallel
inputs: { files: "\${{parent.inputs.data}}", more: "\${{parent.inputs.data}}" }
mini_batch_size: \${{parent.inputs.word}}
error_threshold: \${{parent.inputs.word}}
max_concurrency_per_instance: \${{parent.inputs.data}}
mini_batch_error_threshold: \${{parent.inputs.nothing}}
task: { type: function, code: ./src, entry_script: e.py }
`,
    { inputs: '  word: many' },
  )
  assert.equal(mistakes.length, 5, mistakes.join('\n'))
  const text = mistakes.join('\n')
  assert.match(text, /"max_concurrency_per_instance" of step "each" is bound to .* which is not a literal/)
  assert.match(text, /"error_threshold" of step "each" must be a whole number, but is "many"/)
  assert.match(text, /"mini_batch_size" of step "each" cannot be "many"/)
  assert.match(text, /Step "each" does not say which input is cut into mini-batches/)
  assert.match(text, /nothing/)
})

test('a notebook is a leaf whose code is the notebook, and its path counts for reuse', async () => {
  const { step, mistakes } = await plan('notebook: ./study.ipynb\ninputs: { alpha: 0.5 }\n')
  assert.deepEqual(mistakes, [])
  assert.deepEqual(step.hosted, { kind: 'notebook', file: 'study.ipynb' })
  assert.deepEqual(step.code, { kind: 'local', path: '/p/study.ipynb' })
  assert.deepEqual(resultFields(step.hosted!), { notebook: 'study.ipynb' })
})

test('workers and logging are no part of the result, everything else is', async () => {
  const fieldsOf = async (text: string): Promise<string> => canonicalJson(resultFields((await plan(text)).step.hosted!))
  const before = await fieldsOf(inline)
  assert.equal(await fieldsOf(`${inline}max_concurrency_per_instance: 7\nlogging_level: DEBUG\n`), before)
  for (const more of [
    'mini_batch_size: 3',
    'partition_keys: [a]',
    'error_threshold: 1',
    'mini_batch_error_threshold: 1',
    'retry_settings: { timeout: 7 }',
    'retry_settings: { max_retries: 7 }',
  ]) {
    assert.notEqual(await fieldsOf(`${inline}${more}\n`), before, more)
  }
})
