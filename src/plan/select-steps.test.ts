import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import type {
  PlannedCommand,
  PlannedDoWhile,
  PlannedIfElse,
  PlannedParallelFor,
  PlannedPipeline,
  PlannedStep,
} from './planned-pipeline.ts'
import { namedSteps, neededSteps, onlySteps, sourcesOf, withFollowing } from './select-steps.ts'

const paths = (...names: string[]): StepPath[] => names as StepPath[]

function command(path: string, more: Partial<PlannedCommand> = {}): PlannedCommand {
  return {
    ...{ kind: 'command', path: path as StepPath, key: path, parents: [], runIf: 'succeeded', command: path },
    ...{ additionalIncludes: [], environmentVariables: {}, inputs: {}, outputs: {} },
    ...{ resources: { instanceCount: 1 }, isDeterministic: true },
    ...more,
  }
}

const takes = (step: string) =>
  ({ x: { kind: 'output', type: 'uri_file', mode: 'ro_mount', step: step as StepPath, output: 'o' } }) as const
const gate: PlannedIfElse = {
  ...{ kind: 'if_else', path: 'gate' as StepPath, key: 'gate', parents: paths('train'), runIf: 'succeeded' },
  condition: { kind: 'output', step: 'train' as StepPath, output: 'good' },
}

/** prepare.clean -> prepare.split -> train -> gate -> deploy; report after train; alarm if train failed. */
const plan: PlannedPipeline = {
  steps: [
    command('prepare.clean'),
    command('prepare.split', { parents: paths('prepare.clean'), inputs: takes('prepare.clean') }),
    command('train', { parents: paths('prepare.split'), inputs: takes('prepare.split') }),
    gate,
    command('deploy', {
      parents: paths('train', 'gate'),
      inputs: takes('train'),
      branch: { step: 'gate' as StepPath, when: true },
    }),
    command('report', { parents: paths('train') }),
    command('alarm', { parents: paths('train'), runIf: 'failed' }),
  ] satisfies PlannedStep[],
  groups: [
    {
      path: 'prepare' as StepPath,
      key: 'prepare',
      outputs: {
        data: { step: 'prepare.split' as StepPath, output: 'o' },
        raw: { step: 'prepare.clean' as StepPath, output: 'o' },
      },
    },
  ],
  outputs: { model: { step: 'train' as StepPath, output: 'o' } },
  continueOnStepFailure: false,
  forceRerun: false,
}

test('a step is named by its path, a nested pipeline names all steps in it', () => {
  assert.deepEqual(
    [...namedSteps(plan, ['prepare', 'train'], '--from')],
    [
      ['prepare.clean', '--from prepare'],
      ['prepare.split', '--from prepare'],
      ['train', '--from train'],
    ],
  )
})

test('names that are no steps are refused together, with the nearest one', () => {
  assert.throws(
    () => namedSteps(plan, ['trian', 'train', 'x'], '--only'),
    (error) =>
      error instanceof SluiceError &&
      error.code === 'invalid-request' &&
      error.message === 'The job has no step "trian", "x", which --only names.' &&
      error.hint === 'Did you mean "train"?',
  )
  const single = { ...plan, steps: [command('')], groups: [] }
  assert.throws(
    () => namedSteps(single, ['train'], '--from'),
    (error) => error instanceof SluiceError && error.hint === 'It is a single command and has no steps.',
  )
})

test('from a step on: the step and everything that waits for it, conditions included', () => {
  const from = withFollowing(plan, namedSteps(plan, ['train'], '--from'))
  assert.deepEqual([...from.keys()], ['train', 'gate', 'deploy', 'report', 'alarm'])
  assert.deepEqual([...new Set(from.values())], ['--from train'])
})

test('only a step: what it takes from others stays, with nothing before it', () => {
  const selected = namedSteps(plan, ['train'], '--only')
  assert.deepEqual([...neededSteps(plan, selected)], ['prepare.split'])
  const { steps, groups, outputs } = onlySteps(plan, selected)
  assert.deepEqual(
    steps.map(({ path, parents, runIf }) => [path, parents, runIf]),
    [
      ['prepare.split', [], 'always'],
      ['train', ['prepare.split'], 'succeeded'],
    ],
  )
  assert.deepEqual(
    groups.map((group) => Object.keys(group.outputs)),
    [['data']],
  )
  assert.deepEqual(Object.keys(outputs), ['model'])
})

test('a selected step asks no condition and no failure that is not part of the selection', () => {
  const deploy = onlySteps(plan, namedSteps(plan, ['deploy'], '--only'))
  assert.deepEqual(
    deploy.steps.map(({ path, branch, runIf }) => [path, branch, runIf]),
    [
      ['train', undefined, 'always'],
      ['deploy', undefined, 'always'],
    ],
  )
  const alarm = onlySteps(plan, namedSteps(plan, ['alarm'], '--only'))
  assert.deepEqual(
    alarm.steps.map(({ path, runIf }) => [path, runIf]),
    [['alarm', 'always']],
  )
  const both = onlySteps(plan, namedSteps(plan, ['gate', 'deploy'], '--only'))
  assert.deepEqual(
    both.steps.map(({ path }) => path),
    ['train', 'gate', 'deploy'],
  )
  assert.deepEqual(both.steps[2]!.branch, { step: 'gate', when: true })
  assert.deepEqual(both.steps[2]!.runIf, 'succeeded')
})

test('a loop takes what its body, its first values and its items take from outside, and nothing of itself', () => {
  const common = { parents: [], runIf: 'succeeded', roundsMayFail: false } as const
  const body = {
    path: 'body' as StepPath,
    steps: [
      command('body.fit', { inputs: takes('prepare') }),
      command('body.check', { inputs: takes('body.fit') }),
      { ...gate, path: 'body.gate' as StepPath },
    ],
    groups: [],
    outputs: {},
  }
  const loop: PlannedDoWhile = {
    ...common,
    ...{ kind: 'do_while', path: 'loop' as StepPath, key: 'loop', body, condition: 'go', maxIterations: 3 },
    carried: { x: { first: takes('start').x, output: 'o' }, y: { output: 'o' } },
  }
  const names = (step: PlannedStep) => sourcesOf(step).map((source) => `${source.step}.${source.output}`)
  assert.deepEqual(names(loop), ['start.o', 'prepare.o', 'train.good'])
  const each: PlannedParallelFor = {
    ...common,
    ...{ kind: 'parallel_for', path: 'each' as StepPath, key: 'each', body: { ...body, steps: [] } },
    items: {
      kind: 'literal',
      items: [
        { key: '0', inputs: takes('first') },
        { key: '1', inputs: {} },
      ],
    },
  }
  assert.deepEqual(names(each), ['first.o'])
  const items = { kind: 'output', step: 'list' as StepPath, output: 'names', types: {}, defaults: {} } as const
  assert.deepEqual(names({ ...each, items }), ['list.names'])
  assert.deepEqual(names({ ...gate, condition: { kind: 'literal', value: true } }), [])
})
