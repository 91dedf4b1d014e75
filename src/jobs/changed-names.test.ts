import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { test } from 'node:test'
import type { JobName, StepPath } from '../base/ids.ts'
import { latestEventSeq } from '../events/event-log.ts'
import type { PlannedParallelFor } from '../plan/planned-pipeline.ts'
import { readChangedNames } from './changed-names.ts'
import { openEngineLab } from './engine-lab.test-support.ts'
import type { Job } from './job-service.ts'
import { findChildren, findJobsNamed, findStatus } from './job-store.ts'
import { commandStep, ifElseStep, plannedPipeline } from './jobs.test-support.ts'

const path = (name: string): StepPath => name as StepPath

/** Four rounds, two at a time; one of them fails. */
const each: PlannedParallelFor = {
  ...{ path: path('each'), key: 'each', parents: [], runIf: 'succeeded', roundsMayFail: true },
  kind: 'parallel_for',
  maxConcurrency: 2,
  items: {
    kind: 'literal',
    items: ['0', '1', '2', '3'].map((value) => ({
      key: value,
      inputs: { x: { kind: 'literal', value, type: 'integer' } },
    })),
  },
  body: {
    path: path('work'),
    steps: [
      commandStep('work', {
        command: 'test ${{inputs.x}} != 2',
        inputs: { x: { kind: 'parameter', of: path('each'), name: 'x', type: 'integer', mode: 'ro_mount' } },
      }),
    ],
    groups: [],
    outputs: {},
  },
}

test('who reads only what events speak of knows every step and round as it is, whatever became of it', async (t) => {
  const lab = await openEngineLab(t)
  const tables = lab.database.read
  const write = commandStep('write', {
    command: 'echo 1 > ${{outputs.o}}',
    outputs: { o: { type: 'uri_file', mode: 'upload' } },
  })
  const plan = plannedPipeline(
    [
      write,
      commandStep('fails', { command: 'exit 3' }),
      commandStep('after', { parents: [path('fails')] }),
      ifElseStep('gate', { condition: { kind: 'literal', value: false } }),
      commandStep('not_taken', { parents: [path('gate')], branch: { step: path('gate'), when: true } }),
      each,
    ],
    { continueOnStepFailure: true },
  )
  // Before the second run there is a result to be reused.
  await lab.run(plannedPipeline([write]))
  const root = await lab.start(plan)
  let latestSeq = await latestEventSeq(tables)
  const known = new Map<JobName, Job>((await lab.children(root)).map((job) => [job.name, job]))
  const look = async () => {
    const changed = await readChangedNames(tables, root, latestSeq)
    latestSeq = changed.latestSeq
    for (const [name, job] of await findJobsNamed(tables, changed.names)) known.set(name, job)
    return changed.names
  }
  while ((await findStatus(tables, root)) === 'Running') {
    await look()
    await setTimeout(5)
  }
  await look()
  const stored = await findChildren(tables, root)
  const byName = (jobs: Iterable<Job>) => [...jobs].sort((one, other) => one.name.localeCompare(other.name))
  assert.deepEqual(byName(known.values()), byName(stored))
  const rounds = stored.filter(({ step }) => step!.startsWith('each.')).map(({ name }) => name)
  const named = await findJobsNamed(tables, [...rounds].sort().reverse())
  assert.deepEqual([...named.keys()], rounds, 'rounds stand in their order, however they are asked for')
  const outcomes = Object.fromEntries(stored.map(({ step, status, statusDetail }) => [step, statusDetail ?? status]))
  assert.match(outcomes['write']!, /^reused from /)
  assert.equal(outcomes['fails'], 'Failed')
  assert.equal(outcomes['each.2'], 'Failed')
  assert.equal(outcomes['each.3'], 'Completed')
  assert.deepEqual(await look(), [], 'and nothing is said twice')
})
