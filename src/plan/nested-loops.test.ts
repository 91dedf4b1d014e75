import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepPath } from '../base/ids.ts'
import { instantiateBody } from './instantiate-body.ts'
import { counter, mistakes, plan } from './plan-text.test-support.ts'
import type { PlannedDoWhile, PlannedIfElse, PlannedParallelFor, PlannedSweep } from './planned-pipeline.ts'
import { sourcesOf } from './select-steps.ts'

const inner = `
type: pipeline
name: inner
inputs: {k: {type: integer}, wants: {type: boolean, default: false}}
outputs: {all: {type: string}}
jobs:
  list:
    command: echo \${{inputs.k}} > \${{outputs.items}}
    environment: azureml:e@latest
    inputs: {k: '\${{parent.inputs.k}}'}
    outputs: {items: {type: string}}
  one: {component: count.yml, inputs: {by: '\${{parent.inputs.k}}'}}
  known:
    type: parallel_for
    body: \${{parent.jobs.one}}
    items: [{n: '\${{parent.inputs.k}}'}, {n: 5}]
    outputs: {n: '\${{parent.outputs.all}}'}
  other: {component: count.yml}
  late: {type: parallel_for, body: '\${{parent.jobs.other}}', items: '\${{parent.jobs.list.outputs.items}}'}
  turn: {component: count.yml, inputs: {n: '\${{parent.inputs.k}}'}}
  again: {type: do_while, body: '\${{parent.jobs.turn}}', mapping: {n: n}, limits: {max_iteration_count: 3}}
  more: {component: count.yml, inputs: {n: '\${{parent.jobs.again.outputs.n}}'}}
  and_again:
    type: do_while
    body: \${{parent.jobs.more}}
    condition: more
    mapping: {n: n}
    limits: {max_iteration_count: 3}
  gate: {type: if_else, condition: '\${{parent.jobs.and_again.outputs.more}}', true_block: '\${{parent.jobs.tune}}'}
  tune:
    type: sweep
    trial:
      type: command
      inputs: {n: {type: integer}, x: {type: number}}
      environment: azureml:e@latest
      command: try \${{inputs.n}} \${{inputs.x}}
    inputs: {n: '\${{parent.jobs.again.outputs.n}}'}
    search_space: {x: {type: uniform, min_value: 0, max_value: 1}}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 2}
  switch: {type: if_else, condition: '\${{parent.inputs.wants}}', true_block: '\${{parent.jobs.last}}'}
  last: {command: echo, environment: azureml:e@latest}
  whole: {type: pipeline, component: deep.yml}
  repeat: {type: do_while, body: '\${{parent.jobs.whole}}', mapping: {n: n}, limits: {max_iteration_count: 3}}
`

const deep = `
type: pipeline
name: deep
inputs: {n: {type: integer, default: 1}}
outputs: {n: {type: integer}}
jobs:
  within: {type: pipeline, component: deeper.yml, inputs: {n: '\${{parent.inputs.n}}'}, outputs: {n: '\${{parent.outputs.n}}'}}
`
const deeper = `
type: pipeline
name: deeper
inputs: {n: {type: integer}}
outputs: {n: {type: integer}}
jobs:
  up: {component: count.yml, inputs: {n: '\${{parent.inputs.n}}'}, outputs: {n: '\${{parent.outputs.n}}'}}
`

test('a round of a loop whose body has loops, a sweep and branches of its own', async () => {
  const { plan: planned, diagnostics } = await plan(
    `
type: pipeline
jobs:
  body: {type: pipeline, component: inner.yml}
  each: {type: parallel_for, body: '\${{parent.jobs.body}}', items: {a: {k: 7, wants: true}}}
`,
    { 'count.yml': counter, 'inner.yml': inner, 'deep.yml': deep, 'deeper.yml': deeper },
  )
  assert.deepEqual(diagnostics, [])
  const each = planned.steps[0] as PlannedParallelFor
  assert.ok(each.items.kind === 'literal')
  const { key, inputs } = each.items.items[0]!
  const round = instantiateBody(each.body, { control: each.path, key, parameters: inputs })
  const step = <Step>(path: string): Step => round.steps.find((one) => one.path === `each.a.${path}`) as Step
  const seven = { kind: 'literal', value: '7', type: 'integer' } as const
  assert.deepEqual(round.outputs, { all: { step: 'each.a.known', output: 'n' } })

  const known = step<PlannedParallelFor>('known')
  assert.ok(known.items.kind === 'literal')
  assert.deepEqual(
    known.items.items.map((item) => item.inputs['n']?.kind === 'literal' && item.inputs['n'].value),
    ['7', '5'],
  )
  const [one] = known.body.steps
  assert.ok(one?.kind === 'command')
  assert.deepEqual(one.inputs, {
    by: seven,
    n: { kind: 'parameter', of: 'each.a.known', name: 'n', type: 'integer', mode: 'ro_mount' },
  })

  const late = step<PlannedParallelFor>('late')
  assert.ok(late.items.kind === 'output')
  assert.equal(late.items.step, 'each.a.list')
  assert.deepEqual(late.items.defaults, { by: { kind: 'literal', value: '1', type: 'integer' } })
  assert.deepEqual(sourcesOf(late), [late.items])

  assert.deepEqual(step<PlannedDoWhile>('again').carried['n']?.first, seven)
  const again = { kind: 'output', type: 'integer', mode: 'ro_mount', step: 'each.a.again', output: 'n' }
  assert.deepEqual(step<PlannedDoWhile>('and_again').carried['n']?.first, again)
  assert.deepEqual(step<PlannedIfElse>('gate').condition, { kind: 'output', step: 'each.a.and_again', output: 'more' })
  assert.deepEqual(step<PlannedIfElse>('switch').condition, { kind: 'literal', value: true })
  const tune = step<PlannedSweep>('tune')
  const [trial] = tune.body.steps
  assert.ok(trial?.kind === 'command')
  assert.deepEqual(trial.inputs['n'], again)
  assert.deepEqual(sourcesOf(tune), [again])

  const repeat = step<PlannedDoWhile>('repeat')
  assert.deepEqual(
    repeat.body.groups.map(({ path, parent, outputs }) => [path, parent, outputs]),
    [
      ['each.a.whole', 'each.a', { n: { step: 'each.a.whole.within.up', output: 'n' } }],
      ['each.a.whole.within', 'each.a.whole', { n: { step: 'each.a.whole.within.up', output: 'n' } }],
    ],
  )
  const before = { kind: 'output', type: 'string', mode: 'ro_mount', step: 'x' as StepPath, output: 'n' } as const
  const next = instantiateBody(repeat.body, { control: repeat.path, key: '1', parameters: { n: before } })
  const [up] = next.steps
  assert.ok(up?.kind === 'command')
  assert.equal(up.path, 'each.a.repeat.1.within.up')
  assert.deepEqual(up.inputs['n'], { ...before, type: 'integer' })
})

test('items and conditions that cannot be used are said with their place', async () => {
  const found = await mistakes(
    `
type: pipeline
inputs:
  number: '3'
  text: not json
  bad_name: '{"a b": {"n": 1}}'
  no_objects: '[1]'
  folder: {type: uri_folder, path: data}
  far: '[{"n": {"a": 1}}]'
jobs:
  make: {command: 'echo > \${{outputs.o}}', environment: azureml:e@latest, outputs: {o: {type: integer}}}
  b1: {component: count.yml}
  l1: {type: parallel_for, body: '\${{parent.jobs.b1}}', items: '\${{parent.inputs.number}}'}
  b2: {component: count.yml}
  l2: {type: parallel_for, body: '\${{parent.jobs.b2}}', items: '\${{parent.inputs.text}}'}
  b3: {component: count.yml}
  l3: {type: parallel_for, body: '\${{parent.jobs.b3}}', items: '\${{parent.inputs.bad_name}}'}
  b4: {component: count.yml}
  l4: {type: parallel_for, body: '\${{parent.jobs.b4}}', items: '\${{parent.inputs.no_objects}}'}
  b5: {component: count.yml}
  l5: {type: parallel_for, body: '\${{parent.jobs.b5}}', items: '\${{parent.inputs.folder}}'}
  b6: {component: count.yml}
  l6: {type: parallel_for, body: '\${{parent.jobs.b6}}', items: '\${{parent.jobs.make.outputs.o}}'}
  b7: {component: count.yml}
  l7: {type: parallel_for, body: '\${{parent.jobs.b7}}', items: '\${{parent.inputs.far}}'}
  b8: {component: count.yml}
  l8:
    type: parallel_for
    body: \${{parent.jobs.b8}}
    items: [{n: 1}]
    outputs: {m: '\${{parent.outputs.m}}'}
`,
    { 'count.yml': counter },
  )
  assert.deepEqual(found, [
    '13: The items of step "l1" cannot be used: 3 is neither a list nor an object.',
    '15: The items of step "l2" cannot be used: "not json" is not JSON.',
    '17: The items of step "l3" cannot be used: the item name "a b" has characters other than letters, digits, _ and -.',
    '19: The items of step "l4" cannot be used: item 0 is 1 instead of an object of inputs.',
    '21: The items of step "l5" are data (uri_folder).',
    '23: The items of step "l6" are an output of type integer; only a string can hold them.',
    '25: The items of step "l7" cannot be used: input "n" of item 0 is {"a":1} instead of one value.',
    '31: Output "m" of step "l8" is not an output of its body.',
  ])
})

test('what a round gives is no text, no list of items and no condition unless it is boolean', async () => {
  const body = `
type: pipeline
name: odd
inputs: {k: {type: string}, maybe: {type: string, optional: true}}
jobs:
  mixed: {command: 'echo \${{inputs.x}}', environment: azureml:e@latest, inputs: {x: 'a-\${{parent.inputs.k}}'}}
  typed: {component: count.yml, inputs: {n: '\${{parent.inputs.k}}'}}
  gate: {type: if_else, condition: '\${{parent.inputs.k}}', true_block: '\${{parent.jobs.mixed}}'}
  b: {component: count.yml}
  loop: {type: parallel_for, body: '\${{parent.jobs.b}}', items: '\${{parent.inputs.k}}'}
  c: {component: count.yml}
  none: {type: parallel_for, body: '\${{parent.jobs.c}}', items: '\${{parent.inputs.maybe}}'}
`
  const found = await mistakes(
    `
type: pipeline
jobs:
  body: {type: pipeline, component: odd.yml}
  each: {type: parallel_for, body: '\${{parent.jobs.body}}', items: [{k: x}]}
`,
    { 'count.yml': counter, 'odd.yml': body },
  )
  assert.deepEqual(found, [
    '6: Input "x" of step "mixed" mixes text with ${{parent.inputs.k}}, which changes with each round of step "each".',
    '7: Input "n" of step "typed" takes integer, but input "k" of the body of step "each" is string.',
    '8: The condition of step "gate" needs a boolean, but takes what step "each" gives as string.',
    '10: The items of step "loop" change from round to round of a loop around it.',
    '12: The items of step "none" are an optional input without a value.',
  ])
})
