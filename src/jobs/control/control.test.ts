import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobName, StepPath } from '../../base/ids.ts'
import type {
  PlannedBody,
  PlannedControl,
  PlannedDoWhile,
  PlannedInput,
  PlannedParallelFor,
} from '../../plan/planned-pipeline.ts'
import { openEngineLab } from '../engine-lab.test-support.ts'
import { commandStep, plannedPipeline } from '../jobs.test-support.ts'

const path = (name: string): StepPath => name as StepPath

/** A parameter of the control step `of`, as a body's step takes it. */
function parameter(of: string, name: string, type: 'integer' | 'string' = 'integer'): PlannedInput {
  return { kind: 'parameter', of: path(of), name, type, mode: 'ro_mount' }
}

function common(name: string): Pick<PlannedControl, 'path' | 'key' | 'parents' | 'runIf' | 'roundsMayFail'> {
  return { path: path(name), key: name, parents: [], runIf: 'succeeded', roundsMayFail: false }
}

/** Counts from its input to `to`, and says whether it has not arrived. */
function countingBody(to: number): PlannedBody {
  const step = commandStep('count', {
    command: `n=$(( \${{inputs.n}} + 1 )); echo $n > \${{outputs.n}}; if [ $n -lt ${to} ]; then echo true; else echo false; fi > \${{outputs.more}}`,
    inputs: { n: parameter('loop', 'n') },
    outputs: { n: { type: 'integer', mode: 'upload' }, more: { type: 'boolean', mode: 'upload' } },
  })
  return {
    path: path('count'),
    steps: [step],
    groups: [],
    outputs: {
      n: { step: path('count'), output: 'n', type: 'integer' },
      more: { step: path('count'), output: 'more', type: 'boolean' },
    },
  }
}

function loop(body: PlannedBody, maxIterations: number): PlannedDoWhile {
  return {
    ...common('loop'),
    kind: 'do_while',
    body,
    condition: 'more',
    carried: { n: { first: { kind: 'literal', value: '0', type: 'integer' }, output: 'n' } },
    maxIterations,
  }
}

const after = commandStep('after', {
  parents: [path('loop')],
  command: 'echo got ${{inputs.n}} > ${{outputs.o}}',
  inputs: { n: { kind: 'output', type: 'integer', mode: 'ro_mount', step: path('loop'), output: 'n' } },
  outputs: { o: { type: 'string', mode: 'upload' } },
})

test('do_while runs its body until the condition is false; each iteration takes what the one before gave', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(plannedPipeline([loop(countingBody(3), 10), after]))
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('loop').type, 'do_while')
  assert.equal(step('loop').outputs['n']?.value, '3')
  assert.equal(step('loop.2').outputs['n']?.value, '3')
  assert.equal(step('loop.2').parent, step('loop').name)
  assert.throws(() => step('loop.3'))
  assert.equal(step('after').outputs['o']?.value, 'got 3')
})

test('do_while ends at its limit, and every iteration is reused the next time', async (t) => {
  const lab = await openEngineLab(t)
  const plan = plannedPipeline([loop(countingBody(100), 4), after])
  await lab.run(plan)
  const { root, step } = await lab.run(plan)
  assert.equal(root.status, 'Completed')
  assert.equal(step('after').outputs['o']?.value, 'got 4')
  assert.ok(step('loop.3').reusedFrom !== undefined)
})

test('do_while says which output its condition needs when it is no boolean', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(plannedPipeline([{ ...loop(countingBody(3), 10), condition: 'n' }, after]))
  assert.equal(root.status, 'Failed')
  assert.match(step('loop').error!.message, /needs true or false, but output "n" of its body is "1"/)
  assert.equal(step('after').status, 'Canceled')
})

function items(count: number): PlannedParallelFor['items'] {
  return {
    kind: 'literal',
    items: Array.from({ length: count }, (_, index) => ({
      key: String(index),
      inputs: { x: { kind: 'literal', value: String(index), type: 'integer' } },
    })),
  }
}

function each(command: string, more: Partial<PlannedParallelFor> = {}): PlannedParallelFor {
  const step = commandStep('work', {
    command,
    inputs: { x: parameter('each', 'x') },
    outputs: { square: { type: 'integer', mode: 'upload' }, file: { type: 'uri_file', mode: 'upload' } },
  })
  const body: PlannedBody = {
    path: path('work'),
    steps: [step],
    groups: [],
    outputs: {
      square: { step: path('work'), output: 'square', type: 'integer' },
      file: { step: path('work'), output: 'file', type: 'uri_file' },
    },
  }
  return { ...common('each'), kind: 'parallel_for', body, items: items(4), ...more }
}

const square =
  'echo $(( ${{inputs.x}} * ${{inputs.x}} )) > ${{outputs.square}}; echo f${{inputs.x}} > ${{outputs.file}}'
const gathering = commandStep('gather', {
  parents: [path('each')],
  command:
    'echo "${{inputs.list}}" > ${{outputs.o}}; (cd ${{inputs.files}} && find . -type f | sort && cat 3/file MLTable) >> ${{outputs.o}}',
  inputs: {
    list: { kind: 'output', type: 'string', mode: 'ro_mount', step: path('each'), output: 'square' },
    files: { kind: 'output', type: 'mltable', mode: 'ro_mount', step: path('each'), output: 'file' },
  },
  outputs: { o: { type: 'string', mode: 'upload' } },
})

test('parallel_for runs its body for each item and gathers values in a list, files in a table', async (t) => {
  const lab = await openEngineLab(t)
  const { root, step } = await lab.run(plannedPipeline([each(square, { maxConcurrency: 2 }), gathering]))
  assert.equal(root.status, 'Completed', JSON.stringify(root.error))
  assert.equal(step('each').outputs['square']?.value, '[0,1,4,9]')
  assert.equal(
    step('gather').outputs['o']?.value,
    ['[0,1,4,9]', './0/file', './1/file', './2/file', './3/file', './MLTable', 'f3', 'paths:']
      .concat(['0', '1', '2', '3'].map((key) => `  - file: ./${key}/file`))
      .join('\n'),
  )
})

test('parallel_for over what a step wrote; bad items are named', async (t) => {
  const lab = await openEngineLab(t)
  const run = (written: string): ReturnType<typeof lab.run> =>
    lab.run(
      plannedPipeline([
        commandStep('list', {
          command: `echo '${written}' > \${{outputs.items}}`,
          outputs: { items: { type: 'string', mode: 'upload' } },
        }),
        each(square, {
          parents: [path('list')],
          items: { kind: 'output', step: path('list'), output: 'items', types: { x: 'integer' }, defaults: {} },
        }),
      ]),
    )
  const { step } = await run('{"a": {"x": 2}, "b": {"x": 5}}')
  assert.equal(step('each').outputs['square']?.value, '[4,25]')
  assert.equal(step('each.b').status, 'Completed')
  const bad = await run('[{"x": "two"}, 7]')
  assert.equal(bad.root.status, 'Failed')
  assert.match(bad.step('each').error!.message, /input "x" of item 0 must be an integer, but is "two"; item 1 is 7/)
})

test('a loop that is canceled while it is asked for its rounds begins none', async (t) => {
  const lab = await openEngineLab(t)
  const bad = commandStep('list', {
    command: 'echo nothing > ${{outputs.items}}',
    outputs: { items: { type: 'string', mode: 'upload' } },
  })
  const items = { kind: 'output', step: path('list'), output: 'items', types: { x: 'integer' }, defaults: {} } as const
  const others = ['one', 'two', 'three'].map((name) => ({
    ...each(square, { parents: [path('list')] }),
    path: path(name),
    key: name,
  }))
  const root = await lab.start(plannedPipeline([bad, each(square, { parents: [path('list')], items }), ...others]))
  await lab.engine.ended(root)
  const statuses = (await lab.children(root)).map(({ step, status }) => [step, status])
  assert.deepEqual(
    statuses.filter(([, status]) => status === 'NotStarted'),
    [],
  )
  assert.deepEqual(statuses.slice(0, 2), [
    ['list', 'Completed'],
    ['each', 'Failed'],
  ])
})

test('a failed item fails the loop and stops the others, unless the pipeline goes on', async (t) => {
  const lab = await openEngineLab(t)
  const command = `if [ \${{inputs.x}} = 1 ]; then exit 3; fi; ${square}`
  const stopped = await lab.run(plannedPipeline([each(command, { maxConcurrency: 1 }), gathering]))
  assert.equal(stopped.root.status, 'Failed')
  assert.match(stopped.step('each').error!.message, /Step "each.1" failed: .*exit code 3/)
  assert.throws(() => stopped.step('each.3'), 'later items were not begun')
  const all = await lab.run(
    plannedPipeline([each(command, { maxConcurrency: 1 }), gathering], { continueOnStepFailure: true }),
  )
  assert.equal(all.step('each.3').status, 'Completed')
  assert.match(all.step('each').error!.message, /1 of 4 items of "each" did not complete: "each.1"/)
  assert.equal(all.step('gather').status, 'Canceled')
})

test('a canceled job cancels the rounds that run and those that wait', async (t) => {
  const lab = await openEngineLab(t, { slots: 1 })
  const root: JobName = await lab.start(plannedPipeline([each('echo started; sleep 100')]))
  const isRunning = async (): Promise<boolean> =>
    (await lab.children(root)).some(({ type, status }) => type === 'command' && status === 'Running')
  while (!(await isRunning())) await new Promise((resolve) => setTimeout(resolve, 20))
  await lab.engine.cancel(root, { by: 'ann' })
  await lab.engine.ended(root)
  const statuses = (await lab.children(root)).map((job) => job.status)
  assert.deepEqual(new Set(statuses), new Set(['Canceled']))
  assert.equal(statuses.length, 5)
})
