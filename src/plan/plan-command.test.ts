import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commandJob,
  component,
  file,
  folder,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  placesOf,
  plannedStep,
  step,
} from './document-builders.test-support.ts'

const train = component('train', {
  command: 'python train.py --data ${{ inputs.data }} $[[--alpha ${{inputs.alpha}}]] --out ${{outputs.model}}',
  inputs: { data: 'uri_folder', alpha: { type: 'number', optional: true } },
  outputs: { model: 'mlflow_model' },
  environmentVariables: { LOG: 'info', DATA: '${{ inputs.data }}/train' },
  environment: { kind: 'reference', reference: { kind: 'asset', name: 'sklearn', version: '1' } },
  code: { kind: 'local', path: '/p/src' },
  additionalIncludes: ['/p/lib'],
  resources: { instanceCount: 2, instanceType: 'small' },
  distribution: { type: 'mpi', processCountPerInstance: 1 },
  timeoutSeconds: 60,
  limits: { memoryBytes: 1e9, processes: 9 },
  retry: { maxRetries: 1, delaySeconds: 5, backoff: 2 },
})

test('what the component says is what the engine runs', () => {
  assert.deepEqual(plannedStep(pipeline({ train: step(train, { inputs: { data: folder('/d') } }) }), 'train'), {
    kind: 'command',
    path: 'train',
    key: 'train',
    parents: [],
    runIf: 'succeeded',
    command: 'python train.py --data ${{inputs.data}}  --out ${{outputs.model}}',
    code: { kind: 'local', path: '/p/src' },
    additionalIncludes: ['/p/lib'],
    environment: { kind: 'reference', reference: { kind: 'asset', name: 'sklearn', version: '1' } },
    environmentVariables: { LOG: 'info', DATA: '${{inputs.data}}/train' },
    inputs: { data: { kind: 'data', type: 'uri_folder', mode: 'ro_mount', source: { kind: 'local', path: '/d' } } },
    outputs: { model: { type: 'mlflow_model', mode: 'rw_mount' } },
    resources: { instanceCount: 2, instanceType: 'small' },
    distribution: { type: 'mpi', processCountPerInstance: 1 },
    timeoutSeconds: 60,
    limits: { memoryBytes: 1e9, processes: 9 },
    retry: { maxRetries: 1, delaySeconds: 5, backoff: 2 },
    isDeterministic: true,
  })
})

test('what the step says goes before what its component says', () => {
  const own = step(train, {
    inputs: { data: folder('/d'), alpha: '0.5' },
    displayName: 'Train it',
    environmentVariables: { LOG: 'debug', SEED: '1' },
    resources: { instanceCount: 4 },
    distribution: { type: 'pytorch', processCountPerInstance: 1 },
    timeoutSeconds: 5,
    limits: { processes: 3 },
    retry: { maxRetries: 0, delaySeconds: 1, backoff: 2 },
    isDeterministic: false,
    compute: 'gpu',
    runIf: 'always',
  })
  const planned = plannedStep(pipeline({ train: own }), 'train')
  assert.equal(
    planned.command,
    'python train.py --data ${{inputs.data}} --alpha ${{inputs.alpha}} --out ${{outputs.model}}',
  )
  assert.deepEqual(planned.environmentVariables, { LOG: 'debug', DATA: '${{inputs.data}}/train', SEED: '1' })
  assert.deepEqual(planned.resources, { instanceCount: 4, instanceType: 'small' })
  assert.deepEqual(planned.distribution, { type: 'pytorch', processCountPerInstance: 1 })
  assert.deepEqual(planned.limits, { memoryBytes: 1e9, processes: 3 })
  assert.deepEqual(planned.retry, { maxRetries: 0, delaySeconds: 1, backoff: 2 })
  assert.deepEqual(
    [planned.displayName, planned.timeoutSeconds, planned.isDeterministic, planned.compute, planned.runIf],
    ['Train it', 5, false, 'gpu', 'always'],
  )
})

test('a command that uses unknown inputs and outputs gets the nearest, at the command of its component', () => {
  const broken = component('broken', {
    command: 'run ${{inputs.dta}} ${{outputs.modl}} ${{input.data}}',
    inputs: { data: 'uri_folder' },
    outputs: { model: 'uri_folder' },
  })
  const document = pipeline({ a: step(broken, { inputs: { data: folder('/d') } }) })
  assert.deepEqual(mistakesOf(document), [
    'The command of step "a": "${{input.data}}" is not an expression. | Did you mean ${{inputs.data}}?',
    'The command of step "a" uses ${{inputs.dta}}, but there is no input "dta". | Did you mean "data"?',
    'The command of step "a" uses ${{outputs.modl}}, but there is no output "modl". | Did you mean "model"?',
  ])
  assert.deepEqual(placesOf(document), Array(3).fill('/p/broken.yml#command'))
})

test('a command cannot speak of its pipeline', () => {
  const document = pipeline({ a: inline('echo ${{parent.inputs.x}} ${{name}}') }, { inputs: { x: '1' } })
  assert.deepEqual(mistakesOf(document), [
    'The command of step "a" uses ${{parent.inputs.x}}, which has no meaning there. | Give it to an input and write ${{inputs.NAME}}: inputs: {NAME: ${{parent.inputs.x}}}',
    'The command of step "a" uses ${{name}}, which has no meaning there. | Give it to an input and write ${{inputs.NAME}}: inputs: {NAME: ${{name}}}',
  ])
})

test('an optional input without a value may stand in $[[ ]] only', () => {
  const bare = component('bare', {
    command: 'run ${{inputs.x}} $[[${{inputs.x}}]]',
    inputs: { x: { type: 'string', optional: true } },
    environmentVariables: { X: '${{inputs.x}}' },
  })
  assert.deepEqual(mistakesOf(pipeline({ a: step(bare) })), [
    'The command of step "a" uses ${{inputs.x}}, which is optional and has no value. | Write it as an optional part: $[[--x ${{inputs.x}}]]',
    'Environment variable "X" of step "a" uses ${{inputs.x}}, which is optional and has no value.',
  ])
  assert.equal(
    plannedStep(pipeline({ a: step(bare, { inputs: { x: '1' } }) }), 'a').command,
    'run ${{inputs.x}} ${{inputs.x}}',
  )
})

test('an optional part that is never closed is a mistake', () => {
  assert.deepEqual(mistakesOf(commandJob('run $[[--x ${{inputs.x}}', { inputs: { x: '1' } })), [
    'The command of the job: "$[[--x ${{inputs.x}}" is not closed. | End the optional part with ]]',
  ])
})

test("a step's environment variables take literals of the pipeline, and keep its own inputs for later", () => {
  const own = inline('env', {
    inputs: { d: file('/d.csv') },
    environmentVariables: { RUN: 'run-${{ parent.inputs.n }}', BOTH: '${{inputs.d}}:${{parent.inputs.n}}' },
    body: { environmentVariables: { INLINE: '${{parent.inputs.n}}' } },
  })
  assert.deepEqual(plannedStep(pipeline({ a: own }, { inputs: { n: '7' } }), 'a').environmentVariables, {
    INLINE: '7',
    RUN: 'run-7',
    BOTH: '${{inputs.d}}:7',
  })
})

test('an environment variable cannot take data, an unknown input, or a literal that would be expanded again', () => {
  const own = inline('env', {
    environmentVariables: {
      A: '${{parent.inputs.d}}',
      B: '${{parent.inputs.nope}}',
      C: '${{parent.inputs.t}}',
      D: '${{inputs.q}}',
    },
  })
  const document = pipeline({ a: own }, { inputs: { d: folder('/d'), t: 'x' } })
  assert.deepEqual(mistakesOf(document, { overrides: { t: '${{inputs.secret}}' } }), [
    'Environment variable "A" of step "a" refers to ${{parent.inputs.d}}, which is not a literal. | Only plain literals can be used.',
    'Environment variable "B" of step "a" refers to ${{parent.inputs.nope}}, but the pipeline has no input "nope". | There is: d, t',
    'Environment variable "C" of step "a" refers to ${{parent.inputs.t}}, which holds "${{inputs.secret}}". | Only plain literals can be used.',
    'Environment variable "D" of step "a" uses ${{inputs.q}}, but there is no input "q".',
  ])
})

test("a component's own environment variables know no pipeline", () => {
  const named = component('named', { environmentVariables: { A: '${{parent.inputs.x}}' } })
  assert.match(mistakesOf(pipeline({ a: step(named) }, { inputs: { x: '1' } }))[0]!, /which has no meaning there/)
})

test('compute: step, then the pipeline step around it, its pipeline, the outer pipeline, the job', () => {
  const leaf = component('leaf')
  const settings = (defaultCompute?: string) => ({
    continueOnStepFailure: false,
    forceRerun: false,
    ...(defaultCompute !== undefined && { defaultCompute }),
  })
  type Level = 'own' | 'group' | 'inner' | 'outer' | 'job'
  const computeOf = (...levels: readonly Level[]): string | undefined => {
    const at = (level: Level): { readonly compute?: string } => (levels.includes(level) ? { compute: level } : {})
    const nested = pipelineComponent(
      'nested',
      { leaf: step(leaf, at('own')) },
      { settings: settings(at('inner').compute) },
    )
    const document = pipeline(
      { nested: step(nested, at('group')) },
      { settings: settings(at('outer').compute), ...at('job') },
    )
    return plannedStep(document, 'nested.leaf').compute
  }
  assert.equal(computeOf('own', 'group', 'inner', 'outer', 'job'), 'own')
  assert.equal(computeOf('group', 'inner', 'outer', 'job'), 'group')
  assert.equal(computeOf('inner', 'outer', 'job'), 'inner')
  assert.equal(computeOf('outer', 'job'), 'outer')
  assert.equal(computeOf('job'), 'job')
  assert.equal(computeOf(), undefined)
})

test('compute may be an input of the pipeline, with or without azureml:', () => {
  const document = pipeline(
    { a: inline('x', { compute: '${{parent.inputs.c}}' }) },
    { inputs: { c: 'azureml:gpu-cluster' } },
  )
  assert.equal(plannedStep(document, 'a').compute, 'gpu-cluster')
})

test('compute bound to an optional input without a value falls back; data and unknown inputs are mistakes', () => {
  const nested = pipelineComponent(
    'nested',
    { a: inline('x', { compute: '${{parent.inputs.c}}' }) },
    { inputs: { c: { type: 'string', optional: true } } },
  )
  assert.equal(plannedStep(pipeline({ n: step(nested) }, { compute: 'local' }), 'n.a').compute, 'local')
  const wrong = {
    a: inline('x', { compute: '${{parent.inputs.d}}' }),
    b: inline('x', { compute: '${{parent.inputs.e}}' }),
  }
  assert.deepEqual(mistakesOf(pipeline(wrong, { inputs: { d: folder('/d') } })), [
    'The compute of step "a" is bound to "${{parent.inputs.d}}", which is not a literal.',
    'The compute of step "b" refers to ${{parent.inputs.e}}, but the pipeline has no input "e". | There is: d',
  ])
})

test('a command job is one step at the empty path with its own name for everything', () => {
  const job = commandJob('echo ${{inputs.alpha}} > ${{outputs.o}}', {
    name: 'my-job',
    displayName: 'Mine',
    inputs: { alpha: '0.4', d: file('/d.csv') },
    outputs: { o: { type: 'uri_file' }, p: {} },
    environmentVariables: { A: '${{inputs.alpha}}' },
    compute: 'local',
    isDeterministic: false,
  })
  const planned = plannedStep(job, '')
  assert.equal(planned.command, 'echo ${{inputs.alpha}} > ${{outputs.o}}')
  assert.deepEqual(planned.inputs, {
    alpha: { kind: 'literal', value: '0.4' },
    d: { kind: 'data', type: 'uri_file', mode: 'ro_mount', source: { kind: 'local', path: '/d.csv' } },
  })
  assert.deepEqual(planned.outputs, {
    o: { type: 'uri_file', mode: 'rw_mount' },
    p: { type: 'uri_folder', mode: 'rw_mount' },
  })
  assert.deepEqual(
    [planned.key, planned.displayName, planned.compute, planned.isDeterministic, planned.environmentVariables],
    ['', 'Mine', 'local', false, { A: '${{inputs.alpha}}' }],
  )
})

test('how a command starts is said by its component, and by the step before it', () => {
  const isolationOf = (declared: object, own: object): string | undefined =>
    plannedStep(pipeline({ a: step(component('c', declared), own) }), 'a').isolation
  assert.equal(isolationOf({}, {}), undefined)
  assert.equal(isolationOf({ isolation: 'warm' }, {}), 'warm')
  assert.equal(isolationOf({}, { isolation: 'warm' }), 'warm')
  assert.equal(isolationOf({ isolation: 'warm' }, { isolation: 'process' }), 'process')
})
