import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepPath } from '../base/ids.ts'
import {
  commandJob,
  component,
  folder,
  inline,
  pipeline,
  pipelineComponent,
  planned,
  plannedStep,
  step,
} from './document-builders.test-support.ts'
import { planJob } from './plan-pipeline.ts'

const none = { resolveComponent: () => undefined }

const prep = component('prep', {
  inputs: { raw: 'uri_folder' },
  outputs: { clean: 'uri_folder' },
  command: 'prep ${{inputs.raw}} ${{outputs.clean}}',
})
const train = component('train', {
  inputs: { data: 'uri_folder', alpha: 'number' },
  outputs: { model: 'mlflow_model' },
  command: 'train ${{inputs.data}} ${{inputs.alpha}} ${{outputs.model}}',
})
const diabetes = pipeline(
  {
    train: step(train, {
      inputs: { data: '${{parent.jobs.prep.outputs.clean}}', alpha: '${{parent.inputs.alpha}}' },
      outputs: { model: 'model' },
    }),
    prep: step(prep, { inputs: { raw: folder('/raw') } }),
  },
  {
    inputs: { alpha: '0.4' },
    outputs: { model: { name: 'diabetes' } },
    settings: { continueOnStepFailure: true, forceRerun: true, defaultCompute: 'local' },
  },
)

test('a plan says what the pipeline was given, whoever gave it', () => {
  const job = pipeline(
    { prep: step(prep, { inputs: { raw: folder('/raw') } }) },
    { inputs: { alpha: '0.4', word: 'w', raw: folder('/raw') } },
  )
  assert.deepEqual(planned(job, { overrides: { alpha: '0.7' } }).inputs, {
    alpha: { kind: 'literal', value: '0.7' },
    word: { kind: 'literal', value: 'w' },
    raw: { kind: 'data', type: 'uri_folder', mode: 'ro_mount', source: { kind: 'local', path: '/raw' } },
  })
  assert.equal('inputs' in planned(commandJob('run ${{inputs.n}}', { inputs: { n: '1' } })), false)
})

test('a pipeline becomes steps in running order, with its outputs and settings', () => {
  const plan = planned(diabetes)
  assert.deepEqual(
    plan.steps.map(({ path, parents }) => [path, parents]),
    [
      ['prep', []],
      ['train', ['prep']],
    ],
  )
  assert.deepEqual(
    [plan.outputs, plan.groups, plan.continueOnStepFailure, plan.forceRerun],
    [{ model: { step: 'train', output: 'model' } }, [], true, true],
  )
})

test('a plan is plain JSON: stored and read back it is the same', () => {
  const plan = planned(diabetes)
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
})

test('a command job is a plan of one step whose outputs are those of the job', () => {
  const plan = planned(commandJob('echo > ${{outputs.o}}', { outputs: { o: {} } }))
  assert.deepEqual(
    plan.steps.map(({ path, parents, runIf }) => [path, parents, runIf]),
    [['', [], 'succeeded']],
  )
  assert.deepEqual(
    [plan.outputs, plan.continueOnStepFailure, plan.forceRerun],
    [{ o: { step: '', output: 'o' } }, false, false],
  )
})

test('positions of a step are found by its path, from the root of the step', () => {
  const nested = pipelineComponent('nested', { a: inline('x') })
  const { positions } = planJob(pipeline({ n: step(nested) }), none)
  const at = (path: string, ...inner: string[]): string | undefined => {
    const located = positions.get(path as StepPath)!
    const position = located.at(inner)!
    return `${located.file}#${located.frame?.(position)}`
  }
  assert.equal(at('n', 'component'), '/p/pipeline.yml#jobs.n.component')
  assert.equal(at('n.a', 'inputs', 'x'), '/p/nested.yml#jobs.a.inputs.x')
  const job = planJob(commandJob('x'), none).positions.get('' as StepPath)!
  assert.equal(job.frame?.(job.at(['command'])!), 'command')
  const bare = planJob({ ...commandJob('x'), located: { file: '/bare.yml', at: () => undefined } }, none)
  assert.deepEqual(Object.keys(bare.positions.get('' as StepPath)!), ['file', 'at'])
})

test('a pipeline with many mistakes reports them all, in one go', () => {
  const broken = pipeline({
    a: step(train, { inputs: { data: '${{parent.jobs.b.outputs.cleen}}', alpha: 'high' }, dependsOn: ['c'] }),
    b: step(prep, { inputs: { raw: '${{inputs.raw}}' } }),
  })
  const { diagnostics, plan } = planJob(broken, none)
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    [
      'Input "data" of step "a" refers to ${{parent.jobs.b.outputs.cleen}}, but step "b" has no output "cleen".',
      'Input "alpha" of step "a" must be a number, but is "high".',
      'Input "raw" of step "b" refers to ${{inputs.raw}}, which belongs into a command.',
      'Step "a" depends on "c", but there is no such step.',
    ],
  )
  assert.equal(plan.steps.length, 2)
})

test('a plan with a circle still lists every step', () => {
  const circle = pipeline({
    a: inline('x', { dependsOn: ['b'] }),
    b: inline('x', { dependsOn: ['a'] }),
    c: inline('x'),
  })
  const { plan } = planJob(circle, none)
  assert.deepEqual(
    plan.steps.map(({ path }) => path),
    ['c', 'a', 'b'],
  )
})

test('names such as __proto__ are names', () => {
  const odd = pipeline(
    Object.fromEntries([
      ['__proto__', inline('${{outputs.__proto__}}', { outputs: Object.fromEntries([['__proto__', {}]]) })],
    ]),
  )
  const { outputs } = plannedStep(odd, '__proto__')
  assert.deepEqual(Object.keys(outputs), ['__proto__'])
})

test('10,000 steps in a chain through nested pipelines are planned', () => {
  const size = 100
  const links = Array.from({ length: size }, (_, index): [string, ReturnType<typeof step>] => {
    const input = index === 0 ? '${{parent.inputs.in}}' : `\${{parent.jobs.s${index - 1}.outputs.clean}}`
    return [`s${index}`, step(prep, { inputs: { raw: input }, outputs: index === size - 1 ? { clean: 'out' } : {} })]
  })
  const chain = pipelineComponent('chain', Object.fromEntries(links), {
    inputs: { in: 'uri_folder' },
    outputs: { out: 'uri_folder' },
  })
  const groups = Array.from({ length: size }, (_, index): [string, ReturnType<typeof step>] => {
    const input = index === 0 ? folder('/raw') : `\${{parent.jobs.g${index - 1}.outputs.out}}`
    return [`g${index}`, step(chain, { inputs: { in: input } })]
  })
  const { steps } = planned(pipeline(Object.fromEntries(groups)))
  assert.equal(steps.length, size * size)
  steps.forEach(({ path, parents }, index) => {
    assert.equal(path, `g${Math.floor(index / size)}.s${index % size}`)
    assert.deepEqual(parents, index === 0 ? [] : [steps[index - 1]!.path])
  })
})
