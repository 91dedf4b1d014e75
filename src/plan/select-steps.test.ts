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
import { isNamedBy, namedSteps, neededSteps, onlySteps, sourcesOf, withFollowing } from './select-steps.ts'

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
    [...namedSteps(plan, ['prepare', 'train'], '--from').named],
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
  const from = withFollowing(plan, namedSteps(plan, ['train'], '--from').steps)
  assert.deepEqual([...from.keys()], ['train', 'gate', 'deploy', 'report', 'alarm'])
  assert.deepEqual([...new Set(from.values())], ['--from train'])
})

test('only a step: what it takes from others stays, with nothing before it', () => {
  const selected = namedSteps(plan, ['train'], '--only').steps
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
  const deploy = onlySteps(plan, namedSteps(plan, ['deploy'], '--only').steps)
  assert.deepEqual(
    deploy.steps.map(({ path, branch, runIf }) => [path, branch, runIf]),
    [
      ['train', undefined, 'always'],
      ['deploy', undefined, 'always'],
    ],
  )
  const alarm = onlySteps(plan, namedSteps(plan, ['alarm'], '--only').steps)
  assert.deepEqual(
    alarm.steps.map(({ path, runIf }) => [path, runIf]),
    [['alarm', 'always']],
  )
  const both = onlySteps(plan, namedSteps(plan, ['gate', 'deploy'], '--only').steps)
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

/** A sweep, a loop over two items around a loop, and what follows. */
function loops(): PlannedPipeline {
  const common = { parents: [], runIf: 'succeeded', roundsMayFail: false } as const
  const bodyOf = (path: string, ...steps: PlannedStep[]) => ({ path: path as StepPath, steps, groups: [], outputs: {} })
  const inner: PlannedDoWhile = {
    ...common,
    ...{ kind: 'do_while', path: 'work.refine' as StepPath, key: 'refine', maxIterations: 3, carried: {} },
    body: bodyOf('work.fit', command('work.fit')),
  }
  const each: PlannedParallelFor = {
    ...common,
    ...{ kind: 'parallel_for', path: 'each' as StepPath, key: 'each' },
    body: bodyOf('work', command('work.clean'), inner),
    items: { kind: 'literal', items: ['north', 'south'].map((key) => ({ key, inputs: {} })) },
  }
  const tune = {
    ...{ ...common, kind: 'sweep', path: 'tune', key: 'tune', outputs: {} },
    body: bodyOf('tune', command('tune')),
  } as unknown as PlannedStep
  return { ...plan, steps: [tune, each, command('report', { parents: paths('each') })], groups: [] }
}

for (const [name, steps, named] of [
  ['tune', ['tune'], ['tune']],
  ['tune.trial', ['tune'], ['tune.*']],
  ['tune.trial_2', ['tune'], ['tune.trial_2']],
  ['each.north', ['each'], ['each.north']],
  ['each.clean', ['each'], ['each.*.clean']],
  ['each.south.clean', ['each'], ['each.south.clean']],
  ['work', ['each'], ['each.*']],
  ['work.clean', ['each'], ['each.*.clean']],
  ['each.refine.1', ['each'], ['each.*.refine.1']],
  ['each.north.refine', ['each'], ['each.north.refine']],
  ['work.fit', ['each'], ['each.*.refine.*']],
] as const) {
  test(`${name} stands for ${named.join()} in loops and sweeps`, () => {
    const found = namedSteps(loops(), [name], '--only')
    assert.deepEqual([[...found.steps.keys()], [...found.named.keys()]], [steps, named])
    assert.deepEqual([...found.named.values()], [`--only ${name}`])
  })
}

test('the items of a list that is not there yet are numbers; what no round can have is refused with the nearest name', () => {
  const given = loops()
  const items = { kind: 'output', step: 'list' as StepPath, output: 'names', types: {}, defaults: {} } as const
  const later = given.steps.map((step) => (step.kind === 'parallel_for' ? { ...step, items } : step))
  assert.deepEqual([...namedSteps({ ...given, steps: later }, ['each.7'], '--from').named.keys()], ['each.7'])
  for (const [name, hint] of [
    ['each.east', /^(Did you mean|There is)/],
    ['work.claen', /^Did you mean "work.clean"\?$/],
    ['tune.trail', /^Did you mean "tune.trial"\?$/],
  ] as const)
    assert.throws(
      () => namedSteps(given, [name], '--from'),
      (error) => error instanceof SluiceError && hint.test(error.hint!),
      name,
    )
  assert.deepEqual(sourcesOf(given.steps[0]!), [])
  const whole = { ...given, steps: [{ ...given.steps[0]!, path: '' as StepPath }] }
  assert.deepEqual([...namedSteps(whole, ['trial_1'], '--no-reuse').named.keys()], ['trial_1'])
  assert.deepEqual([...namedSteps(whole, ['trial'], '--no-reuse').named.keys()], ['*'])
})

test('a name means its path and all below, a star any one key', () => {
  for (const [path, named, isMeant] of [
    ['each.north.clean', 'each.*', true],
    ['each.north.clean', 'each.*.clean', true],
    ['each.north.check', 'each.*.clean', false],
    ['each', 'each.*', false],
    ['eacho.north', 'each', false],
    ['trial_1', '', true],
  ] as const)
    assert.equal(isNamedBy(path as StepPath, named), isMeant, `${path} by ${named}`)
})
