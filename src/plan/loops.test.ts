import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counter, mistakes, plan } from './plan-text.test-support.ts'
import { instantiateBody } from './instantiate-body.ts'
import type { PlannedCommand, PlannedDoWhile, PlannedParallelFor } from './planned-pipeline.ts'

test('a do_while takes its body in: it waits for what the body waits for, and readers of the body read the loop', async () => {
  const { plan: planned, diagnostics } = await plan(
    `
type: pipeline
outputs: {last: {type: integer}}
jobs:
  begin: {type: command, command: 'echo 1 > \${{outputs.n}}', environment: azureml:e@latest, outputs: {n: {type: integer}}}
  body:
    component: count.yml
    inputs: {n: '\${{parent.jobs.begin.outputs.n}}'}
    outputs: {n: '\${{parent.outputs.last}}'}
  loop:
    type: do_while
    body: \${{parent.jobs.body}}
    condition: \${{parent.jobs.body.outputs.more}}
    mapping: {n: '\${{parent.jobs.body.inputs.n}}'}
    limits: {max_iteration_count: 5}
  end:
    type: command
    command: echo \${{inputs.n}} \${{inputs.m}}
    environment: azureml:e@latest
    inputs: {n: '\${{parent.jobs.body.outputs.n}}', m: '\${{parent.jobs.loop.outputs.n}}'}
`,
    { 'count.yml': counter },
  )
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    planned.steps.map(({ path, parents }) => [path, parents]),
    [
      ['begin', []],
      ['loop', ['begin']],
      ['end', ['loop']],
    ],
  )
  const loop = planned.steps[1] as PlannedDoWhile
  assert.deepEqual(loop.carried, {
    n: { output: 'n', first: { kind: 'output', type: 'integer', mode: 'ro_mount', step: 'begin', output: 'n' } },
  })
  assert.equal(loop.maxIterations, 5)
  const [body] = loop.body.steps
  assert.ok(body?.kind === 'command')
  assert.deepEqual(body.inputs['n'], { kind: 'parameter', of: 'loop', name: 'n', type: 'integer', mode: 'ro_mount' })
  assert.deepEqual(body.inputs['by'], { kind: 'literal', value: '1', type: 'integer' })
  assert.deepEqual(planned.outputs, { last: { step: 'loop', output: 'n' } })
  const end = planned.steps[2]
  assert.ok(end?.kind === 'command')
  for (const name of ['n', 'm'])
    assert.deepEqual(end.inputs[name], { kind: 'output', type: 'integer', mode: 'ro_mount', step: 'loop', output: 'n' })
})

test('a loop asks of those before it what its body asks; its rounds have nobody before them', async () => {
  const { plan: planned, diagnostics } = await plan(
    `
type: pipeline
jobs:
  first: {command: echo, environment: azureml:e@latest}
  body: {command: 'echo \${{inputs.x}}', environment: azureml:e@latest, inputs: {x: 1}, depends_on: [first], run_if: failed}
  each: {type: parallel_for, body: '\${{parent.jobs.body}}', items: '[{"x": 1}]'}
  tidy: {type: pipeline, component: tidy.yml, depends_on: [first], run_if: always}
  again: {type: do_while, body: '\${{parent.jobs.tidy}}', mapping: {}, limits: {max_iteration_count: 2}}
`,
    {
      'tidy.yml': `
type: pipeline
jobs:
  a: {command: echo, environment: azureml:e@latest}
  b: {command: echo, environment: azureml:e@latest, depends_on: [a], run_if: always}
`,
    },
  )
  assert.deepEqual(diagnostics, [])
  const [, each, again] = planned.steps as [unknown, PlannedParallelFor, PlannedDoWhile]
  assert.deepEqual([each.runIf, again.runIf], ['failed', 'always'])
  assert.deepEqual(
    [...each.body.steps, ...again.body.steps].map(({ key, runIf }) => `${key} ${runIf}`),
    ['body succeeded', 'a succeeded', 'b always'],
  )
})

const inner = `
type: pipeline
name: inner
inputs: {x: {type: number}, flag: {type: boolean, default: false}}
outputs: {o: {type: uri_file}}
jobs:
  one:
    type: command
    command: echo \${{inputs.x}} > \${{outputs.o}}
    environment: azureml:e@latest
    inputs: {x: '\${{parent.inputs.x}}'}
    outputs: {o: {type: uri_file}}
  check: {type: if_else, condition: '\${{parent.inputs.flag}}', true_block: '\${{parent.jobs.two}}'}
  two:
    type: command
    command: cat \${{inputs.o}} > \${{outputs.o}}
    environment: azureml:e@latest
    inputs: {o: '\${{parent.jobs.one.outputs.o}}'}
    outputs: {o: '\${{parent.outputs.o}}'}
`

test('a parallel_for over a pipeline component: items are typed, its outputs are read as a table of all', async () => {
  const { plan: planned, diagnostics } = await plan(
    `
type: pipeline
inputs: {low: 0.5}
jobs:
  body: {type: pipeline, component: inner.yml, inputs: {flag: true}}
  each:
    type: parallel_for
    body: \${{parent.jobs.body}}
    items: [{x: 1}, {x: '\${{parent.inputs.low}}', flag: false}]
    max_concurrency: 2
  after:
    type: command
    command: ls \${{inputs.all}}
    environment: azureml:e@latest
    inputs: {all: {type: mltable, path: '\${{parent.jobs.each.outputs.o}}'}}
`,
    { 'inner.yml': inner },
  )
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(planned.groups, [])
  const each = planned.steps[0] as PlannedParallelFor
  assert.deepEqual(each.items, {
    kind: 'literal',
    items: [
      {
        key: '0',
        inputs: {
          flag: { kind: 'literal', value: 'True', type: 'boolean' },
          x: { kind: 'literal', value: '1', type: 'number' },
        },
      },
      {
        key: '1',
        inputs: {
          flag: { kind: 'literal', value: 'False', type: 'boolean' },
          x: { kind: 'literal', value: '0.5', type: 'number' },
        },
      },
    ],
  })
  assert.deepEqual(
    each.body.steps.map(({ path, group, parents }) => [path, group, parents]),
    [
      ['body.one', 'body', []],
      ['body.check', 'body', []],
      ['body.two', 'body', ['body.one', 'body.check']],
    ],
  )
  assert.deepEqual(each.body.outputs, { o: { step: 'body.two', output: 'o', type: 'uri_file' } })
  const after = planned.steps[1]
  assert.ok(after?.kind === 'command')
  assert.deepEqual(after.inputs['all'], {
    kind: 'output',
    type: 'mltable',
    mode: 'ro_mount',
    step: 'each',
    output: 'o',
  })
})

test('items may come from a step, or as text from an input', async () => {
  const text = (items: string): string => `
type: pipeline
inputs: {list: '[{"n": 3}, {"n": 4, "by": 2}]'}
jobs:
  make: {type: command, command: 'echo > \${{outputs.list}}', environment: azureml:e@latest, outputs: {list: {type: string}}}
  body: {component: count.yml}
  each: {type: parallel_for, body: '\${{parent.jobs.body}}', items: '${items}'}
`
  const late = await plan(text('${{parent.jobs.make.outputs.list}}'), { 'count.yml': counter })
  assert.deepEqual(late.diagnostics, [])
  assert.deepEqual((late.plan.steps[1] as PlannedParallelFor).items, {
    kind: 'output',
    step: 'make',
    output: 'list',
    types: { n: 'integer', by: 'integer' },
    defaults: { by: { kind: 'literal', value: '1', type: 'integer' } },
  })
  const early = await plan(text('${{parent.inputs.list}}'), { 'count.yml': counter })
  assert.deepEqual(early.diagnostics, [])
  const { items } = early.plan.steps[1] as PlannedParallelFor
  assert.ok(items.kind === 'literal')
  assert.deepEqual(
    items.items.map(({ inputs }) => [inputs['n'], inputs['by']]),
    [
      [
        { kind: 'literal', type: 'integer', value: '3' },
        { kind: 'literal', type: 'integer', value: '1' },
      ],
      [
        { kind: 'literal', type: 'integer', value: '4' },
        { kind: 'literal', type: 'integer', value: '2' },
      ],
    ],
  )
})

test('loops may stand in the bodies of loops', async () => {
  const nested = `
type: pipeline
name: nested
inputs: {k: {type: integer}}
outputs: {n: {type: integer}}
jobs:
  step: {component: count.yml, inputs: {n: '\${{parent.inputs.k}}'}, outputs: {n: '\${{parent.outputs.n}}'}}
  again: {type: do_while, body: '\${{parent.jobs.step}}', mapping: {n: n}, limits: {max_iteration_count: 3}}
`
  const { plan: planned, diagnostics } = await plan(
    `
type: pipeline
jobs:
  body: {type: pipeline, component: nested.yml}
  each: {type: parallel_for, body: '\${{parent.jobs.body}}', items: [{k: 1}, {k: 2}]}
`,
    { 'count.yml': counter, 'nested.yml': nested },
  )
  assert.deepEqual(diagnostics, [])
  const each = planned.steps[0] as PlannedParallelFor
  assert.deepEqual(each.body.outputs, { n: { step: 'body.again', output: 'n', type: 'integer' } })
  const again = each.body.steps[0] as PlannedDoWhile
  assert.equal(again.path, 'body.again')
  assert.equal(again.condition, undefined)
  assert.deepEqual(again.carried['n']?.first, {
    kind: 'parameter',
    of: 'each',
    name: 'k',
    type: 'integer',
    mode: 'ro_mount',
  })
  assert.deepEqual(
    again.body.steps.map(({ path }) => path),
    ['body.step'],
  )
})

test('an optional input that only some rounds give leaves its part to each round; a text cannot count on it', async () => {
  const files = {
    'say.yml': `
type: command
name: say
inputs: {n: {type: integer, optional: true}, m: {type: integer, optional: true}}
environment: azureml:e@latest
command: echo $[[n \${{inputs.n}}]] $[[m \${{inputs.m}}]] end
`,
    'outer.yml': `
type: pipeline
name: outer
inputs: {n: {type: integer, optional: true}, data: {type: uri_file}}
jobs:
  say: {component: say.yml, inputs: {n: '\${{parent.inputs.n}}'}}
  each: {type: parallel_for, body: '\${{parent.jobs.say}}', items: [{m: 1}, {}]}
  list: {command: 'echo', environment: azureml:e@latest, outputs: {items: {type: string}}}
  again: {component: say.yml, inputs: {n: '\${{parent.inputs.n}}'}}
  written: {type: parallel_for, body: '\${{parent.jobs.again}}', items: '\${{parent.jobs.list.outputs.items}}'}
  cat: {command: 'cat \${{inputs.d}} \${{inputs.e}}', environment: azureml:e@latest, inputs: {d: '\${{parent.inputs.data}}', e: {path: x.csv}}}
  cats: {type: parallel_for, body: '\${{parent.jobs.cat}}', items: '\${{parent.jobs.list.outputs.items}}'}
`,
    'score.yml': `
type: parallel
name: score
inputs: {data: {type: uri_folder}, n: {type: integer, optional: true}}
input_data: \${{inputs.data}}
task: {type: run_function, code: src, entry_script: s.py, program_arguments: 'a $[[--n \${{inputs.n}}]]', environment: azureml:e@latest}
`,
  }
  const outer = `
type: pipeline
jobs:
  body: {type: pipeline, component: outer.yml, inputs: {data: {type: uri_file, path: a.csv}}}
  rounds: {type: parallel_for, body: '\${{parent.jobs.body}}', items: [{n: 1}, {data: {type: uri_file, path: b.csv}}]}
`
  const { plan: planned, diagnostics } = await plan(outer, files)
  assert.deepEqual(diagnostics, [])
  const rounds = planned.steps[0] as PlannedParallelFor
  assert.ok(rounds.items.kind === 'literal')
  const [one, other] = rounds.items.items.map(({ key, inputs }) =>
    instantiateBody(rounds.body, { control: rounds.path, key, parameters: inputs }),
  )
  const inside = (instance: typeof one, name: string): PlannedParallelFor =>
    instance!.steps.find(({ key }) => key === name) as PlannedParallelFor
  const commands = (instance: typeof one): readonly string[] => {
    const each = inside(instance, 'each')
    assert.ok(each.items.kind === 'literal')
    return each.items.items.map(({ key, inputs }) => {
      const [step] = instantiateBody(each.body, { control: each.path, key, parameters: inputs }).steps
      return (step as PlannedCommand).command
    })
  }
  assert.deepEqual(commands(one), ['echo n ${{inputs.n}} m ${{inputs.m}} end', 'echo n ${{inputs.n}}  end'])
  assert.deepEqual(commands(other), ['echo  m ${{inputs.m}} end', 'echo   end'])
  const { items } = inside(one, 'written')
  assert.ok(items.kind === 'output')
  assert.deepEqual(items.types, { n: 'integer', m: 'integer' })
  assert.deepEqual(items.optional, ['m'])
  assert.deepEqual(items.defaults, { n: { kind: 'literal', value: '1', type: 'integer' } })
  const cats = inside(one, 'cats')
  assert.deepEqual(cats.items.kind === 'output' && cats.items.types, {})

  assert.deepEqual(
    await mistakes(
      `
type: pipeline
jobs:
  rounds: {type: parallel_for, body: '\${{parent.jobs.loud}}', items: [{n: 1}, {}]}
  loud: {component: loud.yml}
  scores: {type: parallel_for, body: '\${{parent.jobs.score}}', items: [{n: 1}, {}]}
  score: {component: score.yml, inputs: {data: {type: uri_folder, path: d}}}
`,
      {
        ...files,
        'loud.yml': `
type: command
name: loud
inputs: {n: {type: integer, optional: true}}
environment: azureml:e@latest
environment_variables: {N: '\${{inputs.n}}'}
command: echo \${{inputs.n}}
`,
      },
    ),
    [
      '6: Environment variable "N" of step "loud" uses ${{inputs.n}}, which is optional and has no value in some rounds of step "rounds".',
      '7: The command of step "loud" uses ${{inputs.n}}, which is optional and has no value in some rounds of step "rounds".',
      '6: "program_arguments" of step "score" has an optional part whose inputs have values in some rounds only.',
    ],
  )
})

test('what is wrong with a loop is said with its place', async () => {
  const found = await mistakes(
    `
type: pipeline
inputs: {list: '[{"n": "three"}, {"m": 1}]'}
jobs:
  body: {component: count.yml, inputs: {n: 1}}
  other: {component: count.yml, depends_on: [late]}
  third: {component: count.yml}
  one: {type: do_while, body: '\${{parent.jobs.bod}}', mapping: {n: n}, limits: {max_iteration_count: 3}}
  two:
    type: do_while
    body: '\${{parent.jobs.body}}'
    condition: n
    mapping: {m: n, n: nn}
    limits: {max_iteration_count: 3}
  three: {type: parallel_for, body: '\${{parent.jobs.body}}', items: [{n: 1}]}
  four: {type: parallel_for, body: '\${{parent.jobs.one}}', items: [{n: 1}]}
  five: {type: parallel_for, body: '\${{parent.jobs.five}}', items: [{n: 1}]}
  late: {type: parallel_for, body: '\${{parent.jobs.other}}', items: [{n: x}, {buy: 2}]}
  last: {type: parallel_for, body: '\${{parent.jobs.third}}', items: '\${{parent.inputs.list}}'}
`,
    { 'count.yml': counter },
  )
  assert.deepEqual(
    found,
    [
      '6: Input "n" of step "other" (integer) needs a value and gets none.',
      '18: Step "other" waits for step "late", which runs it.',
      '18: Input "n" of item 0 of step "late" must be an integer, but is "x".',
      '18: Item 1 of step "late" gives input "buy", which its body "other" does not have.',
      '8: The body of step "one" is "bod", but there is no such step.',
      '13: Step "two" reads output "m" of its body "body", which has none of that name.',
      '13: Step "two" gives input "nn" of its body "body", which has none of that name.',
      '12: The condition of step "two" needs a boolean, but output "n" of step "body" is integer.',
      '15: The body of step "three" is step "body", which step "two" runs already.',
      '16: The body of step "four" is step "one", which is a loop.',
      '17: The body of step "five" is the loop itself.',
      '19: The items of step "last" cannot be used: input "n" of item 0 must be an integer, but is "three".',
      '19: The items of step "last" cannot be used: item 1 gives no "n".',
      '19: The items of step "last" cannot be used: input "m" of item 1 is no input of the body that takes a value.',
    ].sort(byLine),
  )
})

function byLine(one: string, other: string): number {
  return Number.parseInt(one, 10) - Number.parseInt(other, 10)
}
