import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CommandJob, PipelineJob, Step } from '../spec/documents.ts'
import {
  component,
  ifElse,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  placesOf,
  planned,
  step,
} from './document-builders.test-support.ts'
import { planJob } from './plan-pipeline.ts'

const leaf = component('leaf', {
  inputs: { x: { type: 'uri_folder', optional: true } },
  outputs: { o: 'uri_folder', ok: 'boolean' },
})
const from = (key: string): string => `\${{parent.jobs.${key}.outputs.o}}`
const after = (...dependsOn: string[]): Step => step(leaf, { dependsOn })
const reads = (key: string): Step => step(leaf, { inputs: { x: from(key) } })
const when = (key: string): string => `\${{parent.jobs.${key}.outputs.ok}}`

/** `path <- parents` for every step, in plan order. */
function edges(document: CommandJob | PipelineJob): readonly string[] {
  return planned(document).steps.map(({ path, parents }) => `${path} <- ${parents.join(' ')}`.trim())
}

test('data and depends_on make edges, each once', () => {
  const both = step(leaf, { inputs: { x: from('a') }, dependsOn: ['a', 'b', 'b'] })
  assert.deepEqual(edges(pipeline({ a: step(leaf), b: reads('a'), c: both })), ['a <-', 'b <- a', 'c <- a b'])
})

test('steps come after what they wait for, of equals the first declared', () => {
  const document = pipeline({ d: reads('b'), a: step(leaf), c: after('e'), b: after('a'), e: step(leaf) })
  assert.deepEqual(
    planned(document).steps.map(({ path }) => path),
    ['a', 'b', 'd', 'e', 'c'],
  )
})

const two = pipelineComponent('two', { first: step(leaf), second: reads('first') }, { outputs: {} })

test('to wait for a pipeline is to wait for all its steps, and a pipeline that waits makes all its steps wait', () => {
  const document = pipeline({ p: step(two), q: step(two, { dependsOn: ['p'] }), r: after('q') })
  assert.deepEqual(edges(document), [
    'p.first <-',
    'p.second <- p.first',
    'q.first <- p.first p.second',
    'q.second <- p.first p.second q.first',
    'r <- q.first q.second',
  ])
})

test('what a pipeline in a pipeline waits for reaches every depth', () => {
  const outer = pipelineComponent('outer', { inner: step(two), last: after('inner') })
  assert.deepEqual(edges(pipeline({ a: step(leaf), o: step(outer, { dependsOn: ['a'] }) })), [
    'a <-',
    'o.inner.first <- a',
    'o.inner.second <- a o.inner.first',
    'o.last <- a o.inner.first o.inner.second',
  ])
})

test('an output that passes through pipelines makes one edge, from its writer to its reader', () => {
  const writes = pipelineComponent(
    'writes',
    { idle: step(leaf), writer: step(leaf, { outputs: { o: 'out' } }) },
    { outputs: { out: 'uri_folder' } },
  )
  const wraps = pipelineComponent(
    'wraps',
    { w: step(writes, { outputs: { out: 'up' } }) },
    { outputs: { up: 'uri_folder' } },
  )
  const takes = pipelineComponent(
    'takes',
    { idle: step(leaf), reader: step(leaf, { inputs: { x: '${{parent.inputs.in}}' } }) },
    { inputs: { in: 'uri_folder' } },
  )
  const document = pipeline({ a: step(wraps), b: step(takes, { inputs: { in: '${{parent.jobs.a.outputs.up}}' } }) })
  assert.deepEqual(edges(document), ['a.w.idle <-', 'a.w.writer <-', 'b.idle <-', 'b.reader <- a.w.writer'])
})

test('steps of a block wait for their if_else and carry the branch, those of a pipeline in a block too', () => {
  const document = pipeline({
    check: step(leaf),
    gate: ifElse(when('check'), { trueBlock: ['deploy', 'p'], falseBlock: ['report'] }),
    deploy: step(leaf),
    p: step(two),
    report: reads('check'),
    end: after('gate'),
  })
  assert.deepEqual(edges(document), [
    'check <-',
    'gate <- check',
    'deploy <- gate',
    'p.first <- gate',
    'p.second <- gate p.first',
    'report <- check gate',
    'end <- gate',
  ])
  assert.deepEqual(
    planned(document).steps.map(({ branch }) => branch && `${branch.step} ${branch.when}`),
    [undefined, undefined, 'gate true', 'gate true', 'gate true', 'gate false', undefined],
  )
  assert.deepEqual(planned(document).steps[1], {
    kind: 'if_else',
    path: 'gate',
    key: 'gate',
    parents: ['check'],
    runIf: 'succeeded',
    condition: { kind: 'output', step: 'check', output: 'ok' },
  })
})

test('of two if_else around a step the inner one counts, and itself stands in the outer', () => {
  const nested = pipelineComponent('nested', {
    inner: ifElse('true', { trueBlock: ['x'] }),
    x: step(leaf),
    y: step(leaf),
  })
  const document = pipeline({
    outer: ifElse('false', { falseBlock: ['n', 'chained'] }),
    n: step(nested),
    chained: ifElse('true', {}),
  })
  const branches = planned(document).steps.map(({ path, branch }) => [path, branch?.step, branch?.when])
  assert.deepEqual(branches, [
    ['outer', undefined, undefined],
    ['n.inner', 'outer', false],
    ['n.x', 'n.inner', true],
    ['n.y', 'outer', false],
    ['chained', 'outer', false],
  ])
})

test('an if_else may wait, and a step may be named twice in the same block', () => {
  const document = pipeline({
    a: step(leaf),
    g: ifElse('true', { trueBlock: ['b', 'b'], dependsOn: ['a'] }),
    b: step(leaf),
  })
  assert.deepEqual(edges(document), ['a <-', 'g <- a', 'b <- g'])
})

test('a step that needs both blocks of an if_else never runs, and is warned of', () => {
  const document = (last: Parameters<typeof step>[1]): PipelineJob =>
    pipeline({
      g: ifElse('true', { trueBlock: ['a'], falseBlock: ['b'] }),
      a: step(leaf),
      b: step(leaf),
      near: reads('a'),
      join: step(leaf, { inputs: { x: from('near') }, dependsOn: ['b'], ...last }),
      then: after('join'),
    })
  const warned = (job: PipelineJob): readonly string[] =>
    planJob(job, { resolveComponent: () => undefined }).warnings.map(({ message, hint }) => `${message} | ${hint}`)
  assert.deepEqual(warned(document({})), [
    'Step "join" needs both blocks of step "g", of which one is always skipped: it never runs. | ' +
      'Give it run_if: always, and it runs after either.',
  ])
  assert.deepEqual(warned(document({ runIf: 'always' })), [])
  assert.deepEqual(warned(document({ dependsOn: ['g'] })), [])
})

test('run_if of a pipeline is asked of the steps it begins with, at every depth', () => {
  const outer = pipelineComponent('outer', {
    inner: step(two),
    beside: step(leaf, { runIf: 'failed' }),
    last: after('inner'),
  })
  const document = pipeline({ a: step(leaf), o: step(outer, { dependsOn: ['a'], runIf: 'always' }) })
  assert.deepEqual(edges(document), [
    'a <-',
    'o.inner.first <- a',
    'o.inner.second <- o.inner.first',
    'o.beside <- a',
    'o.last <- o.inner.first o.inner.second',
  ])
  assert.deepEqual(
    planned(document).steps.map(({ runIf }) => runIf),
    ['succeeded', 'always', 'succeeded', 'failed', 'succeeded'],
  )
})

test('a name that is no step gets the nearest, at its place in the list', () => {
  const document = pipeline({
    train: step(leaf),
    a: after('train', 'tarin'),
    g: ifElse('true', { trueBlock: ['trian'], falseBlock: ['zzzzzzzz'] }),
  })
  assert.deepEqual(mistakesOf(document), [
    'The true_block of step "g" names "trian", but there is no such step. | Did you mean "train"?',
    'The false_block of step "g" names "zzzzzzzz", but there is no such step. | There is: train, a, g',
    'Step "a" depends on "tarin", but there is no such step. | Did you mean "train"?',
  ])
  assert.deepEqual(placesOf(document), [
    '/p/pipeline.yml#jobs.g.true_block.0',
    '/p/pipeline.yml#jobs.g.false_block.0',
    '/p/pipeline.yml#jobs.a.depends_on.1',
  ])
})

test('a step in both blocks, in two if_else, or an if_else in its own block is a mistake', () => {
  const document = pipeline({
    g: ifElse('true', { trueBlock: ['a', 'g'], falseBlock: ['a'] }),
    h: ifElse('true', { falseBlock: ['a'] }),
    a: step(leaf),
  })
  const hint = 'A step can stand in one block only.'
  assert.deepEqual(mistakesOf(document), [
    'The true_block of step "g" names the if_else itself.',
    `The false_block of step "g" names step "a", which stands in the true_block of step "g" already. | ${hint}`,
    `The false_block of step "h" names step "a", which stands in the true_block of step "g" already. | ${hint}`,
  ])
})

test('a step that depends on itself, or uses its own output, says so', () => {
  assert.deepEqual(mistakesOf(pipeline({ a: after('a'), b: reads('b') })), [
    'Input "x" of step "b" refers to ${{parent.jobs.b.outputs.o}}, an output of its own step.',
    'Step "a" depends on itself.',
  ])
})

test('a circle is named in order, with what makes it', () => {
  const document = pipeline({
    before: step(leaf),
    a: reads('c'),
    b: after('a', 'before'),
    c: reads('b'),
    last: after('c'),
  })
  assert.deepEqual(mistakesOf(document), [
    'Steps wait for each other in a circle: a -> b -> c -> a. | Take one away: b depends_on a; x of c is an output of b; x of a is an output of c',
  ])
  assert.deepEqual(placesOf(document), ['/p/pipeline.yml#jobs.a'])
})

test('circles through conditions, blocks and pipelines are named too, one each', () => {
  const document = pipeline({
    g: ifElse(when('x'), { trueBlock: ['x'] }),
    x: step(leaf),
    a: after('p'),
    p: step(two, { dependsOn: ['a'] }),
  })
  assert.deepEqual(mistakesOf(document), [
    'Steps wait for each other in a circle: g -> x -> g. | Take one away: x stands in a block of g; the condition of g is its output',
    'Steps wait for each other in a circle: a -> p.first -> a. | Take one away: p.first depends_on a; a depends_on p.first',
  ])
})

test('a long circle names all its steps but not all reasons', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f']
  const steps = Object.fromEntries(keys.map((key, index) => [key, after(keys.at(index - 1)!)]))
  const [message] = mistakesOf(pipeline(steps))
  assert.match(message!, /a -> b -> c -> d -> e -> f -> a\. .*; e depends_on d; \.\.\.$/)
})

/** A pipeline of groups and steps in which everybody may only wait for what was declared before. */
const anyTree: fc.Arbitrary<Readonly<Record<string, Step>>> = fc.letrec<{ tree: Record<string, Step>; entry: Step }>(
  (tie) => ({
    entry: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(inline('true')),
      tie('tree').map((steps) => step(pipelineComponent('group', steps))),
    ),
    tree: fc
      .array(fc.tuple(tie('entry'), fc.array(fc.nat({ max: 20 }), { maxLength: 2 })), { minLength: 1, maxLength: 4 })
      .map((entries) =>
        Object.fromEntries(
          entries.map(([entry, waits], index) => {
            const dependsOn = index === 0 ? [] : waits.map((wait) => `s${wait % index}`)
            return [`s${index}`, { ...entry, dependsOn }]
          }),
        ),
      ),
  }),
).tree

test('property: flattening keeps every step and what it waits for, and the order holds', () => {
  fc.assert(
    fc.property(anyTree, (steps) => {
      const { steps: flat, groups } = planned(pipeline(steps))
      const paths = flat.map(({ path }) => path as string)
      const expected: string[] = []
      const walk = (inner: Readonly<Record<string, Step>>, prefix: string, waits: readonly string[]): void => {
        for (const [key, one] of Object.entries(inner)) {
          const path = prefix + key
          const own = [...waits, ...one.dependsOn.map((name) => prefix + name)]
          if (one.kind === 'component' && 'steps' in one.component) walk(one.component.steps, `${path}.`, own)
          else {
            expected.push(path)
            const under = paths.filter((other) => own.some((wait) => other === wait || other.startsWith(`${wait}.`)))
            assert.deepEqual(
              new Set(flat.find((step) => step.path === path)!.parents as readonly string[]),
              new Set(under),
            )
          }
        }
      }
      walk(steps, '', [])
      assert.deepEqual(new Set(paths), new Set(expected))
      flat.forEach(({ parents }, index) =>
        parents.forEach((parent) => assert.equal(paths.indexOf(parent) < index, true)),
      )
      for (const { path, parent } of groups) assert.equal(parent === undefined || path.startsWith(`${parent}.`), true)
    }),
  )
})

test('property: with edges at random, either the order holds or a true circle is named', () => {
  const graph = fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(graph, (waits) => {
      const entries = waits.map((own, index): [string, Step] => [
        `s${index}`,
        after(...own.filter((other) => other !== index).map((other) => `s${other}`)),
      ])
      const document = pipeline(Object.fromEntries(entries))
      for (const message of mistakesOf(document)) {
        const names = /circle: ([^.]*)\./.exec(message)![1]!.split(' -> ')
        assert.equal(names.at(-1), names[0])
        names
          .slice(1)
          .forEach((name, index) =>
            assert.equal(waits[Number(name.slice(1))]!.includes(Number(names[index]!.slice(1))), true),
          )
      }
      if (mistakesOf(document).length > 0) return
      const { steps } = planned(document)
      const place = new Map(steps.map(({ path }, index) => [path, index]))
      for (const { path, parents } of steps)
        for (const parent of parents) assert.equal(place.get(parent)! < place.get(path)!, true)
    }),
  )
})
