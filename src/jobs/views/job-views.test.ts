import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { JobName, StepPath } from '../../base/ids.ts'
import { systemClock } from '../../../test/system-clock.ts'
import { appendEvent } from '../../events/event-log.ts'
import { type EngineLab, openEngineLab } from '../engine-lab.test-support.ts'
import type { Job } from '../job-service.ts'
import { findJob } from '../job-store.ts'
import { commandStep, ifElseStep, plannedPipeline } from '../jobs.test-support.ts'
import { JobViews } from './job-views.ts'

const paths = (...names: string[]): StepPath[] => names as StepPath[]

function viewsOf(lab: EngineLab): JobViews {
  const { database, engine, files } = lab
  const get = (name: string): Promise<Job> => findJob(database.read, name)
  return new JobViews({
    ...{ database, engine, files, clock: systemClock },
    jobs: { get, children: (name) => lab.children(name as JobName) },
  })
}

async function labWithViews(t: TestContext, slots = 2) {
  const lab = await openEngineLab(t, { slots })
  return { lab, views: viewsOf(lab) }
}

test('the stamp of a job changes with what happens in it, and with the time while it lives', async (t) => {
  const { lab, views } = await labWithViews(t)
  const { root, step } = await lab.run(plannedPipeline([commandStep('a', { command: 'echo a' })]))
  const stamp = await views.stamp(root.name)
  await lab.run(plannedPipeline([commandStep('b', { command: 'echo b' })]))
  assert.equal(await views.stamp(step('a').name), stamp)
  await lab.database.write((tables) =>
    appendEvent(tables, { kind: 'job.tagged', subject: root.name, body: { job: root.name }, atMs: 0 }),
  )
  assert.notEqual(await views.stamp(root.name), stamp)

  let nowMs = 60_000
  const live = new JobViews({
    ...{ database: lab.database, engine: lab.engine, files: lab.files, clock: { now: () => nowMs } },
    jobs: {
      get: async (name) => {
        const { endedMs, ...job } = await findJob(lab.database.read, name)
        assert.ok(endedMs !== undefined)
        return job
      },
      children: (name) => lab.children(name as JobName),
    },
  })
  const early = await live.stamp(root.name)
  nowMs += 1000
  assert.equal(await live.stamp(root.name), early)
  nowMs += 4000
  assert.notEqual(await live.stamp(root.name), early)
})

test('a graph says what connects steps: data by name, branches, plain order', async (t) => {
  const { lab, views } = await labWithViews(t)
  const { root, step } = await lab.run(
    plannedPipeline([
      commandStep('make', {
        command: 'echo 1 > ${{outputs.data}}',
        outputs: { data: { type: 'uri_file', mode: 'rw_mount' } },
      }),
      commandStep('use', {
        parents: paths('make'),
        inputs: {
          table: { kind: 'output', type: 'uri_file', step: 'make' as StepPath, output: 'data', mode: 'ro_mount' },
        },
      }),
      ifElseStep('check', { parents: paths('use') }),
      commandStep('publish', { parents: paths('check'), branch: { step: 'check' as StepPath, when: true } }),
    ]),
  )
  const graph = await views.graph(step('use').name)
  assert.equal(graph.root, root.name)
  assert.deepEqual(
    graph.steps.map(({ path, job }) => [path, job.status]),
    ['make', 'use', 'check', 'publish'].map((path) => [path, 'Completed']),
  )
  assert.deepEqual(graph.edges, [
    { from: 'make', to: 'use', kind: 'data', data: [{ output: 'data', input: 'table' }] },
    { from: 'use', to: 'check', kind: 'order', data: [] },
    { from: 'check', to: 'publish', kind: 'branch', data: [], when: true },
  ])
  await assert.rejects(views.graph(root.name, 'loop.1'), /has no round "loop\.1"/)
})

test('rounds of a loop are folded with their counts, and each round has a graph of its own', async (t) => {
  const { lab, views } = await labWithViews(t)
  const group = 'work' as StepPath
  const item = (key: string) => ({ key, inputs: { text: { kind: 'literal' as const, value: key } } })
  const { root } = await lab.run(
    plannedPipeline([
      {
        ...{ path: 'each' as StepPath, key: 'each', parents: [], runIf: 'succeeded', kind: 'parallel_for' },
        roundsMayFail: false,
        body: {
          path: group,
          steps: [commandStep('work.one', { group }), commandStep('work.two', { group, parents: paths('work.one') })],
          groups: [{ path: group, key: 'work', outputs: {} }],
          outputs: {},
        },
        items: { kind: 'literal', items: [item('a'), item('b')] },
      },
    ]),
  )
  assert.equal(root.status, 'Completed')
  const graph = await views.graph(root.name)
  assert.deepEqual(
    graph.steps.map(({ path, rounds }) => [path, rounds]),
    [['each', { Completed: 2 }]],
  )
  const round = await views.graph(root.name, 'each.b')
  assert.deepEqual(round.siblings, ['each.a', 'each.b'])
  assert.equal(round.edges.length, 1)
  assert.ok(round.steps.every(({ path }) => path.startsWith('each.b.')))
})

test('a timeline has every attempt, and the chain that decided how long the job took', async (t) => {
  const { lab, views } = await labWithViews(t)
  const tried = join(lab.folder, 'tried')
  const plan = plannedPipeline([
    commandStep('quick', { command: ': quick' }),
    commandStep('slow', {
      command: `if [ -e ${tried} ]; then exit 0; fi; touch ${tried}; sleep 0.05; exit 3`,
      retry: { maxRetries: 1, delaySeconds: 0.05, backoff: 1 },
    }),
    commandStep('end', { parents: paths('quick', 'slow') }),
  ])
  const { root } = await lab.run(plan)
  const { steps, criticalPath, criticalMs } = await views.timeline(root.name)
  assert.deepEqual(criticalPath, ['slow', 'end'])
  const spans = steps.find(({ job }) => job.step === 'slow')!.spans
  assert.deepEqual(
    spans.map(({ kind, attempt, end }) => [kind, attempt, end]),
    [
      ['queued', undefined, undefined],
      ['running', 1, 'failed'],
      ['queued', undefined, undefined],
      ['running', 2, 'succeeded'],
    ],
  )
  assert.ok(spans.every(({ startMs, endMs }, index) => endMs! >= startMs && startMs >= (spans[index - 1]?.endMs ?? 0)))
  assert.ok(criticalMs.running >= 50 && criticalMs.queued >= 50)

  const again = await views.timeline((await lab.run(plan)).root.name)
  assert.deepEqual(
    again.steps.map(({ job, spans: own }) => [job.reusedFrom !== undefined, own]),
    [
      [true, []],
      [true, []],
      [true, []],
    ],
  )
})

test('a step that ran out of attempts, or was canceled, waits for nothing any more', async (t) => {
  const { lab, views } = await labWithViews(t, 1)
  const failed = await lab.run(plannedPipeline([commandStep('bad', { command: 'exit 1' })]))
  const { steps } = await views.timeline(failed.root.name)
  assert.deepEqual(
    steps[0]!.spans.map(({ kind, end }) => [kind, end]),
    [
      ['queued', undefined],
      ['running', 'failed'],
    ],
  )
  const root = await lab.start(
    plannedPipeline([commandStep('hold', { command: 'sleep 60' }), commandStep('wait', { command: ': never' })]),
  )
  while ((await views.queue()).running.length === 0) await new Promise((resolve) => setImmediate(resolve))
  await lab.engine.cancel(root, { by: 'tester' })
  await lab.engine.ended(root)
  const canceled = await views.timeline(root)
  assert.ok(canceled.steps.every(({ spans }) => spans.every(({ endMs }) => endMs !== undefined)))
})

test('the queue says who has the slots, who waits and when it will be their turn', async (t) => {
  const { lab, views } = await labWithViews(t, 1)
  const go = join(lab.folder, 'go')
  const wait = (path: string) =>
    commandStep(path, { command: `: ${path}; while [ ! -e ${go} ]; do sleep 0.02; done`, isDeterministic: false })
  writeFileSync(go, '')
  await lab.run(plannedPipeline([wait('a'), wait('b')]))
  rmSync(go)
  const root = await lab.start(plannedPipeline([wait('a'), wait('b'), commandStep('new', { priority: 'low' })]))
  while ((await views.queue()).waitingCount < 2) await new Promise((resolve) => setImmediate(resolve))
  const { slots, running, waiting } = await views.queue()
  assert.equal(slots, 1)
  assert.deepEqual(
    running.map(({ job, root: whole }) => [job.step, whole.name]),
    [['a', root]],
  )
  assert.deepEqual(
    waiting.map(({ job, place, priority }) => [job.step, place, priority]),
    [
      ['b', 1, 'medium'],
      ['new', 2, 'low'],
    ],
  )
  assert.ok(running[0]!.estimatedMs! > 0 && waiting[0]!.startsInMs !== undefined)
  assert.ok(
    waiting[1]!.estimatedMs === undefined && waiting[1]!.startsInMs !== undefined,
    'it never ran, but others did',
  )
  writeFileSync(go, '')
  await lab.engine.ended(root)
  assert.deepEqual((await views.queue()).running, [])
})

test('a log is searched and counted by the name of its job', async (t) => {
  const { lab, views } = await labWithViews(t)
  const { step } = await lab.run(plannedPipeline([commandStep('say', { command: 'printf "one\\ntwo\\nthree\\n"' })]))
  const found = await views.searchLog(step('say').name, { text: 'TWO', offset: 0, limit: 5 })
  assert.deepEqual(
    found.matches.map(({ text }) => text),
    ['two'],
  )
  const lines = await views.logLines(step('say').name)
  assert.equal(lines.lines, 3)
  assert.deepEqual(await views.logLines(step('say').name), lines)
  await assert.rejects(views.logLines('no_such_job'), /There is no job/)
})
